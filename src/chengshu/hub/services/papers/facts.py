"""What a paper is made of, gathered once when it is issued, so that the same paper can be printed again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from chengshu.engines.cases import api as cases
from chengshu.engines.cases.data import CaseView
from chengshu.foundation.audit.canonical import storable
from chengshu.foundation.calendar import local_day
from chengshu.hub.services.data import Elements, TaskType
from chengshu.hub.services.models import Application, Offering
from chengshu.hub.services.ports import PaperTemplate
from chengshu.hub.services.queries import matters
from chengshu.hub.services.supplementing import lines_in, reasons_in

_UNITS = {"wd": "个工作日", "d": "日", "h": "小时", "m": "个月"}


def gathered(application: Application, *, given: Mapping[str, Any], day: date) -> dict[str, Any]:
    """Everything a template may use; what is given goes before what the application says.

    :param day: of issue
    """
    facts: dict[str, Any] = {
        "applicant": application.applicant_name,
        "matter": application.version.name,
        "local_code": application.version.local_code,
        "application": application.number,
        "unit": application.unit.name,
        "issued_on": day.isoformat(),
        "filed_on": local_day(application.filed_at).isoformat(),
        "accepted_on": _day(application.accepted_at),
        "decided_on": _day(application.decided_at),
        "due_on": _day(application.due_at),
        "promised_limit": limit_in_words(application.promised_limit),
        "legal_limit": limit_in_words(application.legal_limit),
        "materials": [
            {"name": each.name, "state": each.state, "due_on": each.due_on.isoformat() if each.due_on else ""}
            for each in application.materials.all()
        ],
        "simulated": application.simulated,
        **_of_matter(application),
    }
    return {**facts, **{name: _plain(value) for name, value in given.items()}}


def _of_matter(application: Application) -> dict[str, Any]:
    if application.version.offering == Offering.BUNDLE:
        parts = [part.version.name for part in application.children.select_related("version").order_by("id")]
        return {"is_permit": False, "parts": parts, "basis": [], "remedies": []}
    elements = matters.elements_in(application.version)
    return {
        "is_permit": elements.task_type == TaskType.PERMIT,
        "parts": [],
        "basis": [f"《{basis.law}》{basis.article}" for basis in elements.basis if basis.law],
        "remedies": list(elements.remedies),
        "result_name": elements.result_name,
        "validity": elements.validity,
        "phones": list(elements.phones),
        "address": elements.address,
        "special": _special(elements),
    }


def _special(elements: Elements) -> list[str]:
    return [
        " ".join(part for part in (one.kind, limit_in_words(one.limit), one.basis) if part)
        for one in elements.special
    ]


def facts_of_status(case_id: int, status: str, at: str) -> dict[str, Any]:
    """What the case itself says about the paper that a status owes: reasons, and what is lacking."""
    case: CaseView = cases.case_view(case_id)
    reasons = reasons_in(case, "supplement" if status == "6" else "")
    return {"event_at": at, "reasons": reasons, "items": list(lines_in(reasons)) if status == "6" else []}


def title_of(template: PaperTemplate, facts: Mapping[str, Any]) -> str:
    """Permits have names of their own in law; the papers of every other matter go without the word 许可."""
    plain = template.extra.get("plain_title", "")
    return str(plain) if plain and not facts.get("is_permit") else template.title


def chinese_date(day: date) -> str:
    """As official papers date themselves since GB/T 9704-2012: ``2026年11月22日``."""
    return f"{day.year}年{day.month}月{day.day}日"


def limit_in_words(limit: str) -> str:
    """``20wd`` in words: 20个工作日; empty for a limit that is not known."""
    digits = "".join(each for each in limit if each.isdigit())
    unit = limit[len(digits) :]
    return f"{digits}{_UNITS.get(unit, unit)}" if digits else ""


def _day(moment: datetime | None) -> str:
    return chinese_date(local_day(moment)) if moment is not None else ""


def _plain(value: Any) -> Any:
    """What a caller gives, as JSON keeps it."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    return value if isinstance(value, bool | int | float) or value is None else str(value)
