"""Cases that another system hands over, many at once: one transaction, statements for all of them together.

Nothing differs from opening them one by one but the number of messages to the database; what one by one would be
refused is refused here, with its position, and then none is opened.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases import opening, store
from chengshu.engines.cases.models import DefinitionVersion
from chengshu.engines.cases.numbers import next_numbers
from chengshu.engines.cases.who import Doer
from chengshu.foundation.action import require
from chengshu.foundation.asking import current_asker
from chengshu.foundation.audit import chain
from chengshu.foundation.errors import ChengshuError, InvalidInput

MOST: Final = 500
"""Cases of one call."""
_NAMES: Final = frozenset({"definition", "unit_id", "title", "variables"})

A = TypeVar("A")
B = TypeVar("B")


@dataclass(frozen=True)
class Wrong:
    """An item that cannot be done, and why."""

    position: int
    error: ChengshuError

    def as_data(self) -> dict[str, Any]:
        error = self.error
        told = {"code": error.code, "title": str(error.message), "detail": str(error.hint)}
        return {"position": self.position, "field": getattr(error, "field", "") or "", **told}


def open_all(items: Sequence[Mapping[str, Any]]) -> list[int]:
    """Open them all, or none; for use inside the action.

    :raises InvalidInput: ``items``, with every one that cannot be opened
    """
    if not 0 < len(items) <= MOST:
        raise InvalidInput(
            _("There are %(count)s cases; one call takes 1 to %(most)s.")
            % {"count": len(items), "most": MOST},
            field="items",
            code="cases.too_many_items",
            hint=_("Send them in several calls."),
        )
    require(current_asker(), "cases.open_case")
    versions: dict[str, DefinitionVersion] = {}
    openings = _each(items, lambda item: _checked(item, versions))
    numbers = _numbers(openings)
    doer = Doer(current_asker().account_id)
    cases = _each(
        list(zip(openings, numbers, strict=True)), lambda pair: store.new_of(opening.begun(*pair), doer)
    )
    store.write_all_new(cases)
    chain.append_all([_entry(item, case) for item, case in zip(items, cases, strict=True)])
    return [case.run.case.id for case in cases]


def _checked(item: Mapping[str, Any], versions: dict[str, DefinitionVersion]) -> opening.Opening:
    """
    :param versions: those that earlier items asked for, by key
    """
    unknown = sorted(set(item) - _NAMES)
    if unknown or not isinstance(item.get("definition"), str):
        raise InvalidInput(
            _("An item has a definition, and where wanted a unit, a title and variables."),
            field=unknown[0][:100] if unknown else "definition",
            code="cases.item",
        )
    key = item["definition"]
    if key not in versions:
        versions[key] = opening.version_in_force(key)
    return opening.checked(**item, version=versions[key])


def _numbers(openings: Sequence[opening.Opening]) -> list[str]:
    """A number for each, in their order; those of one prefix are taken together."""
    wanted: dict[str, list[int]] = defaultdict(list)
    for position, each in enumerate(openings):
        wanted[opening.prefix_of(each)].append(position)
    numbers = [""] * len(openings)
    for prefix in sorted(wanted):
        for position, number in zip(wanted[prefix], next_numbers(prefix, len(wanted[prefix])), strict=True):
            numbers[position] = number
    return numbers


def _each(things: Sequence[A], make: Callable[[A], B]) -> list[B]:
    """What becomes of each.

    :raises InvalidInput: ``items``, if one or more cannot be made
    """
    made, wrong = [], []
    for position, thing in enumerate(things):
        try:
            made.append(make(thing))
        except ChengshuError as error:
            wrong.append(Wrong(position, error))
    if wrong:
        raise refusal(wrong)
    return made


def refusal(wrong: Iterable[Wrong]) -> InvalidInput:
    """The one error that names every item that cannot be done."""
    found = [each.as_data() for each in wrong]
    return InvalidInput(
        _("%(count)s of the cases cannot be opened, so none was.") % {"count": len(found)},
        field="items",
        code="cases.items",
        hint=_("Correct the items at the positions that are named, or leave them out, and send all again."),
        data={"items": found},
    )


def _entry(item: Mapping[str, Any], case: store.New) -> chain.Entry:
    """Says of one of many what the chain says of a case that is opened alone."""
    return chain.Entry.of(
        current_asker(),
        "cases.open_case",
        "done",
        given=item,
        changes=case.changes,
        result=case.run.case.id,
    )
