"""Every write on accounts: signing in, one's own account, other accounts, tokens of machines."""

from chengshu.foundation.identity.actions.accounts import (
    disable_account,
    enable_account,
    end_account_sessions,
    link_account,
    open_account,
    require_second_factor,
    reset_password,
    reset_second_factor,
    unlock_account,
)
from chengshu.foundation.identity.actions.own import (
    change_password,
    confirm_second_factor,
    end_other_sessions,
    end_session,
    note_failure,
    remove_second_factor,
    renew_recovery_codes,
    sign_out,
)
from chengshu.foundation.identity.actions.signing_in import (
    SignIn,
    enrol_at_sign_in,
    prove_second_factor,
    sign_in,
    sign_in_by_provider,
)
from chengshu.foundation.identity.actions.tokens import issue_token, revoke_token

__all__ = [
    "SignIn",
    "change_password",
    "confirm_second_factor",
    "disable_account",
    "enable_account",
    "end_account_sessions",
    "end_other_sessions",
    "end_session",
    "enrol_at_sign_in",
    "issue_token",
    "link_account",
    "note_failure",
    "open_account",
    "prove_second_factor",
    "remove_second_factor",
    "renew_recovery_codes",
    "require_second_factor",
    "reset_password",
    "reset_second_factor",
    "revoke_token",
    "sign_in",
    "sign_in_by_provider",
    "sign_out",
    "unlock_account",
]
