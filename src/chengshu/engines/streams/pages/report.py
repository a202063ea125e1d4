"""The report over many devices: one metric of a thing model, day by day, for a month."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from clickhouse_connect.driver.exceptions import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengshu.engines.streams import queries, reporting
from chengshu.engines.streams.columns.client import columns
from chengshu.engines.streams.models import ThingModel
from chengshu.engines.streams.reporting import Day, Report
from chengshu.engines.streams.things import Kind, Property
from chengshu.foundation.errors import InvalidInput, Missing, Unavailable
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.exports import Export, ExportColumn, contribute_export, export_links
from chengshu.foundation.http.pages import render
from chengshu.foundation.web.shell import Column, Filter, Option

FILTERS: Final = ("model", "metric", "month")
COLUMNS: Final = (
    Column("on", gettext_lazy("Day"), kind="date", header=True),
    Column("heard", gettext_lazy("Devices heard"), kind="number", places=0),
    Column("readings", gettext_lazy("Readings"), kind="number", places=0),
    Column("completeness", gettext_lazy("Complete"), kind="percent"),
    Column("mean", gettext_lazy("Mean"), kind="number", places=3),
    Column("least", gettext_lazy("Least"), kind="number", places=3),
    Column("most", gettext_lazy("Greatest"), kind="number", places=3),
)


@dataclass(frozen=True)
class Asked:
    """What the report is wanted of, as far as there is such.

    :param models: those to choose from, and ``numbers`` what the chosen one measures
    :param metric: None where the model measures no numbers
    """

    models: tuple[ThingModel, ...]
    model: ThingModel
    numbers: tuple[Property, ...]
    metric: Property | None
    month: date


@door("streams.view")
def device_report(request: HttpRequest) -> HttpResponse:
    given = {name: request.GET.get(name, "").strip()[:60] for name in FILTERS}
    asked = _asked(given)
    found: Report | None = None
    is_away = False
    if asked is not None and asked.metric is not None:
        try:
            found = reporting.report(columns(), asked.model, asked.metric.key, asked.month)
        except (Unavailable, DatabaseError):
            is_away = True
    context = {
        "columns": COLUMNS,
        "asked": asked,
        "report": found,
        "is_away": is_away,
        "filters": _filters(asked),
        "query": _query(asked),
        "exports": export_links(EXPORT.name, _query(asked)) if found else (),
        "totals": {"on": _("Month"), "readings": found.readings} if found and found.days else None,
    }
    return render(request, "streams/report.html", context)


def _asked(given: Mapping[str, str]) -> Asked | None:
    """The model, metric and month that are asked for; where nothing fits, the first and the newest."""
    models = tuple(queries.thing_models())
    model = next((each for each in models if each.key == given.get("model")), next(iter(models), None))
    if model is None:
        return None
    numbers = _numbers(model)
    metric = next((each for each in numbers if each.key == given.get("metric")), next(iter(numbers), None))
    known = {f"{each:%Y-%m}": each for each in reporting.months(timezone.localdate())}
    return Asked(
        models, model, numbers, metric, known.get(given.get("month", ""), next(iter(known.values())))
    )


def _numbers(model: ThingModel) -> tuple[Property, ...]:
    definition = queries.definition_in_use(model.pk)
    declared = definition.properties.values() if definition else ()
    return tuple(each for each in declared if each.kind in (Kind.NUMBER, Kind.INTEGER))


def _query(asked: Asked | None) -> dict[str, str]:
    if asked is None:
        return {}
    metric = {"metric": asked.metric.key} if asked.metric else {}
    return {"model": asked.model.key, **metric, "month": f"{asked.month:%Y-%m}"}


def _filters(asked: Asked | None) -> list[Filter]:
    if asked is None:
        return []
    models = [Option(each.key, each.title) for each in asked.models]
    metrics = [
        Option(each.key, f"{each.title} ({each.unit})" if each.unit else each.title) for each in asked.numbers
    ]
    months = [Option(f"{each:%Y-%m}", f"{each:%Y-%m}") for each in reporting.months(timezone.localdate())]
    return [
        Filter("model", _("Thing model"), asked.model.key, options=models),
        Filter("metric", _("Metric"), asked.metric.key if asked.metric else "", options=metrics),
        Filter("month", _("Month"), f"{asked.month:%Y-%m}", options=months),
    ]


@dataclass(frozen=True, slots=True)
class _Line:
    """A day as a row of the export: each says what it is of, since a row may be cut out of it."""

    asked: Asked
    report: Report
    day: Day


def _lines(given: Mapping[str, str]) -> list[_Line]:
    """
    :raises Missing: if the asker sees no model that measures a number
    """
    for name, value in given.items():
        if name not in FILTERS:
            raise InvalidInput(_("There is no such filter."), field=name, code="export.filter")
        if len(value) > 60:
            raise InvalidInput(_("This is too long."), field=name, code="export.filter")
    asked = _asked(given)
    if asked is None or asked.metric is None:
        raise Missing(_("No thing model measures a number."), code="streams.no_report")
    found = reporting.report(columns(), asked.model, asked.metric.key, asked.month)
    return [_Line(asked, found, day) for day in found.days]


EXPORT: Final = contribute_export(
    Export(
        "streams.report",
        gettext_lazy("Report of devices"),
        "streams.view",
        (
            ExportColumn(gettext_lazy("Thing model"), lambda row: row.asked.model.title),
            ExportColumn(gettext_lazy("Metric"), lambda row: row.asked.metric.title),
            ExportColumn(gettext_lazy("Unit of measure"), lambda row: row.asked.metric.unit),
            ExportColumn(gettext_lazy("Day"), lambda row: row.day.on),
            ExportColumn(gettext_lazy("Devices"), lambda row: row.report.devices),
            ExportColumn(gettext_lazy("of these simulated"), lambda row: row.report.simulated),
            ExportColumn(gettext_lazy("Devices heard"), lambda row: row.day.heard),
            ExportColumn(gettext_lazy("Readings"), lambda row: row.day.readings),
            ExportColumn(gettext_lazy("Complete"), lambda row: row.day.completeness),
            ExportColumn(gettext_lazy("Mean"), lambda row: row.day.mean),
            ExportColumn(gettext_lazy("Least"), lambda row: row.day.least),
            ExportColumn(gettext_lazy("Greatest"), lambda row: row.day.most),
        ),
        _lines,
    )
)
