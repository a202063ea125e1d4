"""What people decide on the linter's findings: dismiss with a reason, or accept a correction as a change of the form.

Nothing is ever corrected silently. An accepted correction becomes the next version of a draft, or part of an
adjustment of a form in force, and goes through the same review as everything else.
"""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.action import action
from chengshu.foundation.asking import current_asker
from chengshu.foundation.errors import Conflict, InvalidInput
from chengshu.foundation.events.bus import emit
from chengshu.hub.promises.actions.adjusting import correct
from chengshu.hub.promises.actions.steps import locked, require_version
from chengshu.hub.promises.drafts import automatic, draft_of, with_suggestion
from chengshu.hub.promises.events import FindingDecided
from chengshu.hub.promises.findings import count_findings
from chengshu.hub.promises.models import Finding, FindingState, Form, FormVersion
from chengshu.hub.promises.subjects import subject_of
from chengshu.hub.promises.texts import typed


def _unit_of(*, finding: Finding, **_rest: Any) -> int:
    return finding.unit_id


@action(title=_("Dismiss a finding"), at=_unit_of)
def dismiss_finding(*, finding: Finding, reason: str) -> Finding:
    """Say why a finding is none; it stays on record and no longer stands in the way.

    :raises InvalidInput: without a reason
    :raises Conflict: if it is decided already, or no longer found
    """
    text = typed(reason, field="reason", required=True)
    finding = _current(finding)
    _require(finding, FindingState.OPEN)
    return _decide(finding, FindingState.DISMISSED, text)


@action(title=_("Reopen a finding"), at=_unit_of)
def reopen_finding(*, finding: Finding, reason: str = "") -> Finding:
    """Take back a dismissal.

    :raises Conflict: if the finding was not dismissed
    """
    text = typed(reason, field="reason")
    finding = _current(finding)
    _require(finding, FindingState.DISMISSED)
    return _decide(finding, FindingState.OPEN, text)


@action(title=_("Accept a correction"), at=_unit_of)
def accept_suggestion(
    *, finding: Finding, index: int, reason: str = "", text: str | None = None, based_on: int | None = None
) -> FormVersion:
    """Make one of a finding's corrections part of the draft, or of an adjustment of the form in force.

    :param index: which of the corrections, from 0
    :param reason: why; needed where it opens an adjustment
    :param text: what the person writes instead; needed where the correction has a ``?`` for a figure
    :raises InvalidInput: if there is no such correction, or its figure is missing
    :raises Conflict: if the finding is decided already, or the form changed meanwhile
    """
    finding = _current(finding)
    _require(finding, FindingState.OPEN)
    if not 0 <= index < len(finding.suggestions):
        raise InvalidInput(_("There is no such correction."), field="index", code="suggestion.missing")
    form = locked(finding.form)
    subject = subject_of(form)
    require_version(subject, based_on)
    draft = with_suggestion(form, draft_of(subject.version), finding.ref, finding.suggestions[index], text)
    version = correct(form, draft, typed(reason, field="reason") or _why(finding, index))
    _mark_accepted([finding], version)
    return version


@action(title=_("Accept all safe corrections"), at=lambda *, form, **_rest: form.unit_id)
def accept_safe_suggestions(*, form: Form, reason: str = "", based_on: int | None = None) -> FormVersion:
    """Accept at once every correction of a form that changes only width, case, spaces or a bare 100 %.

    :raises Conflict: if there is none, or the form changed meanwhile
    """
    form = locked(form)
    subject = subject_of(form)
    require_version(subject, based_on)
    draft, accepted = draft_of(subject.version), []
    for finding in Finding.objects.filter(form=form, version=form.current_id, state=FindingState.OPEN):
        for suggestion in automatic(finding.suggestions)[:1]:
            try:
                draft = with_suggestion(form, draft, finding.ref, suggestion)
            except Conflict:
                continue
            accepted.append(finding)
    if not accepted:
        raise Conflict(
            _("There is no correction here that may be accepted in bulk."),
            code="suggestion.none",
            hint=_("Decide the findings one by one."),
        )
    why = typed(reason, field="reason") or str(_("Safe corrections of the linter accepted in bulk."))
    version = correct(form, draft, why)
    _mark_accepted(accepted, version)
    return version


def _why(finding: Finding, index: int) -> str:
    return f"{finding.code} {finding.ref}：{finding.suggestions[index]['reason']}"


def _current(finding: Finding) -> Finding:
    """The finding as it is now, kept from changing until the action ends."""
    return Finding.objects.select_for_update(of=("self",)).select_related("form").get(pk=finding.pk)


def _require(finding: Finding, state: FindingState) -> None:
    if finding.state == state and finding.version_id == finding.form.current_id:
        return
    raise Conflict(
        _("This finding is “%(state)s”.") % {"state": finding.get_state_display()},
        code="finding.state",
        hint=_("Reload the page and look at it again."),
        data={"state": finding.state},
    )


def _decide(finding: Finding, state: FindingState, reason: str) -> Finding:
    finding.state, finding.decision_reason = state, reason
    finding.decided_by_id, finding.decided_at = current_asker().account_id, timezone.now()
    finding.save()
    count_findings(finding.form.budget_year)
    emit(FindingDecided(finding=finding.pk, ref=finding.ref, code=finding.code, state=state.value))
    return finding


def _mark_accepted(findings: list[Finding], version: FormVersion) -> None:
    """Findings of a draft vanish with the version they were about; those of a form in force wait for approval."""
    for finding in findings:
        finding.refresh_from_db()
        _decide(finding, FindingState.ACCEPTED, str(_("Version %(number)s") % {"number": version.number}))
