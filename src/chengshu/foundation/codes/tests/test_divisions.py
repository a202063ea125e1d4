"""Division codes and the register of Nansha."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengshu.foundation.codes import Division, DivisionRegister, division_code, nansha_divisions
from chengshu.foundation.codes.divisions import DivisionCode, Level
from chengshu.foundation.codes.tests.conftest import refusal_of
from chengshu.foundation.errors import InvalidInput

NANSHA = DivisionCode("440115")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "division.empty"),
        ("南沙区", "division.character"),
        ("4401", "division.length"),
        ("4401150011", "division.length"),
        ("440015", "division.zero"),
        ("040115", "division.zero"),
        ("440115000001", "division.zero"),
    ],
)
def test_each_fault_has_its_own_reason(text: str, code: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        division_code(text)
    assert refusal.value.code == code


def test_a_register_that_is_not_closed_is_refused() -> None:
    district = Division(NANSHA, "南沙区", "district")
    orphan = Division(DivisionCode("440115001001"), "社区", "community")
    split = Division(DivisionCode("440115009"), "街道", "street", predecessors=(DivisionCode("440115008"),))
    for broken in ([district, orphan], [district, split], [district, district]):
        with pytest.raises(InvalidInput) as refusal:
            DivisionRegister(broken)
        assert refusal.value.code == "division.register"


@pytest.mark.parametrize(
    ("text", "value", "level", "parent"),
    [
        ("440000", "440000", Level.PROVINCE, None),
        ("440100", "440100", Level.CITY, "440000"),
        ("440115000000", "440115", Level.DISTRICT, "440100"),
        ("440115103000", "440115103", Level.TOWN, "440115"),
        ("440115103207", "440115103207", Level.VILLAGE, "440115103"),
    ],
)
def test_codes_know_their_level_and_parent(text: str, value: str, level: Level, parent: str | None) -> None:
    code = division_code(text)
    assert (code.value, code.level) == (value, level)
    assert code.parent == (DivisionCode(parent) if parent else None)
    assert division_code(code.statistical) == code


def test_containment_follows_the_code() -> None:
    village = division_code("440115103207")
    assert all(
        division_code(above).contains(village) for above in ("440000", "440100", "440115", "440115103")
    )
    assert not division_code("440115102").contains(village)


def test_nansha_has_ten_towns_and_streets_since_december_2023() -> None:
    register = nansha_divisions()
    before, now = (register.children(NANSHA, on=day) for day in (date(2023, 12, 1), date(2024, 1, 1)))
    assert (len(before), len(now)) == (9, 10)
    assert sorted(each.kind for each in now) == ["street"] * 4 + ["town"] * 6


def test_the_new_street_says_that_its_code_is_not_verified() -> None:
    street = nansha_divisions().find("440115004")
    assert street is not None
    assert (street.name, street.verified) == ("港湾街道", False)
    assert nansha_divisions().lineage(street.code) == (street.code, DivisionCode("440115001"))


def test_an_unlisted_code_is_not_found() -> None:
    assert nansha_divisions().find("440113") is None


def test_villages_equal_the_public_list(shared_data: Path) -> None:
    with (shared_data / "china-division-guangzhou" / "villages.csv").open(
        encoding="utf-8", newline=""
    ) as lines:
        theirs = {row["code"]: row["name"] for row in csv.DictReader(lines)}
    ours = {each.code.value: each.name for each in nansha_divisions().divisions if len(each.code.value) == 12}
    assert ours.keys() == theirs.keys()
    stems = {code: name.split("社区")[0].removesuffix("村民委员会") for code, name in ours.items()}
    assert all(theirs[code].startswith(stem) for code, stem in stems.items())


def test_villages_number_what_the_district_publishes() -> None:
    kinds = [each.kind for each in nansha_divisions().divisions]
    assert (kinds.count("village"), kinds.count("community"), kinds.count("living_area")) == (128, 40, 4)


@given(st.text() | st.text("0123456789", min_size=6, max_size=12))
def test_any_text_is_a_code_or_invalid(text: str) -> None:
    refused = refusal_of(lambda: division_code(text))
    if refused:
        assert refused.startswith("division.")
    else:
        code = division_code(text)
        assert division_code(code.statistical) == code
