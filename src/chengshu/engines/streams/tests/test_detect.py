"""Finding what is wrong with a series: what is broken is found, what is sound is left alone, bad rows are named."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from typer.testing import CliRunner

from chengshu.engines.streams.commands import cli
from chengshu.engines.streams.detect import Finding, Kind, Series, detect, read_series
from chengshu.engines.streams.detect.finding import merged
from chengshu.engines.streams.detect.series import series_of
from chengshu.foundation.errors import InvalidFile, InvalidInput

HOUR = 3600.0
START = 1_767_225_600.0


def written(folder: Path, *rows: str, heading: str = "timestamp,value") -> Path:
    file = folder / "series.csv"
    file.write_text("\n".join((heading, *rows)) + "\n", encoding="utf-8")
    return file


def days_of_load(days: int = 40) -> Series:
    """Hourly values with the shape of a day and some noise."""
    noise = np.random.default_rng(5)
    moments = START + HOUR * np.arange(24 * days)
    shape = 20 + 10 * np.sin(2 * np.pi * (moments % 86_400) / 86_400)
    return Series(moments, shape + noise.normal(0, 1, len(moments)))


def touching(findings: list[Finding], series: Series, row: int) -> set[Kind]:
    moment = float(series.moments[row])
    return {one.kind for one in findings if one.start <= moment <= one.end}


@pytest.mark.parametrize("heading", ["", "time,value", "timestamp", "timestamp,value,value"])
def test_a_file_without_the_two_columns_is_refused(tmp_path: Path, heading: str) -> None:
    with pytest.raises(InvalidFile) as refused:
        read_series(written(tmp_path, "2026-01-01,1", heading=heading))
    assert refused.value.place is not None
    assert refused.value.place.line == 1


def test_a_file_that_is_no_text_is_refused_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "series.csv"
    file.write_bytes(b"timestamp,value\n2026-01-01 00:00,1\n\xff\xfe,2\n")
    with pytest.raises(InvalidFile) as refused:
        read_series(file)
    assert refused.value.place is not None
    assert refused.value.place.line == 3


def test_a_file_that_is_not_there_or_has_no_value_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput):
        read_series(tmp_path / "none.csv")
    with pytest.raises(InvalidFile):
        read_series(written(tmp_path, "2026-01-01 00:00,", "soon,1"))


def test_bad_rows_are_named_with_line_column_and_reason_and_left_out(tmp_path: Path) -> None:
    rows = (
        "2026-01-01 00:00,1",
        "soon,2",
        "2026-01-01 01:00,high",
        "2026-01-01 02:00",
        "2026-01-01 03:00,inf",
    )
    series = read_series(written(tmp_path, *rows, "2026-01-01 00:00,4"))
    named = [(bad.line, bad.column) for bad in series.bad]
    assert named == [(3, "timestamp"), (4, "value"), (5, ""), (6, "value"), (7, "timestamp")]
    assert all(str(bad.reason) for bad in series.bad)
    assert series.values.tolist() == [4.0]


@pytest.mark.parametrize(
    "text",
    ["2026-01-01 00:00:00", "2026/01/01 00:00", "2026-01-01T00:00:00.000000", "1767225600", "1767225600000"],
)
def test_a_moment_may_be_written_in_many_ways(text: str) -> None:
    assert series_of(["timestamp,value\n", f"{text},1\n"]).moments.tolist() == [START]


def test_a_zone_is_kept_and_shown(tmp_path: Path) -> None:
    series = read_series(written(tmp_path, "2026-01-01T08:00:00+08:00,1"))
    assert series.moments.tolist() == [START]
    assert series.text_of(START) == "2026-01-01T00:00:00+00:00"


@given(some.lists(some.text(max_size=30), max_size=20))
@settings(max_examples=60, deadline=None)
def test_no_text_breaks_the_reading(lines: list[str]) -> None:
    try:
        series = series_of(["timestamp,value\n", "2026-01-01 00:00,1\n", *(f"{line}\n" for line in lines)])
    except InvalidInput:
        return
    assert len(series.moments) >= 1


def test_missing_rows_and_empty_cells_are_gaps_with_their_ends() -> None:
    whole = days_of_load()
    holes = [(100, 101), (300, 348)]
    keep = np.ones(len(whole.moments), dtype=bool)
    values = whole.values.copy()
    for first, beyond in holes:
        keep[first:beyond] = False
        values[first:beyond] = np.nan
    expected = [(float(whole.moments[first]), float(whole.moments[beyond - 1])) for first, beyond in holes]
    for series in (Series(whole.moments[keep], whole.values[keep]), Series(whole.moments, values)):
        found = [(one.start, one.end) for one in detect(series) if one.kind is Kind.GAP]
        assert found == expected


def test_uneven_reporting_is_no_gap() -> None:
    chance = np.random.default_rng(3)
    moments = START + np.cumsum(chance.exponential(300, 2000))
    series = Series(moments, chance.normal(0, 1, 2000))
    assert [one for one in detect(series) if one.kind is Kind.GAP] == []


def test_a_sensor_that_stuck_is_found() -> None:
    series = days_of_load()
    series.values[500:540] = series.values[500]
    assert Kind.STUCK in touching(detect(series), series, 520)


def test_a_value_where_the_series_often_rests_is_not_stuck() -> None:
    chance = np.random.default_rng(4)
    rain = np.where(chance.random(3000) < 0.02, chance.gamma(1, 3, 3000), 0.0)
    series = Series(START + HOUR * np.arange(3000), rain)
    assert [one for one in detect(series) if one.kind is Kind.STUCK] == []


@pytest.mark.parametrize("size", [-12.0, 12.0])
def test_a_spike_and_a_shifted_day_are_found(size: float) -> None:
    series = days_of_load()
    series.values[400] += size
    assert touching(detect(series), series, 400)
    series = days_of_load()
    series.values[600:630] += size
    assert touching(detect(series), series, 615)


def test_a_day_with_the_shape_of_the_night_is_found() -> None:
    series = days_of_load()
    series.values[20 * 24 : 21 * 24] = np.roll(series.values[20 * 24 : 21 * 24], 12)
    assert any(touching(detect(series), series, row) for row in range(20 * 24, 21 * 24))


@pytest.mark.parametrize("count", [1, 2, 5, 99])
def test_a_short_or_constant_series_says_nothing_and_does_not_fail(count: int) -> None:
    moments = START + HOUR * np.arange(count)
    assert detect(Series(moments, np.arange(count, dtype=np.float64))) == []
    assert [one for one in detect(Series(moments, np.ones(count))) if one.kind is not Kind.STUCK] == []


def test_findings_near_one_another_are_one() -> None:
    one, two, far = (Finding(at, at + 1, Kind.SPIKE, at) for at in (1.0, 3.0, 99.0))
    assert merged([far, two, one], within=2) == [Finding(1, 4, Kind.SPIKE, 3.0), far]


def test_every_missing_hour_of_the_fine_dust_is_found(shared: Path) -> None:
    import csv
    import gzip

    file = next((shared / "data" / "beijing-pm25").glob("*.csv.gz"))
    with gzip.open(file, "rt", encoding="utf-8") as text:
        values = [row["pm2.5"] for row in csv.DictReader(text)]
    known = np.array([float(value) if value not in ("", "NA") else np.nan for value in values])
    series = Series(START + HOUR * np.arange(len(known)), known)
    hours = sum(round((one.end - one.start) / HOUR) + 1 for one in detect(series) if one.kind is Kind.GAP)
    assert hours == 2067 == int(np.isnan(known).sum())


def test_the_command_prints_json_and_names_bad_rows(tmp_path: Path) -> None:
    series = days_of_load(10)
    rows = [
        f"{series.text_of(at)},{value:.3f}" for at, value in zip(series.moments, series.values, strict=True)
    ]
    file = written(tmp_path, *rows[:50], "soon,1", *rows[60:])
    ran = CliRunner().invoke(cli, ["detect", str(file), "--json", "--kind", "gap"])
    assert ran.exit_code == 0
    (gap,) = json.loads(ran.stdout)
    assert (gap["start"], gap["end"], gap["kind"]) == ("2026-01-03 02:00:00", "2026-01-03 11:00:00", "gap")
    assert f"{file}:52: timestamp:" in ran.stderr.replace("\n", "")
    assert CliRunner().invoke(cli, ["detect", str(file), "--strict"]).exit_code == 1
