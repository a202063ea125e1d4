"""The variables that an expression sees: the nearest scope first, the case's own last. Nothing is copied."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from chengshu.engines.cases import feel
from chengshu.engines.cases.state import CaseRow

_PLAIN = (str, bool, int, type(None))


class Sight(Mapping[str, Any]):
    """A read-only view over local and case variables, as FEEL values.

    ``case`` is a context with the case's id, title, status, unit and opener, unless a variable is called so.

    :param layers: innermost first; names beginning with ``#`` are the engine's and not seen
    :param extra: names of the moment that go before all others, such as ``loopCounter``
    """

    __slots__ = ("_case", "_extra", "_layers")

    def __init__(
        self, layers: Sequence[Mapping[str, Any]], case: CaseRow, extra: Mapping[str, Any] | None = None
    ) -> None:
        self._layers = layers
        self._case = case
        self._extra = extra

    def __getitem__(self, name: str) -> Any:
        if self._extra is not None and name in self._extra:
            return self._extra[name]
        for layer in self._layers:
            if name in layer and name[:1] != "#":
                value = layer[name]
                return value if isinstance(value, _PLAIN) else feel.from_json(value)
        if name == "case":
            return _about(self._case)
        raise KeyError(name)

    def __contains__(self, name: object) -> bool:
        if not isinstance(name, str) or name[:1] == "#":
            return False
        if self._extra is not None and name in self._extra:
            return True
        return name == "case" or any(name in layer for layer in self._layers)

    def __iter__(self) -> Iterator[str]:
        seen = dict.fromkeys(self._extra or ())
        for layer in self._layers:
            seen.update(dict.fromkeys(name for name in layer if name[:1] != "#"))
        seen["case"] = None
        return iter(seen)

    def __len__(self) -> int:
        return sum(1 for _name in self)


def _about(case: CaseRow) -> dict[str, Any]:
    return {
        "id": case.id,
        "title": case.title,
        "status": case.status,
        "unit": case.unit_id,
        "opened_by": case.opened_by,
    }
