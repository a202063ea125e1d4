"""Rehearsing: running a block for real, of which nothing stays.

Not for previews that could be computed: for those whose only honest answer is what the action itself says.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from chengshu.foundation import prepared
from chengshu.foundation.asking import Asker, asking
from chengshu.foundation.audit import chain


class _Undone(Exception):
    """Takes the transaction back; never seen outside."""


@contextmanager
def rehearsing(asker: Asker) -> Iterator[None]:
    """Run the block on behalf of ``asker`` and take back all it wrote: rows, events and audit entries, those of a
    refusal too. An error of the block goes on to the caller, after the same."""
    try:
        with prepared.undoable():
            with asking(asker):
                yield
            raise _Undone
    except _Undone:
        pass
    finally:
        chain.forget_place()
