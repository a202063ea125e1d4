"""An application that somebody began: everything typed and chosen, kept as it is in their own sealed draft.

The draft of the registers holds it all. Beside the fields of the form it keeps what the portal itself asks — who
applies, the answers of the guide, how each material comes — under names that no form can have.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from django.urls import reverse

from chengshu.engines.registers import api as registers
from chengshu.engines.registers.data import Draft, Form, Typed

KIND: Final = "apply"
_OWN: Final = "_portal."
MATERIALS: Final = "_materials."


def subject_of(code: str) -> str:
    """What the draft of an application for a matter is kept under."""
    return f"{KIND}:{code}"


registers.register_subject(KIND, lambda code: reverse("portal:apply", args=[code]))


@dataclass(frozen=True)
class Begun:
    """One application on its way.

    :param form_entries: what was typed into the form, by path
    :param files: key of a material → ids of the files brought for it
    :param ways: key of a material → ``upload``, ``reuse``, ``pledge``, ``defer`` or ``none``
    :param whom: ``person``, ``organisation`` or ``authorisation:<id>:<kind>``
    :param person: name, identity number and phone, where the form does not ask for them
    :param request_key: made once; a second click with it files nothing again
    """

    code: str
    form_entries: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    files: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ways: Mapping[str, str] = field(default_factory=dict)
    answers: tuple[str, ...] = ()
    whom: str = ""
    signed: tuple[str, ...] = ()
    region_mode: str = ""
    received_at: str = ""
    person: tuple[str, str, str] = ("", "", "")
    request_key: str = ""
    form_version: int = 0
    saved_at: datetime | None = None

    @property
    def typed(self) -> Typed:
        """The entries as a form takes them, its materials included."""
        files = {f"{MATERIALS}{key}.files": ids for key, ids in self.files.items() if ids}
        return Typed({**self.form_entries, **files})

    @property
    def applicant_kind(self) -> str:
        return self.whom.rpartition(":")[2]

    @property
    def authorisation_id(self) -> int | None:
        number = self.whom.split(":")[1] if self.whom.startswith("authorisation:") else ""
        return int(number) if number.isdigit() else None

    def way(self, key: str) -> str:
        return self.ways.get(key, "")

    def keys_going(self, way: str) -> tuple[str, ...]:
        """The materials that come in this way."""
        return tuple(key for key, chosen in self.ways.items() if chosen == way)


def begun(code: str) -> Begun | None:
    """What the asker has begun for a matter; None when nothing is kept."""
    draft = registers.draft(subject_of(code))
    return _of_draft(code, draft) if draft is not None else None


def keep(application: Begun, form: Form) -> Begun:
    """Keep it, exactly as it is."""
    draft = registers.save_draft(
        subject=subject_of(application.code), form=form, typed=Typed(_entries(application))
    )
    return replace(application, saved_at=draft.saved_at, form_version=draft.form_version)


def forget(code: str) -> None:
    """Drop it, after filing or because the person says so."""
    registers.discard_draft(subject=subject_of(code))


def new_request_key() -> str:
    return secrets.token_urlsafe(24)


def drafts() -> list[tuple[str, Draft]]:
    """Code and draft of everything the asker has begun, newest first."""
    mine = [(draft.subject.partition(":"), draft) for draft in registers.drafts()]
    return [(subject[2], draft) for subject, draft in mine if subject[0] == KIND]


def with_form(application: Begun, typed: Typed) -> Begun:
    """The same with the form as it was sent now; the materials have a page of their own."""
    entries = {path: values for path, values in typed.entries.items() if not path.startswith("_")}
    return replace(application, form_entries=entries)


def _entries(application: Begun) -> dict[str, tuple[str, ...]]:
    own: dict[str, tuple[str, ...]] = {
        "whom": (application.whom,),
        "answers": application.answers,
        "signed": application.signed,
        "region": (application.region_mode, application.received_at),
        "person": application.person,
        "request_key": (application.request_key,),
        **{f"way.{key}": (way,) for key, way in application.ways.items()},
        **{f"file.{key}": ids for key, ids in application.files.items()},
    }
    return {**application.form_entries, **{f"{_OWN}{name}": values for name, values in own.items()}}


def _of_draft(code: str, draft: Draft) -> Begun:
    entries = draft.typed.entries
    own = {name.removeprefix(_OWN): values for name, values in entries.items() if name.startswith(_OWN)}
    region = (*own.get("region", ()), "", "")
    person = (*own.get("person", ()), "", "", "")
    return Begun(
        code=code,
        form_entries={path: values for path, values in entries.items() if not path.startswith("_")},
        files={n.removeprefix("file."): v for n, v in own.items() if n.startswith("file.")},
        ways={n.removeprefix("way."): v[0] for n, v in own.items() if n.startswith("way.") and v},
        answers=own.get("answers", ()),
        whom=(own.get("whom") or ("",))[0],
        signed=own.get("signed", ()),
        region_mode=region[0],
        received_at=region[1],
        person=(person[0], person[1], person[2]),
        request_key=(own.get("request_key") or ("",))[0],
        form_version=draft.form_version,
        saved_at=draft.saved_at,
    )
