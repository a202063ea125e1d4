"""Readings that people hand in afterwards: a CSV with device, metric, time and value, checked as a whole, then written.

They pass the same gate as what the pump brings: what is known stays single, roll-ups stay right, a value that is newer
than the newest becomes the newest.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.engines.streams import latest
from chengshu.engines.streams.columns.client import Columns
from chengshu.engines.streams.data import Reading
from chengshu.engines.streams.decoding import FUTURE_MS
from chengshu.engines.streams.things import Definition, Kind, Property, ValueFate, value_of
from chengshu.engines.streams.writing import insert_readings, judged, known_of, now_ms
from chengshu.foundation.errors import InvalidFile, Place, Words

HEADINGS: Final = ("device", "metric", "time", "value")
MOST_ROWS: Final = 1_000_000
AT_ONCE: Final = 50_000
MOST_SHOWN: Final = 100


@dataclass(frozen=True, slots=True)
class Filled:
    """What became of the rows."""

    stored: int = 0
    duplicate: int = 0
    too_old: int = 0


def read_csv(content: bytes, devices: Mapping[str, tuple[int, Definition]]) -> list[Reading]:
    """The readings of a CSV file in UTF-8; nothing of it if one row is wrong.

    :param devices: by code: id and thing model
    :raises InvalidFile: with the rows and columns that are wrong in ``data``
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidFile(_("The file is not in UTF-8."), field="file") from error
    rows = csv.reader(io.StringIO(text))
    if tuple(next(rows, ())) != HEADINGS:
        raise InvalidFile(
            _("The first row must be: %(names)s.") % {"names": ",".join(HEADINGS)},
            place=Place(1),
            field="file",
        )
    found: list[Reading] = []
    wrong: list[tuple[int, str, Words]] = []
    received = now_ms()
    for line, row in enumerate(rows, start=2):
        if not row:
            continue
        if len(found) >= MOST_ROWS:
            raise InvalidFile(_("The file has more than %(most)s rows.") % {"most": MOST_ROWS}, field="file")
        read = _reading(row, devices, received)
        if isinstance(read, Reading):
            found.append(read)
        else:
            wrong.append((line, *read))
    if wrong:
        raise _refused(wrong)
    return found


def _refused(wrong: Sequence[tuple[int, str, Words]]) -> InvalidFile:
    line, column, message = wrong[0]
    return InvalidFile(
        _("%(count)s rows are wrong; nothing was taken in.") % {"count": len(wrong)},
        place=Place(line, HEADINGS.index(column) + 1, column),
        field="file",
        code="streams.backfill",
        hint=message,
        data={
            "mistakes": [
                {"row": row, "column": name, "message": str(text)} for row, name, text in wrong[:MOST_SHOWN]
            ]
        },
    )


def _reading(
    row: Sequence[str], devices: Mapping[str, tuple[int, Definition]], received: int
) -> Reading | tuple[str, Words]:
    if len(row) != len(HEADINGS):
        return "device", _("A row has four columns.")
    code, metric, time, value = row
    known = devices.get(code)
    if known is None:
        return "device", _("There is no such device in your units.")
    device, definition = known
    declared = definition.properties.get(metric)
    if declared is None:
        return "metric", _("The thing model does not know it.")
    try:
        moment = datetime.fromisoformat(time)
    except ValueError:
        return "time", _("A time such as 2026-11-22T10:00:00+08:00.")
    moment = moment if moment.tzinfo else moment.replace(tzinfo=timezone.get_default_timezone())
    at = round(moment.timestamp() * 1000)
    if at > received + FUTURE_MS:
        return "time", _("This time has not come yet.")
    read = value_of(declared, _typed(declared, value))
    if isinstance(read, ValueFate):
        return "value", _("The thing model does not allow this value.")
    return Reading(device, metric, at, read[0], read[1], -1, received)


def _typed(declared: Property, value: str) -> object:
    """A cell is text; what it means the thing model says."""
    if declared.kind is Kind.BOOLEAN:
        return {"1": True, "true": True, "0": False, "false": False}.get(value.strip().lower(), value)
    if declared.kind in (Kind.NUMBER, Kind.INTEGER):
        try:
            number = float(value)
        except ValueError:
            return value
        return number if math.isfinite(number) else value
    return value


def fill(store: Columns, readings: Sequence[Reading]) -> Filled:
    """Write readings in blocks, each judged as the pump judges; whoever calls is within an action or a machine.

    :raises Unavailable: if the columnar store does not answer; handing the file in again completes it
    """
    filled = Filled()
    with latest.sole_writer():
        for block in _blocks(sorted(readings, key=lambda each: (each.device, each.metric, each.at))):
            newest = latest.newest_of({each.device for each in block})
            doubtful = [
                (each.device, each.metric, each.at)
                for each in block
                if each.at <= newest.get((each.device, each.metric), -1)
            ]
            number = latest.next_number()
            known = known_of(store, doubtful, number) if doubtful else frozenset()
            fates = judged(block, newest, known, now_ms())
            insert_readings(store, fates.stored, token=f"backfill:{number}", batch=number)
            latest.remember_newest(fates.new)
            filled = Filled(
                filled.stored + len(fates.stored),
                filled.duplicate + len(fates.duplicate),
                filled.too_old + len(fates.too_old),
            )
    return filled


def _blocks(readings: list[Reading]) -> Iterator[list[Reading]]:
    for start in range(0, len(readings), AT_ONCE):
        yield readings[start : start + AT_ONCE]
