"""Brings every Traditional Chinese catalogue up to date with its simplified one, by OpenCC's s2hk table."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import opencc
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from django.core.management.base import BaseCommand, CommandParser

from chengshu.foundation.manifest import modules

SIMPLIFIED = "zh_Hans"
TRADITIONAL = "zh_Hant"
DATED = datetime(2025, 1, 1, tzinfo=UTC)
"""The catalogue's header asks for a date; a moving one would make every run a change."""


class Command(BaseCommand):
    help = "Adds to each zh_Hant catalogue what its zh_Hans catalogue has and drops what it no longer has."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--renew", action="store_true", help="Convert everything anew, hand-made corrections too."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        for module in modules():
            source = _catalogue(Path(module.path), SIMPLIFIED)
            if source.exists():
                changed = update(source, _catalogue(Path(module.path), TRADITIONAL), renew=options["renew"])
                self.stdout.write(f"{module.label}: {changed} converted")


def _catalogue(app: Path, locale: str) -> Path:
    return app / "locale" / locale / "LC_MESSAGES" / "django.po"


def update(source: Path, target: Path, *, renew: bool = False) -> int:
    """Write ``target`` from ``source``, keeping what is translated there unless ``renew``; how many were converted."""
    convert = opencc.OpenCC("s2hk").convert
    known = _translations(target) if target.exists() and not renew else {}
    catalogue = Catalog(
        locale=TRADITIONAL, charset="utf-8", fuzzy=False, creation_date=DATED, revision_date=DATED
    )
    converted = 0
    with source.open("rb") as file:
        for message in read_po(file):
            if not message.id:
                continue
            kept = known.get((message.id, message.context))
            converted += kept is None
            words = _converted(message.string, convert) if kept is None else kept
            catalogue.add(message.id, words, flags=message.flags, context=message.context)
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as file:
        write_po(file, catalogue, sort_output=True, width=110)
    return converted


def _translations(target: Path) -> dict[Any, Any]:
    with target.open("rb") as file:
        return {(message.id, message.context): message.string for message in read_po(file) if message.string}


def _converted(words: Any, convert: Any) -> Any:
    return tuple(convert(word) for word in words) if isinstance(words, tuple) else convert(words)
