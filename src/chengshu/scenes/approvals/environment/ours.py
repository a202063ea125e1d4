"""The processes of this scene as pages list them: title, and the limits of the rule that each runs by."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chengshu.engines.cases import api as cases
from chengshu.scenes.approvals.parts import gathered

RULES: Final = {
    "approvals.pollution_permit_first": "pollution_permit_key_on_site",
    "approvals.pollution_permit_other": "pollution_permit_renewal",
}
"""Rules that are not called like their process."""
BY_CLASS: Final = "approvals.pollution_permit_first"
"""Its lawful time depends on the class of management (排污许可管理条例第十二条)."""
_LIMIT: Final = re.compile(r"(\d+)(wd|d)")


@dataclass(frozen=True, slots=True)
class OurProcess:
    """A process with the limits of its rule in words; empty where the matter's own elements set them."""

    key: str
    title: str
    legal: str
    promised: str


def our_processes() -> Iterator[OurProcess]:
    """Every process of this scene, in the order of the parts."""
    limits: dict[str, list[str]] = {}
    for line in cases.rules_table():
        limits.setdefault(line.rule, []).append(line.value)
    for case_type in gathered("case_types", "CASE_TYPES"):
        rule = RULES.get(case_type.key, case_type.key.removeprefix("approvals."))
        legal, promised = [*limits.get(rule, ())[:2], "", ""][:2]
        law = _("20, 30 or 45 days by class") if case_type.key == BY_CLASS else in_words(legal)
        yield OurProcess(case_type.key, str(case_type.title), law, in_words(promised))


def in_words(limit: str) -> str:
    """``20wd`` as people say it; empty for anything else."""
    found = _LIMIT.fullmatch(limit)
    if found is None:
        return ""
    amount = int(found[1])
    if found[2] == "wd":
        return ngettext("%(amount)s working day", "%(amount)s working days", amount) % {"amount": amount}
    return _("%(amount)s days") % {"amount": amount}
