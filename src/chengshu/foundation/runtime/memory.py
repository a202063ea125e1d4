"""How often Python looks for cycles of objects that nothing else holds."""

from __future__ import annotations

import gc
from typing import Final

_NEW_OBJECTS: Final = 100_000
"""Between two looks at the young ones; Python's own 700 suit programs with few objects at a time."""


def collect_seldom() -> None:
    """For a process that holds many objects for long, such as sessions, a batch or all pages, and makes few cycles.

    What lives now (modules, tables of the program) is never looked at again. Objects without cycles are freed at once
    as ever; cycles wait longer, which costs some megabytes.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS, 20, 20)
