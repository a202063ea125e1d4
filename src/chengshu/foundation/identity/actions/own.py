"""What everybody does with their own account."""

from __future__ import annotations

from functools import partial

from django.contrib.auth.hashers import check_password, make_password
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.action import Reach, action
from chengshu.foundation.asking import after_rollback, signed_in_asker
from chengshu.foundation.audit import changes
from chengshu.foundation.errors import Conflict, InvalidInput, Missing, NotSignedIn
from chengshu.foundation.identity import attempts, second_factor
from chengshu.foundation.identity.actions.signing_in import accept_code, adopt_secret
from chengshu.foundation.identity.limits import limits
from chengshu.foundation.identity.models import Account, AttemptOutcome, EndReason, PasswordRecord, Session
from chengshu.foundation.identity.passwords import Candidate, broken_rules
from chengshu.foundation.identity.sessions import duties_of, end_sessions


def own_account() -> Account:
    """The asker's account, locked for the running action.

    :raises NotSignedIn: if nobody is signed in, or the platform itself asks
    """
    account_id = signed_in_asker().account_id
    if account_id is None:
        raise NotSignedIn(_("This needs an account of your own."))
    return Account.objects.select_for_update().get(pk=account_id)


def own_session_id() -> int:
    """The session that this request came with; 0, which is none, for a machine's token or a command."""
    session = signed_in_asker().session
    return int(session) if session.isdigit() else 0


@action(title=_("Change one's password"), at=Reach.SELF, sensitive=("current", "new"))
def change_password(*, current: str, new: str) -> Account:
    """Set a new password; every other session of the account ends.

    :raises InvalidInput: if the current one is wrong (field ``current``; counted like a failed sign-in), or the new
        one breaks rules (field ``new``; ``data["broken"]`` has the code of each)
    """
    account = own_account()
    require_password(account, current, field="current")
    former = (account.password, *account.password_records.values_list("password", flat=True))
    broken = broken_rules(Candidate(new, account.username, account.title, former))
    if broken:
        figures = limits()
        raise InvalidInput(
            _("The new password is not accepted: %(rules)s")
            % {"rules": "; ".join(str(rule.words(figures)) for rule in broken)},
            field="new",
            code=broken[0].code,
            data={"broken": [rule.code for rule in broken]},
        )
    set_password(account, new, must_change=False)
    end_sessions(account.pk, EndReason.PASSWORD, keep=own_session_id())
    return account


def set_password(account: Account, password: str, *, must_change: bool) -> None:
    """Store the new hash and remember the old one; only as many are kept as the rules look at."""
    if account.has_usable_password():
        PasswordRecord.objects.create(account=account, password=account.password)
    account.password = make_password(password)
    account.password_changed_at = timezone.now()
    account.must_change_password = must_change
    account.save(update_fields=["password", "password_changed_at", "must_change_password"])
    kept = account.password_records.order_by("-set_at", "-id")[: limits().passwords_remembered]
    account.password_records.exclude(pk__in=list(kept.values_list("pk", flat=True))).delete()


def require_password(account: Account, password: str, *, field: str) -> None:
    """Insist on the account's password.

    :raises InvalidInput: if it is wrong; the failure is counted once this action is rolled back
    """
    if account.is_locked or not check_password(password, account.password):
        after_rollback(partial(_count_later, account.pk))
        raise InvalidInput(
            _("This is not your present password."),
            field=field,
            code="password_wrong",
            hint=_("After several failures the account is locked for a while."),
        )


def _count_later(account_id: int) -> None:
    note_failure(account_id=account_id)


@action(title=_("Count a wrong password or code"), at=Reach.SELF)
def note_failure(*, account_id: int) -> None:
    """Count a wrong password or code given inside a session like a failed attempt to sign in."""
    account = Account.objects.select_for_update().get(pk=account_id)
    attempts.note(account.username, account, AttemptOutcome.WRONG)
    attempts.count_failure(account)


