"""Counting attempts: locks after failures in a row, and a sliding window per address. Writes only inside actions.

A user name that does not exist is locked exactly like one that does, so that a lock tells nobody which names exist.
"""

from __future__ import annotations

import math
from datetime import timedelta

from django.db.models import Max
from django.utils import timezone

from chengshu.foundation.asking import current_asker
from chengshu.foundation.audit import changes
from chengshu.foundation.identity.limits import limits
from chengshu.foundation.identity.models import (
    FAILURES,
    Account,
    AttemptOutcome,
    EndReason,
    LoginAttempt,
)
from chengshu.foundation.identity.sessions import end_sessions

_MEMORY = timedelta(days=1)
"""How long failures of an unknown name are remembered."""


def note(username: str, account: Account | None, outcome: AttemptOutcome) -> None:
    """Write one attempt into the login history and the audit entry of the running action."""
    asker = current_asker()
    name = username[:60]
    LoginAttempt.objects.create(
        username=name, account=account, ip=asker.ip, terminal=asker.terminal[:200], outcome=outcome
    )
    thing = f"identity.account:{account.pk if account else 'unknown'}"
    changes.record("attempt", thing, username=name, outcome=outcome.value)


def address_retry_s() -> int:
    """Seconds until this address may try again; 0 when it may now."""
    figures = limits()
    window = timedelta(minutes=figures.address_window_minutes)
    recent = LoginAttempt.objects.filter(
        ip=current_asker().ip, at__gt=timezone.now() - window, outcome__in=FAILURES
    ).order_by("-at")[: figures.failures_per_address]
    times = list(recent.values_list("at", flat=True))
    if len(times) < figures.failures_per_address:
        return 0
    return _seconds(times[-1] + window - timezone.now())


def lock_retry_s(username: str, account: Account | None) -> int:
    """Seconds until this name is unlocked; 0 when it is not locked."""
    now = timezone.now()
    if account is not None:
        return (
            _seconds(account.locked_until - now) if account.locked_until and account.locked_until > now else 0
        )
    figures = limits()
    failed = LoginAttempt.objects.filter(
        username=username[:60], account=None, outcome=AttemptOutcome.WRONG, at__gt=now - _MEMORY
    )
    count = failed.count()
    last = failed.aggregate(at=Max("at"))["at"]
    if not count or count % figures.failures_until_lock or last is None:
        return 0
    return _seconds(last + figures.lock - now)


def count_failure(account: Account) -> None:
    """One more failure in a row; at the limit the account is locked and its sessions end."""
    figures = limits()
    account.failed_attempts += 1
    if account.failed_attempts >= figures.failures_until_lock:
        account.failed_attempts = 0
        account.locked_until = timezone.now() + figures.lock
        end_sessions(account.pk, EndReason.LOCKED)
    account.save(update_fields=["failed_attempts", "locked_until"])


def forget_failures(account: Account) -> None:
    if account.failed_attempts or account.locked_until:
        account.failed_attempts, account.locked_until = 0, None
        account.save(update_fields=["failed_attempts", "locked_until"])


def _seconds(left: timedelta) -> int:
    return max(0, math.ceil(left.total_seconds()))
