"""Roles as the apps declare them: an app's ``roles.py`` says which of its permissions a role carries.

The security administrator may change a role afterwards; loading the base data again only adds what is new.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from chengshu.foundation.orgs.models import AdminKind


@dataclass
class DeclaredRole:
    """A role of the base data, and the permissions that all apps together give it."""

    key: str
    title: str
    title_en: str
    admin_kind: str = ""
    permissions: set[str] = field(default_factory=set)


_roles: dict[str, DeclaredRole] = {}


def declare(key: str, title: str, title_en: str, admin_kind: AdminKind = AdminKind.NONE) -> DeclaredRole:
    """Name a role. ``title`` is Chinese: it is data that the district may change."""
    role = _roles.setdefault(key, DeclaredRole(key, title, title_en, admin_kind.value))
    role.title, role.title_en, role.admin_kind = title, title_en, admin_kind.value
    return role


def grant(key: str, *permissions: str) -> None:
    """Give a role permissions; the role may be declared by another app, before or after."""
    _roles.setdefault(key, DeclaredRole(key, key, key)).permissions.update(permissions)


def declared_roles() -> list[DeclaredRole]:
    return sorted(_roles.values(), key=lambda role: role.key)


declare("unit_officer", "单位绩效经办岗", "Unit performance officer")
declare("unit_head", "单位负责人", "Head of unit")
declare("department_performance_officer", "部门绩效管理岗", "Department performance officer")
declare("department_head", "部门负责人", "Head of department")
declare("finance_reviewer", "财政绩效审核岗", "Finance performance reviewer")
declare("supervisor", "监督检查岗", "Supervisor")
declare("window_clerk", "窗口受理岗", "Window clerk")
declare("reviewer", "审查岗", "Reviewer")
declare("section_head", "科室负责人", "Section head")
declare("hotline_operator", "热线话务岗", "Hotline operator")
declare("handling_unit_officer", "承办单位经办岗", "Handling-unit officer")
declare("integrator", "系统对接岗", "Systems integrator")
declare("system_administrator", "系统管理员", "System administrator", AdminKind.SYSTEM)
declare("security_administrator", "安全管理员", "Security administrator", AdminKind.SECURITY)
declare("audit_administrator", "审计管理员", "Audit administrator", AdminKind.AUDIT)

grant(
    "security_administrator",
    "orgs.view_powers",
    "orgs.create_unit",
    "orgs.rename_unit",
    "orgs.add_alias",
    "orgs.move_unit",
    "orgs.close_unit",
    "orgs.create_post",
    "orgs.close_post",
    "orgs.assign_role",
    "orgs.withdraw_role",
    "orgs.change_role",
    "orgs.appoint",
    "orgs.end_appointment",
    "orgs.set_contact",
    "orgs.remove_contact",
)
for _key in ("unit_head", "department_head"):
    grant(_key, "orgs.set_contact", "orgs.remove_contact", "orgs.reveal_contact")
for _key in ("department_performance_officer", "section_head", "supervisor", "hotline_operator"):
    grant(_key, "orgs.reveal_contact")
