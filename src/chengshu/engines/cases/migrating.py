"""Moving running cases to another version of their model: previewed case by case, refused where a step would be lost.

The future of a case is never stored, so it cannot be stale. A migration maps the places where a case stands by their
node ids; where one of them is gone, or work that is under way would vanish without a word, the case stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases import store
from chengshu.engines.cases.data import MigrationEffect
from chengshu.engines.cases.interpreter.countersign import in_sequence
from chengshu.engines.cases.interpreter.plan import HUMAN, Node, Plan
from chengshu.engines.cases.library import library, version_of
from chengshu.engines.cases.models import Case, DefinitionVersion, Token, VersionState
from chengshu.engines.cases.state import CaseState, TokenState
from chengshu.engines.cases.who import holds_at_one
from chengshu.foundation.asking import current_asker
from chengshu.foundation.errors import Conflict, InvalidInput, Missing, Words

OPEN = (CaseState.RUNNING, CaseState.SUSPENDED)


@dataclass(frozen=True)
class Standing:
    """One place where a case stands: a token of the old plan.

    :param state: of the token; a scope has others inside it
    """

    plan: str
    node: str
    state: str
    via: str = ""


@dataclass(frozen=True)
class Change:
    """Two versions of one definition, and what of the first is in the second."""

    earlier: DefinitionVersion
    later: DefinitionVersion

    @cached_property
    def plans(self) -> Mapping[str, str]:
        """Plan reference now → afterwards, for the process itself and the others of its file."""
        here, there = str(self.earlier.pk), str(self.later.pk)
        pairs = {here: there}
        for process_id, ref in self.earlier.pins.get("processes", {}).items():
            target = self.later.pins.get("processes", {}).get(process_id)
            if version_of(ref) == self.earlier.pk and target and version_of(target) == self.later.pk:
                pairs[ref] = target
        return pairs

    def before(self, ref: str) -> Plan:
        return library.plan(ref)

    def after(self, ref: str) -> Plan | None:
        """The new form of a plan; None when it has none."""
        target = self.plans.get(ref)
        return library.plan(target) if target else None


def preview_migration(
    from_version: int, to_version: int, case_ids: Sequence[int] | None = None
) -> tuple[MigrationEffect, ...]:
    """What moving each running case of a version to another would do; nothing is changed.

    :param case_ids: which ones; all of ``from_version`` that the asker may see unless given
    :raises Missing: if one of the versions cannot be seen
    :raises InvalidInput: if they are not two versions of one process
    :raises Conflict: if the new version is not in force
    """
    change = change_between(from_version, to_version)
    cases = _running(from_version, case_ids)
    standing = _standing(case.pk for case in cases)
    return tuple(effect_on(change, case.pk, case.number, standing.get(case.pk, [])) for case in cases)


def migrate(
    from_version: int, to_version: int, case_ids: Iterable[int] | None
) -> tuple[MigrationEffect, ...]:
    """Move what may be moved, each case locked and looked at again. For use inside an action."""
    change = change_between(from_version, to_version)
    chosen = list(case_ids) if case_ids is not None else None
    return tuple(_move(change, case.pk) for case in _running(from_version, chosen))


def change_between(from_version: int, to_version: int) -> Change:
    """Check that cases of one version can in principle go on by the other; see ``preview_migration``."""
    earlier, later = _version(from_version), _version(to_version)
    if earlier.definition_id != later.definition_id or earlier.pk == later.pk:
        raise InvalidInput(
            _("These are not two versions of one process."),
            field="to_version",
            code="cases.other_definition",
            hint=_("Choose another version of the same process."),
        )
    if later.state != VersionState.DEPLOYED:
        raise Conflict(
            _("Cases can only be moved to the version in force."),
            code="cases.version_state",
            hint=_("Deploy it first."),
        )
    return Change(earlier, later)


def effect_on(change: Change, case_id: int, number: str, standing: Sequence[Standing]) -> MigrationEffect:
    """What the change does to a case that stands at these places."""
    refused = next((words for place in standing if (words := _refusal(change, place))), "")
    gains, loses = _ahead(change, standing)
    return MigrationEffect(
        case_id=case_id,
        number=number,
        moves=tuple(
            (place.node, place.node) for place in standing if place.node and place.state != TokenState.SCOPE
        ),
        refused=refused or _skipped(change, standing, gains),
        gains=tuple(node.title for node in gains),
        loses=tuple(node.title for node in loses),
    )


def _refusal(change: Change, place: Standing) -> Words:
    """Why a token cannot stand where it stands by the new version; empty when it can."""
    if place.plan not in change.plans and version_of(place.plan) != change.earlier.pk:
        return ""
    after = change.after(place.plan)
    old = change.before(place.plan).nodes.get(place.node)
    if after is None:
        return _("The called process in which the case stands is gone.")
    if not place.node or old is None:
        return ""
    new = after.nodes.get(place.node)
    if new is None:
        return _("The case stands at “%(name)s”, which the new version does not have.") % {"name": old.title}
    if new.kind != old.kind or (new.loop is None) != (old.loop is None):
        return _("“%(name)s” is something else in the new version.") % {"name": old.title}
    if place.state == TokenState.MULTI and _way_of_signing(new) != _way_of_signing(old):
        return _(
            "The countersign “%(name)s” is under way and is signed in another way in the new version."
        ) % {"name": old.title}
    if new.scope != old.scope:
        return _("“%(name)s” lies in another part of the new version.") % {"name": old.title}
    if (
        place.via
        and place.state == TokenState.WAITING
        and _is_join(old)
        and place.via not in {f.id for f in new.incoming}
    ):
        return _("A branch that has arrived at “%(name)s” does not lead there any more.") % {
            "name": old.title
        }
    return ""


def _way_of_signing(node: Node) -> tuple[bool, bool]:
    """Whether it is a countersign, and one after the other: what the signers still to come depend on."""
    return bool(node.work and node.work.approval), in_sequence(node)


def _is_join(node: Node) -> bool:
    return len(node.incoming) > 1


def _skipped(change: Change, standing: Sequence[Standing], gains: Sequence[Node]) -> Words:
    """Refuse where new human steps lie beside the case: on a branch that it has entered without them.

    A new step ahead is gained; one on the way that the case has come lies behind it and is history. But one on a branch
    parallel to where it stands would never be done, and the join would wait for it or pass without it.
    """
    plan = change.after(str(change.earlier.pk))
    old = change.before(str(change.earlier.pk))
    if plan is None:
        return ""
    places = [
        place for place in standing if place.plan == str(change.earlier.pk) and place.node in plan.nodes
    ]
    for node in plan.nodes.values():
        is_new = node.kind in HUMAN and node.id not in old.nodes
        if not is_new or node in gains:
            continue
        if any(plan.side_by_side(node.id, place.node) for place in places):
            return _(
                "The new step “%(name)s” lies on a branch beside the case and would be lost without a word."
            ) % {"name": node.title}
    return ""


def _ahead(change: Change, standing: Sequence[Standing]) -> tuple[list[Node], list[Node]]:
    """Human steps that come and go ahead of where the case stands, over all its plans."""
    gains: dict[str, Node] = {}
    loses: dict[str, Node] = {}
    for ref in {place.plan for place in standing}:
        after = change.after(ref)
        if after is None:
            continue
        places = [place.node for place in standing if place.plan == ref and place.node]
        before = steps_ahead(change.before(ref), places)
        afterwards = steps_ahead(after, places)
        gains.update({key: node for key, node in afterwards.items() if key not in before})
        loses.update({key: node for key, node in before.items() if key not in afterwards})
    return list(gains.values()), list(loses.values())


def steps_ahead(plan: Plan, places: Iterable[str]) -> dict[str, Node]:
    """The human steps that can still come from these nodes on, the nodes themselves left out."""
    reached: set[str] = set()
    waiting = [place for place in places if place in plan.nodes]
    while waiting:
        node = plan.nodes[waiting.pop()]
        for onward in _onward(plan, node):
            if onward not in reached and onward in plan.nodes:
                reached.add(onward)
                waiting.append(onward)
    return {key: plan.nodes[key] for key in sorted(reached) if plan.nodes[key].kind in HUMAN}


def _onward(plan: Plan, node: Node) -> list[str]:
    """Where a token can come from a node: along flows, by its boundary events, into and out of its sub-process."""
    ways = [flow.target for flow in node.outgoing] + list(node.boundaries)
    inside = plan.scopes.get(node.id)
    if inside is not None:
        ways += [*inside.starts, *inside.triggered]
    if node.scope:
        ways.append(node.scope)
    return ways


def _move(change: Change, case_id: int) -> MigrationEffect:
    work = store.if_free(case_id)
    if work is None or not holds_at_one(current_asker(), "cases.migrate_cases", work.columns["reader_units"]):
        number = Case.objects.values_list("number", flat=True).get(pk=case_id)
        return MigrationEffect(
            case_id, number, (), _("Somebody is working on the case just now, or you may not move it.")
        )
    tokens = work.state.tokens.values()
    standing = [Standing(t.plan, t.node, t.state, t.via) for t in sorted(tokens, key=lambda t: t.id)]
    effect = effect_on(change, case_id, work.columns["number"], standing)
    if effect.refused:
        return effect
    _relabel(work, change)
    work.columns["version_id"] = change.later.pk
    run = work.run
    run.actor = current_asker().account_id
    run.set_case(plan=change.plans[run.case.plan])
    run.note("changed", migrated_from=change.earlier.number, migrated_to=change.later.number)
    run.finish()
    store.write(work)
    return effect


def _relabel(work: store.Work, change: Change) -> None:
    """Point every open thing of the case to the new plan; open tasks take the new name of their step."""
    run = work.run
    for token in run.state.tokens.values():
        if token.plan in change.plans:
            run.touch(token)
            token.plan = change.plans[token.plan]
        called = token.local.get("#called")
        if isinstance(called, str) and called in change.plans:
            run.keep(token, "#called", change.plans[called])
    for task in run.state.tasks.values():
        if task.plan in change.plans:
            ref = change.plans[task.plan]
            node = library.plan(ref).nodes.get(task.node)
            run.change_task(task, plan=ref, name=node.title if node else task.name)
    for wait in run.state.waits.values():
        if wait.plan in change.plans:
            wait.plan = change.plans[wait.plan]
            run.delta.waits_gone.add(wait.id)
            run.delta.waits_new.add(wait.id)
    for job in run.state.jobs.values():
        if job.plan in change.plans:
            run.change_job(job, plan=change.plans[job.plan])


def _version(version_id: int) -> DefinitionVersion:
    found = (
        DefinitionVersion.objects.defer("content").select_related("definition").filter(pk=version_id).first()
    )
    if found is None:
        raise Missing(
            _("There is no such version, or you may not see it."),
            code="cases.version_missing",
            hint=_("Start from the list of models."),
        )
    return found


def _running(version_id: int, case_ids: Sequence[int] | None) -> list[Case]:
    found = Case.objects.filter(version_id=version_id, state__in=OPEN).order_by("pk")
    return list(found if case_ids is None else found.filter(pk__in=list(case_ids)))


def _standing(case_ids: Iterable[int]) -> dict[int, list[Standing]]:
    places: dict[int, list[Standing]] = {}
    for token in Token.objects.filter(case_id__in=list(case_ids)).order_by("pk"):
        places.setdefault(token.case_id, []).append(Standing(token.plan, token.node, token.state, token.via))
    return places
