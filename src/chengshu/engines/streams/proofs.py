"""Certificates and addresses as people type them: read, checked, and as the digest that the gateway compares."""

from __future__ import annotations

import hashlib
import ipaddress
import re
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.audit.canonical import storable
from chengshu.foundation.errors import InvalidInput

LONGEST = 20_000
FINGERPRINT = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Proof:
    """``digest`` is SHA-256 in hexadecimal; ``shown`` is what people know it by."""

    digest: str
    shown: str


def read_certificate(typed: str, now: datetime) -> Proof:
    """
    :param typed: a certificate (PEM), or its SHA-256 fingerprint, with or without colons
    :raises InvalidInput: if it is neither, holds a private key, or is over
    """
    text = typed.strip()
    if "PRIVATE KEY" in text:
        raise InvalidInput(
            _("This is a private key."),
            field="certificate",
            hint=_("It stays in the device: send the certificate alone, and have the key made anew."),
        )
    bare = re.sub(r"[:\s]", "", text).lower()
    if FINGERPRINT.fullmatch(bare):
        return Proof(bare, "")
    try:
        found = x509.load_pem_x509_certificate(text[:LONGEST].encode())
        name = found.subject.rfc4514_string()
    except ValueError as error:
        raise InvalidInput(
            _("This is no certificate and no fingerprint."),
            field="certificate",
            hint=_("Paste the PEM text, or the SHA-256 of the certificate: 64 hexadecimal digits."),
        ) from error
    if found.not_valid_after_utc <= now:
        raise InvalidInput(_("The certificate is over."), field="certificate")
    until = timezone.localtime(found.not_valid_after_utc).strftime("%Y-%m-%d")
    digest = hashlib.sha256(found.public_bytes(Encoding.DER)).hexdigest()
    return Proof(digest, storable(f"{name[:250]} → {until}"))


def read_address(typed: str) -> Proof:
    """
    :param typed: one IPv4 or IPv6 address
    :raises InvalidInput: if it is none, or one that stands for many senders
    """
    try:
        found = ipaddress.ip_address(typed.strip())
    except ValueError as error:
        raise InvalidInput(
            _("This is no IP address."), field="address", hint=_("One address, such as 10.20.30.40.")
        ) from error
    found = getattr(found, "ipv4_mapped", None) or found
    if found.is_loopback or found.is_multicast or found.is_unspecified:
        raise InvalidInput(
            _("This address stands for no single sender."),
            field="address",
            hint=_("Name the address from which the device reaches the gateway, not that of a proxy."),
        )
    return Proof(hashlib.sha256(str(found).encode()).hexdigest(), str(found))
