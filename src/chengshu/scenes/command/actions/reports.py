"""Situation reports: drafted at their hour from records, checked by one person, issued by another."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.engines.indicators import api as indicators
from chengshu.foundation.action import Reach, action
from chengshu.foundation.asking import current_asker
from chengshu.foundation.calendar import local_day
from chengshu.foundation.calendar.moments import at
from chengshu.foundation.errors import InvalidInput
from chengshu.foundation.orgs.models import Unit
from chengshu.scenes.command import facts
from chengshu.scenes.command.figures import FIGURES, reckoned
from chengshu.scenes.command.keeping import keep_paper
from chengshu.scenes.command.models import ReportState, ReportTemplate, SituationReport
from chengshu.scenes.command.numbering import next_number
from chengshu.scenes.command.printing_reports import report_paper
from chengshu.scenes.command.telling import OFFICER, clear, tell
from chengshu.scenes.command.texts import given, one_of, optional, wrong_state

MOST_CAUGHT_UP = 31
"""Days for which reports that were missed while the platform stood still are drafted afterwards."""
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


def at_report(*, report: SituationReport, **_rest: object) -> int:
    return report.unit_id


@action(title=_("Set a template of situation reports"), at=lambda *, unit, **_rest: unit.pk)
def set_report_template(
    *, unit: Unit, title: str, times: Sequence[str], figures: Sequence[str], names: Sequence[str] = ()
) -> ReportTemplate:
    """Which figures a report shows and when it is due; one of the same title is changed for the reports to come.

    :param times: times of day, such as 08:00
    :param figures: keys of ``FIGURES``
    :param names: names of indicators
    :raises InvalidInput: by field
    """
    hours = sorted({one.strip() for one in times if one.strip()})
    if not hours or not all(_TIME.fullmatch(one) for one in hours):
        raise InvalidInput(_("Enter times such as 08:00."), field="times", code="command.times")
    known = {one.name for one in indicators.definitions()}
    keys = [one_of(one, FIGURES, "figures") for one in figures]
    if not keys:
        raise InvalidInput(_("Choose the figures."), field="figures", code="command.figures")
    name = given(title, "title", most=100)
    row = ReportTemplate.objects.filter(unit=unit, title=name).first() or ReportTemplate(
        unit=unit, title=name, starts_at=timezone.now()
    )
    row.times, row.figures, row.closed_at = hours, keys, None
    row.indicators = [one_of(one.strip(), known, "names") for one in names if one.strip()]
    row.save()
    return row


@action(title=_("Close a template of situation reports"), at=lambda *, template, **_rest: template.unit_id)
def close_report_template(*, template: ReportTemplate) -> None:
    """No further report of it is due."""
    template.closed_at = timezone.now()
    template.save()


@action(title=_("Load the templates of situation reports"), at=Reach.EVERYWHERE)
def ship_reports() -> int:
    """Add the templates that come with the software at the centre; returns how many are new."""
    unit = Unit.objects.filter(key=facts.CENTRE).first()
    if unit is None:
        return 0
    made = 0
    for row in facts.shipped_reports():
        if not ReportTemplate.objects.filter(unit=unit, shipped=row["key"]).exists():
            ReportTemplate(
                unit=unit,
                title=row["title"],
                times=row["times"],
                figures=row["figures"],
                indicators=row["indicators"],
                shipped=row["key"],
                starts_at=timezone.now(),
            ).save()
            made += 1
    return made


@action(title=_("Draft the situation reports that are due"), at=Reach.EVERYWHERE)
def draft_due_reports(*, now: datetime | None = None) -> int:
    """Draft each that is due and not there, those that were missed too; returns how many are new."""
    moment = now or timezone.now()
    templates = ReportTemplate.objects.filter(closed_at=None).select_related("unit")
    return sum(
        _draft(template, since, until) for template in templates for since, until in _due(template, moment)
    )


def _due(template: ReportTemplate, now: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Spans of the reports that are due and not there; each goes on where the one before ended."""
    last = SituationReport.objects.filter(template=template).order_by("-until").first()
    after = max(last.until if last else template.starts_at, now - timedelta(days=MOST_CAUGHT_UP))
    first = local_day(after) - timedelta(days=1)
    days = (local_day(now) - first).days + 1
    moments = sorted(
        _moment(first + timedelta(days=number), clock) for number in range(days) for clock in template.times
    )
    before = [one for one in moments if one <= after]
    since = before[-1] if before else after
    for until in moments:
        if after < until <= now:
            yield since, until
            since = until


