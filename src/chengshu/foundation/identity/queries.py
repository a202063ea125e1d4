"""What pages and commands read about accounts."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import Missing, Words
from chengshu.foundation.identity.models import Account, LoginAttempt, MachineToken, Session
from chengshu.foundation.orgs.models import Appointment
from chengshu.foundation.web.shell import Page

PAGE_SIZE = 30
HISTORY_LENGTH = 50

STATES: tuple[tuple[str, Words], ...] = (
    ("active", _("Active")),
    ("locked", _("Locked")),
    ("disabled", _("Disabled")),
    ("first_password", _("Has not signed in yet")),
    ("one_factor", _("No second factor")),
)


@dataclass(frozen=True)
class AccountList:
    """One page of accounts."""

    rows: list[Account]
    page: Page


def accounts(*, search: str = "", state: str = "", cursor: str = "") -> AccountList:
    """Accounts by user name, with their present appointments.

    :param search: part of the user name or shown name
    :param state: a key of :data:`STATES`, or empty for all
    :param cursor: ``n:NAME`` for the page after a name, ``p:NAME`` for the one before it
    """
    found = _in_state(Account.objects.all(), state)
    if search.strip():
        found = found.filter(Q(username__icontains=search.strip()) | Q(title__icontains=search.strip()))
    direction, _colon, name = cursor.partition(":")
    backwards = direction == "p" and bool(name)
    window = (
        found.filter(username__lt=name) if backwards else found.filter(username__gt=name) if name else found
    )
    ordered = window.order_by("-username" if backwards else "username").prefetch_related(_present_posts())
    rows = list(ordered[: PAGE_SIZE + 1])
    more, rows = len(rows) > PAGE_SIZE, rows[:PAGE_SIZE]
    if backwards:
        rows.reverse()
    has_previous = more if backwards else bool(name)
    has_next = True if backwards else more
    page = Page(
        shown=len(rows),
        total=found.count(),
        previous=f"p:{rows[0].username}" if rows and has_previous else "",
        next=f"n:{rows[-1].username}" if rows and has_next else "",
    )
    return AccountList(rows, page)


def _in_state(found: QuerySet[Account], state: str) -> QuerySet[Account]:
    now = timezone.now()
    signed_in = LoginAttempt.objects.filter(account=OuterRef("pk"), outcome="done")
    conditions = {
        "active": Q(is_active=True),
        "locked": Q(is_active=True, locked_until__gt=now),
        "disabled": Q(is_active=False),
        "first_password": Q(is_active=True) & ~Exists(signed_in),
        "one_factor": Q(is_active=True, totp_confirmed_at=None),
    }
    return found.filter(conditions[state]) if state in conditions else found


def _present_posts() -> Prefetch[str]:
    today = timezone.localdate()
    present = Appointment.objects.filter(starts_on__lte=today).exclude(ends_on__lt=today)
    return Prefetch("appointments", present.select_related("post__unit"), to_attr="present")


def account_by_id(account_id: int) -> Account:
    """One account with its present appointments in ``present``.

    :raises Missing: if there is none
    """
    found = Account.objects.filter(pk=account_id).prefetch_related(_present_posts()).first()
    if found is None:
        raise Missing(_("There is no such account."), code="account_missing", hint=_("Start from the list."))
    return found


def account_by_username(username: str) -> Account:
    """
    :raises Missing: if there is none of this name
    """
    found = Account.objects.filter(username=username).first()
    if found is None:
        raise Missing(
            _("There is no account named %(name)s.") % {"name": username},
            code="account_missing",
            hint=_("List the accounts to see their names."),
        )
    return found


def live_sessions(account_id: int) -> list[Session]:
    """Sessions that are open now, the latest used first."""
    now = timezone.now()
    live = Session.objects.filter(account_id=account_id, ended_at=None, expires_at__gt=now)
    return list(live.order_by("-last_seen_at"))


def ended_sessions(account_id: int) -> list[Session]:
    """The latest sessions that are over, with their reasons."""
    over = Session.objects.filter(account_id=account_id).exclude(ended_at=None)
    return list(over.order_by("-ended_at")[:10])


def login_history(account_id: int) -> list[LoginAttempt]:
    """The latest attempts to sign in to an account."""
    return list(LoginAttempt.objects.filter(account_id=account_id).order_by("-at")[:HISTORY_LENGTH])


def tokens_of(account_id: int) -> list[MachineToken]:
    """Tokens of an account, live ones first."""
    found = MachineToken.objects.filter(account_id=account_id).select_related("use")
    return sorted(found, key=lambda token: not token.is_live)


def token_by_id(token_id: int) -> MachineToken:
    """
    :raises Missing: if there is none
    """
    found = MachineToken.objects.filter(pk=token_id).first()
    if found is None:
        raise Missing(_("There is no such token."), code="token_missing")
    return found
