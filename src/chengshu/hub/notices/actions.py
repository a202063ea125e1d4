"""Every write of notices."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.action import Reach, action
from chengshu.foundation.asking import current_asker
from chengshu.foundation.errors import InvalidInput, Missing, Words
from chengshu.foundation.orgs.models import Role, Unit
from chengshu.hub.notices.models import Notice, Weight

LONGEST_TEXT = 2000


def _unit_of_notice(*, notice_id: int, **_rest: object) -> int | Reach:
    found = Notice.objects.filter(pk=notice_id).values_list("unit_id", flat=True).first()
    return Reach.ANYWHERE if found is None else found


@action(title=_("Send a notice to a post"), at=lambda *, unit_id, **_rest: unit_id)
def send_notice(
    *,
    unit_id: int,
    role: str,
    subject: str,
    text: str = "",
    page: str = "",
    about: str = "",
    weight: str = Weight.PLAIN,
    simulated: bool = False,
) -> int:
    """Tell the holders of a role at a unit; returns the notice's id.

    :param page: address within the platform where the thing is looked at
    :param about: the occasion, for ``clear_notices``
    :raises InvalidInput: if unit, role or weight is unknown, the subject is missing, or the page is not one of ours
    """
    _known(Unit.objects.filter(pk=unit_id).exists(), "unit", _("There is no such unit."))
    _known(Role.objects.filter(key=role).exists(), "role", _("There is no such role."))
    _known(weight in Weight.values, "weight", _("There is no such weight."))
    _known(page == "" or _is_ours(page), "page", _("The page must be one of this platform."))
    _known(bool(subject.strip()), "subject", _("A notice needs a subject."))
    notice = Notice(
        unit_id=unit_id,
        role=role,
        weight=weight,
        subject=_clean(subject)[:200],
        text=_clean(text)[:LONGEST_TEXT],
        page=page[:300],
        about=_clean(about)[:200],
        sent_by=current_asker().name[:150],
        simulated=simulated,
    )
    notice.save()
    return notice.pk


@action(title=_("Mark a notice as read"), at=_unit_of_notice)
def read_notice(*, notice_id: int) -> None:
    """Note that somebody of the post has read it; a second time changes nothing.

    :raises Missing: if there is none that the asker may see
    """
    notice = Notice.objects.select_for_update().filter(pk=notice_id).first()
    if notice is None:
        raise Missing(_("There is no such notice, or you may not see it."), code="notices.missing")
    if notice.is_open:
        notice.read_at, notice.read_by_id = timezone.now(), current_asker().account_id
        notice.save()


@action(title=_("Clear the notices of an occasion"), at=lambda *, unit_id, **_rest: unit_id)
def clear_notices(*, unit_id: int, about: str) -> int:
    """Take back what nobody has read yet, since its occasion is over; returns how many.

    :raises InvalidInput: ``about`` if it is empty
    """
    _known(bool(about.strip()), "about", _("Say which occasion is over."))
    waiting = Notice.objects.select_for_update().filter(
        unit_id=unit_id, about=_clean(about)[:200], read_at=None, cleared_at=None
    )
    for notice in (found := list(waiting)):
        notice.cleared_at = timezone.now()
        notice.save()
    return len(found)


def _known(is_so: bool, field: str, otherwise: Words) -> None:
    if not is_so:
        raise InvalidInput(
            otherwise, field=field, code=f"notices.{field}", hint=_("Look at what is given for it.")
        )


def _is_ours(page: str) -> bool:
    return page.startswith("/") and not page.startswith(("//", "/\\"))


def _clean(text: str) -> str:
    return text.strip().replace("\x00", "")
