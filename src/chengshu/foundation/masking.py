"""Personal fields: stored encrypted, shown masked, and revealed only by an action that says who, what and why.

A model keeps a personal field ``phone`` as two columns: ``phone_masked``, which everybody who sees the row may see,
and ``phone_sealed`` (SM4-GCM). Lists, pages, exports and the API can only show the first. The clear value comes out
of :func:`clear_value` alone, which works nowhere but inside an action (Personal Information Protection Law, Article
51; GB/T 22239-2019 8.1.4.8 and 8.1.4.11).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.audit import changes
from chengshu.foundation.audit.canonical import reference
from chengshu.foundation.codes.masking import mask_address, mask_email, mask_id_number, mask_name, mask_phone
from chengshu.foundation.errors import InvalidInput, Words
from chengshu.foundation.identity.sealing import seal, unseal

SHORTEST_PURPOSE = 4
"""Characters; “看看” says nothing to whoever reads the audit record."""


@dataclass(frozen=True)
class PersonalField:
    """A field of a model that is personal.

    :param name: without ``_masked`` and ``_sealed``
    :param mask: what is left for everybody
    """

    name: str
    label: Words
    mask: Callable[[str], str]


def personal_phone(name: str, label: Words) -> PersonalField:
    return PersonalField(name, label, mask_phone)


def personal_address(name: str, label: Words) -> PersonalField:
    return PersonalField(name, label, mask_address)


def personal_name(name: str, label: Words) -> PersonalField:
    return PersonalField(name, label, mask_name)


def personal_email(name: str, label: Words) -> PersonalField:
    return PersonalField(name, label, mask_email)


def personal_id_number(name: str, label: Words) -> PersonalField:
    return PersonalField(name, label, mask_id_number)


def fields_of(record: Model | type[Model]) -> dict[str, PersonalField]:
    """The personal fields that a model declares in ``personal_fields``."""
    declared: tuple[PersonalField, ...] = getattr(record, "personal_fields", ())
    return {field.name: field for field in declared}


def put(record: Model, field: str, value: str) -> None:
    """Give a personal field a value; both columns change, nothing is saved yet."""
    personal = _field(record, field)
    value = value.strip()
    setattr(record, f"{field}_masked", personal.mask(value) if value else "")
    setattr(record, f"{field}_sealed", seal(value, _context(record, field)) if value else "")


def clear_value(*, record: Model, field: str, purpose: str) -> str:
    """The clear value, for an app's own ``reveal…`` action; the action's audit entry says that it was read and why.

    :raises InvalidInput: if the model has no such personal field, the purpose says nothing, or the stored value was
        tampered with
    """
    _field(record, field)
    if len(purpose.strip()) < SHORTEST_PURPOSE:
        raise InvalidInput(
            _("Say what you need the value for."),
            field="purpose",
            code="purpose_missing",
            hint=_("Such as the matter you are handling; it is kept in the audit record."),
        )
    sealed: str = getattr(record, f"{field}_sealed")
    changes.record("reveal", reference(record), field=field, purpose=purpose.strip())
    return unseal(sealed, _context(record, field)) if sealed else ""


def _field(record: Model, field: str) -> PersonalField:
    personal = fields_of(record).get(field)
    if personal is None:
        raise InvalidInput(_("There is no such personal field."), field="field", code="personal_field")
    return personal


def _context(record: Model, field: str) -> str:
    """What the value is sealed for: it opens in no other table and field."""
    return f"{record._meta.label_lower}.{field}"
