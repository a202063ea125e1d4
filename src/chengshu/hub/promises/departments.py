"""Which department a pair of tables belongs to."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import InvalidInput
from chengshu.foundation.orgs.models import Unit
from chengshu.foundation.orgs.queries import unit_by_name
from chengshu.hub.promises.tables.data import SourceTables


def department_of(tables: SourceTables) -> Unit:
    """The unit whose name the tables print as their department.

    :raises InvalidInput: if the tables are empty, or the organisation knows no such unit
    """
    printed = tables.department or tables.projects
    if printed is None:
        raise InvalidInput(_("The files hold no table."), field="files", code="import.empty")
    unit = unit_by_name(printed.department)
    if unit is None:
        raise InvalidInput(
            _("The department “%(name)s” is not in the organisation.") % {"name": printed.department},
            field="department",
            code="import.unknown_department",
            hint=_("Add it, or add the printed name as an alias of the unit it means."),
        )
    return unit
