"""The second factor: time-based one-time codes (RFC 6238) and recovery codes. Pure: no tables, no requests."""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime

import pyotp
import segno

from chengshu.foundation.identity.sealing import keyed_digest

ISSUER = "城枢 Chengshu"
STEP_S = 30
TOLERANCE = 1
"""Steps that a clock may be early or late (RFC 6238 5.2 recommends one at most)."""
RECOVERY_CODES = 10
_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Without letters and digits that people mistake for one another."""


def new_secret() -> str:
    """160 random bits in Base32 (RFC 4226 4, R6)."""
    return pyotp.random_base32()


def matching_step(secret: str, code: str, *, after: int, now: datetime) -> int | None:
    """The time step that ``code`` belongs to, or None.

    :param after: the last step that was accepted; that one and all before it are refused, so no code works twice
    """
    given = code.replace(" ", "").replace("-", "")
    if not (given.isascii() and given.isdigit()):
        return None
    generator = pyotp.TOTP(secret, interval=STEP_S)
    current = int(now.timestamp()) // STEP_S
    for step in range(current - TOLERANCE, current + TOLERANCE + 1):
        if step > after and hmac.compare_digest(generator.at(step * STEP_S), given):
            return step
    return None


def grouped(secret: str) -> str:
    """The secret in groups of four, for typing by hand."""
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))


def qr_image(secret: str, username: str) -> str:
    """A data address of an SVG image that an authenticator scans."""
    uri = pyotp.TOTP(secret, interval=STEP_S).provisioning_uri(name=username, issuer_name=ISSUER)
    return segno.make(uri, error="m", micro=False).svg_data_uri(
        scale=4, border=3, dark="#17212b", light="#fff"
    )


def new_recovery_codes() -> list[str]:
    """Codes for the day the telephone is lost; each works once."""
    return [f"{_letters(5)}-{_letters(5)}" for _number in range(RECOVERY_CODES)]


def recovery_digest(code: str) -> str:
    """What is stored of a recovery code; case, blanks and the dash do not matter."""
    return keyed_digest(code.upper().replace("-", "").replace(" ", ""))


def _letters(count: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _position in range(count))
