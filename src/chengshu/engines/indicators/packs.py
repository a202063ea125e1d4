"""Evidence packs: one observation as a file that anybody can compute again without this platform.

A pack is a ZIP of four files, always the same bytes for the same asker and observation: ``pack.json`` (the sealed
observation and what is needed to read it), ``rows.tsv`` (one line a record), ``query.sql`` and ``README.txt``.
``tools/verify_evidence`` checks it; the format is described there, and that program shares no code with this one.

Data scope holds: a record is opened (secret, key, contribution) for whoever may see it now. Of every other one only
the commitment is given, and of all of them together what the number and the opened records tell anyway: their count
and their sums. So the digest can always be checked, the arithmetic as far as the asker's scope reaches, and the whole
by whoever may see all of it. Labels and links of records are no evidence and are never in a pack.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from chengshu import __version__
from chengshu.engines.indicators import commitments
from chengshu.engines.indicators.definitions import Kind
from chengshu.engines.indicators.figures import rounding_of, row_read, total
from chengshu.engines.indicators.models import IndicatorObservation
from chengshu.engines.indicators.observing import sealed
from chengshu.engines.indicators.queries import has_pack, keys_seen, roll_of, view_of
from chengshu.engines.indicators.registry import versions_of
from chengshu.engines.indicators.results import ObservationView
from chengshu.foundation.asking import current_asker
from chengshu.foundation.audit.canonical import canonical, sm3
from chengshu.foundation.errors import Conflict

FORMAT, FORMAT_VERSION = "chengshu-evidence-pack", 1
_SAME_TIME = (2000, 1, 1, 0, 0, 0)
"""The date of every file in a ZIP: the same pack is the same bytes."""
READ_ME = """城枢取证包 / Chengshu evidence pack

本包载有一个指标观测值及其全部依据,可脱离平台独立复算。
This pack holds one observed number with everything it rests on; it can be computed again without the platform.

pack.json   封存的观测值、定义、参数、摘要与取整规则 / the sealed observation, definition, parameters, digests, rounding
rows.tsv    每条记录一行:承诺值、密值、记录键、贡献;无权查看的记录只有承诺值
            one line a record: commitment, secret, key, contribution; of records withheld only the commitment
query.sql   取数查询 / the query that found the records

核验 / verify:  python3 tools/verify_evidence/verify_evidence.py PACK.zip
"""


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack as a file, and how much of it is opened."""

    name: str
    content: bytes
    opened: int
    withheld: int

    @property
    def sm3(self) -> str:
        return sm3(self.content)


def packed(found: IndicatorObservation, about: Mapping[str, Any] | None = None) -> Pack:
    """The pack of an observation, as far as the asker may see its records.

    :param about: what the number is used for, such as a promise; goes along, and is not sealed
    :raises Conflict: if the observation has no evidence, or none that can be given in part
    """
    seen = view_of(found)
    if not has_pack(seen) or not found.blinding:
        raise Conflict(
            _("This observation was kept before evidence packs existed."),
            code="indicators.no_pack",
            hint=_("Compute it again; the new observation has one."),
        )
    roll = roll_of(seen)
    committed = commitments.commitments_of(found.blinding, (f"{key}\t{told}" for key, told in roll.items()))
    shown = roll.keys() if current_asker().is_system else keys_seen(seen) & roll.keys()
    opened = {line for line in committed.values() if _key_of(line) in shown}
    rows = _rows(found.blinding, committed, opened)
    manifest = _manifest(seen, found.evidence_digest, rows, [*committed.values()], opened)
    files = {
        "pack.json": _written({**manifest, "about": dict(about or {})}),
        "query.sql": f"{seen.evidence['definition']['records_sql']}\n".encode(),
        "rows.tsv": rows,
        "README.txt": READ_ME.encode(),
    }
    name = f"evidence-{seen.name}-{seen.period.first_day}-{seen.period.last_day}-{seen.id}.zip"
    return Pack(name, _zipped(files), len(opened), len(committed) - len(opened))


def _key_of(line: str) -> str:
    return line.split("\t", 1)[0]


def _rows(blinding: str, committed: Mapping[str, str], opened: set[str]) -> bytes:
    lines = []
    for commitment, line in committed.items():
        told = [commitment]
        if line in opened:
            told += [commitments.secret_of(blinding, _key_of(line)), line]
        lines.append("\t".join(told) + "\n")
    return "".join(lines).encode()


def _manifest(
    seen: ObservationView, digest: str, rows: bytes, lines: Sequence[str], opened: set[str]
) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "made_by": f"chengshu {__version__}",
        "observation": json.loads(canonical(sealed(seen))),
        "evidence_sm3": digest,
        "computed_at": seen.computed_at.isoformat(),
        "definition": _definition(seen),
        "rounding": {
            "rates_and_means": {"places": 4, "mode": rounding_of(seen.evidence["definition"]["direction"])},
            "kept": {"places": 6, "mode": "ROUND_HALF_EVEN"},
        },
        "rows": {
            "sm3": sm3(rows),
            "opened": len(opened),
            "withheld": _withheld(
                Kind(seen.evidence["definition"]["kind"]), [line for line in lines if line not in opened]
            ),
        },
    }


def _definition(seen: ObservationView) -> dict[str, str]:
    """Its words today, where it is still known; they are no part of the seal."""
    known = [each for each in versions_of(seen.name) if each.version == seen.version]
    return {"title": str(known[0].title), "meaning": str(known[0].meaning)} if known else {}


def _withheld(kind: Kind, lines: Sequence[str]) -> dict[str, Any]:
    """What is told of the records that are not opened: nothing that the number and the others do not tell."""
    rows = [row_read(line) for line in lines]
    told = {
        "rows": len(rows),
        "part": f"{total(row.part for row in rows):f}",
        "whole": f"{total(row.whole for row in rows):f}",
        "simulated": sum(row.simulated for row in rows),
    }
    if kind in (Kind.SUM, Kind.MEAN):
        amounts = [row.amount for row in rows if row.part and row.amount is not None]
        told |= {"amounts": len(amounts), "amount": f"{total(amounts):f}"}
    return told


def _written(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"


def _zipped(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, _SAME_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return out.getvalue()
