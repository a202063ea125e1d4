"""Papers: of an application, one by its id, and what anybody may verify."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.asking import asking
from chengshu.foundation.calendar import local_day
from chengshu.foundation.errors import Missing
from chengshu.hub.services import asked
from chengshu.hub.services.data import PaperView, VerifiedPaper
from chengshu.hub.services.models import Paper
from chengshu.hub.services.numbers import normal_code
from chengshu.hub.services.queries.matters import today


def row(paper_id: int) -> Paper:
    """
    :raises Missing: if there is none that the asker may see
    """
    found = (
        Paper.objects.select_related("application", "application__version", "unit", "file")
        .filter(pk=paper_id)
        .first()
        if 0 < paper_id < 2**63
        else None
    )
    if found is None:
        raise Missing(
            _("There is no such paper, or you may not see it."),
            code="services.paper_missing",
            hint=_("Go back to the application."),
        )
    return found


def paper(paper_id: int) -> PaperView:
    """
    :raises Missing: if there is none that the asker may see
    """
    return view_of(row(paper_id))


def views_of(found: Iterable[Paper]) -> tuple[PaperView, ...]:
    return tuple(view_of(each) for each in found)


def view_of(one: Paper) -> PaperView:
    return PaperView(
        paper_id=one.pk,
        kind=one.kind,
        title=one.title,
        number=one.number,
        code=one.code,
        issued_at=one.issued_at,
        file_id=one.file_id,
        state=state_of(one),
    )


def state_of(one: Paper) -> str:
    """``in_force``, ``revoked`` or ``expired``."""
    if one.revoked_at is not None:
        return "revoked"
    return "expired" if one.valid_until is not None and one.valid_until < today() else "in_force"


def verify_paper(code: str) -> VerifiedPaper | None:
    """What the house says of a code printed on a paper; None when it gave out none such. Nothing personal."""
    wanted = normal_code(code)
    if not wanted:
        return None
    with asking(asked.platform()):
        found = Paper.objects.select_related("unit", "application").filter(code=wanted).first()
    if found is None:
        return None
    return VerifiedPaper(
        title=found.title,
        number=found.number,
        unit_name=found.unit.name,
        issued_on=local_day(found.issued_at),
        state=state_of(found),
        digest=found.digest,
        simulated=found.application.simulated,
    )
