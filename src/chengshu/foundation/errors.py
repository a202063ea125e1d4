"""Every error that Chengshu raises on purpose, in one tree.

The domain raises these; only ``foundation/http`` knows status numbers, and only the interface knows languages.

    ChengshuError            code · message · hint · data
    ├── InvalidInput         what was given cannot be accepted; names the field
    │   └── InvalidFile      the same inside a file; names line, cell and column
    ├── NotSignedIn          nobody is asking
    │   └── SecondFactorNeeded
    ├── Refused              somebody is asking who may not
    ├── Missing              there is no such thing, or none the asker may see
    ├── Conflict             the thing is not in a state that allows this
    ├── TooMany              asked too often
    ├── Unavailable          something this needs is not running
    └── Misconfigured        a setting is wrong; names it
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.functional import Promise

Words = str | Promise
"""Text for people: a plain string or a lazy translation."""


class ChengshuError(Exception):
    """An error with a stable code, a sentence for people, a next step, and structured data for programs.

    :param message: what is wrong, as one sentence in the user's language
    :param code: the stable name of this very case, such as ``uscc.check_character``; the class has a default
    :param hint: the next step for the person who sees this
    :param data: facts for programs, JSON-serialisable
    """

    default_code: ClassVar[str] = "error"

    def __init__(
        self, message: Words, *, code: str = "", hint: Words = "", data: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code
        self.hint = hint
        self.data = dict(data or {})

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class InvalidInput(ChengshuError):
    """What was given cannot be accepted.

    :param field: the name of the offending field, empty when it is the whole that is wrong
    """

    default_code = "invalid_input"

    def __init__(
        self,
        message: Words,
        *,
        field: str = "",
        code: str = "",
        hint: Words = "",
        data: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message, code=code, hint=hint, data=data)
        self.field = field


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a file something stands.

    :param line: 1-based line of a text file, row of a sheet or of a document's table
    :param column: 1-based cell within the row; 0 when the whole row is meant
    :param label: the column's heading, as printed, if there is one
    :param sheet: the sheet or table, if the file has several
    """

    line: int
    column: int = 0
    label: str = ""
    sheet: str = ""


class InvalidFile(InvalidInput):
    """A file's content cannot be accepted; says where."""

    default_code = "invalid_file"

    def __init__(
        self,
        message: Words,
        *,
        place: Place | None = None,
        field: str = "",
        code: str = "",
        hint: Words = "",
        data: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message, field=field, code=code, hint=hint, data=data)
        self.place = place


class NotSignedIn(ChengshuError):
    """Nobody is asking."""

    default_code = "not_signed_in"


class SecondFactorNeeded(NotSignedIn):
    """The first factor was right; the second is still to come."""

    default_code = "second_factor_needed"


class Refused(ChengshuError):
    """Somebody is asking who may not."""

    default_code = "refused"


class Missing(ChengshuError):
    """There is no such thing, or none that the asker may see; the two are not told apart."""

    default_code = "missing"


class Conflict(ChengshuError):
    """The thing is not in a state that allows this."""

    default_code = "conflict"


class TooMany(ChengshuError):
    """Asked too often.

    :param retry_after_s: seconds until it is worth asking again
    """

    default_code = "too_many"

    def __init__(self, message: Words, *, retry_after_s: int, code: str = "", hint: Words = "") -> None:
        super().__init__(message, code=code, hint=hint, data={"retry_after_s": retry_after_s})
        self.retry_after_s = retry_after_s


class Unavailable(ChengshuError):
    """Something this needs is not running."""

    default_code = "unavailable"


class Misconfigured(ChengshuError):
    """A setting is wrong.

    :param key: the name of the environment variable
    """

    default_code = "misconfigured"

    def __init__(self, message: Words, *, key: str, hint: Words = "") -> None:
        super().__init__(message, hint=hint, data={"key": key})
        self.key = key
