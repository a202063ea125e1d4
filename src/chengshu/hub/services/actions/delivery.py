"""送达: the applicant has the result. It closes the application."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.action import action
from chengshu.foundation.asking import asking, current_asker
from chengshu.foundation.audit.canonical import storable
from chengshu.foundation.errors import Conflict, InvalidInput
from chengshu.foundation.events.bus import emit
from chengshu.hub.services import asked
from chengshu.hub.services.actions.following import close, follow_parent
from chengshu.hub.services.data import ApplicationView
from chengshu.hub.services.events import ApplicationDelivered
from chengshu.hub.services.models import Application, DeliveryManner
from chengshu.hub.services.queries import applications


def _where(*, application_id: int, **_rest: object) -> int:
    """The unit that decides; the window that received it where the asker stands there."""
    application = applications.row(application_id)
    received = application.received_at_unit_id
    if received is not None and current_asker().holds_at("services.deliver", received):
        return received
    return application.unit_id


@action(title=_("Deliver the result"), at=_where)
def deliver(*, application_id: int, manner: str, to: str = "", note: str = "") -> ApplicationView:
    """Hand the result over and close the application.

    :param manner: ``counter``, ``courier``, ``online``, ``left`` or ``notice``
    :param to: who received it, or the number of the parcel
    :raises Conflict: if nothing is decided yet, or it was delivered already
    :raises InvalidInput: ``manner``, or ``to`` where somebody must have received it
    """
    application = applications.row(application_id, lock=True)
    _insist_deliverable(application)
    if manner not in DeliveryManner.values:
        raise InvalidInput(_("Choose how it is delivered."), field="manner", code="services.manner")
    if manner in (DeliveryManner.COUNTER, DeliveryManner.COURIER, DeliveryManner.LEFT) and not to.strip():
        raise InvalidInput(
            _("Say who received it, or give the number of the parcel."), field="to", code="services.receiver"
        )
    now = timezone.now()
    application.delivered_at, application.delivery_manner = now, manner
    application.delivered_to = storable(to.strip())[:200]
    application.delivery_note = storable(note.strip())[:500]
    emit(ApplicationDelivered(application=application.pk))
    close(application, now)
    application.save()
    with asking(asked.platform()):
        _tell_parent(application)
    return applications.view_of(applications.row(application.pk))


def _tell_parent(application: Application) -> None:
    if application.parent_id is not None:
        follow_bundle(application_id=application.pk)


@action(
    title=_("Let a bundle follow its parts"),
    at=lambda *, application_id, **_rest: applications.row(application_id).unit_id,
)
def follow_bundle(*, application_id: int) -> None:
    """Bring the application for the bundle up to date with one of its parts."""
    follow_parent(applications.row(application_id))


def _insist_deliverable(application: Application) -> None:
    if application.decided_at is None:
        raise Conflict(
            _("Nothing is decided yet."), code="services.undecided", hint=_("Wait for the decision.")
        )
    if application.delivered_at is not None:
        raise Conflict(
            _("It was delivered already."), code="services.delivered", hint=_("Reload the page to see it.")
        )
