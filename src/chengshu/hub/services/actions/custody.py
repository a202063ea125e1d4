"""交接: papers on their way between 收件地 and 办理地, each hand-over with who, what and when (跨域通办)."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.action import action
from chengshu.foundation.asking import current_asker
from chengshu.foundation.audit.canonical import storable
from chengshu.foundation.errors import Conflict, InvalidInput, Missing, Refused
from chengshu.foundation.orgs.models import Unit
from chengshu.hub.services.data import CustodyView
from chengshu.hub.services.models import Application, Custody
from chengshu.hub.services.queries import applications, custody


@action(title=_("Hand papers over"), at=lambda *, unit_id, **_rest: unit_id)
def hand_over(
    *,
    application_id: int,
    unit_id: int,
    items: Sequence[str],
    to_unit_id: int | None = None,
    courier: str = "",
    tracking: str = "",
    remark: str = "",
) -> CustodyView:
    """Give papers of an application on: to the unit that decides, back to the one that received them, or to a courier.

    :param unit_id: the unit that gives
    :param items: what is handed over, line by line
    :param tracking: 运单号 of the parcel
    :raises InvalidInput: ``items``, or ``to_unit_id`` when neither a unit nor a courier takes it
    :raises Refused: if the unit has nothing to do with the application
    :raises Conflict: while an earlier hand-over of this unit has not arrived
    """
    account_id = current_asker().account_id
    if account_id is None:
        raise Refused(_("The platform itself hands nothing over."), code="services.no_account")
    application = applications.row(application_id, lock=True)
    _insist_concerned(application, unit_id)
    listed = [storable(item.strip())[:200] for item in items if item.strip()]
    if not listed:
        raise InvalidInput(
            _("List what is handed over."), field="items", code="services.items", hint=_("One line each.")
        )
    if to_unit_id is None and not courier.strip():
        raise InvalidInput(
            _("Say which unit or courier takes it."), field="to_unit_id", code="services.receiver"
        )
    if to_unit_id is not None and (to_unit_id == unit_id or not Unit.objects.filter(pk=to_unit_id).exists()):
        raise InvalidInput(_("There is no such other unit."), field="to_unit_id", code="services.unit")
    if application.custody.filter(unit_id=unit_id, to_unit_id=to_unit_id, received_at=None).exists():
        raise Conflict(
            _("An earlier hand-over has not arrived yet."),
            code="services.under_way",
            hint=_("Have it received first."),
        )
    row = Custody(
        application=application,
        unit_id=unit_id,
        to_unit_id=to_unit_id,
        courier=storable(courier.strip())[:100],
        tracking=storable(tracking.strip())[:60],
        items=listed,
        handed_at=timezone.now(),
        handed_by_id=account_id,
        remark=storable(remark.strip())[:500],
    )
    row.save()
    return custody.views_of([row])[0]


def _row(custody_id: int) -> Custody:
    found = Custody.objects.select_related("application").filter(pk=custody_id).first()
    if found is None:
        raise Missing(
            _("There is no such hand-over, or you may not see it."),
            code="services.custody_missing",
            hint=_("Go back to the application."),
        )
    return found


def _receiving_unit(*, custody_id: int, **_rest: object) -> int:
    found = _row(custody_id)
    return found.to_unit_id or found.application.unit_id


@action(title=_("Receive papers that were handed over"), at=_receiving_unit)
def receive_hand_over(*, custody_id: int, remark: str = "") -> CustodyView:
    """Confirm that a hand-over arrived, whole or with a remark.

    :raises Conflict: if it was received already
    """
    row = Custody.objects.select_for_update().get(pk=_row(custody_id).pk)
    if row.received_at is not None:
        raise Conflict(
            _("It was received already."), code="services.received", hint=_("Reload the page to see it.")
        )
    row.received_at, row.received_by_id = timezone.now(), current_asker().account_id
    if remark.strip():
        row.remark = storable(f"{row.remark} {remark.strip()}".strip())[:500]
    row.save()
    return custody.views_of([row])[0]


def _insist_concerned(application: Application, unit_id: int) -> None:
    concerned = {application.unit_id, application.received_at_unit_id}
    concerned |= set(application.custody.values_list("to_unit_id", flat=True))
    if unit_id not in concerned:
        raise Refused(_("This unit has nothing of the application to hand over."), code="services.other_unit")
