"""Which process variables may be handed in: those that the form names, and no more than a case can carry."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases import ports
from chengshu.foundation.errors import InvalidInput

MOST_NAMES: Final = 2_000
MOST_BYTES: Final = 256 * 1024
"""Of all variables of one call, written as JSON."""


def insist_small(variables: Mapping[str, Any] | None, *, field: str = "variables") -> None:
    """Variables are keys and decisions: papers go into attachments, and rows into forms.

    :param field: what the caller calls them
    :raises InvalidInput: if there are too many, or they are too long
    """
    if not variables:
        return
    if len(variables) > MOST_NAMES:
        raise InvalidInput(
            _("There are %(count)s variables, and %(most)s are allowed at once.")
            % {"count": len(variables), "most": MOST_NAMES},
            field=field,
            code="cases.too_many_variables",
            hint=_("Hand in only what the process decides by; put the rest into the form or an attachment."),
        )
    if _size(variables) > MOST_BYTES:
        raise InvalidInput(
            _("The variables take more than %(most)s KiB.") % {"most": MOST_BYTES // 1024},
            field=field,
            code="cases.variables_too_long",
            hint=_("Hand in only what the process decides by; put the rest into the form or an attachment."),
        )


def insist_named(form: str, variables: Mapping[str, Any] | None) -> None:
    """Where a form stands, only what its fields name may travel on into the process.

    :param form: key; empty where there is none, and then any name may
    :raises InvalidInput: ``variables`` with the first name that the form does not pass on
    """
    if not form or not variables:
        return
    named = ports.variables_of_form(form)
    if named is None:
        return
    for name in variables:
        if name not in named:
            raise InvalidInput(
                _("The form does not pass “%(name)s” on to the process.") % {"name": name[:100]},
                field="variables",
                code="cases.name_not_in_form",
                hint=_("Leave it out, or let a field of the form “%(form)s” hand it over.") % {"form": form},
                data={"name": name[:100], "form": form},
            )


def _size(variables: Mapping[str, Any]) -> int:
    """In bytes.

    :raises InvalidInput: if they are nested too deeply to be written
    """
    try:
        text = json.dumps(variables, ensure_ascii=False, default=str)
    except (RecursionError, ValueError) as error:
        raise InvalidInput(
            _("The variables are nested too deeply."),
            field="variables",
            code="cases.variables_too_deep",
            hint=_("Hand in plain values and short lists."),
        ) from error
    return len(text.encode(errors="surrogatepass"))
