"""Credentials of devices: issued once in clear, kept as a digest, changed over with an overlap, revoked."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.engines.streams.models import (
    PROOFS,
    Credential,
    CredentialKind,
    Device,
    DeviceState,
    Protocol,
)
from chengshu.engines.streams.proofs import read_address, read_certificate
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

    Certificates and addresses stay as they are.

    :param overlap_h: hours; 0 ends the old ones at once
    :raises InvalidInput: if the overlap is negative or longer than 90 days
    :raises Conflict: if the device is out of service
    """
    if not 0 <= overlap_h <= LONGEST_OVERLAP_H:
        raise InvalidInput(
            _("The overlap is from 0 to %(most)s hours.") % {"most": LONGEST_OVERLAP_H}, field="overlap_h"
        )
    _insist_on_service(device)
    now = timezone.now()
    _end(device.credentials.exclude(salt__in=PROOFS), now + timedelta(hours=overlap_h))
    issued = new_credential(device)
    issued.credential.save()
    return issued


@action(title=_("Revoke the credentials of a device"), at=lambda *, device, **_rest: device.unit_id)
def revoke_credential(*, device: Device, reason: str) -> int:
    """End every credential of a device at once, such as after a theft; says how many held.

    :raises InvalidInput: if the reason says nothing
    """
    _insist_on_reason(reason)
    return _end(device.credentials.all(), timezone.now())


@action(title=_("End one credential of a device"), at=lambda *, credential, **_rest: credential.unit_id)
def end_credential(*, credential: Credential, reason: str) -> Credential:
    """This one holds no longer; the others go on. The gateway ends a session that has no other to stand on.

    :raises InvalidInput: if the reason says nothing
    :raises Conflict: if it is over already
    """
    _insist_on_reason(reason)
    credential = Credential.objects.select_for_update().get(pk=credential.pk)
    if _end(Credential.objects.filter(pk=credential.pk), timezone.now()) == 0:
        raise Conflict(_("The credential is over already."), code="streams.credential_over")
    credential.refresh_from_db()
    return credential


def _insist_on_reason(reason: str) -> None:
    if len(reason.strip()) < 2:
        raise InvalidInput(_("Say why."), field="reason", hint=_("A few words are kept in the audit chain."))


def _insist_on_service(device: Device) -> None:
    if device.state == DeviceState.STOPPED:
        raise Conflict(
            _("The device is out of service."),
            code="streams.device_stopped",
            hint=_("Put it in service first."),
        )


def _end(credentials: QuerySet[Credential], at: datetime) -> int:
    ended = 0
    for row in credentials.filter(Q(valid_until=None) | Q(valid_until__gt=at)):
        row.valid_until = at
        row.save()
        ended += 1
    return ended


@action(
    title=_("Let a device show a certificate"),
    at=lambda *, device, **_rest: device.unit_id,
    sensitive=("certificate",),
)
def issue_certificate(*, device: Device, certificate: str) -> Credential:
    """A client certificate stands for a device from now on, at the TLS doors of MQTT and syslog.

    :param certificate: the certificate (PEM), or the SHA-256 of its DER in hexadecimal
    :raises InvalidInput: if it is neither, is over, or the device speaks HTTP, whose door has no TLS
    :raises Conflict: if it stands for a device already, or this one is out of service
    """
    if device.protocol == Protocol.HTTP:
        raise InvalidInput(
            _("A device that speaks HTTP shows no certificate."),
            field="certificate",
            hint=_("Issue a secret, or name its fixed address."),
        )
    proof = read_certificate(certificate, timezone.now())
    return _proof(device, CredentialKind.CERTIFICATE, proof.digest, proof.shown)


@action(title=_("Let a device send from a fixed address"), at=lambda *, device, **_rest: device.unit_id)
def issue_address(*, device: Device, address: str) -> Credential:
    """Whatever comes from an address by syslog, or by HTTP without a token, is this device's from now on.

    :param address: one IP address, which belongs to no other device and is not that of a proxy
    :raises InvalidInput: if it is no single address of a sender, or the device speaks MQTT
    :raises Conflict: if it stands for a device already, or this one is out of service
    """
    if device.protocol == Protocol.MQTT:
        raise InvalidInput(
            _("A device that speaks MQTT is not known by its address."),
            field="address",
            hint=_("Issue a secret or a certificate."),
        )
    proof = read_address(address)
    return _proof(device, CredentialKind.ADDRESS, proof.digest, proof.shown)


def _proof(device: Device, kind: CredentialKind, digest: str, shown: str) -> Credential:
    _insist_on_service(device)
    row = Credential(
        device=device,
        unit_id=device.unit_id,
        salt=kind,
        digest=digest,
        shown=shown,
        issued_at=timezone.now(),
    )
    try:
        with transaction.atomic():  # it may stand for a device that the asker does not see
            row.save()
    except IntegrityError as error:
        raise Conflict(
            _("It stands for a device already."),
            code="streams.proof_taken",
            hint=_("End it there first: a certificate or an address stands for one device only."),
        ) from error
    return row
