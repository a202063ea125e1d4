"""What follows when a case of this scene takes on a status or says something: pledges and deferrals are written down,
clocks pause and go on, licences and conditions are recorded, broken words noted.

Everything is done by the platform itself and may be told twice. What the law does not allow, such as a pause on a
ground that is not excluded, is left undone and stands in the audit chain.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from chengshu.engines.cases import api as cases
from chengshu.engines.cases.data import CaseView, TaskState
from chengshu.foundation.action import Reach, action
from chengshu.foundation.audit.changes import record
from chengshu.foundation.calendar import published_calendar
from chengshu.foundation.errors import Conflict, InvalidInput, Missing, Refused
from chengshu.hub.services import api as services
from chengshu.hub.services.data import ApplicationView, MaterialState
from chengshu.scenes.approvals.actions.credit_notes import note_credit
from chengshu.scenes.approvals.actions.deferrals import Deferred, end_deferral, record_deferrals
from chengshu.scenes.approvals.actions.licences import (
    Term,
    record_conditions,
    record_licence,
    revoke_licence,
)
from chengshu.scenes.approvals.actions.pledges import (
    CaseFacts,
    CheckResult,
    PledgeGiven,
    record_pledge,
    schedule_check,
    settle_pledge,
)
from chengshu.scenes.approvals.environment.heard import conditions_of, day_of, text_of, texts_of
from chengshu.scenes.approvals.environment.terms import renew_by
from chengshu.scenes.approvals.models import (
    CheckMode,
    CreditReason,
    Deferral,
    DeferralState,
    Licence,
    PermitCondition,
    Pledge,
    PledgeState,
)

LICENCE: Final = "licence"
DELIVER: Final = "deliver"
"""The step of every process of this scene that hands the result out."""
_MANNERS: Final = {"window": "counter", "courier": "courier", "electronic": "online", "notice": "notice"}
"""From the words of the proof of delivery to those of an application."""
CHECK_WITHIN: Final = 20
"""Working days after the decision within which a pledge is checked: an arrangement of the office, not of the law."""


def is_ours(case: CaseView) -> bool:
    return case.definition.startswith("approvals.")


def follow_status(case: CaseView, status: str, on: date) -> None:
    """Do what a status brings with it.

    :param on: the day on which the case took it on
    """
    if status == "3":
        _accepted(case, on)
    elif status in ("11", "12"):
        _granted(case, on)
    elif status in ("13", "14"):
        _over_without_a_licence(case, on)
    elif status == "15":
        _revoked(case, on)


def follow_message(case: CaseView, called: str, said: Mapping[str, Any], on: date) -> None:
    """Do what a case asks for by a message of its own.

    :param said: what the message carries
    """
    if called == "approvals_special_begun":
        settle_pause(case_id=case.case_id, begun=True, said=said)
    elif called == "approvals_special_ended":
        settle_pause(case_id=case.case_id, begun=False, said=said)
    elif called == "approvals_licence_made":
        _licence_made(case, said, on)
    elif called == "approvals_delivered":
        _delivered(case, said)
    elif called == "approvals_pledge_checked":
        _pledge_checked(case, said, on)


def facts_of(case: CaseView) -> CaseFacts:
    """The case as our rows name it."""
    application = case.variables.get("application")
    return CaseFacts(
        case_id=case.case_id,
        unit_id=case.unit_id,
        local_code=text_of(case.variables, "matter") or case.definition.removeprefix("approvals."),
        number=case.number,
        title=case.title,
        application_id=application if isinstance(application, int) else None,
        simulated=case.simulated,
    )


# -- acceptance ---------------------------------------------------------------------------------------------------


def _accepted(case: CaseView, on: date) -> None:
    application = services.of_case(case.case_id)
    given = _pledge_in(case, application)
    if given is not None:
        record_pledge(case=facts_of(case), given=given, on=on)
    lacking = tuple(_lacking(application))
    if lacking:
        record_deferrals(case=facts_of(case), materials=lacking)


def _pledge_in(case: CaseView, application: ApplicationView | None) -> PledgeGiven | None:
    """What was pledged: by the form of a matter that is decided by pledge, or for single materials."""
    facts = texts_of(case.variables, "pledge_facts")
    by_matter = case.definition.endswith("_pledged")
    materials = tuple(
        f"material:{material.key}"
        for material in (application.materials if application else ())
        if material.state == MaterialState.PLEDGED
    )
    if not (by_matter or materials):
        return None
    mode = text_of(case.variables, "pledge_check_mode")
    return PledgeGiven(
        text_version=text_of(case.variables, "pledge_text"),
        facts=(*facts, *materials),
        check_mode=mode if mode in CheckMode.values else CheckMode.WRITTEN,
    )


def _lacking(application: ApplicationView | None) -> Iterator[Deferred]:
    for material in application.materials if application else ():
        if material.state == MaterialState.LACKING and material.due_on is not None:
            yield Deferred(material.key, material.name, material.due_on)


# -- pauses -------------------------------------------------------------------------------------------------------


@action(title=_("Let the clocks follow a special procedure"), at=Reach.EVERYWHERE)
def settle_pause(*, case_id: int, begun: bool, said: Mapping[str, Any]) -> str:
    """Pause the clocks while a special procedure stands, and let them go on after it.

    What the law does not allow stays undone: then the time counts, and the audit chain says why.

    :param said: ``ground``, and with the beginning ``until`` (the last day told) and ``notice`` (its number)
    :return: ``paused``, ``resumed``, or the code of the refusal
    """
    ground = text_of(said, "ground")
    try:
        if not begun:
            cases.resume_clock(case_id=case_id, ground=ground)
            return "resumed"
        until = day_of(said, "until")
        if until is None:
            raise InvalidInput(
                _("Nobody said how long it takes."), field="until", code="approvals.no_end_told"
            )
        cases.pause_clock(
            case_id=case_id, ground=ground, notice=text_of(said, "notice"), expected_until=until
        )
    except (Refused, Conflict, InvalidInput, Missing) as error:
        record("not_paused", f"cases.case:{case_id}", ground=ground, code=error.code)
        return error.code
    return "paused"


# -- decision and after -------------------------------------------------------------------------------------------


def _granted(case: CaseView, on: date) -> None:
    facts = facts_of(case)
    record_conditions(case=facts, conditions=conditions_of(case.variables), since=on)
    pledge = Pledge.objects.filter(case_id=case.case_id).first()
    if pledge is not None:
        schedule_check(pledge=pledge, by=published_calendar().add_wd(on, CHECK_WITHIN))
    tell_case_if_supplied(case.case_id)


def _over_without_a_licence(case: CaseView, on: date) -> None:
    """Refused, sent back or withdrawn: nothing is waited for any more."""
    for deferral in Deferral.objects.filter(case_id=case.case_id, state=DeferralState.WAITING):
        end_deferral(deferral=deferral, state=DeferralState.LAPSED, on=on)
    pledge = Pledge.objects.filter(case_id=case.case_id, state=PledgeState.GIVEN).first()
    if pledge is not None:
        settle_pledge(pledge=pledge, result=CheckResult(PledgeState.LAPSED, on))


def _licence_made(case: CaseView, said: Mapping[str, Any], on: date) -> None:
    number = text_of(said, "licence_number")
    if not number:
        return
    until = day_of(said, "licence_valid_until")
    term = Term(
        number=number,
        since=day_of(said, "licence_valid_from") or on,
        until=until,
        renew_by=renew_by(case.definition, until) if until else None,
    )
    record_licence(case=facts_of(case), term=term)
    _print_licence(case, term)


def _print_licence(case: CaseView, term: Term) -> None:
    """Issue the paper of the licence, once."""
    application = services.of_case(case.case_id)
    if application is None or any(paper.kind == LICENCE for paper in application.papers):
        return
    facts = {
        "licence_number": term.number,
        "project": case.title,
        "valid_from": term.since,
        "valid_until": term.until,
        "conditions": [each.words for each in PermitCondition.objects.filter(case_id=case.case_id)],
    }
    services.issue_paper(
        application_id=application.application_id, kind=LICENCE, facts=facts, valid_until=term.until
    )


def _delivered(case: CaseView, said: Mapping[str, Any]) -> None:
    """The step of the case that hands the result out closes the application, unless the counter has done so."""
    application = services.of_case(case.case_id)
    if application is None or application.decided_at is None or application.delivered_at is not None:
        return
    services.deliver(
        application_id=application.application_id,
        manner=_MANNERS.get(text_of(said, "delivery_manner"), "counter"),
        to=text_of(said, "delivery_tracking") or application.applicant_name,
    )


def follow_delivery(application: ApplicationView) -> bool:
    """The counter has handed the result out: the step that waits for it is done; whether one was."""
    case = cases.case_view(application.case_id) if application.case_id is not None else None
    if case is None or not is_ours(case):
        return False
    waiting = [task for task in case.tasks if task.node == DELIVER and task.state == TaskState.OPEN]
    with override(settings.LANGUAGE_CODE):
        opinion = str(_("Handed out by way of the application."))
    for task in waiting:
        cases.complete_task(task_id=task.task_id, outcome="delivered", opinion=opinion)
    return bool(waiting)


def _pledge_checked(case: CaseView, said: Mapping[str, Any], on: date) -> None:
    pledge = Pledge.objects.filter(case_id=case.case_id).first()
    if pledge is None:
        return
    found = text_of(said, "pledge_result")
    states = {"true": PledgeState.HOLDS, "kept": PledgeState.KEPT, "revoked": PledgeState.REVOKED}
    if found in states:
        mode, finding = text_of(said, "pledge_checked_by"), text_of(said, "pledge_finding")
        settle_pledge(pledge=pledge, result=CheckResult(states[found], on, mode, finding))


def _revoked(case: CaseView, on: date) -> None:
    facts = facts_of(case)
    for licence in Licence.objects.filter(case_id=case.case_id):
        revoke_licence(licence=licence, on=on)
    _revoke_papers(case)
    pledge = Pledge.objects.filter(case_id=case.case_id).first()
    if pledge is None:
        return
    finding = text_of(case.variables, "pledge_finding")
    mode = text_of(case.variables, "pledge_checked_by")
    settle_pledge(pledge=pledge, result=CheckResult(PledgeState.REVOKED, on, mode, finding))
    words = finding or str(_("The check found the pledge untrue; the decision was revoked."))
    note_credit(case=facts, reason=CreditReason.PLEDGE, words=words, on=on)


def _revoke_papers(case: CaseView) -> None:
    """Whoever verifies the decision or the licence is told that they hold no longer."""
    application = services.of_case(case.case_id)
    for paper in application.papers if application else ():
        if paper.kind in ("decision_granted", LICENCE) and paper.state == "in_force":
            reason = str(_("The check found the pledge untrue; the decision was revoked."))
            services.revoke_paper(paper_id=paper.paper_id, reason=reason)


def tell_case_if_supplied(case_id: int) -> bool:
    """Tell the case once everything deferred is there; whether it was waiting for that."""
    of_case = Deferral.objects.filter(case_id=case_id)
    if not of_case.exists() or of_case.exclude(state=DeferralState.SUPPLIED).exists():
        return False
    return tell(case_id, "deferral_supplied")


def tell(case_id: int, name: str) -> bool:
    """Send the case a message; False when it does not wait for it now."""
    try:
        cases.send_message(case_id=case_id, name=name)
    except Conflict:
        return False
    return True
