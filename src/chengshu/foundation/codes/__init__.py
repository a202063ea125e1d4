"""Codes and numbers of people, organisations and places: checked, normalised, and masked for display.

Each validator takes text as people type it (spaces, full-width letters, lower case) and returns a frozen
value, or raises :class:`~chengshu.foundation.errors.InvalidInput` whose ``code`` names the exact reason. No
error and no ``repr`` repeats a personal number, so neither can leak into a log.

Nothing here asks another system whether a number was really issued.
"""

from chengshu.foundation.codes.divisions import (
    Division,
    DivisionCode,
    DivisionRegister,
    division_code,
    nansha_divisions,
)
from chengshu.foundation.codes.documents import (
    DOCUMENT_TYPES,
    Document,
    DocumentType,
    foreign_resident_card,
    hong_kong_id,
    identity_document,
    macau_id,
    mainland_travel_permit,
    passport,
    taiwan_travel_permit,
)
from chengshu.foundation.codes.identity import IdCard, Sex, id_card, id_card_from_15
from chengshu.foundation.codes.masking import (
    mask_address,
    mask_bank_card,
    mask_email,
    mask_id_number,
    mask_name,
    mask_phone,
    mask_plate,
)
from chengshu.foundation.codes.organisations import (
    OrganisationCode,
    UnifiedCode,
    organisation_code,
    unified_code,
)
from chengshu.foundation.codes.phones import Phone, PhoneKind, phone

__all__ = [
    "DOCUMENT_TYPES",
    "Division",
    "DivisionCode",
    "DivisionRegister",
    "Document",
    "DocumentType",
    "IdCard",
    "OrganisationCode",
    "Phone",
    "PhoneKind",
    "Sex",
    "UnifiedCode",
    "division_code",
    "foreign_resident_card",
    "hong_kong_id",
    "id_card",
    "id_card_from_15",
    "identity_document",
    "macau_id",
    "mainland_travel_permit",
    "mask_address",
    "mask_bank_card",
    "mask_email",
    "mask_id_number",
    "mask_name",
    "mask_phone",
    "mask_plate",
    "nansha_divisions",
    "organisation_code",
    "passport",
    "phone",
    "taiwan_travel_permit",
    "unified_code",
]
