"""From what was typed into one field to its value, or to the exact reason why not."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from chengshu.engines.registers.code_lists import code_list
from chengshu.engines.registers.conditions import as_number
from chengshu.engines.registers.data import Field, Kind, Option
from chengshu.engines.registers.days import day_in, note_on_working_day, within
from chengshu.engines.registers.definitions.shape import pattern_test
from chengshu.engines.registers.entries import NO, YES
from chengshu.engines.registers.validators import VALIDATORS
from chengshu.foundation.calendar import SHANGHAI
from chengshu.foundation.errors import InvalidInput, Words

_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u0080-\u009f\ud800-\udfff\ufffe\uffff]")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.[0-9]+)?|[+-]?\.[0-9]+")
MOST_DIGITS = 15
"""Before the decimal point."""


def value_of(field: Field, typed: tuple[str, ...], path: str, today: date) -> Any:
    """The value of a field that is filled in.

    :param typed: what was sent for it, at least one text that is not blank
    :raises InvalidInput: with a code beginning with the kind, such as ``number.places``
    """
    return _PARSERS[field.kind](field, typed, path, today)


def options_of(field: Field, day: date, chosen: Iterable[str] = ()) -> tuple[Option, ...]:
    """What a choice offers on a day; a chosen code that is no longer in use is shown as such."""
    if not field.code_list:
        return field.options
    listed = code_list(field.code_list)
    options = [Option(entry.code, entry.title) for entry in listed.on(day)]
    offered = {option.value for option in options}
    for value in chosen:
        entry = listed.find(value)
        if entry is not None and value not in offered:
            options.append(Option(value, entry.title, retired=True))
    return tuple(options)


def _text(field: Field, typed: tuple[str, ...], path: str, today: date) -> str:
    text = _without_controls(typed[0].replace("\r\n", "\n").replace("\r", "\n").strip(), path)
    if field.kind == "text" and "\n" in text:
        raise _wrong(path, "text.lines", _("Only one line is possible here."), _("Join the lines."))
    if len(text) > field.max_length:
        raise _wrong(
            path,
            "text.too_long",
            _("This has %(count)s characters; %(most)s are possible.")
            % {"count": len(text), "most": field.max_length},
            _("Shorten it."),
        )
    if len(text) < field.min_length:
        raise _wrong(
            path,
            "text.too_short",
            _("This has %(count)s characters; at least %(least)s are needed.")
            % {"count": len(text), "least": field.min_length},
            _("Say more."),
        )
    if field.pattern and not pattern_test(field.pattern)(text):
        raise _wrong(
            path,
            "text.pattern",
            _("This does not have the form that is needed."),
            str(field.help) or _("Compare it with the original."),
        )
    return VALIDATORS[field.validator](text, path, today) if field.validator else text


def _without_controls(text: str, path: str) -> str:
    found = _CONTROLS.search(text)
    if found:
        raise _wrong(
            path,
            "text.control",
            _("The %(position)s. character is invisible and cannot be stored (U+%(code)s).")
            % {"position": found.start() + 1, "code": f"{ord(found[0]):04X}"},
            _("Delete the text around it and type it again instead of pasting."),
        )
    return text


def _choice(field: Field, typed: tuple[str, ...], path: str, today: date) -> str:
    return _one_of(field, typed[0], path, today)


def _one_of(field: Field, value: str, path: str, today: date) -> str:
    if value not in {option.value for option in options_of(field, today)}:
        known = field.code_list and code_list(field.code_list).find(value)
        message = _("This code is no longer in use.") if known else _("This is not one of the choices.")
        raise _wrong(path, "choice.unknown", message, _("Choose one from the list."))
    return value


def _choices(field: Field, typed: tuple[str, ...], path: str, today: date) -> tuple[str, ...]:
    chosen = tuple(dict.fromkeys(_one_of(field, value, path, today) for value in typed if value))
    if field.max_rows and len(chosen) > field.max_rows:
        raise _wrong(
            path,
            "choice.too_many",
            _("%(count)s are chosen; at most %(most)s are possible.")
            % {"count": len(chosen), "most": field.max_rows},
            _("Take some back."),
        )
    if len(chosen) < field.min_rows:
        raise _wrong(
            path,
            "choice.too_few",
            _("%(count)s are chosen; at least %(least)s are needed.")
            % {"count": len(chosen), "least": field.min_rows},
            _("Choose more."),
        )
    return chosen


def _yes_no(field: Field, typed: tuple[str, ...], path: str, today: date) -> bool:
    if typed[0] not in (YES, NO):
        raise _wrong(path, "choice.unknown", _("This is neither yes nor no."), _("Choose one of the two."))
    return typed[0] == YES


def _consent(field: Field, typed: tuple[str, ...], path: str, today: date) -> bool:
    return True


def _number(field: Field, typed: tuple[str, ...], path: str, today: date) -> Decimal:
    text = unicodedata.normalize("NFKC", typed[0]).strip().replace(" ", "")
    if len(text) > 60 or not (text.isascii() and _NUMBER.fullmatch(text)):
        raise _wrong(
            path,
            "number.form",
            _("This is not a number."),
            _("Write it with digits, such as 1234.50, and without a unit."),
        )
    number = as_number(text)
    if number is None or len(text.replace(",", "").lstrip("+-").partition(".")[0].lstrip("0")) > MOST_DIGITS:
        raise _wrong(path, "number.too_large", _("This number is too large."), _("Check the unit."))
    return _within_limits(field, _with_places(field, number, path), path)


def _with_places(field: Field, number: Decimal, path: str) -> Decimal:
    exponent = Decimal(1).scaleb(-field.places)
    rounded = number.quantize(exponent)
    if rounded != number:
        message = (
            _("This must be a whole number.")
            if field.places == 0
            else _("At most %(places)s decimals are possible.") % {"places": field.places}
        )
        raise _wrong(path, "number.places", message, _("Round it."))
    return rounded if field.kind == "money" else _plain(number)


def _plain(number: Decimal) -> Decimal:
    """The number without trailing zeros and without an exponent."""
    whole = number.to_integral_value()
    return whole.quantize(Decimal(1)) if number == whole else number.normalize()


def _within_limits(field: Field, number: Decimal, path: str) -> Decimal:
    if field.minimum is not None and number < field.minimum:
        raise _wrong(
            path,
            "number.too_small",
            _("The least is %(least)s.") % {"least": field.minimum},
            _("Check the unit."),
        )
    if field.maximum is not None and number > field.maximum:
        raise _wrong(
            path,
            "number.too_large",
            _("The most is %(most)s.") % {"most": field.maximum},
            _("Check the unit."),
        )
    return number


def _integer(field: Field, typed: tuple[str, ...], path: str, today: date) -> int:
    return int(_number(field, typed, path, today))


def _date(field: Field, typed: tuple[str, ...], path: str, today: date) -> date:
    day = day_in(unicodedata.normalize("NFKC", typed[0]))
    if day is None:
        raise _wrong(
            path,
            "date.form",
            _("This is no day of the calendar."),
            _("Write it like 2026-01-05, or pick it."),
        )
    within(day, earliest=field.earliest, latest=field.latest, today=today, path=path)
    note = note_on_working_day(day) if field.working_day == "required" else ""
    if note:
        raise _wrong(path, "date.not_worked", note, _("Choose a working day."))
    return day


def _time(field: Field, typed: tuple[str, ...], path: str, today: date) -> time:
    match = re.fullmatch(r"([01]?[0-9]|2[0-3])[:：]([0-5][0-9])", typed[0].strip())
    if match is None:
        raise _wrong(path, "time.form", _("This is no time of the day."), _("Write it like 09:30."))
    return time(int(match[1]), int(match[2]))


def _moment(field: Field, typed: tuple[str, ...], path: str, today: date) -> datetime:
    match = re.fullmatch(r"(\d{4}-\d{2}-\d{2})[T ]([0-2]\d:[0-5]\d)(?::[0-5]\d)?", typed[0].strip(), re.ASCII)
    try:
        if match is None:
            raise ValueError(typed[0])
        return datetime.fromisoformat(f"{match[1]}T{match[2]}").replace(tzinfo=SHANGHAI)
    except ValueError as error:
        raise _wrong(
            path, "moment.form", _("This is no day and time."), _("Write it like 2026-01-05 09:30.")
        ) from error


def _files(field: Field, typed: tuple[str, ...], path: str, today: date) -> tuple[int, ...]:
    return file_ids(typed, path)


def file_ids(typed: tuple[str, ...], path: str) -> tuple[int, ...]:
    """Ids of stored files.

    :raises InvalidInput: ``file.id`` for what is none
    """
    given = [text for text in typed if text]
    if any(not (text.isascii() and text.isdigit() and len(text) <= 18) for text in given):
        raise _wrong(path, "file.id", _("This is no stored file."), _("Upload it again."))
    return tuple(dict.fromkeys(int(text) for text in given))


def _wrong(path: str, code: str, message: Words, hint: Words) -> InvalidInput:
    return InvalidInput(message, field=path, code=code, hint=hint)


_PARSERS: Final[Mapping[Kind, Callable[[Field, tuple[str, ...], str, date], Any]]] = {
    "text": _text,
    "long_text": _text,
    "choice": _choice,
    "choices": _choices,
    "yes_no": _yes_no,
    "consent": _consent,
    "integer": _integer,
    "number": _number,
    "money": _number,
    "date": _date,
    "time": _time,
    "moment": _moment,
    "files": _files,
}
