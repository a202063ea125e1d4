"""The pages: who may open them, what they show, and that nothing beyond the viewer's scope is on them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from chengshu.engines.indicators.api import evaluate
from chengshu.engines.indicators.data import budget_year, month
from chengshu.engines.indicators.models import IndicatorObservation
from chengshu.engines.indicators.tests.counting import RATE, known, stored, this_year, variant

SignedIn = Callable[[str], Client]
OF_THE_CENTRE = variant(owner="service-centre")
ENGLISH = {"accept-language": "en"}


def text(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path, headers=ENGLISH)
    assert answer.status_code == status, (path, answer.status_code)
    return answer.content.decode()


def test_nobody_without_the_power_opens_a_page(signed_in: SignedIn, anonymous: Client) -> None:
    with known(RATE):
        seen = evaluate(name=RATE.name, period=this_year())
        for path in ("/indicators/", f"/indicators/{RATE.name}/", f"/indicators/observations/{seen.id}/"):
            assert anonymous.get(path).status_code in (302, 401)
            text(signed_in("resident"), path, 403)


def test_a_number_of_another_unit_is_not_there(signed_in: SignedIn) -> None:
    with known(RATE):
        seen = evaluate(name=RATE.name, period=this_year())
        text(signed_in("other_department_officer"), f"/indicators/observations/{seen.id}/", 404)


def test_no_record_beyond_the_viewers_scope_is_on_the_page(signed_in: SignedIn) -> None:
    stored("ok of the bureau")
    stored("ok of the centre", unit="service-centre")
    with known(OF_THE_CENTRE):
        seen = evaluate(name=RATE.name, period=this_year())
        page = text(signed_in("unit_officer"), f"/indicators/observations/{seen.id}/")
    assert "ok of the centre.txt" in page
    assert "ok of the bureau" not in page
    assert "You may see 1 of 2 records. 1 are outside your scope." in page


def test_a_viewer_may_not_compute(signed_in: SignedIn) -> None:
    with known(OF_THE_CENTRE):
        client = signed_in("unit_officer")
        assert "Compute now" not in text(client, f"/indicators/{RATE.name}/")
        assert client.post(f"/indicators/{RATE.name}/", {"period": "2025"}).status_code == 403
    assert IndicatorObservation.objects.count() == 0


def test_the_list_shows_each_indicator_with_its_last_value(signed_in: SignedIn) -> None:
    stored("ok 1", "late 2", "ok sim 3")
    with known(RATE):
        evaluate(name=RATE.name, period=this_year())
        client = signed_in("department_officer")
        page = text(client, "/indicators/?q=fine")
        assert "66.6666" in page
        assert "Simulated" in page
        assert RATE.name not in text(client, "/indicators/?q=nothing+of+the+kind")


def test_the_page_of_an_indicator_shows_definition_query_and_course(signed_in: SignedIn) -> None:
    stored("ok 1")
    with known(RATE):
        for period in (this_year(), month(2025, 1), budget_year(2025)):
            evaluate(name=RATE.name, period=period)
        page = text(signed_in("department_officer"), f"/indicators/{RATE.name}/")
    assert str(RATE.meaning) in page
    assert "files_file" in page
    assert RATE.digest in page
    assert "No record was examined in the period" in page


def test_whoever_may_has_it_computed(signed_in: SignedIn) -> None:
    stored("ok 1")
    with known(RATE):
        client = signed_in("department_officer")
        answer = client.post(f"/indicators/{RATE.name}/", {"period": "2025-03", "set-purpose": "other"})
        assert answer.status_code == 302
        seen = IndicatorObservation.objects.get()
        assert (str(seen.first_day), seen.parameters) == ("2025-03-01", {"purpose": "other"})


@pytest.mark.parametrize(
    "period", ["", "2025-13", "tomorrow", "2025-02-30", "2025-02/2025-01", "٢٠٢٥", "9" * 40, "2025-1-1-1"]
)
def test_a_wrong_period_is_named_and_kept(signed_in: SignedIn, period: str) -> None:
    with known(RATE):
        answer = signed_in("department_officer").post(
            f"/indicators/{RATE.name}/", {"period": period}, headers=ENGLISH
        )
    assert answer.status_code == 422
    assert "is no period" in answer.content.decode()


def test_verification_is_one_click_away(signed_in: SignedIn) -> None:
    stored("ok 1")
    with known(RATE):
        seen = evaluate(name=RATE.name, period=this_year())
        client = signed_in("department_officer")
        assert "Holds" in text(client, f"/indicators/observations/{seen.id}/?verify=1")
        stored("late 2")
        page = text(client, f"/indicators/observations/{seen.id}/?verify=1")
    assert "Does not hold" in page
    assert "1 records came, went or changed since." in page


def test_an_unknown_indicator_is_not_found(signed_in: SignedIn) -> None:
    text(signed_in("department_officer"), "/indicators/files.unknown/", 404)


def test_pages_of_records_take_any_number(signed_in: SignedIn) -> None:
    stored("ok 1")
    with known(RATE):
        seen = evaluate(name=RATE.name, period=this_year())
        for asked in ("0", "-1", "99", "x", "", "1" * 30):
            assert "ok 1.txt" in text(
                signed_in("department_officer"), f"/indicators/observations/{seen.id}/?cursor={asked}"
            )
