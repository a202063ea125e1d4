"""Django's own backend, whose connections keep what was prepared on them.

With row security a plan costs several times what running it costs, so statements are bound by the server and prepared
when they come again (settings: ``server_side_binding``, ``prepare_threshold``). Psycopg gives all of them up whenever
a transaction is rolled back, and with them the ones of :mod:`chengshu.foundation.prepared`; PostgreSQL itself keeps
them and plans anew by itself what a change of the schema touches. Here they stay.
"""

from __future__ import annotations

from typing import Any

from django.db.backends.postgresql import base
from psycopg._preparing import PrepareManager

MOST = 400
"""Statements that one connection keeps, the latest; a page asks at most some twenty."""


class Lasting(PrepareManager):
    """Psycopg's list of prepared statements, which nothing empties but the end of the connection."""

    prepared_max = MOST

    def clear(self) -> bool:
        return False


class DatabaseWrapper(base.DatabaseWrapper):  # type: ignore[misc, unused-ignore]
    """One connection to PostgreSQL."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        lasting = Lasting()
        lasting.prepare_threshold = connection.prepare_threshold
        connection._prepared = lasting
        return connection
