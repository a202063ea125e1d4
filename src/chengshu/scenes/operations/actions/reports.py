"""Monthly reports: reckoned from the records and kept; nobody types a figure."""

from __future__ import annotations

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.action import action
from chengshu.foundation.asking import current_asker
from chengshu.foundation.errors import Conflict, InvalidInput
from chengshu.scenes.operations.keeping import keep
from chengshu.scenes.operations.models import (
    AvailabilityLine,
    Contract,
    FaultCall,
    MonthlyReport,
    Outage,
    Round,
    Survey,
    Ticket,
)
from chengshu.scenes.operations.periods import moments_of
from chengshu.scenes.operations.printing import report_files
from chengshu.scenes.operations.reckoning.availability import Reckoned
from chengshu.scenes.operations.reporting import Month, ServiceMonth, month_of

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@action(title=_("Make a monthly report"), at=lambda *, contract, **_rest: contract.unit_id)
def make_report(*, contract: Contract, month: date) -> MonthlyReport:
    """Reckon a month that is over, and keep it with its papers; again when facts came later, as a further version.

    :param month: any day of it
    :raises InvalidInput: ``month`` if it is not over, or the contract was not in force
    :raises Conflict: if nothing has changed since the last version
    """
    now = timezone.now()
    month = month.replace(day=1)
    _since, until = moments_of(month)
    if until > now:
        raise InvalidInput(_("This month is not over."), field="month", code="operations.month")
    if (contract.starts_on and until.date() <= contract.starts_on) or (
        contract.ends_on and month > contract.ends_on
    ):
        raise InvalidInput(
            _("The contract was not in force in this month."), field="month", code="operations.month"
        )
    reckoned = month_of(contract, month, now)
    figures = reckoned.figures
    last = contract.reports.filter(month=month).first()
    if last is not None and last.figures == figures:
        raise Conflict(_("Nothing has changed since the last version."), code="operations.same_report")
    row = MonthlyReport(
        contract=contract,
        unit_id=contract.unit_id,
        supplier_id=contract.supplier_id,
        month=month,
        version=last.version + 1 if last else 1,
        figures=figures,
        made_at=now,
        made_by_id=current_asker().account_id,
        simulated=_is_simulated(reckoned),
    )
    word, pdf = report_files(contract, month, row.version, figures, now, simulated=row.simulated)
    row.word, row.pdf = keep(word, WORD), keep(pdf, "application/pdf")
    row.save()
    for service in reckoned.services:
        _keep_lines(row, service)
    return row


def _keep_lines(report: MonthlyReport, service: ServiceMonth) -> None:
    if service.whole is not None:
        _line(report, service, service.whole, None)
    for device, reckoned in service.devices:
        _line(report, service, reckoned, device.pk)


def _line(report: MonthlyReport, service: ServiceMonth, reckoned: Reckoned, resource_id: int | None) -> None:
    AvailabilityLine(
        report=report,
        unit_id=report.unit_id,
        supplier_id=report.supplier_id,
        service=service.service,
        resource_id=resource_id,
        agreed_s=reckoned.agreed_s,
        excluded_s=reckoned.excluded_s,
        down_s=reckoned.down_s,
        longest_s=reckoned.longest_s,
    ).save()


def _is_simulated(month: Month) -> bool:
    """One made-up record taints the report."""
    records = month.records
    tickets = {pk for key in ("opened", "unrepaired", "late_repair") for pk in records[key]}
    outages = [outage.pk for one in month.services for outage in one.outages]
    return any(
        table.objects.filter(pk__in=ids, simulated=True).exists()
        for table, ids in (
            (Ticket, tickets),
            (Outage, outages),
            (Round, records["rounds"]),
            (FaultCall, records["calls"]),
            (Survey, records["surveys"]),
        )
    )
