"""Opening cases: which model, whose unit, what title. Used by people, by messages that begin a case, and by splits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases import store
from chengshu.engines.cases.ids import ids
from chengshu.engines.cases.models import Definition, DefinitionVersion, VersionState
from chengshu.engines.cases.numbers import next_number
from chengshu.engines.cases.state import CaseRow, State
from chengshu.engines.cases.who import Doer
from chengshu.foundation.asking import current_asker
from chengshu.foundation.errors import InvalidInput, Missing
from chengshu.foundation.orgs.models import Unit


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
    found = (
        DefinitionVersion.objects.defer("content")
        .select_related("definition")
        .filter(definition__key=key, state=VersionState.DEPLOYED)
        .first()
    )
    if found is None:
        raise Missing(
            _("There is no process “%(key)s” in force.") % {"key": key},
            code="cases.not_deployed",
            hint=_("Deploy it first, or choose another one."),
            data={"key": key},
        )
    return found


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


def open_new(opening: Opening) -> int:
    """Open a case, run it to its first waiting steps and write it; returns its id. For use inside an action."""
    asker = current_asker()
    run = new_run(opening)
    run.start(opening.variables, node=opening.node, by=asker.account_id)
    run.case.title = (run.case.title or opening.version.definition.title)[:300]
    store.write_new(run, Doer(asker.account_id))
    return run.case.id


def new_run(opening: Opening) -> store.StoredRun:
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
        "number": next_number(version.facts.get("number_prefix", "")),
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
