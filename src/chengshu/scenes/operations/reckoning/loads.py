"""What a load test came to, from the raw samples of its requests. Pure; no figure is ever typed.

A sample is one request: when it started, how long it took, how it ended. CSV with a head line, or NDJSON with an
object a line. Times are whole microseconds inside, so that the same file gives the same figures everywhere.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Final

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import InvalidFile, Place, Words

FIELDS: Final = ("start", "duration_ms", "status")
MOST_SAMPLES: Final = 2_000_000
_MILLION: Final = Decimal(1_000_000)
_LONGEST_US: Final = 24 * 3600 * 1_000_000
_EARLIEST: Final = Decimal(946_684_800)
"""The year 2000 in seconds since 1970: smaller numbers are no epoch."""
_LATEST: Final = Decimal(4_102_444_800)


@dataclass(frozen=True, slots=True)
class Sample:
    """One request; both times in microseconds, the start since 1970."""

    start_us: int
    duration_us: int
    answered: bool

    @property
    def end_us(self) -> int:
        return self.start_us + self.duration_us


@dataclass(frozen=True, slots=True)
class LoadFigures:
    """The figures of one run. Times are of the requests that succeeded, in milliseconds; percentiles by nearest rank.

    :ivar throughput: requests a second that succeeded, from the first start to the last end
    :ivar in_flight: requests in flight at once for at least half of the run
    :ivar most_in_flight: the most at any moment
    """

    began_at: datetime
    lasted_s: Decimal
    requests: int
    failed: int
    throughput: Decimal
    mean_ms: Decimal
    p50_ms: Decimal
    p95_ms: Decimal
    p99_ms: Decimal
    longest_ms: Decimal
    in_flight: int
    most_in_flight: int

    @property
    def failed_percent(self) -> Decimal:
        """Rounded up: a share that is too large never looks allowed."""
        share = Decimal(self.failed) * 100 / self.requests
        return share.quantize(Decimal("0.01"), rounding=ROUND_CEILING)


def read_samples(content: bytes) -> list[Sample]:
    """Read the samples of a run.

    :param content: UTF-8; CSV with the columns ``start``, ``duration_ms`` and ``status``, or NDJSON with these names
    :raises InvalidFile: with the line, if anything cannot be read, or there are too many or none
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _unreadable(_("The file is not text in UTF-8.")) from error
    rows = _objects(text) if text.lstrip().startswith("{") else _lines(text)
    found: list[Sample] = []
    for line, row in rows:
        if len(found) == MOST_SAMPLES:
            raise _unreadable(
                _("The file has more than %(most)s requests.") % {"most": f"{MOST_SAMPLES:,}"}, line
            )
        found.append(_sample(line, row))
    if not found:
        raise _unreadable(_("The file has no requests."))
    return found


def _lines(text: str) -> Iterator[tuple[int, Mapping[str, object]]]:
    reader = csv.reader(io.StringIO(text), strict=True)
    try:
        head = [name.strip() for name in next(reader, [])]
        if missing := [name for name in FIELDS if name not in head]:
            raise _unreadable(_("The column “%(name)s” is missing.") % {"name": missing[0]}, 1)
        for row in reader:
            if len(row) not in (0, len(head)):
                raise _unreadable(
                    _("This line has another number of columns than the head."), reader.line_num
                )
            if row:
                yield reader.line_num, dict(zip(head, row, strict=True))
    except csv.Error as error:
        raise _unreadable(_("This line is no CSV."), reader.line_num) from error


def _objects(text: str) -> Iterator[tuple[int, Mapping[str, object]]]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line, parse_float=str, parse_int=str)
        except (ValueError, RecursionError):
            row = None
        if not isinstance(row, dict):
            raise _unreadable(_("This line is no JSON object."), number)
        yield number, row


def _sample(line: int, row: Mapping[str, object]) -> Sample:
    given = [str(row.get(name, "")).strip() for name in FIELDS]
    start, duration = _start_us(given[0]), _duration_us(given[1])
    if start is None:
        raise _wrong(line, "start", given[0], _("A moment with its offset, or seconds since 1970."))
    if duration is None:
        raise _wrong(line, "duration_ms", given[1], _("Milliseconds from 0 to a day."))
    answered = _answered(given[2])
    if answered is None:
        raise _wrong(line, "status", given[2], _("A number of HTTP from 100 to 599, or ok, error, timeout."))
    return Sample(start, duration, answered)


