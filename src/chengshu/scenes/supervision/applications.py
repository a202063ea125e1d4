"""What this scene asks of applications and their cases: the one place where it looks into them.

Read as the platform where a listener or round asks; the asker's own rights apply everywhere else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases import api as cases
from chengshu.engines.cases.data import CaseView, ClockView
from chengshu.foundation.asking import asking, current_asker, system
from chengshu.foundation.calendar import local_day
from chengshu.foundation.errors import ChengshuError, Missing
from chengshu.hub.services import api as services
from chengshu.hub.services.models import Application, Channel
from chengshu.scenes.supervision.judging import CaseFacts, ClockFact
from chengshu.scenes.supervision.models import Rating, TouchPoint

MET_AT: Final[Mapping[str, TouchPoint]] = {
    Channel.PORTAL: TouchPoint.ONLINE,
    Channel.API: TouchPoint.ONLINE,
    Channel.WINDOW: TouchPoint.WINDOW,
    Channel.KIOSK: TouchPoint.KIOSK,
}
"""Where an applicant met the service, by the channel of filing."""
REASONED: Final = ("4", "5", "13")


@dataclass(frozen=True)
class Rateable:
    """An application as its rating page shows it: nothing personal.

    :param touch_points: those not rated yet
    """

    application_id: int
    number: str
    matter_name: str
    local_code: str
    unit_id: int
    unit_name: str
    touch_points: tuple[TouchPoint, ...]
    rated: tuple[TouchPoint, ...]
    simulated: bool


def by_code(number: str, access_code: str) -> Rateable:
    """The application that number and access code open.

    :raises Missing: if they do not fit each other; which of the two is wrong is not told
    """
    shown = services.look_up_progress(number=number, access_code=access_code)
    with asking(system("supervision", current_asker().channel)):
        return _rateable(_applications().get(number=shown.number))


def own(application_id: int) -> Rateable:
    """An application of the person who asks.

    :raises Missing: if it is somebody else's, whoever may read it otherwise
    """
    account_id = current_asker().account_id
    found = _applications().filter(pk=application_id, account_id=account_id).first() if account_id else None
    if found is None:
        raise _unknown()
    with asking(system("supervision", current_asker().channel)):
        return _rateable(found)


def rateable(application_id: int) -> Rateable:
    """Any application, for whoever has proved elsewhere that it is theirs."""
    with asking(system("supervision", current_asker().channel)):
        found = _applications().filter(pk=application_id).first()
        if found is None:
            raise _unknown()
        return _rateable(found)


def rated_people(application_id: int) -> list[int]:
    """Accounts of those who handled an application: who filed it at a window and who had a step of its case."""
    with asking(system("supervision", current_asker().channel)):
        application = Application.objects.get(pk=application_id)
        people = {task.assignee_id for task in _tasks(application.case_id)}
        if application.channel != Channel.PORTAL:
            people.add(application.filed_by_id)
        return sorted(people - {None, application.account_id})


def closed_between(since: datetime, until: datetime) -> QuerySet[Application]:
    """Applications that came to their end from ``since`` up to but not including ``until``."""
    return _applications().filter(closed_at__gte=since, closed_at__lt=until)


def decided_in(first: date, last: date) -> list[Application]:
    """Applications decided from the first to the last day: the frame of an inspection. None that is simulated hides."""
    found = _applications().exclude(decided_at=None).order_by("number")
    return [one for one in found if one.decided_at and first <= local_day(one.decided_at) <= last]


def facts_of(case_id: int) -> tuple[CaseView, CaseFacts]:
    """A case and what supervision looks at in it, with its application's channel, fees and promise to be online."""
    view = cases.case_view(case_id)
    application = _applications().filter(case_id=case_id).first()
    elements: Mapping[str, Any] = application.version.elements if application else {}
    statuses, reasons = _decisions(view)
    facts = CaseFacts(
        statuses=statuses,
        reasons=reasons,
        clocks=tuple(_clock(clock) for clock in view.clocks),
        channel=application.channel if application else "",
        online="online" in elements.get("labels", ()) and elements.get("visits") == 0,
        fee_charged=_amount(view.variables.get("fee_charged")),
        fee_listed=_listed(elements.get("fees", ())),
    )
    return view, facts


def _decisions(view: CaseView) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    """The statuses in order, and the words that the step before each decision was completed with."""
    statuses: list[str] = []
    reasons: dict[str, str] = {}
    words = ""
    for entry in view.timeline:
        if entry.kind == "task_completed":
            words = entry.text
        if entry.kind == "status":
            status = str(entry.details.get("status", ""))
            statuses.append(status)
            if status in REASONED:
                reasons[status] = words
    return tuple(statuses), tuple(reasons.items())


def _clock(clock: ClockView) -> ClockFact:
    return ClockFact(
        layer=clock.layer,
        name=str(clock.title),
        light=clock.light,
        is_running=clock.stopped_at is None,
        is_paused=clock.paused_since is not None,
    )


def _amount(value: Any) -> Decimal | None:
    if value is None or value == "":
        return None
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


def _listed(fees: Iterable[Mapping[str, Any]]) -> Decimal | None:
    """The highest amount that the guide names. A standard in words that is no number names none."""
    amounts = [amount for fee in fees if (amount := _amount(fee.get("standard"))) is not None]
    return max(amounts, default=None)


def _tasks(case_id: int | None) -> Iterable[Any]:
    if case_id is None:
        return ()
    try:
        return cases.case_view(case_id).tasks
    except ChengshuError:
        return ()


def _applications() -> QuerySet[Application]:
    return Application.objects.select_related("version", "unit")


def _rateable(application: Application) -> Rateable:
    rated = set(Rating.objects.filter(application=application).values_list("touch_point", flat=True))
    met = _met(application)
    return Rateable(
        application_id=application.pk,
        number=application.number,
        matter_name=application.version.name,
        local_code=application.version.local_code,
        unit_id=application.unit_id,
        unit_name=application.unit.shown_name,
        touch_points=tuple(point for point in met if point not in rated),
        rated=tuple(point for point in met if point in rated),
        simulated=application.simulated,
    )


def _met(application: Application) -> tuple[TouchPoint, ...]:
    """The touch points that can be rated: none before something was decided."""
    if application.decided_at is None and application.closed_at is None:
        return ()
    filed_at = MET_AT.get(application.channel, TouchPoint.ONLINE)
    return (filed_at, TouchPoint.DELIVERY) if application.delivered_at else (filed_at,)


def _unknown() -> Missing:
    return Missing(
        _("No application fits this number and code."),
        code="supervision.application",
        hint=_("Both stand on the receipt."),
    )
