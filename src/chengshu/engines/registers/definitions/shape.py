"""Whether a definition keeps to the subset: the published JSON Schema of definitions, in words for people.

``form.schema.json`` is what an editor may check against too. Patterns are compiled by an engine whose time is linear
in the text, so no definition can stall a page.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import jsonschema_rs
from django.utils.translation import gettext_lazy as _

from chengshu.engines.registers.definitions.findings import Remarks
from chengshu.engines.registers.definitions.locating import Pointer
from chengshu.foundation.errors import Words

_CODES: Final = {
    "additionalProperties": "unknown_keyword",
    "required": "keyword_missing",
    "type": "type",
    "enum": "value",
    "constant": "value",
    "pattern": "name",
    "propertyNames": "name",
}
SCHEMA: Final = Path(__file__).with_name("form.schema.json")


def remark_on_shape(definition: object, remarks: Remarks) -> None:
    """Note every place where a definition leaves the subset."""
    for error in _validator().iter_errors(definition):
        pointer: Pointer = tuple(error.instance_path)
        if error.kind.name == "additionalProperties":
            pointer = (*pointer, *error.kind.as_dict()["unexpected"][:1])
        message, hint = _words(error)
        remarks.add(pointer, _CODES.get(error.kind.name, "shape"), message, hint)


@functools.cache
def _validator() -> jsonschema_rs.Draft202012Validator:
    schema = json.loads(SCHEMA.read_text("utf-8"))
    return jsonschema_rs.Draft202012Validator(schema, pattern_options=jsonschema_rs.RegexOptions())


@functools.lru_cache(maxsize=1024)
def pattern_test(pattern: str) -> Callable[[str], bool]:
    """Whether a whole text matches a pattern.

    :raises ValueError: if the pattern is none, or needs look-around or back-references
    """
    schema = {"pattern": f"^(?:{pattern})$"}
    try:
        validator = jsonschema_rs.Draft202012Validator(schema, pattern_options=jsonschema_rs.RegexOptions())
    except jsonschema_rs.ValidationError as error:
        raise ValueError(pattern) from error
    return validator.is_valid


def _words(error: jsonschema_rs.ValidationError) -> tuple[Words, Words]:
    """What a validator's error means, and the next step."""
    kind: Any = error.kind
    match kind.name:
        case "additionalProperties":
            return (
                _("“%(name)s” is not known here.") % {"name": "”, “".join(kind.unexpected)},
                _("Check the spelling; the reference of forms lists every keyword."),
            )
        case "required":
            return _("“%(name)s” is missing.") % {"name": kind.property}, _("Add it.")
        case "type":
            return (
                _("This is of the wrong type; %(types)s is expected.") % {"types": _shown(kind.types)},
                _("Text stands in quotation marks, numbers do not."),
            )
        case "enum":
            return _("This is not one of the possible values."), _("Possible: %(values)s.") % {
                "values": _shown(kind.options)
            }
        case "constant":
            return _("Only one value is possible here."), _("Write %(value)s.") % {
                "value": _shown(kind.expected_value)
            }
        case "pattern" | "propertyNames":
            return (
                _("This name or text does not have the form that is needed."),
                _(
                    "Names begin with a lower-case letter and have only lower-case letters, digits and underscores."
                ),
            )
    return _("This value is outside of what is allowed: %(rule)s.") % {"rule": error.message}, _(
        "The reference of forms tells the limits."
    )


def _shown(value: object) -> str:
    return json.dumps(value, ensure_ascii=False) if not isinstance(value, str) else value
