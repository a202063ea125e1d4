"""Asking a PostgreSQL database: connect, and have it say one."""

from __future__ import annotations

import time

import psycopg

from chengshu.engines.probes.checking.answers import Answer, Asked, Surroundings, Unanswered


async def ask(asked: Asked, around: Surroundings) -> Answer:
    """The kind ``postgres``; without a host it is the platform's own, with the application's own role."""
    told = asked.parameters
    if told["host"]:
        if told["secret"] and told["secret"] not in asked.secrets:
            raise Unanswered("no_secret", told["secret"], outcome="impossible")
        given = {
            "host": told["host"],
            "hostaddr": await around.guard.resolve(told["host"], told["port"]),
            "port": told["port"],
            "dbname": told["database"],
            "user": told["username"],
            "password": asked.secrets.get(told["secret"], ""),
        }
    else:
        given = dict(around.own_database())
        if not given:
            raise Unanswered("no_database", outcome="impossible")
    begun = time.perf_counter()
    try:
        connection = await psycopg.AsyncConnection.connect(
            **given, autocommit=True, application_name="chengshu-probes"
        )
        async with connection:
            answer = await (await connection.execute("SELECT 1")).fetchone()
    except psycopg.Error as error:
        said = str(error).strip().splitlines()
        raise Unanswered("database", said[0] if said else type(error).__name__) from error
    if answer != (1,):
        raise Unanswered("broken_answer", "SELECT 1")
    return Answer("ok", latency_us=round((time.perf_counter() - begun) * 1_000_000))
