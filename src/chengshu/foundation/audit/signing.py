"""The platform's SM2 key for what leaves the audit chain: made on first use, kept in the data directory, 0600.

A signature proves where an export or an archive comes from and that nobody changed it since (GM/T 0003-2012, SM3
with the default identity). Whoever checks one needs the public key only, which every export carries.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from easy_gmssl import EasySm2Key, EasySM2SignKey, EasySM2VerifyKey  # type: ignore[import-untyped]

from chengshu.foundation.errors import Misconfigured
from chengshu.foundation.runtime.layout import Layout
from chengshu.foundation.runtime.secrets import secret

_PUBLIC = "audit_sm2_public.pem"
_PRIVATE = "audit_sm2_private.pem"


def sign(content: bytes) -> str:
    """The signature over ``content`` in hexadecimal.

    :raises Misconfigured: if the key can be neither read nor made
    """
    key = EasySM2SignKey(pem_private_key_file=str(_folder() / _PRIVATE), password=_password())
    key.UpdateData(content)
    return bytes(key.GetSignValue()).hex()


def public_key() -> str:
    """The platform's public key in PEM."""
    return (_folder() / _PUBLIC).read_text(encoding="ascii")


def is_signed(content: bytes, signature: str, by: str) -> bool:
    """Whether ``signature`` is that of the PEM public key ``by`` over ``content``; False for anything malformed."""
    with tempfile.TemporaryDirectory() as folder:
        pem = Path(folder) / "public.pem"
        pem.write_text(by, encoding="utf-8")
        try:
            key = EasySM2VerifyKey(pem_public_key_file=str(pem))
            key.UpdateData(content)
            return bool(key.VerifySignature(bytes.fromhex(signature)))
        except Exception:  # the library raises its own native errors on malformed keys and signatures
            return False


def _password() -> str:
    """GmSSL takes at most 32 characters."""
    return secret("audit-signing")[:32]


def _folder() -> Path:
    folder = Layout.from_environment().secrets / "audit-sm2"
    try:
        if not folder.is_dir():
            _make(folder)
    except OSError as error:
        raise Misconfigured(
            f"The signing key in {folder} cannot be made: {error.strerror}.",
            key="CHENGSHU_DATA_DIR",
            hint="Run Chengshu as the owner of the data directory, or set CHENGSHU_DATA_DIR to another one.",
        ) from error
    return folder


def _make(folder: Path) -> None:
    """Renaming a finished folder is atomic: of two processes that start together one wins and both use its key."""
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".audit-sm2-", dir=folder.parent))
    try:
        EasySm2Key().NewKey().ExportToPemFile(str(draft / "audit"), _password())
        for name in (_PRIVATE, _PUBLIC):
            os.chmod(draft / name, 0o600)
        os.rename(draft, folder)
    except OSError:
        if not folder.is_dir():
            raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)
