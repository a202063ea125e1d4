"""Secrets at rest: SM4-GCM (GB/T 32907-2016) under a key of the data directory, and keyed digests with SM3.

GB/T 22239-2019 8.1.4.8 asks that authentication data be stored confidentially. A sealed value carries the context it
was sealed for and opens in no other, so it cannot be moved from one account to another.
"""

from __future__ import annotations

import base64
import functools
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import InvalidInput
from chengshu.foundation.runtime.secrets import secret

_NONCE = 12
_TAG = 16


def seal(plain: str, context: str) -> str:
    """``plain``, encrypted and authenticated for ``context``."""
    nonce = secrets.token_bytes(_NONCE)
    encryptor = Cipher(algorithms.SM4(_key("seal", 16)), modes.GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(context.encode())
    body = encryptor.update(plain.encode()) + encryptor.finalize()
    return base64.urlsafe_b64encode(nonce + encryptor.tag + body).decode()


def unseal(sealed: str, context: str) -> str:
    """What was sealed.

    :raises InvalidInput: if it was altered, sealed for another context, or sealed under another key
    """
    try:
        raw = base64.urlsafe_b64decode(sealed.encode())
        nonce, tag, body = raw[:_NONCE], raw[_NONCE : _NONCE + _TAG], raw[_NONCE + _TAG :]
        decryptor = Cipher(algorithms.SM4(_key("seal", 16)), modes.GCM(nonce, tag)).decryptor()
        decryptor.authenticate_additional_data(context.encode())
        return (decryptor.update(body) + decryptor.finalize()).decode()
    except (InvalidTag, ValueError) as error:
        raise InvalidInput(
            _("This protected value cannot be opened."), code="seal_broken", hint=_("Start this step again.")
        ) from error


def keyed_digest(plain: str) -> str:
    """HMAC-SM3 in hexadecimal: recognises a value without keeping it, and is of no use without the key."""
    code = hmac.HMAC(_key("digest", 32), hashes.SM3())
    code.update(plain.encode())
    return code.finalize().hex()


@functools.cache
def _key(purpose: str, length: int) -> bytes:
    derivation = HKDF(hashes.SM3(), length, salt=None, info=f"chengshu identity {purpose}".encode())
    return derivation.derive(secret("totp").encode())