def _moment(day: date, clock: str) -> datetime:
    return at(day, time.fromisoformat(clock))


def _draft(template: ReportTemplate, since: datetime, until: datetime) -> bool:
    figures = reckoned(template.unit_id, template.figures, template.indicators, since, until)
    report = SituationReport(
        template=template,
        unit_id=template.unit_id,
        since=since,
        until=until,
        issue_by=until + timedelta(minutes=facts.limit("reports", "issue_minutes")),
        figures=figures,
        simulated=any(one.get("simulated") for one in figures),
        drafted_at=timezone.now(),
    )
    report.save()
    tell(
        unit_id=report.unit_id,
        role=OFFICER,
        subject=f"{template.title}待核对",
        page=reverse("command:report", args=[report.pk]),
        about=_about(report),
    )
    return True


@action(title=_("Reckon a situation report anew"), at=at_report)
def redraft_report(*, report: SituationReport) -> SituationReport:
    """Take in what was recorded since; what was checked must be checked again.

    :raises Conflict: if it is issued
    """
    report = _locked(report, ReportState.DRAFT, ReportState.CHECKED)
    template = report.template
    report.figures = reckoned(
        report.unit_id, template.figures, template.indicators, report.since, report.until
    )
    report.simulated = any(one.get("simulated") for one in report.figures)
    report.state, report.drafted_at = ReportState.DRAFT, timezone.now()
    report.checked_at, report.checked_by = None, None
    report.save()
    return report


@action(title=_("Check a situation report"), at=at_report)
def confirm_report(*, report: SituationReport, remark: str = "") -> SituationReport:
    """Say that the figures are complete, with a judgement in words.

    :param remark: without a digit: figures come from records alone
    :raises InvalidInput: ``remark`` if it holds a digit
    :raises Conflict: if it is not a draft
    """
    report = _locked(report, ReportState.DRAFT)
    words = optional(remark, "remark", most=2000)
    if any(sign.isdigit() for sign in words):
        raise InvalidInput(
            _("Nobody types figures into a report."),
            field="remark",
            code="command.typed_figure",
            hint=_("Leave the digits out, or record what is missing and reckon anew."),
        )
    report.remark, report.state = words, ReportState.CHECKED
    report.checked_at, report.checked_by_id = timezone.now(), current_asker().account_id
    report.save()
    return report


@action(title=_("Issue a situation report"), at=at_report)
def issue_report(*, report: SituationReport) -> SituationReport:
    """Give it its number and make its papers. Nobody issues what they checked.

    :raises Conflict: if it is not checked, or the asker checked it
    """
    report = _locked(report, ReportState.CHECKED)
    me = current_asker().account_id
    if me is not None and report.checked_by_id == me:
        raise wrong_state(_("Nobody issues what they checked."), _("Ask somebody else."))
    now, number = timezone.now(), next_number(report.unit_id, "KB")
    report.word, report.pdf = keep_paper(report_paper(report, number, now))
    report.number, report.state = number, ReportState.ISSUED
    report.issued_at, report.issued_by_id = now, me
    report.save()
    clear(unit_id=report.unit_id, about=_about(report))
    return report


def _about(report: SituationReport) -> str:
    return f"command report {report.template_id} {report.until:%Y%m%d%H%M}"


def _locked(report: SituationReport, *states: ReportState) -> SituationReport:
    found = SituationReport.objects.select_for_update(of=("self",)).select_related("template", "unit")
    report = found.get(pk=report.pk)
    if report.state not in states:
        raise wrong_state(_("This is not possible now: %(state)s.") % {"state": report.get_state_display()})
    return report
