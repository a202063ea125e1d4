"""Opening cases: which model, whose unit, what title. Used by people, by messages that begin a case, and by splits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases import handing_in, store
from chengshu.engines.cases.ids import ids
from chengshu.engines.cases.models import Definition, DefinitionVersion, VersionState
from chengshu.engines.cases.numbers import next_number
from chengshu.engines.cases.state import CaseRow, State
from chengshu.engines.cases.who import Doer
from chengshu.foundation.action import require
from chengshu.foundation.asking import current_asker
from chengshu.foundation.errors import InvalidInput, Missing
from chengshu.foundation.orgs.models import Unit
from chengshu.foundation.published import while_published


@dataclass(frozen=True)
class Opening:
    """What a new case begins with.

    :param node: the start event that happened; empty for the plain start
    :param applicant_id: whose affair it is, when somebody else opens it for them
    """

    version: DefinitionVersion
    unit_id: int
    title: str = ""
    variables: Mapping[str, Any] | None = None
    simulated: bool = False
    node: str = ""
    origin_case_id: int | None = None
    applicant_id: int | None = None


def version_in_force(key: str) -> DefinitionVersion:
    """
    :raises Missing: if no version is deployed under this key
    """
    found = _in_force(key)
    if found is None:
        raise Missing(
            _("There is no process “%(key)s” in force.") % {"key": key},
            code="cases.not_deployed",
            hint=_("Deploy it first, or choose another one."),
            data={"key": key},
        )
    return found


@while_published
def _in_force(key: str) -> DefinitionVersion | None:
    """The deployed version, which everybody may read; nobody changes the row that is given."""
    return (
        DefinitionVersion.objects.defer("content")
        .select_related("definition")
        .filter(definition__key=key, state=VersionState.DEPLOYED)
        .first()
    )


def unit_of(definition: Definition, unit_id: int | None) -> int:
    """
    :raises InvalidInput: ``unit_id`` if there is no such unit
    """
    if unit_id is None:
        return definition.unit_id
    if not Unit.objects.filter(pk=unit_id).exists():
        raise InvalidInput(
            _("There is no such unit."),
            field="unit_id",
            code="cases.unit",
            hint=_("Choose one from the list."),
        )
    return unit_id


def checked(
    *,
    definition: str,
    unit_id: int | None = None,
    title: str = "",
    variables: Mapping[str, Any] | None = None,
    simulated: bool = False,
    applicant_id: int | None = None,
    version: DefinitionVersion | None = None,
) -> Opening:
    """What the asker wants to open, seen to be theirs to open; the parameters of ``actions.open_case``.

    :param version: the one in force under the key, where it is known
    :raises Missing: if nothing is deployed under this key
    :raises Refused: if the asker may not open it there, or not for somebody else
    :raises InvalidInput: if unit or variables cannot be
    """
    version = version or version_in_force(definition)
    unit = unit_of(version.definition, unit_id)
    is_for_another = applicant_id is not None and applicant_id != current_asker().account_id
    if is_for_another or unit != version.definition.unit_id:
        require(current_asker(), "cases.open_case", unit)
    handing_in.insist_small(variables)
    if not current_asker().is_system:
        handing_in.insist_named(version.facts.get("start_form", ""), variables)
    return Opening(
        version, unit, title=title, variables=variables, simulated=simulated, applicant_id=applicant_id
    )


def open_new(opening: Opening) -> int:
    """Open a case, run it to its first waiting steps and write it; returns its id. For use inside an action."""
    run = begun(opening, number_for(opening))
    store.write_new(run, Doer(current_asker().account_id))
    return run.case.id


def begun(opening: Opening, number: str) -> store.StoredRun:
    """A case under this number, run to its first waiting steps and not written."""
    run = new_run(opening, number)
    run.start(opening.variables, node=opening.node, by=current_asker().account_id)
    run.case.title = (run.case.title or opening.version.definition.title)[:300]
    return run


def prefix_of(opening: Opening) -> str:
    """What the numbers of such cases begin with."""
    return str(opening.version.facts.get("number_prefix", ""))


def number_for(opening: Opening) -> str:
    """The next number for such a case."""
    return next_number(prefix_of(opening))


def new_run(opening: Opening, number: str) -> store.StoredRun:
    """A run over a case that is not begun."""
    version, opener = opening.version, current_asker().account_id
    account_id = opening.applicant_id or opener
    case = CaseRow(
        id=next(ids),
        plan=str(version.pk),
        unit_id=opening.unit_id,
        opened_by=account_id,
        title=opening.title.strip()[:300],
    )
    columns = {
        "number": number,
        "definition_id": version.definition_id,
        "version_id": version.pk,
        "unit_id": opening.unit_id,
        "reader_units": sorted({opening.unit_id, version.unit_id}),
        "people": sorted({one for one in (account_id, opener) if one is not None}),
        "opened_by_id": account_id,
        "opened_at": timezone.now(),
        "ended_at": None,
        "due_at": None,
        "warn_at": None,
        "simulated": opening.simulated,
        "origin_case_id": opening.origin_case_id,
        "merged_into_id": None,
    }
    return store.run_over(State(case), columns)
