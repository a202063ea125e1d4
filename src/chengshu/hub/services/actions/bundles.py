"""一件事: one form and one pool of materials, a case for each matter beside the others, one clock: the longest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from chengshu.engines.registers import api as registers
from chengshu.engines.registers.data import FieldError, Form, FormRefused, Typed
from chengshu.foundation.action import Reach, action
from chengshu.foundation.asking import asking
from chengshu.foundation.errors import Conflict, InvalidInput
from chengshu.foundation.orgs.models import Unit
from chengshu.hub.services import asked, bundling, filing, guide
from chengshu.hub.services.actions.filing import (
    account_for,
    authorisation_used,
    bind,
    filed,
    give_receipts,
)
from chengshu.hub.services.data import Applicant, BundleElements, Filed, MaterialState
from chengshu.hub.services.models import Application, Channel, MatterVersion, Offering, Progress
from chengshu.hub.services.queries import matters
from chengshu.hub.services.subjects import subject_of


def _place(*, unit_id: int | None = None, **_rest: object) -> int | Reach:
    """On the portal one's own affair; at a window the clerk's power there."""
    return Reach.SELF if unit_id is None else unit_id


@action(title=_("File for a bundle"), at=_place, sensitive=("typed", "applicant"))
def file_bundle(
    *,
    key: str,
    form: Form | None,
    typed: Typed,
    applicant: Applicant,
    answers: Sequence[str] = (),
    reuse: Sequence[str] = (),
    pledges: Sequence[str] = (),
    deferrals: Sequence[str] = (),
    files: Mapping[str, Sequence[int]] | None = None,
    channel: str = Channel.PORTAL,
    request_key: str = "",
    authorisation_id: int | None = None,
    unit_id: int | None = None,
    region_mode: str = "",
    simulated: bool = False,
) -> Filed:
    """Apply for everything that belongs to one thing under these answers, at once or not at all.

    :param answers: to the bundle's own questions and to those of its matters
    :param unit_id: the window that receives it; left out on the portal
    :raises FormRefused: with every error of the form and everything that any part lacks
    :raises Conflict: if a part cannot be applied for
    """
    if (found := filing.first_of(request_key)) is not None:
        return filing.filed_again(found)
    row = matters.matter_row(key, Offering.BUNDLE)
    elements = matters.bundle_elements(row)
    codes = guide.items_under(elements, answers)
    given = authorisation_used(authorisation_id, codes)
    request = filing.Request(
        form=form or registers.form(elements.form),
        typed=typed,
        applicant=applicant,
        channel=channel,
        answers=tuple(answers),
        reuse=tuple(reuse),
        pledges=tuple(pledges),
        deferrals=tuple(deferrals),
        files=files or {},
        request_key=request_key,
        account_id=account_for(given, applicant) if unit_id is None else applicant.account_id,
        authorisation=given,
        received_at_unit_id=unit_id,
        region_mode=region_mode,
        simulated=simulated,
    )
    parts = _checkups(elements, codes, request)
    return _enter_all(row, elements, parts, request)


def _checkups(
    elements: BundleElements, codes: Sequence[str], request: filing.Request
) -> list[tuple[filing.Checkup, filing.Request]]:
    """Every part checked, with all that is wrong in any of them told at once.

    :raises FormRefused: each error once
    """
    if not codes:
        raise InvalidInput(
            _("Under these answers nothing has to be applied for."),
            field="answers",
            code="services.bundle_empty",
            hint=_("Go through the questions again."),
        )
    whole = _own_form(elements, request)
    errors: dict[str, FieldError] = {error.path: error for error in whole}
    found: list[tuple[filing.Checkup, filing.Request]] = []
    shared: dict[str, str] = {}
    for code in codes:
        version = _version_of(code)
        part = _part_request(version, elements, request)
        try:
            checkup = filing.checkup(version, part, shared=shared)
        except FormRefused as refused:
            errors.update({error.path: error for error in refused.errors})
            continue
        shared.update({each.material.key: version.name for each in checkup.materials if each.files})
        found.append((checkup, part))
    if errors:
        raise FormRefused(
            _("The application is not complete yet."),
            list(errors.values()),
            hint=_("Correct what is marked; what you entered is kept."),
        )
    return found


def _own_form(elements: BundleElements, request: filing.Request) -> Sequence[FieldError]:
    """Errors of the one form, apart from materials, for which the matters answer."""
    if request.form is None or request.form.key != elements.form:
        raise Conflict(
            _("This bundle is applied for by another form."),
            code="services.other_form",
            hint=_("Begin from the bundle's page."),
        )
    return registers.check(replace(request.form, materials=()), request.typed).errors


def _version_of(code: str) -> MatterVersion:
    return matters.matter_row(code)


def _part_request(
    version: MatterVersion, elements: BundleElements, request: filing.Request
) -> filing.Request:
    """What this part takes from the one request."""
    own = matters.elements_in(version)
    possible = {f"{q.key}:{a.key}" for q in own.questions for a in q.answers}
    form_key = matters.Readiness.now().form_of(own)
    whole = request.form
    form, typed = request.form, request.typed
    if whole is not None and form_key and form_key != whole.key:
        form, typed = bundling.part_form(registers.form(form_key), whole, request.typed)
    return replace(
        request,
        form=form,
        typed=typed,
        answers=tuple(answer for answer in request.answers if answer in possible),
        region_mode=request.region_mode if request.region_mode in own.regions else "",
    )


def _enter_all(
    row: MatterVersion,
    elements: BundleElements,
    parts: Sequence[tuple[filing.Checkup, filing.Request]],
    request: filing.Request,
) -> Filed:
    parent = filing.new_application(row, request)
    parent.promised_limit = elements.total_limit
    parent.answers = list(request.answers)
    parent.lacking = any(_has(part, MaterialState.LACKING) for part, _request in parts)
    parent.pledged = any(_has(part, MaterialState.PLEDGED) for part, _request in parts)
    parent.save(force_insert=True)
    Progress(application=parent, status=parent.status, at=parent.filed_at).save()
    _hand_in(parent, request)
    children: list[Application] = []
    for part, own in parts:
        child = filing.enter(part, own, parent=parent)
        bind(child, part)
        children.append(child)
    parent.due_at = bundling.latest([child.due_at for child in children])
    parent.save()
    for one in (parent, *children):
        give_receipts(one)
    return filed(parent, [child.pk for child in children])


def _has(part: filing.Checkup, state: MaterialState) -> bool:
    return any(each.state == state for each in part.materials)


def _hand_in(parent: Application, request: filing.Request) -> None:
    """The one form, as it was filled in; each part has its own beside it."""
    if request.form is None:
        return
    form = replace(request.form, materials=())
    unit = Unit.objects.get(pk=parent.unit_id)
    subject = subject_of(parent.pk)
    if request.authorisation is None:
        registers.submit_form(subject=subject, form=form, typed=request.typed, unit=unit)
        return
    with asking(asked.platform()):
        registers.submit_form(subject=subject, form=form, typed=request.typed, unit=unit)
