"""What forms and registers are to those who use them: frozen records. One of the engine's two doors.

A :class:`Form` is one immutable version of a definition. What a person enters is :class:`Typed`, kept character by
character; what may be used is in :class:`Checked`. The ``…View`` records are what ``registers/form.html`` draws.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from django.utils.translation import gettext as _

from chengshu.engines.registers.words import Text
from chengshu.foundation.errors import InvalidInput, Words

Kind = Literal[
    "text",
    "long_text",
    "choice",
    "choices",
    "yes_no",
    "consent",
    "integer",
    "number",
    "money",
    "date",
    "time",
    "moment",
    "files",
    "computed",
    "group",
    "rows",
]
"""How a field is entered. ``consent`` is one box that must be ticked; ``rows`` is a repeating group."""

Value = str | bool | int | Decimal | date | datetime | None | Sequence[Any] | Mapping[str, Any]

Logic = Mapping[str, Any]
"""A condition in JSON logic: ``{"==": [{"var": "applicant_type"}, "2"]}``; see ``conditions``."""

FormState = Literal["draft", "review", "published", "retired"]
SubmissionState = Literal["submitted", "withdrawn", "superseded"]
MaterialState = Literal["present", "missing", "deferred", "waived", "not_needed", "optional"]


@dataclass(frozen=True)
class Option:
    """One thing to choose.

    :param retired: no longer on offer, shown because an older entry chose it
    """

    value: str
    title: Text
    retired: bool = False
    hint: str = ""

    @property
    def label(self) -> str:
        """What a page writes beside the box; see ``shell.Option``."""
        return _("%(title)s (no longer in use)") % {"title": self.title} if self.retired else str(self.title)


@dataclass(frozen=True)
class Field:
    """One field of a form.

    :param path: names from the top, joined by dots, without row numbers: ``members.name``
    :param places: decimals that a number may have
    :param unit: printed behind the value
    :param width: ``short``, ``medium`` or ``full``
    :param variable: the process variable that the value becomes; empty for none
    :param masked: how the value is masked for display; empty for a value that everybody may see
    :param prefill: ``(register, field)`` that may fill it
    :param earliest: a day such as ``2026-01-01``, ``today`` or ``today+5wd``
    :param working_day: ``hint`` tells and ``required`` refuses a day that is not a working day
    :param fields: of a group or of each row of a repeating group
    """

    name: str
    path: str
    kind: Kind
    title: Text
    help: Text = field(default_factory=Text)
    required: bool = False
    width: Literal["short", "medium", "full"] = "full"
    unit: Text = field(default_factory=Text)
    options: tuple[Option, ...] = ()
    code_list: str = ""
    radio: bool = False
    validator: str = ""
    pattern: str = ""
    min_length: int = 0
    max_length: int = 200
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    places: int = 0
    earliest: str = ""
    latest: str = ""
    working_day: Literal["", "hint", "required"] = ""
    show_when: Logic | None = None
    computed: Logic | None = None
    variable: str = ""
    masked: str = ""
    prefill: tuple[str, str] | None = None
    file_kinds: tuple[str, ...] = ()
    most_bytes: int = 0
    min_rows: int = 0
    max_rows: int = 0
    row_title: Text = field(default_factory=Text)
    fields: tuple[Field, ...] = ()


@dataclass(frozen=True)
class Material:
    """One line of a material list (材料清单).

    :param necessity: 1 necessary, 2 not necessary, 3 may be handed in later (容缺后补)
    :param kind: 1 certificate or proof, 2 application form or document, 3 other
    :param form: 1 paper, 2 electronic, 3 either
    :param original: originals of it, ``copies``: copies of it, that are asked for on paper
    :param source: 10 the applicant's own, 20 issued by an authority, 99 other
    :param defer_days: working days within which a deferred one must follow
    :param waived_by: the register whose current record makes it unnecessary; empty for none
    """

    key: str
    title: Text
    necessity: Literal["1", "2", "3"] = "1"
    kind: str = "3"
    form: str = "3"
    original: int = 0
    copies: int = 1
    source: str = "10"
    help: Text = field(default_factory=Text)
    show_when: Logic | None = None
    defer_days: int = 0
    waived_by: str = ""
    file_kinds: tuple[str, ...] = ()


@dataclass(frozen=True)
class PrefillKey:
    """Which field says whose record of a register fills the form: ``legal_entity`` by ``applicant.uscc``."""

    register: str
    key: str


@dataclass(frozen=True, eq=False)
class Form:
    """One version of a form, immutable; equal digests mean equal definitions."""

    key: str
    version: int
    title: Text
    fields: tuple[Field, ...]
    help: Text = field(default_factory=Text)
    materials: tuple[Material, ...] = ()
    prefill_keys: tuple[PrefillKey, ...] = ()
    digest: str = ""
    state: FormState = "published"
    source: str = field(default="", repr=False)
    """The definition's JSON, exactly as it was saved."""

    def __str__(self) -> str:
        return self.ref

    @property
    def ref(self) -> str:
        """``sample.seal_use/3``"""
        return f"{self.key}/{self.version}"


