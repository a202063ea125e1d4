"""What the processes of this part call; each runs as the platform itself and may be called again for the same job."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from chengshu.engines.cases import api as cases
from chengshu.engines.cases.api import ServiceCall, service
from chengshu.engines.cases.data import CaseView
from chengshu.foundation.calendar import local_day
from chengshu.foundation.errors import InvalidInput
from chengshu.foundation.orgs.models import Unit
from chengshu.scenes.approvals.actions.construction_notices import draft_notice
from chengshu.scenes.approvals.construction.plan import Special, shipped_plan
from chengshu.scenes.approvals.construction.queries import as_platform, defects_of_case, prerequisites_missing
from chengshu.scenes.approvals.models_construction import ConstructionProject, DefectState
from chengshu.scenes.approvals.models_construction_notices import NoticeKind

FILING_DAYS: Final = 15
"""建设工程质量管理条例第四十九条: natural days from passing acceptance; rule ``completion_filing``."""


@service("approvals.draft_notice")
def draft(call: ServiceCall) -> Mapping[str, Any]:
    """Prepare the notice of a case, from what the application says, in the language of the house."""
    with as_platform(), override(settings.LANGUAGE_CODE):
        view = cases.case_view(call.case_id)
        code = str(call.payload.get("project_code") or "")
        notice = draft_notice(
            unit=Unit.objects.get(pk=view.unit_id),
            kind=NoticeKind.BEFORE,
            title=str(_("Notice before the decision: %(title)s") % {"title": view.title})[:200],
            facts=facts_of(view),
            days=shipped_plan().notice_days[NoticeKind.BEFORE],
            project=ConstructionProject.objects.filter(code=code).first(),
            case_id=call.case_id,
            case_number=view.number,
            simulated=view.simulated,
        )
        return {"notice_number": notice.number}


def facts_of(view: CaseView) -> list[list[str]]:
    """What a notice says of a case: nothing personal, only what the matter makes public."""
    said = view.variables
    pairs = (
        (_("Matter"), view.definition_title),
        (_("Project"), said.get("project_name")),
        (_("Project code"), said.get("project_code")),
        (_("Place"), said.get("site_address")),
        (
            _("Applicant"),
            said.get("applicant_name") if said.get("applicant_kind") == "organisation" else None,
        ),
        (_("Floor area"), f"{said['building_area']} ㎡" if said.get("building_area") else None),
        (_("Decided by"), view.unit_name),
    )
    return [[str(heading), str(text)] for heading, text in pairs if text]


@service("approvals.prerequisites")
def prerequisites(call: ServiceCall) -> Mapping[str, Any]:
    """What must be granted before this item of the project and is not; an unregistered project has no answer."""
    with as_platform():
        view = cases.case_view(call.case_id)
        code = str(call.payload.get("project_code") or "")
        if not ConstructionProject.objects.filter(code=code).exists():
            return {"missing": [str(_("The project %(code)s is not registered") % {"code": code})]}
        return {"missing": prerequisites_missing(code, view.definition)}


@service("approvals.filing_lateness")
def filing_lateness(call: ServiceCall) -> Mapping[str, Any]:
    """By how many days the builder filed too late; 0 in time."""
    with as_platform():
        view = cases.case_view(call.case_id)
    passed = date.fromisoformat(str(call.payload["accepted_on"]))
    return {"days_late": max((local_day(view.opened_at) - passed).days - FILING_DAYS, 0)}


@service("approvals.assign_specials")
def assign_specials(call: ServiceCall) -> Mapping[str, Any]:
    """Who looks at what in a joint acceptance."""
    chosen = call.payload.get("chosen") or []
    return {"specials": [_assigned(special) for special in specials_of(chosen)]}


def specials_of(chosen: Iterable[object]) -> list[Special]:
    """The specials that were applied for, in the order of the plan.

    :raises InvalidInput: ``specials`` if one is unknown or there is none
    """
    wanted = {str(one) for one in chosen}
    found = [special for special in shipped_plan().specials if special.key in wanted]
    if not found or len(found) != len(wanted):
        raise InvalidInput(
            _("These special acceptances do not exist: %(keys)s.")
            % {"keys": ", ".join(sorted(wanted - {one.key for one in found})) or "–"},
            field="specials",
            code="acceptance.specials",
            hint=_("Choose among those of the plan."),
        )
    return found


def _assigned(special: Special) -> dict[str, str]:
    return {
        "special": special.key,
        "title": special.title,
        "unit": special.unit,
        "role": "handling_unit_officer",
    }


@service("approvals.open_defects")
def open_defects(call: ServiceCall) -> Mapping[str, Any]:
    """How many defects of a joint acceptance are not cleared."""
    with as_platform():
        return {"open_defects": defects_of_case(call.case_id).exclude(state=DefectState.CLEARED).count()}
