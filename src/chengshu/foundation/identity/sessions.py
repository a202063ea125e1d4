"""Sessions: one query per request tells who asks; powers are cached until anything about powers changes.

A session is a random token in a cookie; the database keeps its digest only. It ends by itself when it is idle for too
long, when its life is over, or when its holder's duties ask for a second factor that it has not seen; it is ended
when the password, the second factor or the powers of its account change (``listeners``).
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import connection
from django.http import HttpResponse
from django.utils import timezone

from chengshu.foundation.asking import NOBODY, Asker
from chengshu.foundation.identity.limits import limits
from chengshu.foundation.identity.models import Account, EndReason, SecondFactorRole, Session
from chengshu.foundation.orgs.models import Appointment, PowersStamp, Role
from chengshu.foundation.orgs.powers import Powers, powers_of

COOKIE = "chengshu_session"
TOUCH_EVERY = timedelta(seconds=60)
"""How often a session's last use is written down; more often would make every read a write."""


@dataclass(frozen=True)
class Terminal:
    """Where a request comes from."""

    ip: str
    agent: str = ""
    trace: str = ""


@dataclass(frozen=True)
class Duties:
    """What an account's roles ask of its sessions."""

    is_administrator: bool
    needs_second_factor: bool


def digest(token: str) -> str:
    """Tokens are 256 random bits, so one fast hash protects them at rest."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def open_session(account: Account, terminal: Terminal, *, second_factor: bool) -> tuple[Session, str]:
    """Start a session; returns it with the token that only the browser will know.

    If the account now has more live sessions than it may, the oldest are ended as ``replaced``.
    """
    token = secrets.token_urlsafe(32)
    now = timezone.now()
    session = Session.objects.create(
        token_digest=digest(token),
        account=account,
        last_seen_at=now,
        expires_at=now + limits().lifetime,
        second_factor_at=now if second_factor else None,
        ip=terminal.ip,
        terminal=terminal.agent[:200],
    )
    _end_oldest(account.pk, limits().at_once(duties_of(account.pk).is_administrator))
    return session, token


def _end_oldest(account_id: int, allowed: int) -> None:
    newest = Session.objects.filter(account_id=account_id, ended_at=None).order_by("-started_at", "-id")
    too_old = list(newest.values_list("pk", flat=True)[allowed:])
    Session.objects.filter(pk__in=too_old).update(ended_at=timezone.now(), end_reason=EndReason.REPLACED)


def end_sessions(account_id: int, reason: str, *, keep: int | None = None) -> int:
    """End every live session of an account, except ``keep``; returns how many."""
    live = Session.objects.filter(account_id=account_id, ended_at=None)
    if keep is not None:
        live = live.exclude(pk=keep)
    return live.update(ended_at=timezone.now(), end_reason=reason)


def end_sessions_of_role(role: Role) -> int:
    """End the live sessions of everybody who holds ``role`` through a post; returns how many."""
    return end_sessions_of_posts(role.post_roles.values_list("post_id", flat=True))


def end_sessions_of_posts(post_ids: Iterable[int]) -> int:
    """End the live sessions of everybody appointed to one of these posts today; returns how many."""
    today = timezone.localdate()
    holders = Appointment.objects.filter(post_id__in=list(post_ids), starts_on__lte=today).exclude(
        ends_on__lt=today
    )
    live = Session.objects.filter(account_id__in=holders.values("account_id"), ended_at=None)
    return live.update(ended_at=timezone.now(), end_reason=EndReason.POWERS)


_LIVE_SESSION = """
    SELECT s.id, s.account_id, s.last_seen_at, s.second_factor_at, a.username, a.title, a.must_change_password,
           a.password, a.password_changed_at,
           (SELECT value FROM orgs_powersstamp WHERE id = 1),
           (SELECT array_agg(key) FROM orgs_role WHERE admin_kind <> ''),
           (SELECT array_agg(role_key) FROM identity_secondfactorrole)
    FROM identity_session s JOIN identity_account a ON a.id = s.account_id
    WHERE s.token_digest = %s AND s.ended_at IS NULL AND s.expires_at > %s AND a.is_active
"""


def asker_of_session(token: str, terminal: Terminal) -> Asker:
    """Who holds this session; the anonymous public when it is unknown, ended, idle for too long or expired."""
    if not token:
        return anonymous(terminal)
    with connection.cursor() as cursor:
        cursor.execute(_LIVE_SESSION, [digest(token), timezone.now()])
        row = cursor.fetchone()
    if row is None:
        return anonymous(terminal)
    (
        session_id,
        account_id,
        last_seen,
        proved_at,
        username,
        title,
        must_change,
        password,
        changed_at,
        stamp,
    ) = row[:10]
    powers = cached_powers(account_id, stamp)
    duties = _duties(powers, row[10] or (), row[11] or ())
    if reason := _end_reason(last_seen, proved_at, duties):
        Session.objects.filter(pk=session_id).update(ended_at=timezone.now(), end_reason=reason)
        return anonymous(terminal)
    if timezone.now() - last_seen > TOUCH_EVERY:
        Session.objects.filter(pk=session_id).update(last_seen_at=timezone.now())
    return asker_for(
        account_id,
        username,
        title,
        powers,
        terminal,
        session=str(session_id),
        must_change_password=must_change or is_password_old(password, changed_at),
    )


def _end_reason(last_seen: datetime, proved_at: datetime | None, duties: Duties) -> EndReason | None:
    if timezone.now() - last_seen > limits().idle(duties.is_administrator):
        return EndReason.IDLE
    if duties.needs_second_factor and proved_at is None:
        return EndReason.FACTOR
    return None


def is_password_old(password: str, changed_at: datetime | None) -> bool:
    """Whether a password must be changed for its age; an account of single sign-on has none to change."""
    if password.startswith("!"):
        return False
    return changed_at is None or timezone.now() - changed_at > limits().password_age


def duties_of(account_id: int) -> Duties:
    """What the roles held today ask of this account's sessions."""
    stamp = PowersStamp.objects.values_list("value", flat=True).filter(pk=1).first()
    return _duties(
        cached_powers(account_id, stamp),
        Role.objects.exclude(admin_kind="").values_list("key", flat=True),
        SecondFactorRole.objects.values_list("role_key", flat=True),
    )


def _duties(powers: Powers, administrators: Iterable[str], guarded: Iterable[str]) -> Duties:
    held = set(powers.roles)
    is_administrator = not held.isdisjoint(administrators)
    return Duties(is_administrator, is_administrator or not held.isdisjoint(guarded))


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
        role_units=powers.role_units,
        lent=powers.lent,
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


def session_of_token(token: str) -> Session | None:
    """The session of a cookie, ended or not: tells a browser why it has to sign in again."""
    return Session.objects.filter(token_digest=digest(token)).first() if token else None


def last_seen_before(moment: datetime) -> int:
    """End every session that nobody has used since ``moment``; returns how many."""
    return Session.objects.filter(ended_at=None, last_seen_at__lt=moment).update(
        ended_at=timezone.now(), end_reason=EndReason.IDLE
    )


def give_cookie(response: HttpResponse, token: str) -> None:
    """Hand the token to the browser until it closes: unreadable for scripts, never sent across sites."""
    response.set_cookie(COOKIE, token, httponly=True, samesite="Lax", secure=settings.HTTPS)
