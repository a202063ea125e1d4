"""The form of an application on the portal: the matter's own, without its materials, which have a page of their own.

The registers are asked by the platform, for the organisation or project that is typed in; what they say of natural
persons is not looked up here, because nobody has proven to be that person.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict

from chengshu.engines.registers import api as registers
from chengshu.engines.registers.data import FieldError, FieldView, Form, FormView, Prefilled, Typed
from chengshu.foundation.asking import asking, system
from chengshu.scenes.portal import uploads
from chengshu.scenes.portal.applicants import asked_by
from chengshu.scenes.portal.begun import MATERIALS, Begun
from chengshu.scenes.portal.offers import Offer

_CONTROL: Final = "f."
OPEN_REGISTERS: Final = frozenset({"legal_entity", "project"})
"""Registers whose plain facts are public and may fill in a citizen's form."""


def form_of(offer: Offer) -> Form:
    """The form in use.

    :raises Missing: if there is none
    """
    return registers.form(offer.form_key)


@functools.lru_cache(maxsize=256)
def _fields_only(key: str, version: int, digest: str) -> Form:
    return replace(registers.form(key, version), materials=())


def fields_of(form: Form) -> Form:
    """The form without its material list."""
    return _fields_only(form.key, form.version, form.digest) if form.materials else form


def entered(form: Form, request: HttpRequest, *, files: bool = True) -> Typed:
    """What a request brings for the fields, files of its own included."""
    typed = registers.typed_from(form, request.POST)
    ours = MultiValueDict(
        {
            name: request.FILES.getlist(name)
            for name in request.FILES
            if name.startswith(_CONTROL) and not name.startswith(f"{_CONTROL}{MATERIALS}")
        }
    )
    if not files or not ours:
        return typed
    sent = uploads.sent_along(ours)
    entries = dict(typed.entries)
    for name, ids in sent.stored.items():
        path = name.removeprefix(_CONTROL)
        if path in asked_by(form).paths:
            entries[path] = (*(each for each in entries.get(path, ()) if each), *ids)
    refused = tuple(FieldError(name.removeprefix(_CONTROL), why) for name, why in sent.refused.items())
    return Typed(entries, typed.gesture, refused)


def offered(form: Form, begun: Begun) -> dict[str, Prefilled]:
    """What the open registers say for the keys that are typed, with source and day."""
    with asking(system("portal", "web")):
        found = registers.prefill(form, begun.typed)
    return {path: each for path, each in found.items() if each.provenance.register in OPEN_REGISTERS}


def prefilled(form: Form, begun: Begun, found: Mapping[str, Prefilled]) -> Typed:
    """The entries with what is still empty taken from the registers."""
    return registers.with_prefilled(form, Typed(dict(begun.form_entries)), found)


def errors_in(form: Form, begun: Begun) -> tuple[FieldError, ...]:
    """What is wrong with the fields; the platform asks, so that corrections of a register are noticed."""
    with asking(system("portal", "web")):
        return registers.check(fields_of(form), begun.typed).errors


def view(
    form: Form,
    typed: Typed,
    errors: Sequence[FieldError] = (),
    found: Mapping[str, Prefilled] | None = None,
    *,
    read_only: bool = False,
) -> FormView:
    """The fields as they are drawn; uploads go to the portal's own counter."""
    drawn = registers.view(
        fields_of(form),
        typed,
        errors,
        read_only=read_only,
        prefilled=found or {},
    )
    return replace(
        drawn,
        fields=tuple(_without_file_pages(field) for field in drawn.fields),
        upload_url=uploads.counter(),
    )


def _without_file_pages(field: FieldView) -> FieldView:
    """Files are named but not linked: their page is one of the staff's."""
    return replace(
        field,
        files=tuple(replace(file, known=False) for file in field.files),
        fields=tuple(_without_file_pages(inner) for inner in field.fields),
        rows=tuple(
            replace(row, fields=tuple(_without_file_pages(inner) for inner in row.fields))
            for row in field.rows
        ),
    )


def readable(view: FormView) -> FormView:
    """A submitted form for its applicant: files are named, their page is one of the staff's."""
    return replace(view, materials=(), fields=tuple(_without_file_pages(field) for field in view.fields))
