"""Credentials of devices: issued once in clear, kept as a digest, changed over with an overlap, revoked."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.engines.streams.models import Credential, Device, DeviceState
from chengshu.foundation.action import action
from chengshu.foundation.errors import Conflict, InvalidInput

LONGEST_OVERLAP_H = 24 * 90


@dataclass(frozen=True, slots=True)
class Issued:
    """A new credential; ``secret`` is in no table and is shown this once."""

    credential: Credential
    secret: str

    def __str__(self) -> str:
        return str(self.credential)


def new_credential(device: Device) -> Issued:
    """A credential that is not written yet. Its secret has 256 random bits, so one round of SHA-256 holds it."""
    salt, secret = secrets.token_hex(16), secrets.token_urlsafe(32)
    row = Credential(
        device=device,
        unit_id=device.unit_id,
        salt=salt,
        digest=digest_of(salt, secret),
        issued_at=timezone.now(),
    )
    return Issued(row, secret)


def digest_of(salt: str, secret: str) -> str:
    return hashlib.sha256(f"{salt}{secret}".encode()).hexdigest()


def is_secret_of(salt: str, digest: str, secret: str) -> bool:
    """Whether this is the secret; takes as long either way."""
    return hmac.compare_digest(digest_of(salt, secret), digest)


@action(title=_("Issue a credential to a device"), at=lambda *, device, **_rest: device.unit_id)
def issue_credential(*, device: Device, overlap_h: int = 24) -> Issued:
    """A new secret for a device; those before hold for ``overlap_h`` hours more, so that it can change over.

    :param overlap_h: hours; 0 ends the old ones at once
    :raises InvalidInput: if the overlap is negative or longer than 90 days
    :raises Conflict: if the device is out of service
    """
    if not 0 <= overlap_h <= LONGEST_OVERLAP_H:
        raise InvalidInput(
            _("The overlap is from 0 to %(most)s hours.") % {"most": LONGEST_OVERLAP_H}, field="overlap_h"
        )
    if device.state == DeviceState.STOPPED:
        raise Conflict(
            _("The device is out of service."),
            code="streams.device_stopped",
            hint=_("Put it in service first."),
        )
    now = timezone.now()
    _end(device, now + timedelta(hours=overlap_h))
    issued = new_credential(device)
    issued.credential.save()
    return issued


@action(title=_("Revoke the credentials of a device"), at=lambda *, device, **_rest: device.unit_id)
def revoke_credential(*, device: Device, reason: str) -> int:
    """End every credential of a device at once, such as after a theft; says how many held.

    :raises InvalidInput: if the reason says nothing
    """
    if len(reason.strip()) < 2:
        raise InvalidInput(_("Say why."), field="reason", hint=_("A few words are kept in the audit chain."))
    return _end(device, timezone.now())


def _end(device: Device, at: datetime) -> int:
    ended = 0
    for row in device.credentials.filter(Q(valid_until=None) | Q(valid_until__gt=at)):
        row.valid_until = at
        row.save()
        ended += 1
    return ended
