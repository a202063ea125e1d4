"""What a running job holds in its hands: its asker's transaction, its progress, its checkpoint."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
from procrastinate.contrib.django.utils import connector_params

from chengshu.foundation.asking import Asker, asking, current_asker
from chengshu.foundation.errors import ChengshuError
from chengshu.foundation.jobs.actions import keep_result
from chengshu.foundation.jobs.models import JobRecord

REPORT_EVERY_S = 0.3


class Cancelled(ChengshuError):
    """The person who asked for the work no longer wants it."""

    default_code = "job.cancelled"


class Work:
    """The first argument of every job.

    :ivar asker: for whom the work is done, with the powers of now
    :ivar checkpoint: where an earlier attempt stopped; empty at first
    """

    def __init__(self, record: JobRecord, asker: Asker) -> None:
        self.record = record
        self.asker = asker
        self.checkpoint: dict[str, Any] = dict(record.checkpoint)
        self.done, self.total, self.message = record.done, record.total, record.message
        self._side: psycopg.Connection[Any] | None = None
        self._reported_at = 0.0

    @contextmanager
    def step(self) -> Iterator[None]:
        """One transaction on behalf of the asker."""
        with asking(self.asker):
            yield

    def advance(self, done: int, total: int | None = None, message: str = "") -> None:
        """Tell how far the work is; visible at once, whatever transaction is open.

        :raises Cancelled: if the person has cancelled the work meanwhile
        """
        self.done = done
        self.total = self.total if total is None else total
        self.message = (message or self.message)[:300]
        if time.monotonic() - self._reported_at >= REPORT_EVERY_S:
            self._reported_at = time.monotonic()
            self._report()

    def save_checkpoint(self, **where: Any) -> None:
        """Remember where to go on after a break; inside a step it is kept together with what the step did."""
        self.checkpoint = where
        if current_asker() is self.asker:
            JobRecord.objects.filter(pk=self.record.pk).update(checkpoint=where)
        else:
            with self.step():
                JobRecord.objects.filter(pk=self.record.pk).update(checkpoint=where)

    def keep(self, path: Path, *, name: str, media_type: str) -> None:
        """Keep a file as the result; only the account that asked for the work can fetch it."""
        if current_asker() is self.asker:
            keep_result(record=self.record, path=path, name=name, media_type=media_type)
        else:
            with self.step():
                keep_result(record=self.record, path=path, name=name, media_type=media_type)

    def close(self) -> None:
        if self._side is not None:
            self._side.close()

    def _report(self) -> None:
        """Through a connection of its own, since the work's transaction shows nothing before it commits.

        A row that the work's own transaction holds is left alone: its progress is written at the end anyhow.
        """
        with suppress(psycopg.errors.LockNotAvailable):
            row = (
                self._channel()
                .execute(
                    "UPDATE jobs_jobrecord SET done = %s, total = %s, message = %s WHERE id = %s"
                    " RETURNING cancel_requested",
                    [self.done, self.total, self.message, self.record.pk],
                )
                .fetchone()
            )
            if row and row[0]:
                raise Cancelled("cancelled")

    def _channel(self) -> psycopg.Connection[Any]:
        if self._side is None or self._side.closed:
            self._side = psycopg.connect(**connector_params(), autocommit=True)
            self._side.execute("SELECT set_config('chengshu.read', '{\"*\": \"*\"}', false)")
            self._side.execute("SET lock_timeout = '200ms'")
        return self._side
