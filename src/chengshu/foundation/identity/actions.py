"""Every write on accounts."""

from __future__ import annotations

from django.contrib.auth.hashers import make_password
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.action import Reach, action
from chengshu.foundation.errors import InvalidInput
from chengshu.foundation.identity.models import Account


@action(title=_("Open an account"), at=Reach.EVERYWHERE, sensitive=("password",))
def open_account(*, username: str, title: str, password: str, must_change: bool = True) -> Account:
    """Open an account with a first password, which its holder must change unless ``must_change`` is false.

    :raises InvalidInput: if the user name is taken
    """
    if Account.objects.filter(username=username).exists():
        raise InvalidInput(
            _("This user name is taken."), field="username", code="username_taken", hint=_("Choose another one.")
        )
    account = Account(
        username=username,
        title=title,
        password=make_password(password),
        must_change_password=must_change,
        password_changed_at=timezone.now(),
    )
    account.save()
    return account
