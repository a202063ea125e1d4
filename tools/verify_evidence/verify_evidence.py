#!/usr/bin/env python3
"""Computes the number of an evidence pack again, from nothing but the pack.

A program of its own: the standard library only, no line shared with the platform that made the pack, so that neither
repeats the other's mistakes. What a pack holds is written in the README beside this file.

Exit status: 0 the pack agrees in everything; 3 it agrees as far as its records are opened; 1 it is refused, and what
differs is named; 2 it cannot be read.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
import zipfile
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Context, Decimal, InvalidOperation
from fractions import Fraction
from pathlib import Path

AGREES, REFUSED, UNREADABLE, AGREES_IN_PART = 0, 1, 2, 3
FILES = {"pack.json", "rows.tsv", "query.sql", "README.txt"}
LARGEST_FILE = 1 << 31
ROUNDING = {"higher": ROUND_FLOOR, "lower": ROUND_CEILING, "exact": ROUND_HALF_EVEN, "none": ROUND_HALF_EVEN}
"""The fourth decimal is rounded away from what would look better than it is."""
WIDE = Context(prec=200)
CHINA = timezone(timedelta(hours=8))
NUMBER = r"\d+(?:\.\d+)?"
LINE = re.compile(
    rf"(?P<part>{NUMBER})/(?P<whole>{NUMBER})(?: (?P<amount>-?{NUMBER}))?(?: =(?P<thing>.+?))?(?P<sim> ~)?"
)


# ---------------------------------------------------------------------------------------------------------- SM3
# GB/T 32905-2016, written from the standard's text.

_START = (0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600, 0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E)
_MASK = 0xFFFFFFFF


def _turn(word: int, by: int) -> int:
    by %= 32
    return ((word << by) | (word >> (32 - by))) & _MASK


_IS_BUILT_IN = "sm3" in hashlib.algorithms_available
_CONSTANTS = tuple(_turn(0x79CC4519 if step < 16 else 0x7A879D8A, step) for step in range(64))


def sm3(content: bytes) -> str:
    """The digest in lower-case hexadecimal; by this Python's own OpenSSL where that knows it, far faster."""
    return hashlib.new("sm3", content).hexdigest() if _IS_BUILT_IN else sm3_written_out(content)


def sm3_written_out(content: bytes) -> str:
    """The same without any library."""
    state = _START
    length = len(content) * 8
    padded = content + b"\x80" + b"\0" * ((55 - len(content)) % 64) + length.to_bytes(8, "big")
    for at in range(0, len(padded), 64):
        state = _compressed(state, padded[at : at + 64])
    return "".join(f"{word:08x}" for word in state)


def _compressed(state: tuple[int, ...], block: bytes) -> tuple[int, ...]:
    words = [int.from_bytes(block[at : at + 4], "big") for at in range(0, 64, 4)]
    for at in range(16, 68):
        mixed = words[at - 16] ^ words[at - 9] ^ _turn(words[at - 3], 15)
        mixed = mixed ^ _turn(mixed, 15) ^ _turn(mixed, 23)
        words.append(mixed ^ _turn(words[at - 13], 7) ^ words[at - 6])
    a, b, c, d, e, f, g, h = state
    for step in range(64):
        first = _turn((_turn(a, 12) + e + _CONSTANTS[step]) & _MASK, 7)
        second = first ^ _turn(a, 12)
        if step < 16:
            ff, gg = a ^ b ^ c, e ^ f ^ g
        else:
            ff, gg = (a & b) | (a & c) | (b & c), (e & f) | (~e & g)
        one = (ff + d + second + (words[step] ^ words[step + 4])) & _MASK
        two = (gg + h + first + words[step]) & _MASK
        a, b, c, d = one, a, _turn(b, 9), c
        e, f, g, h = two ^ _turn(two, 9) ^ _turn(two, 17), e, _turn(f, 19), g
    return tuple(new ^ old for new, old in zip((a, b, c, d, e, f, g, h), state, strict=True))


# ---------------------------------------------------------------------------------------------------- the pack


class Unreadable(Exception):
    """The file is no evidence pack."""


@dataclass(frozen=True)
class Row:
    """One opened record."""

    key: str
    part: Fraction
    whole: Fraction
    amount: Fraction | None
    thing: str
    simulated: bool
    line: str


@dataclass
class Pack:
    manifest: dict
    query: str
    raw_rows: bytes
    commitments: list[str] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def observation(self) -> dict:
        return self.manifest["observation"]

    @property
    def evidence(self) -> dict:
        return self.observation["evidence"]

    @property
    def withheld(self) -> dict:
        return self.manifest["rows"]["withheld"]

    @property
    def is_whole(self) -> bool:
        return len(self.rows) == len(self.commitments)


