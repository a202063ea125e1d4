"""Who applies: the identity checked, recognised again by a keyed digest, kept sealed and shown masked."""

from __future__ import annotations

import re

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.calendar import local_day
from chengshu.foundation.codes import id_card, mask_id_number, phone, unified_code
from chengshu.foundation.errors import InvalidInput
from chengshu.foundation.identity.sealing import keyed_digest
from chengshu.foundation.masking import put
from chengshu.hub.services.data import Applicant
from chengshu.hub.services.models import Application

PERSON, ORGANISATION = "person", "organisation"
ID_CARD = "111"
"""Code of the identity card in GA/T 517-2004; other documents are taken as they are typed."""
_OTHER_DOCUMENT = re.compile(r"[0-9A-Z()/-]{4,30}")


def normal_identity(applicant: Applicant) -> str:
    """The identity number as it is compared and kept.

    :raises InvalidInput: ``identity`` if it is none
    """
    if applicant.kind == ORGANISATION:
        return unified_code(applicant.identity, field="identity").value
    if applicant.identity_kind in ("", ID_CARD):
        return id_card(applicant.identity, today=local_day(timezone.now()), field="identity").value
    text = "".join(applicant.identity.split()).upper()
    if not _OTHER_DOCUMENT.fullmatch(text):
        raise InvalidInput(
            _("This is no number of an identity document."),
            field="identity",
            code="services.identity",
            hint=_("Type it as it is printed on the document."),
        )
    return text


def digest_of(applicant: Applicant) -> str:
    """Recognises the same applicant without showing who it is.

    :raises InvalidInput: if the identity number is none
    """
    return keyed_digest(f"services.applicant:{applicant.kind}:{normal_identity(applicant)}")


def checked_name(applicant: Applicant) -> str:
    """
    :raises InvalidInput: ``applicant`` or ``name``
    """
    if applicant.kind not in (PERSON, ORGANISATION):
        raise InvalidInput(
            _("Say whether a person or an organisation applies."),
            field="applicant",
            code="services.applicant_kind",
        )
    name = " ".join(applicant.name.replace("\x00", "").split())
    if not 1 < len(name) <= 200:
        raise InvalidInput(
            _("Give the applicant's full name, at most 200 characters."),
            field="name",
            code="services.applicant_name",
        )
    return name


def put_applicant(application: Application, applicant: Applicant) -> None:
    """Write who applies into an application that is not saved yet.

    :raises InvalidInput: naming the field that is wrong
    """
    application.applicant_kind = applicant.kind
    application.applicant_name = checked_name(applicant)
    number = normal_identity(applicant)
    application.applicant_digest = digest_of(applicant)
    put(application, "applicant", number)
    application.applicant_masked = number if applicant.kind == ORGANISATION else mask_id_number(number)
    if applicant.phone.strip():
        put(application, "phone", phone(applicant.phone, field="phone").value)
