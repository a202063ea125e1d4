"""What the system administrator does with accounts: ways in, never powers (GB/T 22239-2019 8.1.5)."""

from __future__ import annotations

import re

from django.contrib.auth.hashers import make_password
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.action import Reach, action
from chengshu.foundation.audit import changes
from chengshu.foundation.audit.canonical import storable
from chengshu.foundation.errors import Conflict, InvalidInput
from chengshu.foundation.identity.actions.own import clear_second_factor, set_password
from chengshu.foundation.identity.models import Account, EndReason, SecondFactorRole
from chengshu.foundation.identity.passwords import one_time_password
from chengshu.foundation.identity.separation import assert_not_oneself, assert_restorable
from chengshu.foundation.identity.sessions import end_sessions
from chengshu.foundation.orgs.models import Role

LONGEST_SUBJECT = 200
_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,59}")


@action(title=_("Open an account"), at=Reach.EVERYWHERE, sensitive=("password",))
def open_account(*, username: str, title: str, password: str, must_change: bool = True) -> Account:
    """Open an account with a first password, which its holder must change unless ``must_change`` is false.

    The account can do nothing yet: powers come with an appointment, which the security administrator makes.

    :raises InvalidInput: if the user name is taken or has other than small letters, digits, dots and dashes
    """
    if not _USERNAME.fullmatch(username):
        raise InvalidInput(
            _("A user name has small letters, digits, dots, dashes and underscores, at most 60."),
            field="username",
            code="username_form",
            hint=_("For example the post's name in pinyin with a number."),
        )
    if not title.strip():
        raise InvalidInput(_("A shown name is needed."), field="title", code="title_missing")
    if Account.objects.filter(username=username).exists():
        raise InvalidInput(
            _("This user name is taken."),
            field="username",
            code="username_taken",
            hint=_("Choose another one."),
        )
    account = Account(
        username=username,
        title=title.strip(),
        password=make_password(password),
        must_change_password=must_change,
        password_changed_at=timezone.now(),
    )
    account.save()
    return account


@action(title=_("Reset a password"), at=Reach.EVERYWHERE)
def reset_password(*, account: Account) -> str:
    """A new one-time password, which the holder must change at once; every session of the account ends.

    :raises Refused: for one's own account; for an administrator's, unless the operator asks at the console
    """
    assert_restorable(account)
    password = one_time_password()
    locked = _for_change(account)
    set_password(locked, password, must_change=True)
    _unlock(locked)
    end_sessions(account.pk, EndReason.PASSWORD)
    return password


@action(title=_("Disable an account"), at=Reach.EVERYWHERE)
def disable_account(*, account: Account, reason: str) -> Account:
    """Close the way in and end every session; what the account did stays.

    :raises Refused: for one's own account
    :raises InvalidInput: without a reason
    :raises Conflict: if it is disabled already
    """
    assert_not_oneself(account)
    if not reason.strip():
        raise InvalidInput(_("Say why."), field="reason", code="reason_missing")
    locked = _for_change(account)
    if not locked.is_active:
        raise Conflict(_("This account is disabled already."), code="already_disabled")
    locked.is_active = False
    locked.save(update_fields=["is_active"])
    end_sessions(account.pk, EndReason.DISABLED)
    return locked


@action(title=_("Enable an account"), at=Reach.EVERYWHERE)
def enable_account(*, account: Account) -> Account:
    """Open the way in again.

    :raises Refused: for one's own account
    :raises Conflict: if it is not disabled
    """
    assert_not_oneself(account)
    locked = _for_change(account)
    if locked.is_active:
        raise Conflict(_("This account is not disabled."), code="not_disabled")
    locked.is_active = True
    locked.save(update_fields=["is_active"])
    return locked


@action(title=_("Unlock an account"), at=Reach.EVERYWHERE)
def unlock_account(*, account: Account) -> Account:
    """Let somebody try again before the lock after failed attempts is over.

    :raises Refused: for one's own account
    """
    assert_not_oneself(account)
    locked = _for_change(account)
    _unlock(locked)
    return locked


@action(title=_("Reset a second factor"), at=Reach.EVERYWHERE)
def reset_second_factor(*, account: Account) -> Account:
    """Forget the second factor of somebody who lost it; every session ends, and a required one is set up anew.

    :raises Refused: for one's own account; for an administrator's, unless the operator asks at the console
    """
    assert_restorable(account)
    locked = _for_change(account)
    clear_second_factor(locked)
    end_sessions(account.pk, EndReason.FACTOR)
    return locked


@action(title=_("Link an account to single sign-on"), at=Reach.EVERYWHERE)
def link_account(*, account: Account, subject: str) -> Account:
    """Link an account to a person of the district's sign-on service; an empty ``subject`` removes the link.

    :param subject: the service's own identifier of the person, or ``@`` and the user name that it knows
    :raises Refused: for one's own account; for an administrator's, unless the operator asks at the console
    :raises InvalidInput: if another account is linked to the same person, or the identifier is too long
    """
    assert_restorable(account)
    link = storable(subject.strip())
    if len(link) > LONGEST_SUBJECT:
        raise InvalidInput(
            _("This identifier is too long."),
            field="subject",
            hint=_("At most %(most)s characters.") % {"most": LONGEST_SUBJECT},
        )
    if link and Account.objects.filter(subject=link).exclude(pk=account.pk).exists():
        raise InvalidInput(
            _("Another account is linked to this person."), field="subject", code="subject_taken"
        )
    locked = _for_change(account)
    locked.subject = link
    locked.save(update_fields=["subject"])
    return locked


@action(title=_("End the sessions of an account"), at=Reach.EVERYWHERE)
def end_account_sessions(*, account: Account) -> int:
    """End every live session of an account; returns how many."""
    changes.record("end", f"identity.account:{account.pk}", what="sessions")
    return end_sessions(account.pk, EndReason.ADMINISTRATOR)


@action(title=_("Require a second factor of a role"), at=Reach.EVERYWHERE)
def require_second_factor(*, role: Role, required: bool) -> Role:
    """Have every holder of a role use a second factor, or no longer; administrators always must.

    Sessions without one end at their next request.

    :raises Conflict: if an administrator's role were to go without
    """
    if role.admin_kind and not required:
        raise Conflict(_("Administrators always use a second factor."), code="administrators_always")
    known = SecondFactorRole.objects.filter(role_key=role.key).first()
    if required and known is None:
        SecondFactorRole(role_key=role.key).save()
    elif not required and known is not None:
        known.delete()
    return role


def _for_change(account: Account) -> Account:
    return Account.objects.select_for_update().get(pk=account.pk)


def _unlock(account: Account) -> None:
    account.failed_attempts, account.locked_until = 0, None
    account.save(update_fields=["failed_attempts", "locked_until"])
