"""Cases that are handed over under keys of their own, so that what is sent again is not opened again."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases import actions, handing_over
from chengshu.foundation.audit.canonical import canonical
from chengshu.foundation.errors import InvalidInput
from chengshu.foundation.http import idempotency


@dataclass(frozen=True)
class Handed:
    """One case to open.

    :param key: names it within the account and a day; empty if it is never sent again
    :param item: as ``actions.open_cases`` takes it
    """

    key: str
    item: Mapping[str, Any]

    @property
    def digest(self) -> str:
        return hashlib.sha256(canonical({"open_cases": dict(self.item)})).hexdigest()


@dataclass(frozen=True)
class Opened:
    """What became of one.

    :param repeated: it had been opened before, under the same key
    """

    position: int
    case_id: int
    repeated: bool


def open_once(handed: Sequence[Handed]) -> list[Opened]:
    """Open those that were not opened before under their key, in one transaction.

    :raises InvalidInput: ``items``, with every one that cannot be opened or whose key is wrong, by position; then
        none is opened
    :raises Conflict: if another request with one of the keys is under way for too long
    """
    _insist_on_keys(handed)
    before = idempotency.claim_all({each.key: each.digest for each in handed if each.key})
    _insist_on_same(handed, before)
    fresh = [position for position, each in enumerate(handed) if each.key not in before]
    opened = actions.open_cases(items=[handed[position].item for position in fresh]) if fresh else []
    ids = dict(zip(fresh, opened, strict=True))
    idempotency.note_all(
        {handed[position].key: b"%d" % case_id for position, case_id in ids.items() if handed[position].key}
    )
    return [
        Opened(position, ids[position], False)
        if position in ids
        else Opened(position, int(before[each.key].body), True)
        for position, each in enumerate(handed)
    ]


def _insist_on_keys(handed: Sequence[Handed]) -> None:
    seen: set[str] = set()
    wrong = []
    for position, each in enumerate(handed):
        if each.key and (each.key in seen or not idempotency.is_key(each.key)):
            wrong.append(handing_over.Wrong(position, _bad_key()))
        seen.add(each.key)
    if wrong:
        raise handing_over.refusal(wrong)


def _insist_on_same(handed: Sequence[Handed], before: Mapping[str, idempotency.Answered]) -> None:
    """A key that was used before must have been used for the same."""
    wrong = [
        handing_over.Wrong(position, _other_item())
        for position, each in enumerate(handed)
        if each.key in before and before[each.key].digest != each.digest
    ]
    if wrong:
        raise handing_over.refusal(wrong)


def _bad_key() -> InvalidInput:
    return InvalidInput(
        _("The key of an item has 8 to 200 plain characters without blanks, and no other item has it."),
        field="key",
        code="idempotency.key",
        hint=_("Use a random UUID for each new item."),
    )


def _other_item() -> idempotency.KeyConflict:
    return idempotency.KeyConflict(
        _("This key was used for another case."), hint=_("Use a new key for a new case.")
    )
