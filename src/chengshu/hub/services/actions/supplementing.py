"""补正 and 撤回: what the applicant does with an application that is under way."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases import api as cases
from chengshu.engines.registers import api as registers
from chengshu.engines.registers.data import Form, Typed
from chengshu.foundation.action import Reach, action
from chengshu.foundation.asking import asking, current_asker
from chengshu.foundation.errors import Conflict, InvalidInput
from chengshu.foundation.orgs.models import Unit
from chengshu.hub.services import asked, material_plan, variables
from chengshu.hub.services.actions.following import record_status
from chengshu.hub.services.actions.materials import insist_received_at, not_the_applicant, take_in
from chengshu.hub.services.models import Application
from chengshu.hub.services.queries import applications, matters
from chengshu.hub.services.subjects import subject_of
from chengshu.hub.services.supplementing import OpenSupplement, open_supplement


@action(title=_("Hand in a supplement"), at=Reach.SELF, sensitive=("typed",))
def supplement(*, application_id: int, form: Form | None, typed: Typed) -> None:
    """Answer the one notice of what is missing: the form anew, with the materials, and the case goes on.

    :raises FormRefused: with every error
    :raises Conflict: if no supplement is waited for
    :raises Refused: to anybody but the applicant and their agent
    """
    application = applications.row(application_id, lock=True)
    if not asked.acts_for(application):
        raise not_the_applicant()
    _answer(application, form, typed)


@action(
    title=_("Take in a supplement at a window"),
    at=lambda *, unit_id, **_rest: unit_id,
    sensitive=("typed",),
)
def supplement_at_window(*, application_id: int, unit_id: int, form: Form | None, typed: Typed) -> None:
    """Take in at a counter what a supplement asks for, for somebody who has no account or came in person.

    :param unit_id: where the clerk stands: the unit that received the application, or the one that decides
    :raises FormRefused: with every error
    :raises Conflict: if no supplement is waited for
    """
    application = applications.row(application_id, lock=True)
    insist_received_at(application, unit_id)
    _answer(application, form, typed)


def _answer(application: Application, form: Form | None, typed: Typed) -> None:
    waiting = open_supplement(application)
    if waiting is None:
        raise Conflict(
            _("No supplement is waited for in this application."),
            code="services.no_supplement",
            hint=_("Reload the page to see where it stands."),
        )
    _take_materials(application, typed)
    given = _hand_in(application, waiting, form, typed)
    _complete(application, waiting, given)


def _take_materials(application: Application, typed: Typed) -> None:
    brought = material_plan.brought_in(typed)
    known = set(application.materials.values_list("key", flat=True))
    files = {key: ids for key, ids in brought.files.items() if key in known}
    take_in(application, files, paper=sorted(brought.paper & known))


def _hand_in(
    application: Application, waiting: OpenSupplement, form: Form | None, typed: Typed
) -> dict[str, object]:
    """The corrected form takes the place of the earlier one; returns its variables."""
    if form is None and waiting.form:
        form = registers.form(waiting.form)
    if form is None:
        return {}
    own = material_plan.form_without(form, matters.elements_in(application.version))
    checked = registers.check(own, typed)
    unit = Unit.objects.get(pk=application.unit_id)
    subject = subject_of(application.pk)
    if application.authorisation_id is None:
        registers.submit_form(subject=subject, form=own, typed=typed, unit=unit)
    else:
        with asking(asked.platform()):
            registers.submit_form(subject=subject, form=own, typed=typed, unit=unit)
    return variables.of_form(own, checked.values)


def _complete(application: Application, waiting: OpenSupplement, given: dict[str, object]) -> None:
    """As the person whose task it is; for somebody else's through the platform, which the history then names."""
    values = given if waiting.form else None
    if application.account_id == current_asker().account_id:
        cases.complete_task(task_id=waiting.task_id, outcome=waiting.outcome, variables=values)
        return
    with asking(asked.platform()):
        cases.complete_task(task_id=waiting.task_id, outcome=waiting.outcome, variables=values)


@action(title=_("Withdraw an application"), at=Reach.SELF)
def withdraw_application(*, application_id: int, reason: str) -> None:
    """撤回: take an application back before it is decided; a bundle with all of its parts.

    :raises InvalidInput: without a reason
    :raises Refused: to anybody but the applicant and their agent
    :raises Conflict: if it is decided, or has ended
    """
    if not reason.strip():
        raise InvalidInput(
            _("Say why."), field="reason", code="services.reason_missing", hint=_("A sentence is enough.")
        )
    application = applications.row(application_id, lock=True)
    if not asked.acts_for(application):
        raise not_the_applicant()
    parts = list(application.children.all()) if application.case_id is None else [application]
    open_parts = [part for part in parts if part.status in asked.WITHDRAWABLE]
    if application.closed_at is not None or not open_parts:
        raise Conflict(
            _("This application is decided or has ended; it can no longer be withdrawn."),
            code="services.decided",
            hint=_("Apply anew, or ask for review of the decision."),
        )
    for part in open_parts:
        _withdraw(part, reason)


def _withdraw(application: Application, reason: str) -> None:
    if application.account_id == current_asker().account_id and application.case_id is not None:
        cases.withdraw_case(case_id=application.case_id, reason=reason)
    elif application.case_id is not None:
        with asking(asked.platform()):
            cases.withdraw_case(case_id=application.case_id, reason=reason)
    with asking(asked.platform()):
        record_status(application_id=application.pk, status="14", at=timezone.now())
