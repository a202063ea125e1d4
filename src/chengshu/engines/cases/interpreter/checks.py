"""What would stop every case of a process, found when it is compiled and told with its element."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases.bpmn.tree import Element
from chengshu.engines.cases.interpreter.plan import ACTIVITIES, SCOPES, EventKind, Kind, Node

if TYPE_CHECKING:
    from chengshu.engines.cases.interpreter.compiler import Compilation

Check = Callable[["Compilation", Node, Element], None]


def _way_out(own: Compilation, node: Node, at: Element) -> None:
    """An exclusive or inclusive split must be able to choose."""
    if node.kind not in (Kind.EXCLUSIVE, Kind.INCLUSIVE) or len(node.outgoing) < 2:
        return
    for flow in node.outgoing:
        if flow.condition is None and flow.id != node.default:
            own.reader.refuse(
                own.document.by_id[flow.id],
                "flow_without_condition",
                _(
                    "The way “%(flow)s” out of the gateway “%(gateway)s” has no condition and is not the default."
                )
                % {"flow": flow.name or flow.id, "gateway": node.title},
                _("Write a condition, or mark it as the default flow."),
            )


def _default_is_own(own: Compilation, node: Node, at: Element) -> None:
    if node.default and node.default not in {flow.id for flow in node.outgoing}:
        own.reader.refuse(
            at,
            "default_elsewhere",
            _("The default flow of “%(element)s” does not leave it.") % {"element": node.title},
            _("Choose one of its own flows as the default."),
        )


def _attached(own: Compilation, node: Node, at: Element) -> None:
    if node.kind is not Kind.BOUNDARY:
        return
    host = own.nodes.get(node.attached_to)
    if host is None or host.kind not in ACTIVITIES:
        own.reader.refuse(
            at,
            "boundary_loose",
            _("The boundary event “%(element)s” is attached to no activity.") % {"element": node.title},
            _("Put it onto the edge of a task or sub-process."),
        )
    if not node.events and not own.reader.drawing:
        own.reader.refuse(
            at, "boundary_untriggered", _("The boundary event waits for nothing."), _("Choose its kind.")
        )


def _cancel_in_transaction(own: Compilation, node: Node, at: Element) -> None:
    if not any(event.kind is EventKind.CANCEL for event in node.events):
        return
    host = own.nodes.get(node.attached_to)
    if node.kind is Kind.BOUNDARY and (host is None or host.kind is not Kind.TRANSACTION):
        own.reader.refuse(
            at,
            "cancel_outside_transaction",
            _("A cancel event can only stand on the edge of a transaction."),
            _("Make the sub-process a transaction, or use an error event."),
        )
    if node.kind is Kind.END and not own.in_transaction(node):
        own.reader.refuse(
            at,
            "cancel_outside_transaction",
            _("A cancel end event can only stand inside a transaction."),
            _("Make the sub-process a transaction, or use an error event."),
        )


def _link_has_target(own: Compilation, node: Node, at: Element) -> None:
    if node.kind is not Kind.THROW:
        return
    for event in node.events:
        if event.kind is EventKind.LINK and not own.catches_link(node.scope, event.name):
            own.reader.refuse(
                at,
                "link_without_target",
                _("The link “%(name)s” leads nowhere.") % {"name": event.name},
                _("Draw the catching link event with the same name."),
            )


def _script_says_something(own: Compilation, node: Node, at: Element) -> None:
    if node.kind is Kind.SCRIPT and node.script is None and node.service is None and not own.reader.drawing:
        own.reader.refuse(at, "script_missing", _("The script task has no script."), _("Write one in FEEL."))


def _rule_has_decision(own: Compilation, node: Node, at: Element) -> None:
    if node.kind is Kind.RULE and not node.decision and node.service is None and not own.reader.drawing:
        own.reader.refuse(
            at,
            "rule_without_decision",
            _("The business rule task names no decision."),
            _("Choose the decision table, and the variable for its result."),
        )


def _event_subprocess_starts(own: Compilation, node: Node, at: Element) -> None:
    if node.kind is not Kind.EVENT_SUBPROCESS:
        return
    if node.incoming or node.outgoing or len(own.scopes[node.id].triggered) != 1:
        own.reader.refuse(
            at,
            "event_subprocess_start",
            _("The event sub-process needs exactly one start event with a trigger, and no flows of its own."),
            _("Give its start event a kind, and remove flows to and from the frame."),
        )


def _approval_is_multiple(own: Compilation, node: Node, at: Element) -> None:
    if node.work and node.work.approval and (node.loop is None or node.loop.standard):
        own.reader.refuse(
            at,
            "countersign_single",
            _("The countersign “%(element)s” is not multi-instance.") % {"element": node.title},
            _("Mark the task as parallel or sequential multi-instance and name the list of signers."),
        )


def _can_start(own: Compilation, node: Node, at: Element) -> None:
    if node.kind not in SCOPES or node.kind is Kind.EVENT_SUBPROCESS or own.reader.drawing:
        return
    scope = own.scopes[node.id]
    if scope.members and not scope.starts:
        own.reader.refuse(at, "no_start", _("Nothing starts inside “%(name)s”.") % {"name": node.title})


CHECKS: tuple[Check, ...] = (
    _way_out,
    _default_is_own,
    _attached,
    _cancel_in_transaction,
    _link_has_target,
    _script_says_something,
    _rule_has_decision,
    _event_subprocess_starts,
    _approval_is_multiple,
    _can_start,
)