@dataclass(frozen=True)
class FormLine:
    """One form in a list."""

    key: str
    title: str
    version: int | None
    """The published version in use; None before the first."""
    unit_name: str
    origin: str
    draft: int | None = None
    """The newest version that is still being worked on."""
    changed_at: datetime | None = None


@dataclass(frozen=True)
class Typed:
    """What a person entered, character by character, valid or not.

    :param entries: path with row numbers (``members.0.name``) → what was sent for it, in order
    :param gesture: a button that changed the form instead of sending it, such as ``members.add``; the page is
        drawn again and nothing is checked
    :param refused: files that were sent along and could not be stored
    """

    entries: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    gesture: str = ""
    refused: tuple[FieldError, ...] = ()

    def first(self, path: str) -> str:
        found = self.entries.get(path, ())
        return found[0] if found else ""

    def all(self, path: str) -> tuple[str, ...]:
        return self.entries.get(path, ())


@dataclass(frozen=True)
class FieldError:
    """Why one entry cannot be accepted.

    :param path: with row numbers; empty when it is the form as a whole
    :param code: stable, such as ``uscc.check_character``
    """

    path: str
    reason: Words
    next_step: Words = ""
    code: str = ""
    title: str = ""
    """The field's title, for summaries."""


@dataclass(frozen=True)
class Provenance:
    """Where a value comes from, and of which day it is."""

    register: str
    register_title: str
    source: str
    as_of: date
    record_id: int


@dataclass(frozen=True)
class Prefilled:
    """A value that a register offers for a field.

    :param value: as a person would type it; for a personal field only its mask, which is shown and not filled in
    """

    path: str
    value: str
    provenance: Provenance
    personal: bool = False


@dataclass(frozen=True)
class Correction:
    """A person changed what a register offered, and said why."""

    path: str
    was: str
    now: str
    reason: str
    provenance: Provenance


@dataclass(frozen=True)
class MaterialLine:
    """One material of one submission, as checked.

    :param due_on: the last day for a deferred one
    :param provenance: the record that makes a waived one unnecessary
    """

    key: str
    title: str
    state: MaterialState
    necessity: str
    files: tuple[int, ...] = ()
    paper_originals: int = 0
    paper_copies: int = 0
    due_on: date | None = None
    provenance: Provenance | None = None


@dataclass(frozen=True)
class Checked:
    """What came of checking: typed values of the fields that are shown, or the errors, by field.

    ``values`` mirrors the form: groups are mappings, repeating groups tuples of mappings, numbers ``Decimal``,
    dates ``date``, files tuples of file ids. A field that is hidden or empty is absent.
    """

    values: Mapping[str, Any]
    errors: tuple[FieldError, ...] = ()
    materials: tuple[MaterialLine, ...] = ()
    corrections: tuple[Correction, ...] = ()

    @property
    def is_complete(self) -> bool:
        return not self.errors

    @property
    def lacks_materials(self) -> bool:
        """Whether something was deferred: the case is accepted incomplete (容缺受理)."""
        return any(line.state == "deferred" for line in self.materials)


@dataclass(frozen=True)
class Draft:
    """A person's unfinished entry; only that person can read it."""

    subject: str
    form_key: str
    form_version: int
    title: str
    typed: Typed
    saved_at: datetime


@dataclass(frozen=True)
class Submission:
    """A form that was handed in.

    :param subject: what it was handed in for: ``case:17``, ``task:42`` …
    :param round: 1 for the first, 2 for the one that replaced it …
    :param values: as in :class:`Checked`, personal values masked
    :param personal: paths with row numbers of the masked values; :func:`api.reveal_value` shows one
    """

    submission_id: int
    subject: str
    round: int
    state: SubmissionState
    form_key: str
    form_version: int
    title: str
    unit_id: int
    unit_name: str
    submitted_at: datetime
    submitted_by: str
    values: Mapping[str, Any]
    materials: tuple[MaterialLine, ...] = ()
    corrections: tuple[Correction, ...] = ()
    personal: tuple[str, ...] = ()
    reason: str = ""
    """Why it was withdrawn."""


BLANK_ROW = 999
"""The number of the row that stands for one that does not exist yet."""


@dataclass(frozen=True)
class FileLine:
    """A stored file in a field."""

    file_id: int
    name: str
    size: int
    known: bool = True