@action(title=_("Set up one's second factor"), at=Reach.SELF, sensitive=("sealed", "code", "password"))
def confirm_second_factor(*, sealed: str, code: str, password: str) -> tuple[str, ...]:
    """Set up a second factor, or replace the present one; returns the recovery codes, which are shown once.

    :raises InvalidInput: if the password (field ``password``) or the code (field ``code``) is wrong
    """
    account = own_account()
    require_password(account, password, field="password")
    codes = adopt_secret(account, sealed, code)
    if codes is None:
        raise _wrong_code()
    Session.objects.filter(pk=own_session_id()).update(second_factor_at=timezone.now())
    end_sessions(account.pk, EndReason.FACTOR, keep=own_session_id())
    return tuple(codes)


@action(title=_("Remove one's second factor"), at=Reach.SELF, sensitive=("password", "code"))
def remove_second_factor(*, password: str, code: str) -> Account:
    """Sign in with the password alone from now on.

    :raises Conflict: if the account's roles ask for a second factor, or there is none
    :raises InvalidInput: if the password or the code is wrong
    """
    account = _with_second_factor()
    if duties_of(account.pk).needs_second_factor:
        raise Conflict(
            _("Your duties ask for a second factor."),
            code="second_factor_required",
            hint=_("You can replace it by another one."),
        )
    require_password(account, password, field="password")
    _require_code(account, code)
    clear_second_factor(account)
    return account


@action(title=_("Make new recovery codes"), at=Reach.SELF, sensitive=("code",))
def renew_recovery_codes(*, code: str) -> tuple[str, ...]:
    """New recovery codes, shown once; the old ones stop working.

    :raises InvalidInput: if the code is wrong
    """
    account = _with_second_factor()
    _require_code(account, code)
    codes = second_factor.new_recovery_codes()
    account.recovery_codes = [second_factor.recovery_digest(one) for one in codes]
    account.save(update_fields=["recovery_codes"])
    return tuple(codes)


def _with_second_factor() -> Account:
    account = own_account()
    if not account.has_second_factor:
        raise Conflict(
            _("There is no second factor yet."), code="no_second_factor", hint=_("Set one up first.")
        )
    return account


def clear_second_factor(account: Account) -> None:
    account.totp_secret, account.totp_confirmed_at = "", None
    account.totp_last_step, account.recovery_codes = 0, []
    account.save(update_fields=["totp_secret", "totp_confirmed_at", "totp_last_step", "recovery_codes"])


def _require_code(account: Account, code: str) -> None:
    if account.is_locked or not accept_code(account, code):
        after_rollback(partial(_count_later, account.pk))
        raise _wrong_code()


def _wrong_code() -> InvalidInput:
    return InvalidInput(
        _("This code is wrong or was used already."),
        field="code",
        code="code_wrong",
        hint=_("Wait for the next code and check the clock of your telephone."),
    )


@action(title=_("End one's session"), at=Reach.SELF)
def end_session(*, session_id: int) -> None:
    """End one of the asker's own sessions.

    :raises Missing: if it is not the asker's, or over already
    """
    mine = Session.objects.filter(pk=session_id, account_id=signed_in_asker().account_id or 0, ended_at=None)
    if not mine.update(ended_at=timezone.now(), end_reason=EndReason.ENDED):
        raise Missing(_("This session is over already."), code="session_over")
    changes.record("end", f"identity.session:{session_id}")


@action(title=_("End all one's other sessions"), at=Reach.SELF)
def end_other_sessions() -> int:
    """End every session of the asker but the present one; returns how many."""
    account = own_account()
    changes.record("end", f"identity.account:{account.pk}", what="sessions")
    return end_sessions(account.pk, EndReason.ENDED, keep=own_session_id())


@action(title=_("Sign out"), at=Reach.SELF)
def sign_out() -> None:
    """End the present session."""
    session_id = own_session_id()
    Session.objects.filter(pk=session_id, ended_at=None).update(
        ended_at=timezone.now(), end_reason=EndReason.SIGNED_OUT
    )
    changes.record("end", f"identity.session:{session_id}")
