"""Monthly reports: reckoned from the records, printed from the figures, penalised by the table; and the numbers."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime, time, timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from django.test import Client
from django.utils import timezone
from freezegun import freeze_time

from chengshu.engines.indicators import api as indicators
from chengshu.engines.indicators.data import IndicatorDefinition
from chengshu.engines.indicators.data import month as month_period
from chengshu.foundation.asking import asking
from chengshu.foundation.calendar.moments import at
from chengshu.foundation.errors import Conflict, InvalidInput, Refused
from chengshu.foundation.testing.personas import Cast
from chengshu.scenes.operations.actions import (
    add_penalty,
    announce_change,
    keep_resource,
    make_report,
    record_call,
    record_outage,
    record_survey,
)
from chengshu.scenes.operations.ledger import LedgerRow
from chengshu.scenes.operations.models import AvailabilityLine, Contract, Resource
from chengshu.scenes.operations.periods import moments_of
from chengshu.scenes.operations.tests.builders import (
    contract,
    deploy,
    desk,
    last_month,
    service,
    supplier,
    unit,
)

OURS = [one for one in indicators.definitions() if one.name.startswith("operations.")]


@pytest.fixture
def of(db: None) -> Contract:
    unit()
    deploy()
    return contract(project="P13", supplier=supplier())


def begin() -> datetime:
    return moments_of(last_month())[0]


def hours() -> int:
    since, until = moments_of(last_month())
    return int((until - since).total_seconds()) // 3600


def test_a_supplier_makes_no_report_of_itself(of: Contract) -> None:
    with asking(desk().asker()), pytest.raises(Refused):
        make_report(contract=of, month=last_month())


def test_a_month_that_is_not_over_has_no_report(of: Contract) -> None:
    with pytest.raises(InvalidInput):
        make_report(contract=of, month=timezone.localdate())


def test_a_month_before_the_contract_has_no_report(db: None) -> None:
    later = contract(starts_on=timezone.localdate())
    with pytest.raises(InvalidInput):
        make_report(contract=later, month=last_month())


def test_a_report_reckons_what_was_recorded(of: Contract) -> None:
    its = service(of)
    record_outage(service=its, starts_at=begin(), ends_at=begin() + timedelta(hours=2))
    add_penalty(
        contract=of,
        measure="availability",
        below=Decimal("99.9"),
        percent=Decimal(5),
        valid_from=last_month(),
        source="第九条",
    )
    report = make_report(contract=of, month=last_month())
    [line] = report.figures["services"]
    assert line["down_s"] == 7200
    assert line["met"] is False
    assert Decimal(line["percent"]).quantize(Decimal("0.01")) == (
        Decimal(100) * (hours() - 2) / hours()
    ).quantize(Decimal("0.01"))
    assert report.figures["penalty_yuan"] == "5000"
    kept = AvailabilityLine.objects.get(report=report)
    assert (kept.agreed_s, kept.down_s) == (hours() * 3600, 7200)


def test_the_same_again_is_refused_and_later_facts_make_a_version(of: Contract) -> None:
    its = service(of)
    assert make_report(contract=of, month=last_month()).version == 1
    with pytest.raises(Conflict):
        make_report(contract=of, month=last_month())
    record_outage(service=its, starts_at=begin(), ends_at=begin() + timedelta(hours=1))
    assert make_report(contract=of, month=last_month()).version == 2


def test_what_is_announced_afterwards_cannot_be_entered(of: Contract) -> None:
    with pytest.raises(InvalidInput):
        announce_change(
            contract=of, title="补报", reason="事后", starts_at=begin(), ends_at=begin() + timedelta(hours=2)
        )


def test_devices_are_meant_one_by_one(of: Contract) -> None:
    its = service(of, formula="devices")
    for code in ("SW-1", "SW-2"):
        keep_resource(
            unit=of.unit,
            row=LedgerRow(code=code, name="交换机", kind="device", contract=of.number, service=its.key),
        )
    record_outage(
        service=its,
        resource=Resource.objects.get(code="SW-1"),
        starts_at=begin(),
        ends_at=begin() + timedelta(hours=hours() / 2),
    )
    [line] = make_report(contract=of, month=last_month()).figures["services"]
    assert (line["devices"], line["percent"]) == (2, "75")


def test_nobody_changes_a_report(of: Contract) -> None:
    report = make_report(contract=of, month=last_month())
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE operations_monthlyreport SET version = 9 WHERE id = %s", [report.pk])


def test_the_papers_say_what_the_figures_say(of: Contract, signed_in: object) -> None:
    record_outage(
        service=service(of), starts_at=begin(), ends_at=begin() + timedelta(hours=2), simulated=True
    )
    report = make_report(contract=of, month=last_month())
    assert report.simulated
    client: Client = signed_in("section_head")  # type: ignore[operator]
    word = client.get(f"/operations/reports/{report.pk}/docx/").content
    text = zipfile.ZipFile(io.BytesIO(word)).read("word/document.xml").decode()
    assert "2:00:00" in text
    assert report.figures["services"][0]["percent"] in text
    assert client.get(f"/operations/reports/{report.pk}/pdf/").content.startswith(b"%PDF")
    assert client.get(f"/operations/reports/{report.pk}/odt/").status_code == 404
    page = client.get(f"/operations/reports/{report.pk}/").content.decode()
    assert report.figures["services"][0]["percent"] in page
    again = client.post(f"/operations/contracts/{of.pk}/report/", {"month": f"{last_month():%Y-%m}"})
    assert again.status_code == 422


@pytest.mark.parametrize("definition", OURS, ids=lambda one: one.name)
def test_a_definition_is_sound_in_words_and_in_the_database(definition: object, db: None) -> None:
    assert indicators.lint(definition) == []  # type: ignore[arg-type]
    assert indicators.problems_in_database(definition) == []  # type: ignore[arg-type]


def value(name: str, **parameters: str) -> object:
    first = last_month()
    return indicators.compute(
        name=name, period=month_period(first.year, first.month), parameters=parameters
    ).value


@pytest.mark.parametrize(
    "definition", [one for one in OURS if one.subjects is None], ids=lambda one: one.name
)
def test_nothing_recorded_is_no_number(definition: IndicatorDefinition, db: None) -> None:
    lacking = {name: "%" for name, one in definition.parameters.items() if one.default is None}
    assert value(definition.name, **lacking) is None


def test_availability_is_proven_by_the_last_version_of_the_reports(of: Contract) -> None:
    its = service(of)
    make_report(contract=of, month=last_month())
    assert value("operations.availability", project="P13", service="network") == 100
    record_outage(service=its, starts_at=begin(), ends_at=begin() + timedelta(hours=hours() / 2))
    make_report(contract=of, month=last_month())
    assert value("operations.availability", project="P13", service="network") == 50
    assert value("operations.downtime", project="P13") == 50
    assert value("operations.availability", project="P21") is None
    assert value("operations.monthly_reports", project="P13") == 1


def test_calls_and_answers_make_their_numbers(of: Contract, cast: Cast) -> None:
    for seconds in (3, 5, 9, None):
        record_call(contract=of, rang_at=begin() + timedelta(hours=9), answered_after_s=seconds)
    assert value("operations.calls_answered", project="P13") == 75
    record_survey(contract=of, score=5)
    now = timezone.localdate()
    year = indicators.compute(
        name="operations.satisfaction",
        period=month_period(now.year, now.month),
        parameters={"project": "P13"},
    )
    assert year.value == 100


def test_reports_are_due_on_the_day_of_the_contract(of: Contract) -> None:
    today = timezone.localdate()
    before = (last_month() - timedelta(days=1)).replace(day=1)
    contract(project="P21", starts_on=before)
    kept = contract(project="P29", starts_on=last_month())
    late = contract(project="P16", starts_on=last_month())
    for one, day in ((kept, kept.report_day), (late, late.report_day + 1)):
        with freeze_time(at(today.replace(day=day), time(23, 59))):
            make_report(contract=one, month=last_month())

    def punctual(project: str) -> object:
        return indicators.compute(
            name="operations.reports_in_time",
            period=month_period(today.year, today.month),
            parameters={"project": project},
        ).value

    assert punctual("P21") == 0
    assert (punctual("P29"), punctual("P16")) == (100, 0)
    assert punctual("P13") is None
    assert value("operations.reports_in_time", project="P21") == 0
    assert value("operations.reports_in_time", project="P29") is None
