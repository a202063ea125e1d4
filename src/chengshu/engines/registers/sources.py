"""What checking asks the platform; a port, so that forms can be checked without a database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from chengshu.engines.registers.data import FileLine, RecordView


class Sources(Protocol):
    """Stored files and records of registers, as far as the asker may see them."""

    def files(self, ids: Sequence[int]) -> Mapping[int, FileLine]:
        """Those of the files that exist for the asker."""

    def record(self, register: str, typed_key: str) -> RecordView | None:
        """The record in force today for a key as somebody typed it; None as well for what is no key."""
