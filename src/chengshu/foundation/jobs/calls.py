"""Asking for long work: ``@job`` in an app's ``tasks.py``, ``.enqueue(…)`` where it is wanted.

    @job(title=_("Import the tables"))
    def import_tables(work: Work, *, file_id: int) -> None: ...

    import_tables.enqueue(file_id=7)

The call site has the shape of ``django.tasks``. The work is queued if and only if the running transaction commits,
runs at least once, and acts for the account that asked, with the powers which that account has when it runs.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.asking import Asker, signed_in_asker
from chengshu.foundation.errors import Words
from chengshu.foundation.jobs.models import JobRecord

ATTEMPTS = 5


@dataclass(frozen=True)
class Job:
    """A kind of long work.

    :param stepwise: the function opens its own transactions with ``work.step()``; else all of it is one transaction
    :param attempts: how often it is tried when it breaks off for a reason nobody foresaw
    """

    name: str
    title: Words
    function: Callable[..., Any]
    stepwise: bool = False
    attempts: int = ATTEMPTS
    priority: int = 0
    run_after: datetime | None = None

    def using(self, *, priority: int | None = None, run_after: datetime | None = None) -> Job:
        """The same work, more urgent (a higher number) or not before a moment."""
        return replace(
            self,
            priority=self.priority if priority is None else priority,
            run_after=run_after or self.run_after,
        )

    def enqueue(self, *, job_title: Words = "", **arguments: Any) -> JobRecord:
        """Ask for this work with JSON arguments; the record tells how far it is.

        :param job_title: what to call this one for people; by default the title of its kind
        :raises NotSignedIn: if nobody is signed in
        """
        from chengshu.foundation.jobs.tasks import perform_job

        asker = signed_in_asker()
        record = JobRecord.objects.create(
            account_id=asker.account_id,
            job=self.name,
            title=str(job_title or self.title)[:200],
            arguments=json.loads(json.dumps(arguments)),
            permissions=_limits(asker),
            language=get_language() or "",
            trace=asker.trace,
        )
        perform_job.configure(schedule_at=self.run_after, priority=self.priority).defer(record_id=record.pk)
        return record


def _limits(asker: Asker) -> list[str] | None:
    """A machine token may allow less than its account may do; so must the work that it asks for."""
    return sorted(asker.powers) if asker.session.startswith("token:") else None


_jobs: dict[str, Job] = {}


def job(
    *, title: Words, stepwise: bool = False, attempts: int = ATTEMPTS
) -> Callable[[Callable[..., Any]], Job]:
    """Make a function ``(work, **arguments)`` a kind of long work named ``<app>.<function>``.

    What it returns (JSON) is kept as the result. An error of our tree ends it; any other is tried again, up to
    ``attempts`` times with growing delays, from its last checkpoint.
    """

    def decorate(function: Callable[..., Any]) -> Job:
        name = f"{function.__module__.split('.')[2]}.{function.__name__}"
        made = _jobs[name] = Job(name, title, function, stepwise, attempts)
        return made

    return decorate


def registered_jobs() -> dict[str, Job]:
    return dict(_jobs)


def title_of(name: str) -> Words:
    """What a kind of work is called; the name itself when it no longer exists."""
    return _jobs[name].title if name in _jobs else _("Work of a former version")
