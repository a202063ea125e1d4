"""A logged look at who applies: the identity number or the phone in clear, for a purpose."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.action import action
from chengshu.foundation.masking import clear_value
from chengshu.hub.services.queries import applications


@action(
    title=_("Reveal who applies"),
    at=lambda *, application_id, **_rest: applications.row(application_id).unit_id,
)
def reveal_applicant(*, application_id: int, field: str, purpose: str) -> str:
    """One personal value in clear; who saw it and why is in the audit chain (个人信息保护法 Art. 51).

    :param field: ``applicant`` for the identity number, or ``phone``
    :raises InvalidInput: if there is no such value, or the purpose says nothing
    """
    return clear_value(record=applications.row(application_id), field=field, purpose=purpose)
