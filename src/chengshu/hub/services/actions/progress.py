"""Looking up by number and code: anybody who has both may; guessing is refused, noted and slowed down."""

from __future__ import annotations

import functools
from datetime import timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.action import Reach, action
from chengshu.foundation.asking import after_rollback, asking, current_asker
from chengshu.foundation.audit.canonical import storable
from chengshu.foundation.errors import Missing, TooMany
from chengshu.foundation.identity.sealing import keyed_digest
from chengshu.hub.services import asked, numbers
from chengshu.hub.services.data import ProgressView
from chengshu.hub.services.models import LookUpAttempt
from chengshu.hub.services.queries import applications

WITHIN: Final = timedelta(minutes=15)
MOST_PER_NUMBER: Final = 5
"""Wrong codes for one number within that time; the code has 40 bits."""
MOST_PER_TERMINAL: Final = 30
"""Wrong tries from one address: many people may sit behind one."""


@action(title=_("Look up the progress of an application"), at=Reach.ANYONE, sensitive=("access_code",))
def look_up_progress(*, number: str, access_code: str) -> ProgressView:
    """Where an application stands, for whoever has its number and access code; nothing personal is told.

    :raises Missing: if the two do not belong together; which of them is wrong is not said
    :raises TooMany: after five wrong codes for a number, or thirty from one address, within 15 minutes
    """
    number = storable(number).strip().upper()[:40]
    digest, terminal = _digests(number)
    _insist_patience(digest, terminal)
    with asking(asked.platform()):
        found = applications.rows().filter(number=number).first()
        if found is not None and numbers.is_access_code(found.access_code_digest, number, access_code):
            return applications.progress_view(found)
    after_rollback(functools.partial(_note, digest, terminal))
    raise Missing(
        _("Number and code do not belong together."),
        code="services.look_up",
        hint=_("Both stand on your receipt; the code has eight characters."),
    )


def _digests(number: str) -> tuple[str, str]:
    return keyed_digest(f"services.look_up:{number}"), keyed_digest(f"services.terminal:{current_asker().ip}")


def _insist_patience(digest: str, terminal: str) -> None:
    recent = LookUpAttempt.objects.filter(at__gte=timezone.now() - WITHIN)
    if (
        recent.filter(number_digest=digest).count() < MOST_PER_NUMBER
        and recent.filter(terminal_digest=terminal).count() < MOST_PER_TERMINAL
    ):
        return
    raise TooMany(
        _("There were too many tries with a wrong number or code."),
        retry_after_s=int(WITHIN.total_seconds()),
        code="services.too_many_tries",
        hint=_("Try again in a quarter of an hour, or ask at a window with your receipt."),
    )


def _note(digest: str, terminal: str) -> None:
    with transaction.atomic():
        LookUpAttempt.objects.create(number_digest=digest, terminal_digest=terminal)
