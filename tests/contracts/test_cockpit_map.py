"""The map: nobody gets a point beyond their scope, parts of the answer make the whole, no map without its review."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chengshu.engines.streams import actions as streams
from chengshu.engines.streams.api import POINT_BYTES
from chengshu.engines.streams.models import Device, ThingModel
from chengshu.engines.streams.tests.builders import DEFINITION
from chengshu.foundation.errors import InvalidInput, Refused
from chengshu.foundation.orgs.models import Unit
from chengshu.foundation.runtime.layout import ROOT
from chengshu.hub.cockpit.actions import set_base_map
from chengshu.hub.cockpit.outline import require_base_map
from chengshu.hub.cockpit.points import answer, differences

As = Callable[[str], Any]
BOUNDARY = ROOT.parent / "shared" / "data" / "nansha-boundary" / "nansha_440115_wgs84.geojson"
HEAD = 13


def device(unit_key: str, code: str, **changes: Any) -> Device:
    unit = Unit.objects.get(key=unit_key)
    key = f"gauge-{unit_key}"
    model = ThingModel.objects.filter(key=key).first()
    if model is None:
        version = streams.create_thing_model(unit=unit, key=key, title="水位计", definition=DEFINITION)
        model = streams.publish_model_version(version=version).model
    place = {"longitude": Decimal("113.5"), "latitude": Decimal("22.7"), **changes}
    return streams.register_device(unit=unit, model=model, code=code, title="水位计", **place)


def ids(body: bytes) -> list[int]:
    count = int.from_bytes(body[5:9], "big")
    return [int.from_bytes(body[HEAD + at * POINT_BYTES :][:8], "big") for at in range(count)]


@pytest.fixture(autouse=True)
def own_folder(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path


def test_nobody_gets_points_without_the_power(signed_in: Any, anonymous: Client) -> None:
    assert anonymous.get("/cockpit/map/points/").status_code == 302
    assert signed_in("window_clerk").get("/cockpit/map/points/").status_code == 403


def test_a_point_beyond_the_scope_is_neither_sent_nor_shown(signed_in: Any, cast: Any) -> None:
    far = device("finance-bureau", "FAR-1")
    client = signed_in("handling_unit_officer")
    assert far.pk not in ids(client.get("/cockpit/map/points/").content)
    assert client.get(f"/cockpit/map/devices/{far.pk}/").status_code == 404


def test_a_device_is_sent_where_it_stands(db: None) -> None:
    here = device("service-centre", "WL-1")
    body = answer().body
    assert (body[:4], body[4]) == (b"CSP1", 1)
    at = HEAD + ids(body).index(here.pk) * POINT_BYTES
    assert int.from_bytes(body[at + 8 : at + 12], "big", signed=True) == 1_135_000_000
    assert int.from_bytes(body[at + 12 : at + 16], "big", signed=True) == 227_000_000
    assert body[at + 16] == 9


def test_a_simulated_device_is_marked(db: None) -> None:
    device("service-centre", "sim-1")
    assert answer().body[HEAD + 16] & 128


def test_only_what_differs_is_sent_to_whoever_has_the_rest(db: None) -> None:
    stays, moves = device("service-centre", "WL-1"), device("service-centre", "WL-2")
    first = answer()
    streams.set_device_state(device=moves, state="faulty", reason="测试")
    second = answer(first.mark)
    assert not second.is_whole
    assert ids(second.body) == [moves.pk]
    assert stays.pk not in ids(second.body)


def test_an_unknown_or_made_up_mark_gets_everything(db: None) -> None:
    device("service-centre", "WL-1")
    for mark in ("", "0" * 64, "../" * 20, "é" * 64):
        assert answer(mark).is_whole


def test_the_mark_of_another_scope_tells_nothing(as_persona: As) -> None:
    device("service-centre", "WL-1")
    device("finance-bureau", "FAR-1")
    everything = answer()
    with as_persona("handling_unit_officer"):
        assert answer(everything.mark).is_whole


def test_an_unchanged_map_is_answered_without_a_body(signed_in: Any) -> None:
    client = signed_in("supervisor")
    first = client.get("/cockpit/map/points/")
    again = client.get("/cockpit/map/points/", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


points = st.dictionaries(st.integers(1, 40), st.binary(min_size=9, max_size=9), max_size=30)


def written(known: dict[int, bytes]) -> bytes:
    return b"".join(key.to_bytes(8, "big") + rest for key, rest in sorted(known.items()))


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(points, points)
def test_the_earlier_answer_and_what_differs_make_the_later(
    before: dict[int, bytes], now: dict[int, bytes]
) -> None:
    changed, gone = differences(written(before), written(now))
    found = dict(before)
    for at in range(0, len(gone), 8):
        del found[int.from_bytes(gone[at : at + 8], "big")]
    for at in range(0, len(changed), POINT_BYTES):
        found[int.from_bytes(changed[at : at + 8], "big")] = changed[at + 8 : at + POINT_BYTES]
    assert found == now


AREA = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"name": "测试", "secret": "x"},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[113.4, 22.6], [113.6, 22.6], [113.6, 22.8], [113.4, 22.6]]],
            },
        }
    ],
}


@pytest.mark.parametrize("persona", ["window_clerk", "handling_unit_officer"])
def test_whoever_does_not_lead_sets_no_base_map(persona: str, as_persona: As) -> None:
    with pytest.raises(Refused), as_persona(persona):
        set_base_map(unit_id=centre(), title="底图", review_number="粤S(2025)001号", content=json.dumps(AREA))


def centre() -> int:
    return Unit.objects.get(key="service-centre").pk


def test_a_map_without_its_review_number_is_refused(db: None) -> None:
    with pytest.raises(InvalidInput) as refused:
        set_base_map(unit_id=centre(), title="底图", review_number=" ", content=json.dumps(AREA))
    assert refused.value.field == "review_number"


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        '{"features": []}',
        '{"features": [{"geometry": {"type": "Point", "coordinates": [113, 22]}}]}',
        '{"features": [{"geometry": {"type": "LineString", "coordinates": []}}]}',
        '{"features": [{"geometry": {"type": "LineString", "coordinates": [[22, 113], [23, 114]]}}]}',
        '{"features": [{"geometry": {"type": "LineString", "coordinates": [["a", "b"]]}}]}',
        "[" * 100_000,
    ],
)
def test_what_is_no_base_map_is_refused(content: str) -> None:
    with pytest.raises(InvalidInput):
        require_base_map(content)


def test_a_base_map_is_shown_with_its_number_and_nothing_else_of_the_file(signed_in: Any) -> None:
    client = signed_in("supervisor")
    typed = {
        "title": "底图",
        "review_number": "粤S(2025)001号",
        "unit": str(centre()),
        "content": json.dumps(AREA),
    }
    assert client.post("/cockpit/map/base/set/", typed).status_code == 302
    told = client.get("/cockpit/map/base/").json()
    assert told["review_number"] == "粤S(2025)001号"
    assert told["map"]["features"][0]["properties"] == {"name": "测试"}


def test_the_outline_of_a_district_can_be_a_base_map() -> None:
    if not BOUNDARY.exists():
        pytest.skip("the reference data is not beside this checkout")
    given_map = json.loads(BOUNDARY.read_text(encoding="utf-8"))
    features = given_map.get("features", [given_map])
    assert require_base_map(json.dumps({"features": features}))["features"]


def test_the_map_says_the_same_as_numbers(signed_in: Any) -> None:
    device("service-centre", "WL-1")
    device("service-centre", "WL-2", longitude=None, latitude=None)
    page = signed_in("supervisor").get("/cockpit/map/").content.decode()
    assert 'data-points="/cockpit/map/points/"' in page
    assert "<tfoot>" in page