def _start_us(text: str) -> int | None:
    number = _decimal(text)
    if number is not None:
        return int(number * _MILLION) if _EARLIEST <= number < _LATEST else None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        return None
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def _duration_us(text: str) -> int | None:
    number = _decimal(text)
    if number is None or not 0 <= number * 1000 <= _LONGEST_US:
        return None
    return int((number * 1000).to_integral_value(ROUND_HALF_UP))


def _decimal(text: str) -> Decimal | None:
    try:
        number = Decimal(text) if len(text) <= 40 and text.isascii() else None
    except InvalidOperation:
        return None
    return number if number is not None and number.is_finite() and abs(number) < 10**15 else None


def _answered(text: str) -> bool | None:
    if text.isascii() and text.isdigit() and len(text) == 3 and 100 <= int(text) <= 599:
        return int(text) < 400
    return {"ok": True, "error": False, "timeout": False}.get(text.lower())


def reckon(samples: Sequence[Sample]) -> LoadFigures:
    """The figures of a run.

    :raises InvalidFile: if no request succeeded, or nothing took any time
    """
    first, last = min(one.start_us for one in samples), max(one.end_us for one in samples)
    times = sorted(one.duration_us for one in samples if one.answered)
    if not times or first == last:
        raise _unreadable(_("No request succeeded, so there is nothing to reckon."))
    lasted = Decimal(last - first) / _MILLION
    held, most = _in_flight(samples)
    return LoadFigures(
        began_at=datetime.fromtimestamp(first // 1_000_000, UTC).replace(microsecond=first % 1_000_000),
        lasted_s=_rounded(lasted),
        requests=len(samples),
        failed=len(samples) - len(times),
        throughput=_rounded(Decimal(len(times)) / lasted),
        mean_ms=_rounded(Decimal(sum(times)) / len(times) / 1000),
        p50_ms=_ranked(times, 50),
        p95_ms=_ranked(times, 95),
        p99_ms=_ranked(times, 99),
        longest_ms=_rounded(Decimal(times[-1]) / 1000),
        in_flight=held,
        most_in_flight=most,
    )


def _ranked(times: Sequence[int], percent: int) -> Decimal:
    """Nearest rank: the time that so many percent of the requests do not exceed."""
    return _rounded(Decimal(times[-(-len(times) * percent // 100) - 1]) / 1000)


def _in_flight(samples: Sequence[Sample]) -> tuple[int, int]:
    """How many requests were in flight for at least half of the run, and the most at any moment."""
    turns = sorted(
        [(one.start_us, 1) for one in samples] + [(one.end_us, -1) for one in samples], key=lambda turn: turn
    )
    lasting: dict[int, int] = {}
    level, before, most = 0, turns[0][0], 0
    for moment, change in turns:
        lasting[level] = lasting.get(level, 0) + moment - before
        level, before = level + change, moment
        most = max(most, level)
    half, seen = (turns[-1][0] - turns[0][0]) / 2, 0
    for held in sorted(lasting, reverse=True):
        seen += lasting[held]
        if seen >= half:
            return held, most
    return 0, most


def _rounded(number: Decimal) -> Decimal:
    return number.quantize(Decimal("0.001"), rounding=ROUND_HALF_UP)


def _wrong(line: int, name: str, value: str, hint: Words) -> InvalidFile:
    return InvalidFile(
        _("Line %(line)s: “%(value)s” does not fit the column “%(name)s”.")
        % {"line": line, "value": value[:60], "name": name},
        field="file",
        code="operations.sample",
        hint=hint,
        place=Place(line, FIELDS.index(name) + 1, name),
    )


def _unreadable(message: Words, line: int = 0) -> InvalidFile:
    said = _("Line %(line)s: %(message)s") % {"line": line, "message": message} if line else message
    return InvalidFile(
        said,
        field="file",
        code="operations.samples",
        hint=_("CSV or NDJSON with start, duration_ms and status of each request."),
        place=Place(line) if line else None,
    )
