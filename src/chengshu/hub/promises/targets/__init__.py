"""The value grammar: printed target values such as 不低于95%, read into typed targets and written back.

The door is this module: ``parse``, ``show``, ``write``, ``meaning``, ``direction`` and the types.
"""

from .data import Target, same
from .directions import direction, is_lasting, is_reducing, name_direction
from .grammar import parse, unit_in_parentheses, unit_of_name
from .kinds import Dimension, Direction, Kind, Note, Op
from .tokens import normalise
from .wording import meaning, show, write

__all__ = [
    "Dimension",
    "Direction",
    "Kind",
    "Note",
    "Op",
    "Target",
    "direction",
    "is_lasting",
    "is_reducing",
    "meaning",
    "name_direction",
    "normalise",
    "parse",
    "same",
    "show",
    "unit_in_parentheses",
    "unit_of_name",
    "write",
]
