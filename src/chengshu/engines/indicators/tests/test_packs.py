"""Evidence packs: who takes one, what it never tells, and that a program of its own comes to the same number."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as some

from chengshu.engines.indicators.actions import take_pack
from chengshu.engines.indicators.api import evaluate
from chengshu.engines.indicators.commitments import commitment, commitments_of, new_blinding, secret_of
from chengshu.engines.indicators.data import month
from chengshu.engines.indicators.definitions import Direction, Kind
from chengshu.engines.indicators.figures import Row, figure_of, rounding_of, row_read
from chengshu.engines.indicators.models import IndicatorObservation
from chengshu.engines.indicators.packs import Pack
from chengshu.engines.indicators.tests.counting import (
    RATE,
    RECORDS,
    known,
    stored,
    this_year,
    variant,
    written_freely,
)
from chengshu.engines.indicators.tests.verifier import files_of, manifest_changed, rewritten, tool, verdict
from chengshu.foundation.asking import asking, system
from chengshu.foundation.audit.canonical import sm3
from chengshu.foundation.audit.models import AuditEntry
from chengshu.foundation.errors import Conflict, Refused

OF_THE_CENTRE = variant(owner="service-centre")
AS = Callable[[str], Any]


def packed(**changes: Any) -> Pack:
    """A pack of the files stored so far, as the platform takes it."""
    with known(definition := variant(**changes)):
        seen = evaluate(name=definition.name, period=this_year())
        return take_pack(observation=IndicatorObservation.objects.get(pk=seen.id))


def written(pack: Pack, to: Path) -> Path:
    to.write_bytes(pack.content)
    return to


@pytest.mark.parametrize("persona", ["resident", "other_department_officer"])
def test_whoever_may_not_see_the_number_takes_no_pack(as_persona: AS, persona: str) -> None:
    with known(RATE):
        seen = evaluate(name=RATE.name, period=this_year())
    row = IndicatorObservation.objects.get(pk=seen.id)
    with pytest.raises(Refused), as_persona(persona):
        take_pack(observation=row)


def test_nobody_without_the_power_downloads_one(
    signed_in: Callable[[str], Client], anonymous: Client
) -> None:
    with known(RATE):
        path = f"/indicators/observations/{evaluate(name=RATE.name, period=this_year()).id}/pack/"
    assert anonymous.get(path).status_code in (302, 401)
    assert signed_in("resident").get(path).status_code == 403
    assert signed_in("other_department_officer").get(path).status_code == 404


def test_records_outside_the_askers_scope_are_only_committed_to(as_persona: AS, tmp_path: Path) -> None:
    near = stored("ok near", "late near", unit="service-centre")
    far = stored("ok far one", "ok far two")
    with known(OF_THE_CENTRE):
        seen = evaluate(name=RATE.name, period=this_year())
        row = IndicatorObservation.objects.get(pk=seen.id)
        with as_persona("unit_officer"):
            pack = take_pack(observation=row)
        whole = take_pack(observation=row)
    assert (pack.opened, pack.withheld) == (2, 2)
    told = files_of(pack.content)["rows.tsv"].decode()
    keys = {cells[2] for line in told.splitlines() if len(cells := line.split("\t")) == 4}
    assert keys == {str(file.pk) for file in near}
    assert row.blinding not in "".join(content.decode() for content in files_of(pack.content).values())
    for file in far:
        assert sm3(f"{file.pk}\t1/1".encode()) not in told
    status, said = verdict(written(pack, tmp_path / "part.zip"))
    assert (status, said["verdict"], said["opened"], said["value"]) == (3, "agrees_in_part", 2, "75")
    status, said = verdict(written(whole, tmp_path / "whole.zip"))
    assert (status, said["verdict"], said["differences"]) == (0, "agrees", [])
    both = [json.loads(files_of(one.content)["pack.json"])["evidence_sm3"] for one in (pack, whole)]
    assert both == [row.evidence_digest] * 2


def test_of_a_median_nothing_is_told_of_withheld_amounts(as_persona: AS, tmp_path: Path) -> None:
    stored("ok near", unit="service-centre")
    stored("ok far one", "ok far two")
    definition = variant(OF_THE_CENTRE, kind="median", unit="件")
    with known(definition):
        row = IndicatorObservation.objects.get(pk=evaluate(name=RATE.name, period=this_year()).id)
        with as_persona("unit_officer"):
            pack = take_pack(observation=row)
    withheld = json.loads(files_of(pack.content)["pack.json"])["rows"]["withheld"]
    assert set(withheld) == {"rows", "part", "whole", "simulated"}
    status, said = verdict(written(pack, tmp_path / "median.zip"))
    assert (status, said["verdict"], said["value_computed_again"]) == (3, "agrees_in_part", False)


def test_an_observation_from_before_packs_is_computed_anew_first(db: None) -> None:
    stored("ok 1")
    with known(RATE):
        seen = evaluate(name=RATE.name, period=this_year())
        with written_freely():
            old = IndicatorObservation.objects.get(pk=seen.id)
            old.pk, old.blinding = None, ""
            old.save(force_insert=True)
        with pytest.raises(Conflict) as wrong:
            take_pack(observation=old)
        assert wrong.value.code == "indicators.no_pack"
        anew = evaluate(name=RATE.name, period=this_year())
        assert anew.id > old.pk
        assert take_pack(observation=IndicatorObservation.objects.get(pk=anew.id)).opened == 1


@pytest.mark.parametrize(
    ("file", "change", "named"),
    [
        ("rows.tsv", lambda old: old.replace(b"\t0/1", b"\t1/1"), "is not the one that was committed to"),
        ("rows.tsv", lambda old: old.split(b"\n", 1)[1], "digest of the commitments"),
        ("rows.tsv", lambda old: old + old.split(b"\n")[0] + b"\n", "out of order or stand twice"),
        ("query.sql", lambda old: old.replace(b"ok%%", b"%%"), "query.sql"),
        (
            "pack.json",
            manifest_changed(lambda m: m["observation"].update(value="99")),
            "value: the pack says 99",
        ),
        ("pack.json", manifest_changed(lambda m: m["observation"].update(simulated=False)), "simulated: "),
        (
            "pack.json",
            manifest_changed(lambda m: m["observation"].update(period="2024-01-01/2024-12-31")),
            "moment",
        ),
        (
            "pack.json",
            manifest_changed(lambda m: m["observation"]["evidence"]["definition"].update(direction="lower")),
            "digest of the definition",
        ),
        ("pack.json", manifest_changed(lambda m: m["rounding"]["kept"].update(places=2)), "rounding"),
        (
            "pack.json",
            manifest_changed(lambda m: m["rows"]["withheld"].update(rows=1, part="1")),
            "numerator",
        ),
    ],
)
def test_a_tampered_pack_is_refused_and_the_difference_named(
    db: None, tmp_path: Path, file: str, change: Callable[[bytes], bytes], named: str
) -> None:
    stored("ok 1", "ok sim 2", "late 3")
    status, said = verdict(rewritten(packed().content, tmp_path / "tampered.zip", {file: change}))
    assert (status, said["verdict"]) == (1, "refused")
    assert named in "\n".join(said["differences"])


def test_a_whole_new_pack_is_told_by_the_seal_known_from_elsewhere(db: None, tmp_path: Path) -> None:
    stored("ok 1", "late 2")
    first = packed()
    digest = json.loads(files_of(first.content)["pack.json"])["evidence_sm3"]
    stored("ok 3")
    second = written(packed(), tmp_path / "second.zip")
    assert verdict(written(first, tmp_path / "first.zip"), "--digest", digest)[0] == 0
    status, said = verdict(second, "--digest", digest)
    assert status == 1
    assert "seal known from elsewhere" in said["differences"][0]


@pytest.mark.parametrize("content", [b"", b"no zip at all", b"PK\x03\x04 half a zip"])
def test_what_is_no_pack_cannot_be_read(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "no.zip"
    path.write_bytes(content)
    assert tool.main([str(path)]) == 2


def test_a_pack_that_lacks_a_file_or_holds_another_cannot_be_read(db: None, tmp_path: Path) -> None:
    import zipfile

    stored("ok 1")
    files = files_of(packed().content)
    for names in ([*files][:3], [*files, "more.txt"]):
        with zipfile.ZipFile(path := tmp_path / "odd.zip", "w") as archive:
            for name in names:
                archive.writestr(name, files.get(name, b""))
        assert tool.main([str(path)]) == 2


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.INDEX])
@pytest.mark.parametrize("direction", ["higher", "lower", "none"])
def test_the_program_comes_to_the_same_number_for_every_kind(
    db: None, tmp_path: Path, kind: Kind, direction: str
) -> None:
    stored("ok 1", "ok second", "ok third and longer", "late 4", "ok sim 5", "ok 6 of the centre")
    records = RECORDS.replace("AS amount,", "/ 7.0 AS amount, substr(f.name, 1, 4) AS thing,")
    unit = "%" if kind is Kind.RATE else "件"
    pack = packed(kind=kind, direction=direction, unit=unit, records_sql=records)
    status, said = verdict(written(pack, tmp_path / "pack.zip"))
    assert (status, said["differences"], said["simulated"]) == (0, [], True)
    assert said["value"] is not None


def test_a_composed_number_is_said_not_to_be_computed_again(db: None, tmp_path: Path) -> None:
    stored("ok 1", "late 2")
    pack = packed(kind="index", unit="分", sql="SELECT 7.123456789 AS value WHERE %(purpose)s <> ''")
    status, said = verdict(written(pack, tmp_path / "pack.zip"))
    assert (status, said["verdict"], said["value"]) == (3, "agrees_in_part", "7.123457")


def test_a_number_of_nothing_is_none_in_the_pack_too(db: None, tmp_path: Path) -> None:
    with known(RATE):
        seen = evaluate(name=RATE.name, period=month(2025, 1))
        pack = take_pack(observation=IndicatorObservation.objects.get(pk=seen.id))
    status, said = verdict(written(pack, tmp_path / "none.zip"))
    assert (status, said["value"], said["records"]) == (0, None, 0)


def test_the_same_pack_is_the_same_bytes_and_taking_it_is_audited(db: None) -> None:
    stored("ok 1")
    first, second = packed(), packed()
    assert first.content == second.content
    entry = AuditEntry.objects.filter(action="indicators.take_pack").order_by("-id")[0]
    assert entry.details["changes"][0]["sm3"] == second.sm3


def test_the_secret_of_an_observation_is_not_in_the_audit(db: None) -> None:
    with known(RATE):
        row = IndicatorObservation.objects.get(pk=evaluate(name=RATE.name, period=this_year()).id)
    assert row.blinding not in str([*AuditEntry.objects.values_list("details", flat=True)])


def test_the_digests_of_the_program_are_those_of_the_standard() -> None:
    for content in (b"", b"abc", b"abcd" * 16, b"x" * 55, b"x" * 56, "城枢".encode() * 999):
        assert tool.sm3_written_out(content) == tool.sm3(content) == sm3(content)
    assert tool.sm3(b"abc") == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"


def test_a_commitment_depends_on_the_secret_and_each_record_has_its_own() -> None:
    one, other = new_blinding(), new_blinding()
    roll = ["1\t1/1", "2\t0/1"]
    assert {*commitments_of(one, roll)} & {*commitments_of(other, roll)} == set()
    assert secret_of(one, "1") != secret_of(one, "2")
    assert commitment(secret_of(one, "1"), "1\t1/1") in commitments_of(one, roll)


NUMBERS = some.decimals(
    min_value=Decimal("-1e9"), max_value=Decimal("1e9"), places=7, allow_nan=False, allow_infinity=False
)
ROWS = some.lists(
    some.builds(
        lambda part, more, amount, thing, sim: Row("", part, part + more, amount, sim, thing=f"t{thing}"),
        some.decimals(min_value=0, max_value=9999, places=5),
        some.decimals(min_value=0, max_value=9999, places=5),
        NUMBERS,
        some.integers(0, 4),
        some.booleans(),
    ),
    max_size=40,
)


@settings(max_examples=150, deadline=None)
@given(
    rows=ROWS,
    kind=some.sampled_from([k for k in Kind if k is not Kind.INDEX]),
    direction=some.sampled_from(Direction),
)
def test_two_programs_of_different_make_agree_to_the_last_digit(
    rows: list[Row], kind: Kind, direction: Direction
) -> None:
    definition = variant(kind=kind, direction=direction, unit="%" if kind is Kind.RATE else "件")
    figure = figure_of(definition, rows)
    evidence = {"definition": {"kind": str(kind), "direction": str(direction)}, "records": {}}
    observation = {
        "unit": definition.unit, "evidence": evidence, "value": None if figure.value is None else f"{figure.value:f}",
        "numerator": f"{figure.numerator:f}", "denominator": f"{figure.denominator:f}", "reason": figure.reason,
    }  # fmt: skip
    rounding = {
        "rates_and_means": {"places": 4, "mode": rounding_of(direction)},
        "kept": {"places": 6, "mode": "ROUND_HALF_EVEN"},
    }
    nothing = {"rows": 0, "part": "0", "whole": "0", "simulated": 0}
    pack = tool.Pack(
        {"observation": observation, "rounding": rounding, "rows": {"withheld": nothing}},
        "",
        b"",
        [""] * len(rows),
    )
    for number, row in enumerate(rows):
        tool._add_row(pack, number, "key", row.contribution)
        assert row_read(row.line).contribution == row.contribution
    assert pack.problems == []
    assert tool._number(pack) == []


def test_a_sum_with_many_decimals_keeps_its_seal(db: None) -> None:
    stored("ok 1", "ok 2")
    with (
        known(
            definition := variant(
                kind="sum", unit="h", records_sql=RECORDS.replace("AS amount", "/ 7.0 AS amount")
            )
        ),
        asking(system("indicators", "test")),
    ):
        first = evaluate(name=definition.name, period=this_year())
        again = evaluate(name=definition.name, period=this_year())
    assert first.id == again.id
    assert -first.value.as_tuple().exponent <= 6  # type: ignore[union-attr,operator]
