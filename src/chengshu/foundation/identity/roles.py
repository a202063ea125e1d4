from chengshu.foundation.orgs.roles import grant

grant(
    "system_administrator",
    "identity.view_accounts",
    "identity.open_account",
    "identity.reset_password",
    "identity.disable_account",
    "identity.enable_account",
    "identity.unlock_account",
    "identity.reset_second_factor",
    "identity.link_account",
    "identity.end_account_sessions",
)
grant("security_administrator", "identity.view_accounts", "identity.require_second_factor")
grant("integrator", "identity.issue_token")
