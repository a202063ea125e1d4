"""Between the two factors: a short-lived signed note that the first one was right; no session, no powers."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal

from django.core import signing

from chengshu.foundation.identity.limits import limits
from chengshu.foundation.identity.models import Account

COOKIE = "chengshu_pending"
_SALT = "chengshu.identity.pending"

Stage = Literal["prove", "enrol"]


@dataclass(frozen=True)
class Pending:
    """Whose first factor was right, and what comes next: proving a second one, or setting it up."""

    account_id: int
    stage: Stage
    fingerprint: str


def issue(account: Account, stage: Stage) -> str:
    note = {"account": account.pk, "stage": stage, "fingerprint": fingerprint(account)}
    return signing.dumps(note, salt=_SALT)


def read(token: str) -> Pending | None:
    """What a note says; None when it is forged or older than ``pending_minutes``."""
    try:
        note = signing.loads(token, salt=_SALT, max_age=limits().pending_minutes * 60)
    except signing.BadSignature:
        return None
    return Pending(note["account"], note["stage"], note["fingerprint"])


def fingerprint(account: Account) -> str:
    """Changes when the password or the second factor does, or a code is used: a note is good for one sign-in."""
    state = (account.password, account.totp_secret, account.totp_last_step, sorted(account.recovery_codes))
    return hashlib.sha256(repr(state).encode()).hexdigest()[:32]
