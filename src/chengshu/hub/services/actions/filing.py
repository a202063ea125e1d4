"""Applying: by the applicant or their agent on the portal, or through a clerk at a window."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext_lazy as _

from chengshu.engines.registers.data import Form, Typed
from chengshu.foundation.action import Reach, action
from chengshu.foundation.asking import asking, current_asker
from chengshu.foundation.errors import Refused
from chengshu.hub.services import asked, filing, numbers
from chengshu.hub.services.actions.materials import bind_files
from chengshu.hub.services.actions.papers import issue_paper
from chengshu.hub.services.data import Applicant, Filed
from chengshu.hub.services.models import Application, Authorisation, Channel
from chengshu.hub.services.queries import authorisations, matters


@action(title=_("File an application"), at=Reach.SELF, sensitive=("typed", "applicant"))
def file_application(
    *,
    local_code: str,
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
    received_at_unit_id: int | None = None,
    region_mode: str = "",
    simulated: bool = False,
) -> Filed:
    """Apply for a matter, for oneself or under an authorisation; the case is open when this returns.

    :param form: the matter's form as it was filled in; the one in use unless given
    :param reuse: keys of materials to take from the pool, ``pledges``: to replace by a pledge, ``deferrals``: to follow
    :param files: key of a material → ids of stored files, besides those in ``typed``
    :param request_key: made by the page: with the same key the same application is found again, and no second is made
    :param authorisation_id: whose affair it is then; without it the asker's own
    :raises FormRefused: with every error of the form and every missing material
    :raises Refused: if the authorisation is not the asker's, has ended, was revoked or does not cover the matter
    :raises Conflict: if nobody can apply for it here
    """
    if (found := filing.first_of(request_key)) is not None:
        return filing.filed_again(found)
    given = authorisation_used(authorisation_id, [local_code])
    request = filing.Request(
        form=form,
        typed=typed,
        applicant=applicant,
        channel=channel,
        answers=tuple(answers),
        reuse=tuple(reuse),
        pledges=tuple(pledges),
        deferrals=tuple(deferrals),
        files=files or {},
        request_key=request_key,
        account_id=account_for(given, applicant),
        authorisation=given,
        received_at_unit_id=received_at_unit_id,
        region_mode=region_mode,
        simulated=simulated,
    )
    return file_one(local_code, request)


@action(
    title=_("File an application at a window"),
    at=lambda *, unit_id, **_rest: unit_id,
    sensitive=("typed", "applicant"),
)
def file_at_window(
    *,
    unit_id: int,
    local_code: str,
    form: Form | None,
    typed: Typed,
    applicant: Applicant,
    answers: Sequence[str] = (),
    reuse: Sequence[str] = (),
    pledges: Sequence[str] = (),
    deferrals: Sequence[str] = (),
    files: Mapping[str, Sequence[int]] | None = None,
    channel: str = Channel.WINDOW,
    request_key: str = "",
    authorisation_id: int | None = None,
    region_mode: str = "",
    simulated: bool = False,
) -> Filed:
    """Receive an application at a counter: the same case, whatever the channel; the unit that decides is the matter's.

    :param unit_id: 收件地, where the clerk stands
    :raises FormRefused: with every error of the form and every missing material
    """
    if (found := filing.first_of(request_key)) is not None:
        return filing.filed_again(found)
    given = None
    if authorisation_id is not None:
        with asking(asked.platform()):
            given = insist_holds(authorisations.row(authorisation_id), [local_code])
    request = filing.Request(
        form=form,
        typed=typed,
        applicant=applicant,
        channel=channel,
        answers=tuple(answers),
        reuse=tuple(reuse),
        pledges=tuple(pledges),
        deferrals=tuple(deferrals),
        files=files or {},
        request_key=request_key,
        account_id=given.giver_id if given else applicant.account_id,
        authorisation=given,
        received_at_unit_id=unit_id,
        region_mode=region_mode,
        simulated=simulated,
    )
    return file_one(local_code, request)


def file_one(local_code: str, request: filing.Request) -> Filed:
    """Check, write and give the receipt; for use inside an action."""
    found = filing.checkup(matters.matter_row(local_code), request)
    application = filing.enter(found, request)
    bind(application, found)
    give_receipts(application)
    return filed(application)


def filed(application: Application, children: Sequence[int] = ()) -> Filed:
    return Filed(
        application_id=application.pk,
        number=application.number,
        access_code=numbers.access_code(application.number, application.request_key),
        case_id=application.case_id,
        children=tuple(children),
    )


def bind(application: Application, found: filing.Checkup) -> None:
    """Open the files to whoever handles the application; without files there is nothing to do."""
    brought = [each.files for each in found.materials] + [each.files for each in found.checked.materials]
    if any(brought):
        with asking(asked.platform()):
            bind_files(application_id=application.pk)


def give_receipts(application: Application) -> None:
    """The receipt, and the letters for what was pledged or is to follow."""
    kinds = ["receipt"]
    if application.pledged:
        kinds.append("pledge_letter")
    if application.lacking:
        kinds.append("deferral_letter")
    with asking(asked.platform()):
        for kind in kinds:
            issue_paper(application_id=application.pk, kind=kind)


def authorisation_used(authorisation_id: int | None, local_codes: Sequence[str]) -> Authorisation | None:
    """The authorisation under which the asker acts; None when they act for themselves.

    :raises Refused: if it is not the asker's to use, or not for this, or not now
    """
    if authorisation_id is None:
        return None
    given = authorisations.row(authorisation_id)
    if given.agent_id != current_asker().account_id:
        raise Refused(
            _("This authorisation was not given to you."),
            code="services.not_your_authorisation",
            hint=_("Ask the applicant to authorise you."),
        )
    return insist_holds(given, local_codes)


def insist_holds(given: Authorisation, local_codes: Sequence[str]) -> Authorisation:
    """
    :raises Refused: if it has not begun, has ended, was revoked or is for other matters
    """
    if not asked.is_valid(given):
        raise Refused(
            _("This authorisation does not hold today: it ended or was revoked, or has not begun."),
            code="services.authorisation_over",
            hint=_("Ask the applicant for a new one."),
        )
    if not all(asked.covers(given, code) for code in local_codes):
        raise Refused(
            _("This authorisation does not cover the matter."),
            code="services.authorisation_other_matter",
            hint=_("Ask the applicant for one that does."),
        )
    return given


def account_for(given: Authorisation | None, applicant: Applicant) -> int | None:
    """Whose affair it is: the giver's, else the asker's own; the platform itself says so for made-up ones."""
    if given is not None:
        return given.giver_id
    asker = current_asker()
    return applicant.account_id if asker.is_system else asker.account_id
