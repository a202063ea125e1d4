"""Sessions: one query per request tells who asks; powers are cached until anything about powers changes."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection
from django.utils import timezone

from chengshu.foundation.asking import NOBODY, Asker
from chengshu.foundation.identity.models import Account, Session
from chengshu.foundation.orgs.powers import Powers, powers_of

COOKIE = "chengshu_session"
IDLE = timedelta(minutes=30)
IDLE_ADMIN = timedelta(minutes=15)
LIFETIME = timedelta(hours=12)
TOUCH_EVERY = timedelta(seconds=60)
"""How often a session's last use is written down; more often would make every read a write."""


@dataclass(frozen=True)
class Terminal:
    """Where a request comes from."""

    ip: str
    agent: str = ""
    trace: str = ""


def digest(token: str) -> str:
    """Tokens are 256 random bits, so one fast hash protects them at rest."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def open_session(account: Account, terminal: Terminal, *, second_factor: bool) -> tuple[Session, str]:
    """Start a session; returns it with the token that only the browser will know."""
    token = secrets.token_urlsafe(32)
    now = timezone.now()
    session = Session.objects.create(
        token_digest=digest(token),
        account=account,
        last_seen_at=now,
        expires_at=now + LIFETIME,
        second_factor_at=now if second_factor else None,
        ip=terminal.ip,
        terminal=terminal.agent[:200],
    )
    return session, token


def end_sessions(account_id: int, reason: str, *, keep: int | None = None) -> int:
    """End every live session of an account, except ``keep``; returns how many."""
    live = Session.objects.filter(account_id=account_id, ended_at=None)
    if keep is not None:
        live = live.exclude(pk=keep)
    return live.update(ended_at=timezone.now(), end_reason=reason)


_LIVE_SESSION = """
    SELECT s.id, s.account_id, s.last_seen_at, a.username, a.title, a.must_change_password,
           (SELECT value FROM orgs_powersstamp WHERE id = 1)
    FROM identity_session s JOIN identity_account a ON a.id = s.account_id
    WHERE s.token_digest = %s AND s.ended_at IS NULL AND s.expires_at > now() AND a.is_active
"""


def asker_of_session(token: str, terminal: Terminal) -> Asker:
    """Who holds this session; the anonymous public when it is unknown, ended, idle for too long or expired."""
    if not token:
        return anonymous(terminal)
    with connection.cursor() as cursor:
        cursor.execute(_LIVE_SESSION, [digest(token)])
        row = cursor.fetchone()
    if row is None:
        return anonymous(terminal)
    session_id, account_id, last_seen, username, title, must_change, stamp = row
    powers = cached_powers(account_id, stamp)
    now = timezone.now()
    if now - last_seen > _idle_limit(powers):
        Session.objects.filter(pk=session_id).update(ended_at=now, end_reason="idle")
        return anonymous(terminal)
    if now - last_seen > TOUCH_EVERY:
        Session.objects.filter(pk=session_id).update(last_seen_at=now)
    return asker_for(
        account_id, username, title, powers, terminal, session=str(session_id), must_change_password=must_change
    )


def asker_for(
    account_id: int,
    username: str,
    title: str,
    powers: Powers,
    terminal: Terminal,
    *,
    session: str = "",
    channel: str = "web",
    must_change_password: bool = False,
) -> Asker:
    return Asker(
        account_id=account_id,
        name=username,
        powers=powers.units,
        roles=powers.roles,
        unit_id=powers.unit.pk if powers.unit else None,
        unit_name=powers.unit.shown_name if powers.unit else "",
        title=title,
        ip=terminal.ip,
        terminal=terminal.agent,
        session=session,
        channel=channel,
        trace=terminal.trace,
        must_change_password=must_change_password,
        on_behalf_of=powers.on_behalf_of,
    )


def anonymous(terminal: Terminal) -> Asker:
    return Asker(
        account_id=None, name=NOBODY.name, ip=terminal.ip, terminal=terminal.agent, trace=terminal.trace
    )


_cache: dict[tuple[int, int, date], Powers] = {}


def cached_powers(account_id: int, stamp: int | None) -> Powers:
    """Powers as of today; cached for as long as nothing about powers has changed."""
    key = (account_id, stamp or 0, timezone.localdate())
    known = _cache.get(key)
    if known is None:
        if len(_cache) > 5000:
            _cache.clear()
        known = _cache[key] = powers_of(account_id, key[2])
    return known


def _idle_limit(powers: Powers) -> timedelta:
    is_admin = any(role.endswith("_administrator") for role in powers.roles)
    return IDLE_ADMIN if is_admin else IDLE


def last_seen_before(moment: datetime) -> int:
    """End every session that nobody has used since ``moment``; returns how many."""
    return Session.objects.filter(ended_at=None, last_seen_at__lt=moment).update(
        ended_at=timezone.now(), end_reason="idle"
    )
