"""The worker process: the queue, the relay of events and the periodic rounds, side by side.

SIGTERM and SIGINT end it in good order: nothing new is begun, what runs may finish within ``PATIENCE_S``. What a
killed worker left behind is taken up by the next one: the queue notices its missing heartbeat.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable

import psycopg
from django.db import Error as DatabaseError
from django.db import close_old_connections, connection
from procrastinate import App
from procrastinate.contrib.django import app
from procrastinate.contrib.django.utils import connector_params

from chengshu.foundation.events.bus import CHANNEL, deliver_waiting
from chengshu.foundation.jobs.periodic import run_due

log = logging.getLogger("chengshu.jobs")

CONCURRENCY = 2
PATIENCE_S = 8.0
RELAY_EVERY_S = 2.0
ROUNDS_EVERY_S = 5.0
RESCUE_EVERY_S = 10.0
STALLED_AFTER_S = 30
BATCH = 200
MOST_BATCHES = 20


def run() -> None:
    """Work until told to stop."""
    stopping = threading.Event()
    threads = [
        threading.Thread(target=_relay, args=(stopping,), name="relay"),
        threading.Thread(target=_rounds, args=(stopping,), name="rounds"),
    ]
    for thread in threads:
        thread.start()
    log.info("worker ready")
    try:
        asyncio.run(_queue())
    finally:
        stopping.set()
        for thread in threads:
            thread.join(timeout=PATIENCE_S)
        log.info("worker stopped")


async def _queue() -> None:
    """Procrastinate's worker; it installs the signal handlers and returns after one of them."""
    queue = app.with_connector(app.connector.get_worker_connector())  # type: ignore[attr-defined]
    async with queue.open_async():
        rescue = asyncio.create_task(_rescue(queue))
        try:
            await queue.run_worker_async(
                concurrency=CONCURRENCY,
                delete_jobs="successful",
                shutdown_graceful_timeout=PATIENCE_S,
                fetch_job_polling_interval=5.0,
                stalled_worker_timeout=STALLED_AFTER_S,
            )
        finally:
            rescue.cancel()


async def _rescue(queue: App) -> None:
    """Bring back the jobs of workers that died, and drop what ended a week ago."""
    while True:
        try:
            for job in await queue.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER_S):
                log.warning("job %s of a dead worker is taken up again", job.id)
                await queue.job_manager.retry_job(job)
            await queue.job_manager.delete_old_jobs(
                nb_hours=168, include_failed=True, include_cancelled=True, include_aborted=True
            )
        except Exception:
            log.exception("looking for stalled jobs failed")
        await asyncio.sleep(RESCUE_EVERY_S)


def _relay(stopping: threading.Event) -> None:
    """Deliver events as soon as they are announced, and every two seconds what waits for another attempt."""
    _until(stopping, lambda: _listen(stopping), pause_s=RELAY_EVERY_S)


def _listen(stopping: threading.Event) -> None:
    with psycopg.connect(**connector_params(), autocommit=True) as listening:
        listening.execute(f"LISTEN {CHANNEL}")
        while not stopping.is_set():
            _deliver_all(stopping)
            for _notice in listening.notifies(timeout=RELAY_EVERY_S, stop_after=1):
                pass


def _deliver_all(stopping: threading.Event) -> None:
    """Batch after batch while batches are full; bounded, since failing events stay in the way until their turn."""
    close_old_connections()
    for _batch in range(MOST_BATCHES):
        if stopping.is_set() or deliver_waiting(BATCH) < BATCH:
            return


def _rounds(stopping: threading.Event) -> None:
    def once() -> None:
        close_old_connections()
        run_due()

    _until(stopping, once, pause_s=ROUNDS_EVERY_S)


def _until(stopping: threading.Event, work: Callable[[], None], *, pause_s: float) -> None:
    """Repeat until told to stop; a database that is away for a while is waited for."""
    try:
        while not stopping.is_set():
            try:
                work()
            except (DatabaseError, psycopg.Error) as error:
                log.warning("the database does not answer: %s", error)
                connection.close()
            except Exception:
                log.exception("unforeseen error in the worker")
            stopping.wait(pause_s)
    finally:
        connection.close()
