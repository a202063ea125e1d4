"""One page for every small form of the organisation: its fields as data, what was typed kept when it fails."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from chengshu.foundation.errors import ChengshuError, Conflict, InvalidInput, Words
from chengshu.foundation.http.flash import flash
from chengshu.foundation.http.pages import render
from chengshu.foundation.web.shell import Crumb, Option


@dataclass(frozen=True)
class Field:
    """One field of a form.

    :param type: as the ``field`` macro takes it
    """

    name: str
    label: Words
    type: str = "text"
    required: bool = True
    hint: Words = ""
    value: Any = ""
    options: Sequence[Option] = ()


@dataclass(frozen=True)
class Form:
    """A form page.

    :param submit: does it with what was typed; raises an error of ours when it cannot
    :param back: where to go afterwards
    """

    title: Words
    fields: Sequence[Field]
    submit: Callable[[Typed], object]
    done: Words
    back: str
    back_label: Words
    lead: Words = ""
    label: Words = ""
    danger: bool = False


class Typed:
    """What was typed, read by field; a wrong day names its field."""

    def __init__(self, request: HttpRequest) -> None:
        self._post = request.POST

    def text(self, name: str) -> str:
        return self._post.get(name, "").replace("\x00", "").strip()

    def several(self, name: str) -> list[str]:
        return self._post.getlist(name)

    def number(self, name: str) -> int:
        """An id; 0 when it is none."""
        text = self.text(name)
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0

    def day(self, name: str) -> date:
        """
        :raises InvalidInput: if it is missing or no day
        """
        found = self.optional_day(name)
        if found is None:
            raise InvalidInput(_("Give a day."), field=name, code="day")
        return found

    def optional_day(self, name: str) -> date | None:
        text = self.text(name)
        if not text:
            return None
        try:
            found = parse_date(text)
        except ValueError:
            found = None
        if found is None:
            raise InvalidInput(_("“%(day)s” is no day.") % {"day": text}, field=name, code="day")
        return found


def form_page(request: HttpRequest, form: Form) -> HttpResponse:
    """Show a form, or do it and go back; an error shows the form again with everything typed."""
    if request.method != "POST":
        return _shown(request, form, {field.name: field.value for field in form.fields}, None)
    typed = Typed(request)
    try:
        form.submit(typed)
    except (InvalidInput, Conflict) as error:
        kept = {
            field.name: typed.several(field.name) if field.type == "checkboxes" else typed.text(field.name)
            for field in form.fields
        }
        return _shown(request, form, kept, error)
    return flash(HttpResponseRedirect(form.back), "success", form.done)


def _shown(
    request: HttpRequest, form: Form, values: dict[str, Any], error: ChengshuError | None
) -> HttpResponse:
    at_fault = error.field if isinstance(error, InvalidInput) else ""
    names = {field.name for field in form.fields}
    words = f"{error.message} {error.hint}".strip() if error else ""
    context = {
        "form": form,
        "values": values,
        "wrong": {at_fault: words} if at_fault in names else {},
        "errors": [(f"id_{at_fault}" if at_fault in names else "", words)] if error else [],
        "breadcrumbs": [Crumb(form.back_label, form.back), Crumb(form.title)],
    }
    status = 200 if error is None else 422 if isinstance(error, InvalidInput) else 409
    return render(request, "orgs/form.html", context, status=status)
