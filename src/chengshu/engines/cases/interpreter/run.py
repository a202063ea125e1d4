"""One call on one case: start it, complete a task, deliver an event, and let it run until everything rests.

``Run`` changes a ``State`` in memory and fills ``Run.delta``; it reads and writes nothing outside. Whatever goes wrong
inside a node (an expression fails, no way leads on, a loop never ends) stops that node's token with an incident and
leaves the rest of the case as it is; what the caller did wrong is raised, and nothing has changed then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases.interpreter import tasks
from chengshu.engines.cases.interpreter.completing import complete_human_task, mark_origin
from chengshu.engines.cases.interpreter.events import happen, refresh_conditions
from chengshu.engines.cases.interpreter.finishing import complete, emptied, leave_node
from chengshu.engines.cases.interpreter.gateways import open_joins
from chengshu.engines.cases.interpreter.machine import Machine, Step
from chengshu.engines.cases.interpreter.moving import KEPT, enter, take_results
from chengshu.engines.cases.interpreter.plan import GATEWAYS, Kind, Node, Plan
from chengshu.engines.cases.interpreter.scopes import begin_inside, open_frame, terminate_case
from chengshu.engines.cases.interpreter.throwing import raise_error
from chengshu.engines.cases.state import CaseState, Job, JobState, Token, TokenState, Wait, WaitKind
from chengshu.foundation.errors import ChengshuError, Conflict, InvalidInput, Missing

STEPS: Mapping[Step, Callable[[Machine, Token], None]] = {
    "enter": enter,
    "complete": complete,
    "emptied": emptied,
    "leave": leave_node,
}

assert tasks  # registers what tasks do


class Run(Machine):
    """Operations on a case; see ``Machine`` for the parameters and ``approval`` for the operations of approving.

    Each operation leaves the case at rest and ``delta`` ready to be written. Several may follow each other in one run.
    """

    # -- beginning ------------------------------------------------------------------------------------------------

    def start(
        self, variables: Mapping[str, Any] | None = None, *, node: str = "", by: int | None = None
    ) -> None:
        """Begin the case of a fresh ``State`` (no tokens yet).

        :param variables: as JSON; they join those already in the case row
        :param node: id of the triggered start event or instantiating gateway's event that happened; empty begins at
            the plain start events
        :raises Conflict: the case has begun already, or the process has no start of that kind
        """
        if self.state.tokens or self.case.seq:
            raise Conflict(_("This case has begun already."), code="cases.already_started")
        plan = self.plan(self.case.plan)
        begin_at = _start_of(plan, node)
        self.actor = by
        if self.case.opened_by is None:
            self.set_case(opened_by=by)
        for name, value in (variables or {}).items():
            self.set_case_variable(name, value)
        root = self.new_token(None, plan.ref, "", state=TokenState.SCOPE)
        self._title(plan, root)
        self.note("case_started", root, node=node)
        open_frame(self, root)
        if begin_at is None:
            begin_inside(self, root)
        else:
            self._begin_triggered(root, plan, begin_at, node)
        self.finish()

    def _title(self, plan: Plan, root: Token) -> None:
        if plan.case.title is not None and not self.case.title:
            try:
                value = self.value(plan.case.title, root)
            except ChengshuError:
                value = None
            self.set_case(title=str(value) if value is not None else plan.name)

    def _begin_triggered(self, root: Token, plan: Plan, begin_at: Node, event_node: str) -> None:
        """Begin where the event happened; a parallel event gateway waits for its other events as well."""
        if begin_at.id == event_node:
            token = self.new_token(root, plan.ref, begin_at.id)
            self.later("complete" if begin_at.kind is not Kind.START else "enter", token)
            return
        for flow in begin_at.outgoing:
            token = self.new_token(root, plan.ref, flow.target, via=flow.id)
            if flow.target == event_node:
                self.later("complete", token)
            elif begin_at.parallel:
                self.later("enter", token)
            else:
                self.drop(token)

    # -- people ---------------------------------------------------------------------------------------------------

    def complete_task(
        self,
        task_id: int,
        *,
        by: int | None = None,
        outcome: str = "",
        opinion: str = "",
        variables: Mapping[str, Any] | None = None,
        on_behalf_of: int | None = None,
    ) -> None:
        """Complete a person's task and let the case go on.

        :param by: the account that does it
        :param outcome: key of one of the outcomes that the step offers
        :param variables: as JSON
        :param on_behalf_of: the absent assignee for whom ``by`` acts (代理); whether that is lawful is asked outside
        :raises Missing: the case has no such task
        :raises Conflict: it is completed or taken away already, or it is not its turn
        :raises Refused: it is somebody else's
        :raises InvalidInput: the outcome is not offered, or it needs an opinion
        """
        with self.operation(by):
            complete_human_task(
                self,
                task_id,
                by=by,
                outcome=outcome,
                opinion=opinion,
                variables=variables or {},
                on_behalf_of=on_behalf_of,
            )
            self.settle()
            mark_origin(self, task_id)

    # -- events ---------------------------------------------------------------------------------------------------

    def deliver_message(
        self,
        name: str,
        *,
        key: str = "",
        payload: Mapping[str, Any] | None = None,
        wait_id: int | None = None,
    ) -> bool:
        """Give the case a message; the oldest wait for its name and key takes it.

        :param wait_id: the very wait that shall take it, when the store has found it already
        :returns: whether anything waited for it
        :raises Conflict: the case is suspended or ended
        """
        self.require_running()
        waits = [w for w in self._waiting(WaitKind.MESSAGE) if w.name == name and w.key in ("", key)]
        chosen = next((w for w in waits if wait_id in (None, w.id)), None)
        if chosen is None:
            return False
        self._happen(chosen, payload or {})
        self.finish()
        return True

    def deliver_signal(self, name: str, *, payload: Mapping[str, Any] | None = None) -> bool:
        """Give the case a signal; everything that waits for it takes it.

        :returns: whether anything waited for it
        :raises Conflict: the case is suspended or ended
        """
        self.require_running()
        waits = [wait for wait in self._waiting(WaitKind.SIGNAL) if wait.name == name]
        for wait in waits:
            if wait.id in self.state.waits:
                self._happen(wait, payload or {})
        self.finish()
        return bool(waits)

    def fire_timer(self, wait_id: int) -> bool:
        """Let a timer happen; whether it is due is the caller's to know.

        :returns: False when the timer is gone, because the case went on meanwhile
        :raises Conflict: the case is suspended or ended
        """
        self.require_running()
        wait = self.state.waits.get(wait_id)
        if wait is None or wait.kind is not WaitKind.TIMER:
            return False
        self._happen(wait, {})
        self.finish()
        return True

    def evaluate_conditions(self, variables: Mapping[str, Any] | None = None) -> None:
        """Set case variables from outside and let the conditional events see them."""
        self.require_running()
        for name, value in (variables or {}).items():
            self.set_case_variable(name, value)
        self.conditions_stale = True
        self.finish()

    def _waiting(self, kind: WaitKind) -> list[Wait]:
        return [
            self.state.waits[key] for key in sorted(self.state.waits) if self.state.waits[key].kind is kind
        ]

    def _happen(self, wait: Wait, payload: Mapping[str, Any]) -> None:
        token = self.state.tokens[wait.token]
        try:
            happen(self, wait, payload)
        except ChengshuError as error:
            self.stop(token, "enter", error)

    # -- services -------------------------------------------------------------------------------------------------

    def finish_job(self, job_id: int, variables: Mapping[str, Any] | None = None) -> bool:
        """A service has answered.

        :returns: False when the job is gone, because the case went on meanwhile
        """
        job = self.state.jobs.get(job_id)
        if job is None or job.token not in self.state.tokens:
            return False
        token = self.state.tokens[job.token]
        self.close_job(job, JobState.DONE)
        self.note("job_done", token, job=job.id)
        take_results(self, token, self.node_of(token), variables or {})
        self.rest(token, TokenState.ACTIVE)
        self.later("complete", token)
        self.finish()
        return True

    def fail_job(self, job_id: int, error: str, *, code: str = "", again: bool = True) -> bool:
        """A service has failed: try again while attempts are left, else stop with an incident.

        :param code: a business error of the model (BPMN error): its catcher takes over at once
        :param again: False when trying again is no use
        :returns: False when the job is gone
        """
        job = self.state.jobs.get(job_id)
        if job is None or job.token not in self.state.tokens:
            return False
        token = self.state.tokens[job.token]
        left = max(job.attempts_left - 1, 0) if again and not code else 0
        self.note("job_failed", token, job=job.id, error=error, code=code, attempts_left=left)
        self.change_job(job, attempts_left=left, state=JobState.WAITING if left else JobState.FAILED)
        if not left and not (code and raise_error(self, token, code)):
            self._stop_for_job(token, job, error)
        self.finish()
        return True

    def _stop_for_job(self, token: Token, job: Job, error: str) -> None:
        failure = Conflict(
            _("The service “%(service)s” failed: %(error)s") % {"service": job.service, "error": error},
            code="cases.service_failed",
            hint=_("Retry when the service works again, or move the case."),
        )
        self.stop(token, "enter", failure)

    # -- operators ------------------------------------------------------------------------------------------------

    def retry_token(self, token_id: int, *, by: int | None = None) -> None:
        """Let a token that an incident stopped try again.

        :raises Missing: there is no such token
        :raises Conflict: it is not stopped
        """
        self.require_running()
        self.actor = by
        token = self._token(token_id)
        incident = token.local.get("#incident")
        if token.state is not TokenState.FAULTY or incident is None:
            raise Conflict(_("Nothing has gone wrong at this place."), code="cases.not_faulty")
        step: Step = incident["step"]
        self.forget(token, "#incident")
        if step == "enter":
            self.strip(token)
        self.rest(token, TokenState(incident["state"]))
        self.note("retried", token)
        self.later(step, token)
        self.finish()

    def move_token(self, token_id: int, node: str, *, by: int | None = None) -> None:
        """Put a token at another node of the same scope, by an operator's decision.

        :raises Missing: there is no such token or node
        :raises InvalidInput: the node lies in another scope
        """
        self.require_running()
        self.actor = by
        token = self._token(token_id)
        plan = self.plan(token.plan)
        target, here = plan.nodes.get(node), plan.nodes.get(token.node)
        if target is None or here is None:
            raise Missing(_("The process has no such step."), code="cases.no_such_node")
        if target.scope != here.scope or target.kind is Kind.BOUNDARY or self.is_instance(token):
            raise InvalidInput(
                _("“%(name)s” lies in another part of the process.") % {"name": target.title},
                field="node",
                code="cases.other_scope",
                hint=_("Choose a step beside the one where the case stands."),
            )
        self.note("moved", token, to=node, source=token.node)
        for child in self.inside(token):
            self.drop(child)
        self.clear(token)
        self.place(token, node, via=target.incoming[0].id if target.incoming else "")
        self.later("enter", token)
        self.finish()

    def cancel(self, *, by: int | None = None, reason: str = "") -> None:
        """End the case before its time.

        :raises Conflict: it has ended already
        """
        self.require_open()
        self.actor = by
        terminate_case(self, outcome="cancelled", reason=reason)
        self.finish()

    def strip(self, token: Token) -> None:
        """Take away what a token has begun at its node, so that it can begin again; what brought it there stays."""
        kept = {key: value for key, value in token.local.items() if key in KEPT or self.is_instance(token)}
        for child in self.inside(token):
            self.drop(child)
        self.clear(token)
        if kept:
            self.touch(token)
            token.local = kept

    def _token(self, token_id: int) -> Token:
        token = self.state.tokens.get(token_id)
        if token is None:
            raise Missing(_("The case does not stand there any more."), code="cases.no_such_token")
        return token

    # -- running --------------------------------------------------------------------------------------------------

    def require_open(self) -> None:
        """:raises Conflict: the case has ended"""
        if self.case.state not in (CaseState.RUNNING, CaseState.SUSPENDED):
            raise Conflict(
                _("This case has ended."),
                code="cases.ended",
                hint=_("File a new case if something is still to be done."),
            )

    def require_running(self) -> None:
        """:raises Conflict: the case has ended or is suspended"""
        self.require_open()
        if self.case.state is CaseState.SUSPENDED:
            raise Conflict(
                _("This case is suspended."), code="cases.suspended", hint=_("Resume it before going on.")
            )

    @contextmanager
    def operation(self, by: int | None, *, even_suspended: bool = False) -> Iterator[None]:
        """Around every operation of a person: the case must be open, and rests again at the end.

        :raises Conflict: the case is suspended or ended
        """
        if even_suspended:
            self.require_open()
        else:
            self.require_running()
        self.actor = by
        yield
        self.finish()

    def finish(self) -> None:
        self.settle()
        self.seal()
        self.actor = None

    def settle(self) -> None:
        """Go on until everything rests."""
        steps = 0
        while True:
            while self.agenda:
                steps += 1
                step, token = self.agenda.popleft()
                if not self.alive(token) or token.state is TokenState.FAULTY:
                    continue
                if steps > self.limits.steps:
                    self.stop(token, step, _endless(self, token))
                    continue
                self._do(step, token)
            if self.conditions_stale and self._refresh():
                continue
            if not open_joins(self):
                return

    def _do(self, step: Step, token: Token) -> None:
        try:
            STEPS[step](self, token)
        except ChengshuError as error:
            self.stop(token, step, error)
        except RecursionError:
            self.stop(token, step, _endless(self, token))

    def _refresh(self) -> bool:
        if self.case.state is not CaseState.RUNNING:
            return False
        try:
            return refresh_conditions(self) or bool(self.agenda)
        except ChengshuError as error:
            self.note("incident", self.root, code=error.code, message=str(error.message))
            return False

    def stop(self, token: Token, step: Step, error: ChengshuError) -> None:
        """Stop the token where it is, and say why."""
        if not self.alive(token):
            return
        incident = {
            "step": step,
            "state": token.state.value,
            "code": error.code,
            "message": str(error.message),
            "hint": str(error.hint),
            "node": token.node,
        }
        self.keep(token, "#incident", incident)
        self.rest(token, TokenState.FAULTY)
        self.note("incident", token, code=error.code, message=incident["message"])


def _start_of(plan: Plan, node: str) -> Node | None:
    """Where a case begins for the triggered start ``node``; None for the plain starts."""
    scope = plan.scopes[""]
    if not node:
        if not scope.starts and scope.triggered:
            raise Conflict(
                _("“%(name)s” begins only when its event happens.") % {"name": plan.name},
                code="cases.no_plain_start",
                hint=_("Send the message or signal that begins it."),
            )
        return None
    for start in scope.triggered:
        begins = plan.nodes[start]
        if start == node or (
            begins.kind in GATEWAYS and any(flow.target == node for flow in begins.outgoing)
        ):
            return begins
    if node in scope.starts:
        return plan.nodes[node]
    raise Conflict(
        _("“%(name)s” cannot begin at “%(node)s”.") % {"name": plan.name, "node": node},
        code="cases.no_such_start",
    )


def _endless(machine: Machine, token: Token) -> Conflict:
    plan = machine.plan(token.plan)
    node = plan.nodes.get(token.node)
    return Conflict(
        _("The case runs in a circle at “%(name)s” without ever coming to rest.")
        % {"name": node.title if node else plan.name},
        code="cases.endless_loop",
        hint=_("Correct the conditions of the process, then retry or move the case."),
    )
