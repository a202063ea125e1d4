from django.utils.translation import gettext_lazy as _

from chengshu.foundation.http.navigation import Entry, Group, contribute

administration = Group("administration", _("Administration"), 90)

contribute(Entry(administration, _("Accounts"), "identity:accounts", "identity.view_accounts", 20))
contribute(
    Entry(administration, _("Second factor by role"), "identity:second_factor_roles", "identity.require_second_factor", 30)
)
