"""The entity registers: whose facts they keep, under which key, and which of them are personal.

A register is declared here or by a scene (``register_entity_type``); its records are rows. The key of a natural person
is personal itself: records are found by a keyed digest of it and never show it in full.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.engines.registers.masks import masked
from chengshu.foundation.calendar import local_day
from chengshu.foundation.codes import id_card, unified_code
from chengshu.foundation.errors import InvalidInput, Missing, Words
from chengshu.foundation.identity.sealing import keyed_digest


@dataclass(frozen=True)
class EntityField:
    """A fact that a register keeps.

    :param mask: how it is masked, for a personal one; a name of ``masks.MASKS``
    """

    name: str
    title: Words
    mask: str = ""


@dataclass(frozen=True)
class EntityType:
    """A register.

    :param normal_key: from a key as typed to its normal form; raises InvalidInput
    :param key_mask: how the key is masked when it is personal
    """

    key: str
    title: Words
    key_title: Words
    fields: tuple[EntityField, ...]
    normal_key: Callable[[str], str]
    key_mask: str = ""

    def field(self, name: str) -> EntityField | None:
        return next((each for each in self.fields if each.name == name), None)

    def digest(self, typed_key: str) -> str:
        """What its records are found by.

        :raises InvalidInput: if the key is none
        """
        return keyed_digest(f"registers.{self.key}:{self.normal_key(typed_key)}")

    def shown_key(self, typed_key: str) -> str:
        normal = self.normal_key(typed_key)
        return masked(self.key_mask, normal) if self.key_mask else normal


_types: dict[str, EntityType] = {}


def register_entity_type(entity_type: EntityType) -> EntityType:
    """Declare a register."""
    _types[entity_type.key] = entity_type
    return entity_type


def entity_types() -> tuple[EntityType, ...]:
    return tuple(_types[key] for key in sorted(_types))


def known_entity_type(key: str) -> EntityType | None:
    return _types.get(key)


def entity_type(key: str) -> EntityType:
    """One register.

    :raises Missing: if there is none of this name
    """
    if key not in _types:
        raise Missing(
            _("There is no register “%(key)s”.") % {"key": key},
            hint=_("The page of registers shows all of them."),
        )
    return _types[key]


def _project_code(text: str) -> str:
    code = "".join(text.split()).upper()
    if not code or len(code) > 60 or not code.isprintable():
        raise InvalidInput(
            _("This is no project code."),
            field="key",
            code="project_code.form",
            hint=_("At most 60 characters."),
        )
    return code


register_entity_type(
    EntityType(
        "legal_entity",
        _("Legal entities"),
        _("Unified social credit code"),
        (
            EntityField("name", _("Name")),
            EntityField("kind", _("Kind of applicant")),
            EntityField("representative", _("Legal representative"), "name"),
            EntityField("phone", _("Phone"), "phone"),
            EntityField("address", _("Registered address")),
            EntityField("division", _("Division")),
            EntityField("established_on", _("Established on")),
            EntityField("scope", _("Scope of business")),
        ),
        lambda text: unified_code(text, field="key").value,
    )
)
register_entity_type(
    EntityType(
        "natural_person",
        _("Natural persons"),
        _("Identity number"),
        (
            EntityField("name", _("Name"), "name"),
            EntityField("phone", _("Phone"), "phone"),
            EntityField("address", _("Address"), "address"),
        ),
        lambda text: id_card(text, today=local_day(timezone.now()), field="key").value,
        key_mask="id_number",
    )
)
register_entity_type(
    EntityType(
        "project",
        _("Register of projects"),
        _("Project code"),
        (
            EntityField("name", _("Name")),
            EntityField("owner", _("Project owner")),
            EntityField("owner_code", _("Unified social credit code of the owner")),
            EntityField("address", _("Place")),
            EntityField("division", _("Division")),
        ),
        _project_code,
    )
)
