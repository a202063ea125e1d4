"""Writing a plan and putting it in force: one person writes, another approves."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.action import Reach, action
from chengshu.foundation.asking import current_asker
from chengshu.foundation.errors import InvalidInput
from chengshu.foundation.orgs.models import Unit
from chengshu.scenes.command import facts
from chengshu.scenes.command.models import Plan, PlanStep, PlanVersion, VersionState
from chengshu.scenes.command.texts import given, one_of, optional, wrong_state

MOST_STEPS = 60
INDENT = 2


def at_version(*, version: PlanVersion, **_rest: object) -> int:
    return version.unit_id


@action(title=_("Draft a plan"), at=lambda *, unit, **_rest: unit.pk)
def draft_plan(*, unit: Unit, title: str, kinds: Sequence[str], source: str, scope: str = "") -> PlanVersion:
    """Begin a plan with its first draft.

    :param kinds: codes of the kinds of events it is for
    :param source: the document it follows
    :raises InvalidInput: by field
    """
    known = [one.code for one in facts.kinds(timezone.localdate())]
    codes = [one_of(code, known, "kinds") for code in kinds]
    if not codes:
        raise InvalidInput(_("Choose what it is for."), field="kinds", code="command.kinds")
    name = given(title, "title", most=200)
    if Plan.objects.filter(unit=unit, title=name).exists():
        raise InvalidInput(_("There is a plan of this title."), field="title", code="command.plan_title")
    plan = Plan(unit=unit, title=name, kinds=codes)
    plan.save()
    version = PlanVersion(
        plan=plan,
        unit=unit,
        number=1,
        source=given(source, "source", _("Name the document it follows."), most=500),
        scope=optional(scope, "scope", most=500),
        author_id=current_asker().account_id,
    )
    version.save()
    return version


@action(title=_("Begin a new version of a plan"), at=lambda *, plan, **_rest: plan.unit_id)
def draft_version(*, plan: Plan) -> PlanVersion:
    """A draft with the steps of the last version.

    :raises Conflict: if there is a draft, or one waits for approval
    """
    last = plan.versions.order_by("-number")[0]
    if last.state in (VersionState.DRAFT, VersionState.SUBMITTED):
        raise wrong_state(_("There is a draft already."), _("Work on that one."))
    version = PlanVersion(
        plan=plan,
        unit_id=plan.unit_id,
        number=last.number + 1,
        source=last.source,
        scope=last.scope,
        contacts=last.contacts,
        author_id=current_asker().account_id,
    )
    version.save()
    for step in last.steps.all():
        copy_step(step, PlanStep(version=version))
    return version


def copy_step(step: PlanStep, to: PlanStep) -> None:
    """Save a step under another version, with all that both share."""
    to.unit_id = step.unit_id
    for name in ("number", "title", "post", "minutes", "after", "evidence", "resources"):
        setattr(to, name, getattr(step, name))
    to.save()


@action(title=_("Change the draft of a plan"), at=at_version)
def change_version(*, version: PlanVersion, source: str, scope: str = "", contacts: str = "") -> PlanVersion:
    """
    :param contacts: one post in each line, told by the one above it that stands further left
    :raises InvalidInput: by field
    :raises Conflict: if it is no draft
    """
    version = _draft(version)
    version.source = given(source, "source", _("Name the document it follows."), most=500)
    version.scope = optional(scope, "scope", most=500)
    text = contacts.strip("\n").replace("\x00", "").replace("　", "  ")[:4000]
    contact_tree(text)
    version.contacts, version.author_id = text, current_asker().account_id
    version.save()
    return version


def contact_tree(text: str) -> list[tuple[int, str]]:
    """Depth and post of each line.

    :raises InvalidInput: ``contacts`` if a line stands deeper than one below the line above it
    """
    found: list[tuple[int, str]] = []
    for line in text.splitlines():
        if not line.strip():
            continue
        depth = (len(line) - len(line.lstrip())) // INDENT
        if depth > (found[-1][0] + 1 if found else 0):
            raise InvalidInput(
                _("“%(line)s” is told by nobody: it stands too far right.") % {"line": line.strip()[:40]},
                field="contacts",
                code="command.contacts",
                hint=_("Two blanks for each level."),
            )
        found.append((depth, line.strip()))
    return found


@action(title=_("Write a step of a plan"), at=at_version)
def put_step(
    *,
    version: PlanVersion,
    title: str,
    post: str,
    number: int = 0,
    minutes: int = 0,
    after: Sequence[int] = (),
    evidence: bool = False,
    resources: str = "",
) -> PlanStep:
    """Add a step at the end, or change one.

    :param number: of the step to change; 0: a new one
    :param after: numbers of earlier steps that come first
    :raises InvalidInput: by field
    :raises Conflict: if it is no draft
    """
    version = _draft(version)
    count = version.steps.count()
    if not 0 <= number <= count or (number == 0 and count >= MOST_STEPS):
        raise InvalidInput(_("There is no such step."), field="number", code="command.step")
    at = number or count + 1
    first = sorted(set(after))
    if any(not 1 <= one < at for one in first):
        raise InvalidInput(_("Only earlier steps can come first."), field="after", code="command.after")
    step = version.steps.filter(number=at).first() or PlanStep(
        version=version, unit_id=version.unit_id, number=at
    )
    step.title = given(title, "title", most=200)
    step.post = given(post, "post", _("Name the post that does it."), most=100)
    step.minutes, step.after, step.evidence = minutes, first, evidence
    step.resources = optional(resources, "resources", most=300)
    step.save()
    _written_by_me(version)
    return step


@action(title=_("Strike the last step of a plan"), at=at_version)
def strike_step(*, version: PlanVersion) -> PlanVersion:
    """
    :raises Conflict: if it is no draft, or has no step
    """
    version = _draft(version)
    last = version.steps.order_by("-number").first()
    if last is None:
        raise wrong_state(_("This plan has no step."))
    last.delete()
    _written_by_me(version)
    return version


@action(title=_("Submit a plan for approval"), at=at_version)
def submit_plan(*, version: PlanVersion) -> PlanVersion:
    """
    :raises Conflict: if it is no draft, or has no step
    """
    version = _draft(version)
    if not version.steps.exists():
        raise wrong_state(_("This plan has no step."), _("Write what is to be done."))
    _written_by_me(version)
    version.state, version.submitted_at = VersionState.SUBMITTED, timezone.now()
    version.save()
    return version


@action(title=_("Approve a plan"), at=at_version)
def approve_plan(*, version: PlanVersion, decision: str = "") -> PlanVersion:
    """Put it in force in place of the one before. Nobody approves what they wrote.

    :raises Conflict: if it is not submitted, or the asker wrote it
    """
    version = _submitted(version)
    for before in version.plan.versions.select_for_update().filter(state=VersionState.IN_FORCE):
        before.state = VersionState.REPLACED
        before.save()
    return _decide(version, VersionState.IN_FORCE, optional(decision, "decision", most=500))


@action(title=_("Send a plan back"), at=at_version)
def return_plan(*, version: PlanVersion, decision: str) -> PlanVersion:
    """
    :raises InvalidInput: ``decision``
    :raises Conflict: if it is not submitted, or the asker wrote it
    """
    text = given(decision, "decision", _("Say what is lacking."), most=500)
    return _decide(_submitted(version), VersionState.DRAFT, text)


@action(title=_("Load the plan templates"), at=Reach.EVERYWHERE)
def ship_plans() -> int:
    """Add the templates that come with the software as drafts of the centre; returns how many are new."""
    unit = Unit.objects.filter(key=facts.CENTRE).first()
    if unit is None:
        return 0
    return sum(_ship(unit, name, content) for name, content in facts.files("plans"))


def _ship(unit: Unit, name: str, content: object) -> bool:
    row = dict(content)  # type: ignore[call-overload]
    if Plan.objects.filter(unit=unit, shipped=name).exists():
        return False
    plan = Plan(unit=unit, title=row["title"], kinds=row["kinds"], shipped=name)
    plan.save()
    version = PlanVersion(
        plan=plan,
        unit=unit,
        number=1,
        source=row["source"],
        scope=row["scope"],
        contacts=row["contacts"].strip("\n"),
    )
    version.save()
    for number, step in enumerate(row["steps"], 1):
        PlanStep(version=version, unit=unit, number=number, **step).save()
    return True


def _written_by_me(version: PlanVersion) -> None:
    version.author_id = current_asker().account_id or version.author_id
    version.save()


def _draft(version: PlanVersion) -> PlanVersion:
    version = PlanVersion.objects.select_for_update().get(pk=version.pk)
    if version.state != VersionState.DRAFT:
        raise wrong_state(_("Only a draft can be changed."), _("Begin a new version."))
    return version


def _submitted(version: PlanVersion) -> PlanVersion:
    version = PlanVersion.objects.select_for_update(of=("self",)).select_related("plan").get(pk=version.pk)
    if version.state != VersionState.SUBMITTED:
        raise wrong_state(_("This plan is not waiting for approval."))
    if version.author_id is not None and version.author_id == current_asker().account_id:
        raise wrong_state(_("Nobody approves what they wrote."), _("Ask somebody else."))
    return version


def _decide(version: PlanVersion, state: VersionState, decision: str) -> PlanVersion:
    version.state, version.decision = state, decision
    version.decided_at, version.decided_by_id = timezone.now(), current_asker().account_id
    version.save()
    return version
