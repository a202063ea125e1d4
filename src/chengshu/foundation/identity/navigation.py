from django.utils.translation import gettext_lazy as _

from chengshu.foundation.http.navigation import ADMINISTRATION, Entry, contribute

contribute(
    Entry(ADMINISTRATION, _("Accounts"), "identity:accounts", "identity.view_accounts", 20, "users"),
    Entry(
        ADMINISTRATION,
        _("Second factor by role"),
        "identity:second_factor_roles",
        "identity.require_second_factor",
        30,
        "key",
    ),
)
