"""The place of forms and registers in the menu."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.http.doors import Door
from chengshu.foundation.http.navigation import Entry, Group, contribute

FORMS = Group("forms", _("Forms and registers"), 60)

contribute(
    Entry(FORMS, _("My drafts"), "registers:drafts", Door.SIGNED_IN, 10, icon="pen"),
    Entry(FORMS, _("Forms"), "registers:forms", "registers.view", 20, icon="file"),
    Entry(FORMS, _("Code lists"), "registers:codes", "registers.view", 30, icon="key"),
    Entry(FORMS, _("Registers"), "registers:registers", "registers.view_records", 40, icon="archive"),
    Entry(
        FORMS,
        _("Corrections of records"),
        "registers:corrections",
        "registers.view_records",
        50,
        icon="check",
    ),
)
