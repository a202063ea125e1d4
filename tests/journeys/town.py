"""A district as it stands on its first working day, behind the real web server, and everybody who meets there.

All base data is loaded, so that people find the shipped matters, processes, forms and promises. The worker does not
run: :meth:`Town.settle` does its rounds, whenever a journey has done something that is heard of elsewhere.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from importlib import import_module
from io import StringIO
from pathlib import Path
from typing import Any, Final

from django.core.management import call_command
from django.test import override_settings
from django.utils import timezone

from chengshu.engines.cases import api as cases
from chengshu.engines.cases.data import TaskState, TaskView
from chengshu.foundation.asking import asking, system
from chengshu.foundation.events.bus import deliver_waiting
from chengshu.foundation.events.models import OutboxEvent
from chengshu.foundation.identity.actions import open_account
from chengshu.foundation.identity.models import Account
from chengshu.foundation.identity.sessions import open_session
from chengshu.foundation.orgs.actions import appoint
from chengshu.foundation.orgs.models import Post, Unit
from chengshu.foundation.testing import browser as kit
from chengshu.foundation.testing.personas import PASSWORD, TERMINAL
from chengshu.hub.promises.actions.importing import Source, import_tables
from chengshu.hub.promises.departments import department_of
from chengshu.hub.promises.tables import facts
from tests.browser.windows import PHONE, Window, open_window

SCREENSHOTS: Final = os.environ.get("CHENGSHU_SCREENSHOTS", "")
"""A folder for pictures of the pages that journeys pass; none are taken if empty."""
_CASES: Final = "chengshu.engines.cases"


@dataclass(frozen=True)
class Town:
    """The served district.

    :ivar url: of the web server, without a slash at its end
    :ivar inside: opens the district's database for this process, which acts as the system meanwhile
    :ivar outside: the same, and nobody asks: for requests without a browser
    """

    url: str
    chromium: Any
    inside: Callable[[], AbstractContextManager[None]]
    outside: Callable[[], AbstractContextManager[None]]
    _sessions: dict[str, str] = field(default_factory=dict)
    _desks: dict[str, Window] = field(default_factory=dict)

    def citizen(self, stack: ExitStack, name: str, *, size: dict[str, int] | None = None) -> Window:
        """Somebody with an account and no post, at their phone."""
        return self._window(stack, self.session(name, "", ""), size or PHONE)

    def officer(self, stack: ExitStack, unit: str, role: str) -> Window:
        """Whoever holds the post of this role at a unit, at their desk: one window each in a journey."""
        name = f"{unit}.{role}".replace("-", ".").replace("_", ".")
        if name not in self._desks:
            self._desks[name] = self._window(stack, self.session(name, unit, role), None)
            stack.callback(self._desks.pop, name)
        return self._desks[name]

    def anybody(self, stack: ExitStack, *, size: dict[str, int] | None = None) -> Window:
        """Somebody who has not signed in."""
        return self._window(stack, "", size or PHONE)

    def _window(self, stack: ExitStack, cookie: str, size: dict[str, int] | None) -> Window:
        return open_window(stack, self.chromium, self.url, cookie=cookie, size=size)

    def session(self, name: str, unit: str, role: str) -> str:
        """The cookie of a session of this account, which is opened and appointed when first asked for."""
        if name not in self._sessions:
            with self.inside():
                account = _account(name, unit, role)
                self._sessions[name] = open_session(account, TERMINAL, second_factor=True)[1]
        return self._sessions[name]

    def settle(self) -> None:
        """What the worker does by itself: services, timers that are due, and what is heard of them."""
        with self.inside():
            services, tasks = import_module(f"{_CASES}.services"), import_module(f"{_CASES}.tasks")
            for _round in range(20):
                jobs, timers = services.due_jobs(), tasks.due_timers()
                for job_id in jobs:
                    assert services.perform(job_id), cases.operations().failed_jobs
                for wait_id in timers:
                    tasks._fire(wait_id)
                if not deliver_waiting() and not jobs and not timers:
                    break
            failed = list(OutboxEvent.objects.filter(delivered_at=None).values_list("name", flat=True))
            assert not failed, f"not heard: {failed}"

    def open_tasks(self, case_id: int, node: str = "") -> list[TaskView]:
        """The open tasks of a case and of those it called, oldest first; at one step if it is named."""
        with self.inside():
            tasks = cases.case_view(case_id).tasks
        return [one for one in tasks if one.state == TaskState.OPEN and node in ("", one.node)]


def _account(name: str, unit: str, role: str) -> Account:
    known = Account.objects.filter(username=name).first()
    if known is not None:
        return known
    account = open_account(username=name, title=name, password=PASSWORD, must_change=False)
    if unit:
        post = _post(Unit.objects.get(key=unit), role)
        appoint(account=account, post=post, starts_on=date(2020, 1, 1), ends_on=None)
    return account


def _post(unit: Unit, role: str) -> Post:
    """The post of this role at a unit, or else at the nearest unit above it, which decides for it."""
    at: Unit | None = unit
    while at is not None:
        found = Post.objects.filter(unit=at, post_roles__role__key=role).order_by("id").first()
        if found is not None:
            return found
        at = at.parent
    raise LookupError(f"neither {unit.key} nor a unit above it has a post for {role}")


def picture(window: Window, name: str) -> None:
    """Keep the whole page as a picture, where pictures are asked for."""
    if SCREENSHOTS:
        folder = Path(SCREENSHOTS)
        folder.mkdir(parents=True, exist_ok=True)
        window.page.screenshot(path=folder / f"{name}.png", full_page=True)


def furnish(name: str) -> None:
    """Make a database with all base data, the promises those of the present year.

    They are imported first, as the district imports its tables: the shipped ones of another year then stay out.
    """
    kit.make_database(name)
    with kit.using(name):
        with asking(system("test", "cli")):
            tables = replace(facts.load(), year=timezone.localdate().year)
            import_tables(department=department_of(tables), tables=tables, source=Source("tables.txt"))
        call_command("load_base_data", stdout=StringIO())
        with asking(system("test", "cli")):
            OutboxEvent.objects.filter(delivered_at=None).update(delivered_at=timezone.now())


@contextmanager
def open_town(blocker: Any, data: Path) -> Iterator[Town]:
    """Furnish a district and serve it while the block runs.

    :param blocker: pytest-django's, which keeps tests from using a database unasked
    :param data: the data directory of the server
    """
    name = f"chengshu_town_{os.getpid()}"

    @contextmanager
    def outside() -> Iterator[None]:
        with blocker.unblock(), kit.using(name), override_settings(DATA_DIR=data):
            yield

    @contextmanager
    def inside() -> Iterator[None]:
        with outside(), asking(system("test", "cli")):
            yield

    with blocker.unblock(), ExitStack() as stack:
        furnish(name)
        stack.callback(kit.drop_database, name)
        served = stack.enter_context(kit.serving(data, name=name))
        launched = stack.enter_context(kit.browser())
        yield Town(served.url, launched, inside, outside)


def number_in(address: str) -> int:
    """The last number of an address, such as the id of an application."""
    return int(re.findall(r"/(\d+)/", address)[-1])