def read_pack(path: Path) -> Pack:
    """:raises Unreadable: if it is not a pack of this format"""
    try:
        with zipfile.ZipFile(path) as archive:
            names = [entry.filename for entry in archive.infolist()]
            if len(names) != len(FILES) or set(names) != FILES:
                raise Unreadable(
                    f"it must hold exactly {', '.join(sorted(FILES))}; it holds {', '.join(names)}"
                )
            if max(entry.file_size for entry in archive.infolist()) > LARGEST_FILE:
                raise Unreadable("a file in it is larger than 2 GiB")
            contents = {name: archive.read(name) for name in names}
        manifest = json.loads(contents["pack.json"], parse_float=_no_float, object_pairs_hook=_once)
        if (manifest.get("format"), manifest.get("format_version")) != ("chengshu-evidence-pack", 1):
            raise Unreadable("its format is not chengshu-evidence-pack 1")
        pack = Pack(manifest, contents["query.sql"].decode(), contents["rows.tsv"])
        _read_rows(pack)
        return pack
    except (OSError, zipfile.BadZipFile, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Unreadable(f"{type(error).__name__}: {error}") from error


def _no_float(text: str) -> None:
    raise Unreadable(f"a binary number stands in it: {text}")


def _once(pairs: list) -> dict:
    if len({name for name, _value in pairs}) != len(pairs):
        raise Unreadable("a name stands twice in one object")
    return dict(pairs)


def _read_rows(pack: Pack) -> None:
    text = pack.raw_rows.decode()
    if text and not text.endswith("\n"):
        pack.problems.append("rows.tsv: its last line is cut off")
    for number, line in enumerate(text.split("\n")[:-1], 1):
        cells = line.split("\t")
        pack.commitments.append(cells[0])
        if len(cells) == 1:
            continue
        if len(cells) != 4:
            pack.problems.append(f"rows.tsv line {number}: {len(cells)} fields, not 1 or 4")
            continue
        commitment, secret, key, contribution = cells
        if sm3(f"{secret}\t{key}\t{contribution}".encode()) != commitment:
            pack.problems.append(
                f"rows.tsv line {number}: record “{key}” is not the one that was committed to"
            )
        _add_row(pack, number, key, contribution)


def _add_row(pack: Pack, number: int, key: str, contribution: str) -> None:
    found = LINE.fullmatch(contribution)
    if found is None:
        pack.problems.append(f"rows.tsv line {number}: “{contribution}” is no contribution")
        return
    amount = found["amount"]
    pack.rows.append(
        Row(
            key,
            Fraction(found["part"]),
            Fraction(found["whole"]),
            None if amount is None else Fraction(amount),
            found["thing"] or "",
            found["sim"] is not None,
            f"{key}\t{contribution}",
        )
    )


# -------------------------------------------------------------------------------------------------- the checks


def canonical(value: object) -> bytes:
    """Sorted keys, no blanks, UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def differences(pack: Pack) -> list[str]:
    """Everything in which the pack contradicts itself; empty when it agrees."""
    return [*pack.problems, *_seals(pack), *_digests(pack), *_counts(pack), *_period(pack), *_number(pack)]


def _differ(what: str, stated: object, found: object) -> list[str]:
    return [] if stated == found else [f"{what}: the pack says {stated}, computed again it is {found}"]


def _seals(pack: Pack) -> list[str]:
    seen, told = pack.observation, pack.evidence["definition"]
    facts = {
        "name": seen["name"],
        "version": seen["version"],
        "unit": seen["unit"],
        "kind": told["kind"],
        "direction": told["direction"],
        "records_sql": told["records_sql"],
        "sql": told["sql"],
        "parameters": told["defaults"],
    }
    return [
        *_differ("seal of number and evidence (SM3)", pack.manifest["evidence_sm3"], sm3(canonical(seen))),
        *_differ("digest of the definition (SM3)", told["sm3"], sm3(canonical(facts))),
        *_differ("query.sql", told["records_sql"], pack.query.rstrip("\n")),
    ]


def _digests(pack: Pack) -> list[str]:
    records = pack.evidence["records"]
    found = [
        *_differ("digest of rows.tsv (SM3)", pack.manifest["rows"]["sm3"], sm3(pack.raw_rows)),
        *_differ(
            "digest of the commitments (SM3)",
            records["commitments"],
            sm3("\n".join(pack.commitments).encode()),
        ),
    ]
    if pack.commitments != sorted(set(pack.commitments)):
        found.append("rows.tsv: its lines are out of order or stand twice")
    if pack.is_whole:
        lines = [row.line for row in sorted(pack.rows, key=lambda row: row.key.encode())]
        found += _differ("digest of the records (SM3)", records["sm3"], sm3("\n".join(lines).encode()))
    return found


def _counts(pack: Pack) -> list[str]:
    seen, records, withheld = pack.observation, pack.evidence["records"], pack.withheld
    simulated = sum(row.simulated for row in pack.rows) + withheld["simulated"]
    keys = [row.key for row in pack.rows]
    return [
        *_differ("number of records", seen["records"], len(pack.commitments)),
        *_differ("number of records in the evidence", records["count"], len(pack.commitments)),
        *_differ("opened records", pack.manifest["rows"]["opened"], len(pack.rows)),
        *_differ("withheld records", withheld["rows"], len(pack.commitments) - len(pack.rows)),
        *_differ("simulated records", records["simulated"], simulated),
        *_differ("simulated", seen["simulated"], simulated > 0),
        *(["rows.tsv: a record stands twice"] if len(set(keys)) != len(keys) else []),
        *[f"record “{row.key}”: its part exceeds its whole" for row in pack.rows if row.part > row.whole],
    ]


def _period(pack: Pack) -> list[str]:
    first, last = (date.fromisoformat(day) for day in pack.observation["period"].split("/"))
    given = dict(pack.evidence["parameters"])
    since, until = given.pop("since"), given.pop("until")
    return [
        *_differ("first moment of the period", since, _moment(first)),
        *_differ("first moment after the period", until, _moment(last + timedelta(days=1))),
        *_differ("parameters", pack.observation["parameters"], given),
    ]


def _moment(day: date) -> str:
    local = datetime(day.year, day.month, day.day, tzinfo=CHINA)
    return local.astimezone(UTC).isoformat(timespec="microseconds")


def _number(pack: Pack) -> list[str]:
    seen, withheld, kind = pack.observation, pack.withheld, pack.evidence["definition"]["kind"]
    numerator = sum((row.part for row in pack.rows), Fraction(withheld["part"]))
    denominator = sum((row.whole for row in pack.rows), Fraction(withheld["whole"]))
    found = [
        *_differ("numerator", seen["numerator"], _text(_kept(numerator))),
        *_differ("denominator", seen["denominator"], _text(_kept(denominator))),
        *_rule(pack),
    ]
    if not is_computable(pack):
        return found
    value, reason = _value(pack, kind, numerator, denominator)
    return [
        *found,
        *_differ("value", seen["value"], None if value is None else _text(value)),
        *_differ("reason", seen["reason"], reason),
    ]


def _rule(pack: Pack) -> list[str]:
    rule = {
        "rates_and_means": {"places": 4, "mode": ROUNDING[pack.evidence["definition"]["direction"]]},
        "kept": {"places": 6, "mode": ROUND_HALF_EVEN},
    }
    return _differ("rounding", pack.manifest["rounding"], rule)


def is_computable(pack: Pack) -> bool:
    """Whether the number follows from what is opened and from the sums of what is not."""
    kind = pack.evidence["definition"]["kind"]
    return kind != "index" and (pack.is_whole or kind in ("count", "rate", "sum", "mean"))


def _value(pack: Pack, kind: str, numerator: Fraction, denominator: Fraction) -> tuple[Decimal | None, str]:
    if not denominator:
        return None, "nothing_examined"
    if kind == "count":
        return _kept(numerator), ""
    if kind == "distinct":
        return _kept(Fraction(len({row.thing for row in pack.rows if row.part}))), ""
    if kind == "rate":
        scale = 1000 if pack.observation["unit"] == "‰" else 100
        return _rounded(pack, scale * numerator / denominator), ""
    amounts = sorted(row.amount for row in pack.rows if row.part and row.amount is not None)
    total = sum(amounts, Fraction(pack.withheld.get("amount", "0")))
    if kind == "sum":
        return _kept(total), ""
    count = len(amounts) + pack.withheld.get("amounts", 0)
    if not count:
        return None, "nothing_counted"
    return _rounded(pack, total / count if kind == "mean" else _ranked(kind, amounts)), ""


def _ranked(kind: str, amounts: list[Fraction]) -> Fraction:
    count = len(amounts)
    if kind == "median":
        return (amounts[(count - 1) // 2] + amounts[count // 2]) / 2
    if kind in ("minimum", "maximum"):
        return amounts[0 if kind == "minimum" else -1]
    share = {"p90": 90, "p95": 95, "p99": 99}[kind]
    rank = -(-share * count // 100)
    return amounts[rank - 1]


def _rounded(pack: Pack, number: Fraction) -> Decimal:
    return _kept(Fraction(_decimal(number, 4, ROUNDING[pack.evidence["definition"]["direction"]])))


def _kept(number: Fraction) -> Decimal:
    return _decimal(number, 6, ROUND_HALF_EVEN)


def _decimal(number: Fraction, places: int, mode: str) -> Decimal:
    """The exact number rounded once, by whole-number arithmetic."""
    scaled = number * 10**places
    below, rest = divmod(scaled.numerator, scaled.denominator)
    twice = 2 * rest - scaled.denominator
    up = rest and (
        mode == ROUND_CEILING or (mode == ROUND_HALF_EVEN and (twice > 0 or (twice == 0 and below % 2)))
    )
    return Decimal(below + bool(up)).scaleb(-places, WIDE)


def _text(number: Decimal) -> str:
    """Without trailing zeros and without an exponent."""
    written = f"{number.normalize(WIDE):f}"
    return "0" if written in ("-0", "0") else written


# ----------------------------------------------------------------------------------------------------- the program


def told(pack: Pack, found: list[str]) -> dict:
    """What is said of a pack."""
    seen = pack.observation
    agrees = not found
    proven = agrees and pack.is_whole and is_computable(pack)
    return {
        "verdict": "agrees" if proven else "agrees_in_part" if agrees else "refused",
        "name": seen["name"], "version": seen["version"], "period": seen["period"], "unit": seen["unit"],
        "value": seen["value"], "simulated": seen["simulated"],
        "records": len(pack.commitments), "opened": len(pack.rows),
        "value_computed_again": is_computable(pack) and agrees,
        "evidence_sm3": pack.manifest["evidence_sm3"],
        "differences": found,
    }  # fmt: skip


VERDICTS = {
    "agrees": ("复算一致:摘要与数值逐位相符", "agrees: digests and number, to the last digit"),
    "agrees_in_part": (
        "部分复算一致:所示记录与全部摘要相符,未公开的记录只核到承诺值与合计",
        "agrees as far as it is opened: of the rest only commitments and sums were checked",
    ),
    "refused": ("不予采信:与取证包自身矛盾", "refused: the pack contradicts itself"),
}


def _print(summary: dict) -> None:
    lines = [
        f"{summary['name']} {summary['version']}  {summary['period']}",
        f"{summary['value'] if summary['value'] is not None else '—'} {summary['unit']}"
        + ("  模拟数据 / simulated" if summary["simulated"] else ""),
        f"{summary['opened']} / {summary['records']} 条记录公开 / records opened",
        f"SM3 {summary['evidence_sm3']}",
        *VERDICTS[summary["verdict"]],
        *(f"  ✗ {difference}" for difference in summary["differences"]),
    ]
    if summary["verdict"] != "refused" and not summary["value_computed_again"]:
        lines.append("  · 数值未能复算 / the number itself could not be computed from what is opened")
    sys.stdout.write("\n".join(lines) + "\n")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="verify_evidence", description="Check evidence packs, each on its own."
    )
    parser.add_argument("packs", nargs="+", type=Path, metavar="PACK.zip")
    parser.add_argument("--json", action="store_true", help="one JSON document a line")
    parser.add_argument(
        "--digest", metavar="SM3", help="the seal known from elsewhere: page, paper, audit chain"
    )
    given = parser.parse_args(arguments)
    status = AGREES
    for path in given.packs:
        status = max(
            status,
            _one(path, given.json, given.digest),
            key=(AGREES, AGREES_IN_PART, REFUSED, UNREADABLE).index,
        )
    return status


def _one(path: Path, as_json: bool, digest: str | None) -> int:
    try:
        pack = read_pack(path)
        found = differences(pack)
        if digest is not None:
            found += _differ("seal known from elsewhere", digest.lower(), pack.manifest["evidence_sm3"])
        summary = told(pack, found)
    except (Unreadable, KeyError, TypeError, ValueError, InvalidOperation, AttributeError) as error:
        sys.stderr.write(f"{path}: 不是可核验的取证包 / no pack that can be verified: {error}\n")
        return UNREADABLE
    if as_json:
        sys.stdout.write(json.dumps(summary, ensure_ascii=False) + "\n")
    else:
        _print(summary)
    return {"agrees": AGREES, "agrees_in_part": AGREES_IN_PART, "refused": REFUSED}[summary["verdict"]]


if __name__ == "__main__":
    sys.exit(main())