@dataclass(frozen=True)
class FieldView:
    """A field as it is drawn.

    :param name: of the control; ``id`` of the element that errors link to
    :param shown: whether its condition holds; hidden ones stay in the page so that nothing typed is lost
    :param value: as typed; ``values`` for several
    :param display: for reading: what the value means, masked where it is personal
    :param logic: what the page itself may recompute: ``{"show": …}`` or ``{"computed": …}``
    """

    path: str
    name: str
    id: str
    kind: Kind
    title: str
    help: str = ""
    required: bool = False
    width: str = "full"
    unit: str = ""
    value: str = ""
    values: tuple[str, ...] = ()
    display: str = ""
    options: tuple[Option, ...] = ()
    radio: bool = False
    max_length: int = 0
    places: int = 0
    error: str = ""
    notes: tuple[str, ...] = ()
    shown: bool = True
    read_only: bool = False
    personal: bool = False
    logic: Mapping[str, Any] = field(default_factory=dict)
    input_mode: str = ""
    accept: str = ""
    most_bytes: int = 0
    files: tuple[FileLine, ...] = ()
    multiple: bool = False
    fields: tuple[FieldView, ...] = ()
    rows: tuple[RowView, ...] = ()
    blank: RowView | None = None
    """A row as a new one begins, numbered ``BLANK_ROW``; the page copies it without asking the server."""
    row_title: str = ""
    least_rows: int = 0
    most_rows: int = 0
    can_add: bool = False
    can_remove: bool = False
    prefilled: Prefilled | None = None
    reason_name: str = ""
    reason: str = ""
    reason_error: str = ""


@dataclass(frozen=True)
class RowView:
    """One row of a repeating group."""

    index: int
    title: str
    fields: tuple[FieldView, ...]


@dataclass(frozen=True)
class MaterialView:
    """A line of the material list as it is drawn."""

    key: str
    id: str
    title: str
    help: str
    necessity: str
    necessity_title: str
    form: str
    asked: str
    """What is asked for, in words: “original, 2 copies; paper or electronic”."""
    shown: bool
    can_defer: bool
    deferred: bool
    due_on: date | None
    files: tuple[FileLine, ...]
    originals: str
    copies: str
    error: str = ""
    state: MaterialState | None = None
    state_title: str = ""
    provenance: Provenance | None = None
    logic: Mapping[str, Any] = field(default_factory=dict)
    accept: str = ""


@dataclass(frozen=True)
class FormView:
    """A form as it is drawn by the macros of ``registers/form.html``."""

    key: str
    version: int
    title: str
    help: str
    fields: tuple[FieldView, ...]
    materials: tuple[MaterialView, ...] = ()
    errors: tuple[tuple[str, str], ...] = ()
    """(element id, message) for the summary on top."""
    read_only: bool = False
    has_logic: bool = False
    has_files: bool = False
    has_rows: bool = False
    needs_pledge: bool = False
    pledged: bool = False
    pledge_error: str = ""
    upload_url: str = ""
    check_url: str = ""
    """Where the page asks what is wrong with one field while it is being filled in."""


@dataclass(frozen=True)
class CodeEntry:
    """One code of a list, with the days between which it may be used."""

    code: str
    title: Text
    parent: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    verified: bool = True
    note: str = ""


@dataclass(frozen=True)
class CodeList:
    """A list of codes with its source."""

    key: str
    title: Text
    source: str
    entries: tuple[CodeEntry, ...]

    def on(self, day: date) -> tuple[CodeEntry, ...]:
        """The codes in use on a day."""
        return tuple(
            entry
            for entry in self.entries
            if (entry.valid_from is None or entry.valid_from <= day)
            and (entry.valid_to is None or day <= entry.valid_to)
        )

    def find(self, code: str) -> CodeEntry | None:
        return next((entry for entry in self.entries if entry.code == code), None)


@dataclass(frozen=True)
class RecordView:
    """One state of an entity in a register: what held from a day on, and who says so.

    :param facts: field → value; personal ones masked
    """

    record_id: int
    register: str
    key: str
    facts: Mapping[str, str]
    valid_from: date
    valid_to: date | None
    source: str
    as_of: date
    recorded_at: datetime
    unit_id: int


class FormRefused(InvalidInput):
    """A form cannot be accepted as it was entered; ``errors`` says why, field by field."""

    default_code = "form.refused"

    def __init__(self, message: Words, errors: Sequence[FieldError], *, hint: Words = "") -> None:
        super().__init__(
            message,
            field=errors[0].path if errors else "",
            hint=hint,
            data={"errors": [{"path": e.path, "code": e.code, "reason": str(e.reason)} for e in errors]},
        )
        self.errors = tuple(errors)
