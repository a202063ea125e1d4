"""Signing in. These actions return an outcome and do not raise on a wrong password: the failure must be counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from django.contrib.auth.hashers import check_password, make_password
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.action import Reach, action
from chengshu.foundation.asking import current_asker
from chengshu.foundation.identity import attempts, pending, sealing, second_factor
from chengshu.foundation.identity.models import Account, AttemptOutcome, EndReason, Session
from chengshu.foundation.identity.passwords import LONGEST
from chengshu.foundation.identity.sessions import Terminal, digest, duties_of, open_session

Outcome = Literal[
    "done", "second_factor", "enrol", "wrong", "wrong_code", "locked", "too_many", "expired", "not_linked"
]


@dataclass(frozen=True)
class SignIn:
    """What became of an attempt.

    :param outcome: ``done`` opened a session; ``second_factor`` and ``enrol`` ask for the next step with ``pending``
    :param token: the new session's token, for the cookie
    :param retry_after_s: when locked or asked too often, seconds until it is worth trying again
    :param replaced: where the sessions were that this one ended, as the address and the day
    :param recovery_codes: shown once, right after a second factor was set up
    """

    outcome: Outcome
    account: Account | None = None
    token: str = ""
    pending: str = ""
    retry_after_s: int = 0
    replaced: tuple[str, ...] = ()
    recovery_codes: tuple[str, ...] = ()


@action(title=_("Sign in"), at=Reach.ANYONE, sensitive=("password", "browser_token"))
def sign_in(*, username: str, password: str, browser_token: str = "") -> SignIn:
    """Try a user name and a password.

    An unknown name takes as long as a wrong password and gets the same answer.

    :param browser_token: the session that this browser still holds, if any; it ends when the new one begins
    """
    name = username.strip().casefold()
    if wait := attempts.address_retry_s():
        attempts.note(name, None, AttemptOutcome.TOO_MANY)
        return SignIn("too_many", retry_after_s=wait)
    account = Account.objects.select_for_update().filter(username=name).first()
    if wait := attempts.lock_retry_s(name, account):
        attempts.note(name, account, AttemptOutcome.LOCKED)
        return SignIn("locked", retry_after_s=wait)
    if account is None or not _is_right(account, password) or not account.is_active:
        return _failed(name, account, password)
    return _first_factor_passed(account, browser_token)


def _is_right(account: Account, password: str) -> bool:
    return len(password) <= LONGEST and check_password(password, account.password)


def _failed(name: str, account: Account | None, password: str) -> SignIn:
    if account is None or not account.has_usable_password() or len(password) > LONGEST:
        make_password(password[:LONGEST])  # as long as a comparison takes
    is_disabled = account is not None and not account.is_active
    attempts.note(name, account, AttemptOutcome.DISABLED if is_disabled else AttemptOutcome.WRONG)
    if account is not None:
        attempts.count_failure(account)
    wait = attempts.lock_retry_s(name, account)
    return SignIn("locked", retry_after_s=wait) if wait else SignIn("wrong")


def _first_factor_passed(account: Account, browser_token: str) -> SignIn:
    if account.has_second_factor:
        attempts.note(account.username, account, AttemptOutcome.FIRST_FACTOR)
        return SignIn("second_factor", account, pending=pending.issue(account, "prove"))
    if duties_of(account.pk).needs_second_factor:
        attempts.note(account.username, account, AttemptOutcome.FIRST_FACTOR)
        return SignIn("enrol", account, pending=pending.issue(account, "enrol"))
    return _finish(account, browser_token, proved=False)


@action(
    title=_("Prove the second factor"), at=Reach.ANYONE, sensitive=("pending_token", "code", "browser_token")
)
def prove_second_factor(*, pending_token: str, code: str, browser_token: str = "") -> SignIn:
    """Finish signing in with a code of the authenticator or a recovery code; each code works once."""
    account, stop = _awaited(pending_token, "prove")
    if account is None or stop is not None:
        return stop or SignIn("expired")
    if not accept_code(account, code):
        return _wrong_code(account)
    return _finish(account, browser_token, proved=True)


@action(
    title=_("Set up the second factor while signing in"),
    at=Reach.ANYONE,
    sensitive=("pending_token", "sealed", "code", "browser_token"),
)
def enrol_at_sign_in(*, pending_token: str, sealed: str, code: str, browser_token: str = "") -> SignIn:
    """Set up a second factor that the account's roles ask for, and finish signing in with it.

    :param sealed: the new secret as the page got it from :func:`offer`
    """
    account, stop = _awaited(pending_token, "enrol")
    if account is None or stop is not None:
        return stop or SignIn("expired")
    codes = adopt_secret(account, sealed, code)
    if codes is None:
        return _wrong_code(account)
    return _finish(account, browser_token, proved=True, recovery_codes=tuple(codes))


@action(title=_("Sign in by single sign-on"), at=Reach.ANYONE, sensitive=("browser_token",))
def sign_in_by_provider(*, subject: str, username: str, browser_token: str = "") -> SignIn:
    """Sign in the account linked to a person whom the district's sign-on service has identified.

    The caller has validated the service's statement (``single_sign_on``). No account is ever made here. A link by
    user name (``@name``) turns into a link to the service's own ``subject`` at its first use. A second factor of
    the account is asked for as after a password.
    """
    account = _linked(subject, username)
    if account is None or not account.is_active:
        attempts.note(username or subject, account, AttemptOutcome.NOT_LINKED)
        return SignIn("not_linked")
    if wait := attempts.lock_retry_s(account.username, account):
        attempts.note(account.username, account, AttemptOutcome.LOCKED)
        return SignIn("locked", retry_after_s=wait)
    if account.subject != subject:
        account.subject = subject
        account.save(update_fields=["subject"])
    return _first_factor_passed(account, browser_token)


def _linked(subject: str, username: str) -> Account | None:
    accounts = Account.objects.select_for_update()
    found = accounts.filter(subject=subject).first() if subject and not subject.startswith("@") else None
    return found or (accounts.filter(subject=f"@{username}").first() if username else None)


def _awaited(token: str, stage: pending.Stage) -> tuple[Account | None, SignIn | None]:
    """The account whose next step this is, or the outcome that stops it."""
    note = pending.read(token)
    account = Account.objects.select_for_update().filter(pk=note.account_id).first() if note else None
    if note is None or account is None or not account.is_active:
        return None, SignIn("expired")
    if wait := attempts.lock_retry_s(account.username, account) or attempts.address_retry_s():
        attempts.note(account.username, account, AttemptOutcome.LOCKED)
        return None, SignIn("locked", retry_after_s=wait)
    if note.stage != stage or note.fingerprint != pending.fingerprint(account):
        return None, SignIn("expired")
    return account, None


def _wrong_code(account: Account) -> SignIn:
    attempts.note(account.username, account, AttemptOutcome.WRONG_CODE)
    attempts.count_failure(account)
    wait = attempts.lock_retry_s(account.username, account)
    return SignIn("locked", retry_after_s=wait) if wait else SignIn("wrong_code", account)


def accept_code(account: Account, code: str) -> bool:
    """Whether the code is right; uses it up. For accounts with a confirmed second factor, inside an action."""
    secret = sealing.unseal(account.totp_secret, _context(account))
    step = second_factor.matching_step(secret, code, after=account.totp_last_step, now=timezone.now())
    if step is not None:
        account.totp_last_step = step
        account.save(update_fields=["totp_last_step"])
        return True
    spent = second_factor.recovery_digest(code)
    if spent not in account.recovery_codes:
        return False
    account.recovery_codes = [one for one in account.recovery_codes if one != spent]
    account.save(update_fields=["recovery_codes"])
    return True


def offer(account: Account) -> tuple[str, str]:
    """A new secret for the account: itself for the picture, and sealed for the way through the page and back."""
    secret = second_factor.new_secret()
    return secret, sealing.seal(secret, _context(account))


def reopen(account: Account, sealed: str) -> str:
    """The secret that :func:`offer` sealed.

    :raises InvalidInput: if it was sealed for another account
    """
    return sealing.unseal(sealed, _context(account))


def adopt_secret(account: Account, sealed: str, code: str) -> list[str] | None:
    """Make an offered secret the account's own if the code proves it; the recovery codes, or None if it does not."""
    secret = reopen(account, sealed)
    step = second_factor.matching_step(secret, code, after=0, now=timezone.now())
    if step is None:
        return None
    codes = second_factor.new_recovery_codes()
    account.totp_secret = sealed
    account.totp_confirmed_at = timezone.now()
    account.totp_last_step = step
    account.recovery_codes = [second_factor.recovery_digest(one) for one in codes]
    account.save(update_fields=["totp_secret", "totp_confirmed_at", "totp_last_step", "recovery_codes"])
    return codes


def _context(account: Account) -> str:
    return f"totp:{account.pk}"


def _finish(
    account: Account, browser_token: str, *, proved: bool, recovery_codes: tuple[str, ...] = ()
) -> SignIn:
    """Open the session: a new token at every sign-in, so that nobody can have planted it."""
    attempts.note(account.username, account, AttemptOutcome.DONE)
    attempts.forget_failures(account)
    now = timezone.now()
    if browser_token:
        Session.objects.filter(token_digest=digest(browser_token), ended_at=None).update(
            ended_at=now, end_reason=EndReason.ROTATED
        )
    before = {one.pk: one for one in Session.objects.filter(account=account, ended_at=None)}
    asker = current_asker()
    _session, token = open_session(
        account, Terminal(asker.ip, asker.terminal, asker.trace), second_factor=proved
    )
    ended = Session.objects.filter(pk__in=before, end_reason=EndReason.REPLACED)
    return SignIn(
        "done",
        account,
        token=token,
        replaced=tuple(one.ip for one in ended),
        recovery_codes=recovery_codes,
    )
