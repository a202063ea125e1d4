"""The engine with its database, actions and row security behind the approval suite's adapter.

People are accounts that hold every post of one unit, so that what is refused is refused by the laws of approving and
not by a missing power.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import F

SUITE = Path(settings.ROOT) / "conformance" / "approval"
if str(SUITE) not in sys.path:
    sys.path.append(str(SUITE))

from runner import Action, OpenTask, Refusal  # noqa: E402

from chengshu.engines.cases import api  # noqa: E402
from chengshu.engines.cases.actions.working import fire_timer  # noqa: E402
from chengshu.engines.cases.models import Case, Happening, Task, Wait  # noqa: E402
from chengshu.engines.cases.roles import DEPLOYING, LEADING, WORKING  # noqa: E402
from chengshu.engines.cases.tasks import due_timers  # noqa: E402
from chengshu.engines.cases.tests.deploying import deploy, unit  # noqa: E402
from chengshu.foundation.asking import Asker, Lent, asking, system  # noqa: E402
from chengshu.foundation.errors import (  # noqa: E402
    ChengshuError,
    Conflict,
    InvalidInput,
    Missing,
    Refused,
)
from chengshu.foundation.identity.models import Account  # noqa: E402
from chengshu.foundation.orgs.roles import declared_roles  # noqa: E402

KINDS = {Conflict: "conflict", Refused: "refused", InvalidInput: "invalid", Missing: "missing"}
STATUSES = {"circulated": "reading", "delegated": "delegated"}
PEOPLE = (
    "zhang",
    "li",
    "wang",
    "zhao",
    "qian",
    "sun",
    "zhou",
    "wu",
    "zheng",
    "chen",
    "liu",
    "li_head",
    "zhao_head",
    "wang_head",
    "liu_head",
)
"""Whoever models and situations name; families, as in every textbook."""
REASON = "按规定办理"


@contextmanager
def told_to_write(app: str) -> Iterator[None]:
    """What the database is told while an action of this app runs everywhere."""
    set_both = "SELECT set_config('chengshu.action', %s, true), set_config('chengshu.write', %s, true)"
    with connection.cursor() as cursor:
        cursor.execute(set_both, [f"{app}.set_up", f'{{"{app}": "*"}}'])
        yield
        cursor.execute(set_both, ["", ""])


class DatabaseAdapter:
    """A fresh one for each situation; the database is the test's."""

    def __init__(self) -> None:
        self.unit = unit("data-bureau")
        self.people: dict[str, Account] = {}

    # -- people ---------------------------------------------------------------------------------------------------

    def person(self, name: str) -> int:
        if name not in self.people:
            known = Account.objects.filter(username=name).first()
            if known is None:
                with told_to_write("identity"):
                    Account.objects.bulk_create([Account(username=name, title=name, password="!")])
                known = Account.objects.get(username=name)
            self.people[name] = known
        return self.people[name].pk

    def asker(self, action: Action) -> Asker:
        if not action.by:
            return system("suite", "cli")
        here = frozenset({self.unit})
        powers = [*WORKING, *LEADING, *DEPLOYING]
        if not action.by_right and action.do != "remove_signer":
            powers.remove("cases.jump_case")
        asker = Asker(
            account_id=self.person(action.by),
            name=action.by,
            powers=dict.fromkeys(powers, here),
            role_units={role.key: here for role in declared_roles()},
            unit_id=self.unit,
        )
        if not action.on_behalf_of:
            return asker
        return replace(
            asker, lent=(Lent(self.person(action.on_behalf_of), frozenset(powers)),), role_units={}
        )

    # -- the suite's verbs ----------------------------------------------------------------------------------------

    def deploy(self, model: bytes) -> None:
        deploy(model, "suite.model", unit_key="data-bureau")

    def start(self, variables: Mapping[str, Any], by: str) -> int:
        for name in PEOPLE:
            self.person(name)
        with asking(self.asker(Action("start", by=by))):
            return api.open_case(definition="suite.model", variables=variables)

    def open_tasks(self, case: int) -> Sequence[OpenTask]:
        rows = Task.objects.filter(case_id=case, state__in=["open", "held"]).order_by("id")
        names = {account.pk: name for name, account in self.people.items()}
        return [
            OpenTask(
                row.node,
                names.get(row.assignee_id or 0, ""),
                "held" if row.state == "held" else STATUSES.get(row.kind, "open"),  # type: ignore[arg-type]
            )
            for row in rows
        ]

    def state(self, case: int) -> str:
        return Case.objects.get(pk=case).state

    def variables(self, case: int) -> Mapping[str, Any]:
        row = Case.objects.get(pk=case)
        return {**row.variables, "status": row.status}

    def history(self, case: int) -> Sequence[int]:
        return list(Happening.objects.filter(case_id=case).order_by("seq").values_list("seq", flat=True))

    def perform(self, case: int, action: Action) -> Any:
        try:
            if action.do == "message":
                return api.deliver_message(name=str(action.to), payload=action.variables)
            if action.do == "advance":
                return self._advance(case, timedelta(days=action.days))
            with asking(self.asker(action)):
                return self._perform(case, action)
        except ChengshuError as error:
            raise Refusal(self._kind(error), str(error)) from error

    @staticmethod
    def _kind(error: ChengshuError) -> str:
        return next((name for known, name in KINDS.items() if isinstance(error, known)), "error")

    def _perform(self, case: int, action: Action) -> Any:
        reason = action.opinion or REASON
        if action.do in ("suspend", "void", "withdraw_case"):
            verb = {"suspend": api.suspend_case, "void": api.void_case, "withdraw_case": api.withdraw_case}
            return verb[action.do](case_id=case, reason=action.opinion if action.do == "void" else reason)
        if action.do == "resume":
            return api.resume_case(case_id=case)
        if action.do == "merge":
            return api.merge_cases(case_id=action.other, into=case, reason=reason)
        if action.do == "split":
            return api.split_case(
                case_id=case, title="", reason=reason, variables=action.variables, from_node=action.task
            )
        if action.do == "jump":
            return api.jump_case(case_id=case, to=str(action.to), reason=reason, from_node=action.task)
        if action.do == "circulate":
            task_id = self._task(case, action) if action.task else None
            return api.circulate_case(
                case_id=case, to=[self.person(name) for name in action.to], task_id=task_id
            )
        return self._on_task(self._task(case, action), action, reason)

    def _on_task(self, task_id: int, action: Action, reason: str) -> Any:
        match action.do:
            case "complete":
                return api.complete_task(
                    task_id=task_id,
                    outcome=action.outcome,
                    opinion=action.opinion,
                    variables=action.variables,
                )
            case "return":
                return api.return_case(task_id=task_id, to=str(action.to), reason=reason, rerun=action.rerun)
            case "claim":
                return api.claim_task(task_id=task_id)
            case "release":
                return api.release_task(task_id=task_id)
            case "transfer":
                return api.transfer_task(task_id=task_id, to=self.person(str(action.to)))
            case "delegate":
                return api.delegate_task(task_id=task_id, to=self.person(str(action.to)))
            case "resolve":
                return api.resolve_delegation(task_id=task_id, opinion=action.opinion)
            case "add_signer":
                return api.add_signer(
                    task_id=task_id,
                    signer=self.person(str(action.to)),
                    position=action.side,  # type: ignore[arg-type]
                    weight=action.weight,
                )
            case "remove_signer":
                return api.remove_signer(task_id=task_id)
            case "acknowledge":
                return api.acknowledge_circulation(task_id=task_id)
            case "urge":
                return api.urge_task(task_id=task_id)
            case "withdraw_task":
                return api.withdraw_task(task_id=task_id)
        raise AssertionError(f"the suite asks for “{action.do}”, which this adapter does not know")

    def _task(self, case: int, action: Action) -> int:
        """The task that the action means: the one at the node, the actor's own if several are."""
        rows = Task.objects.filter(case_id=case, node=action.task)
        if action.do == "withdraw_task":
            mine = rows.filter(state="completed", completed_by_id=self.person(action.holder or action.by))
            found = list(mine.order_by("-id"))
        else:
            rows = rows.filter(state__in=["open", "held"]).order_by("id")
            circulated = action.do == "acknowledge"
            found = [row for row in rows if (row.kind == "circulated") is circulated]
            name = action.holder or action.on_behalf_of or action.by
            own = [row for row in found if name and row.assignee_id == self.person(name)]
            found = own or ([] if action.holder else found)
        if not found:
            raise Missing(f"no task at {action.task}")
        return found[0].pk

    def _advance(self, case: int, span: timedelta) -> None:
        """Let time pass: every timer comes nearer by so much, and what is due then fires."""
        with told_to_write("cases"):
            Wait.objects.filter(kind="timer").update(due_at=F("due_at") - span)
        for wait_id in due_timers():
            fire_timer(wait_id=wait_id)
