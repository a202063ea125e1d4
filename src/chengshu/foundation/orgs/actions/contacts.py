"""Official contacts: kept sealed, shown masked, revealed for a purpose that the audit record keeps."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from chengshu.foundation import masking
from chengshu.foundation.action import action
from chengshu.foundation.errors import InvalidInput
from chengshu.foundation.orgs.models import OfficialContact, Post, Unit


@action(
    title=_("Enter an official contact"),
    at=lambda *, unit, **_rest: unit.pk,
    sensitive=("phone", "address"),
)
def set_contact(
    *, unit: Unit, label: str, phone: str = "", address: str = "", post: Post | None = None
) -> OfficialContact:
    """Enter how a unit or one of its posts is reached; the same label again replaces what it said.

    :raises InvalidInput: if the label is missing, or neither telephone nor address is given
    """
    if not label.strip():
        raise InvalidInput(_("Say whose contact it is."), field="label", code="contact_label")
    if not phone.strip() and not address.strip():
        raise InvalidInput(_("Give a telephone or an address."), field="phone", code="contact_empty")
    if len(phone.strip()) > 30 or len(address.strip()) > 200:
        field = "phone" if len(phone.strip()) > 30 else "address"
        raise InvalidInput(_("This is too long."), field=field, code="contact_long")
    if post is not None and post.unit_id != unit.pk:
        raise InvalidInput(_("The post belongs to another unit."), field="post", code="contact_post")
    known = OfficialContact.objects.filter(unit=unit, label=label.strip()).first()
    contact = known or OfficialContact(unit=unit, label=label.strip())
    contact.post = post
    masking.put(contact, "phone", phone)
    masking.put(contact, "address", address)
    contact.save()
    return contact


@action(title=_("Remove an official contact"), at=lambda *, contact, **_rest: contact.unit_id)
def remove_contact(*, contact: OfficialContact) -> None:
    """Remove a contact with its sealed values."""
    contact.delete()


@action(title=_("Reveal an official contact"), at=lambda *, contact, **_rest: contact.unit_id)
def reveal_contact(*, contact: OfficialContact, field: str, purpose: str) -> str:
    """The clear telephone or address; who read it and what for is in the audit record.

    :param field: ``phone`` or ``address``
    :raises InvalidInput: if the purpose says nothing
    """
    return masking.clear_value(record=contact, field=field, purpose=purpose)
