"""The scripts of inspections as data: what is looked at, what must be kept as evidence, what makes a visit count."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import InvalidInput

SHIPPED = Path(__file__).parent / "facts" / "scripts.toml"


@dataclass(frozen=True)
class ScriptStep:
    """One thing to look at; "yes" speaks for the unit.

    :param required: without it the visit is no valid sample
    :param evidence: what must be kept: ``photo``, ``audio``
    """

    key: str
    title: str
    title_en: str
    required: bool = True
    evidence: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        return self.title_en if (get_language() or "").startswith("en") else self.title


@dataclass(frozen=True)
class Script:
    """A script for one kind of inspection."""

    key: str
    kind: str
    title: str
    title_en: str
    source: str
    steps: tuple[ScriptStep, ...]

    @property
    def shown(self) -> str:
        return self.title_en if (get_language() or "").startswith("en") else self.title

    def step(self, key: str) -> ScriptStep:
        """
        :raises InvalidInput: if the script has no such step
        """
        found = next((step for step in self.steps if step.key == key), None)
        if found is None:
            raise InvalidInput(
                _("The script has no such step."), field="step", code="supervision.script_step"
            )
        return found


@cache
def scripts() -> tuple[Script, ...]:
    """Every script that is shipped."""
    content = tomllib.loads(SHIPPED.read_text(encoding="utf-8"))
    return tuple(
        Script(
            key=entry["key"],
            kind=entry["kind"],
            title=entry["title"],
            title_en=entry["title_en"],
            source=entry["source"],
            steps=tuple(
                ScriptStep(**{**step, "evidence": tuple(step.get("evidence", ()))}) for step in entry["step"]
            ),
        )
        for entry in content["script"]
    )


def script_by_key(key: str) -> Script:
    """
    :raises InvalidInput: if there is no such script
    """
    found = next((script for script in scripts() if script.key == key), None)
    if found is None:
        raise InvalidInput(_("There is no such script."), field="script", code="supervision.script")
    return found
