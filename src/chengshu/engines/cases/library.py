"""The deployed models, compiled and kept: what a run asks for plans and decisions.

A plan reference is ``<version id>`` for the process of a definition, or ``<version id>#<process id>`` for another
process of the same file. A version never changes once a case may run by it, so compiled plans are kept for good.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases import dmn, feel
from chengshu.engines.cases.bpmn.document import Document, read_document
from chengshu.engines.cases.interpreter.compiler import compile_process
from chengshu.engines.cases.interpreter.plan import Plan
from chengshu.engines.cases.models import DefinitionVersion, VersionState
from chengshu.foundation.errors import Missing

MOST_KEPT: Final = 400


@dataclass(frozen=True)
class Stored:
    """A version's text.

    :param is_settled: it was deployed and never changes again; a draft is read anew each time
    """

    version_id: int
    model_id: str
    content: bytes
    pins: Mapping[str, Any]
    is_settled: bool

    @cached_property
    def document(self) -> Document:
        return read_document(self.content)

    @cached_property
    def decisions(self) -> Any:
        return dmn.read_decisions(self.content)


class DeployedLibrary:
    """Plans and decisions of the database, each read and compiled once per process."""

    def __init__(self) -> None:
        self._versions: OrderedDict[int, Stored] = OrderedDict()
        self._plans: dict[str, Plan] = {}
        self._database = ""

    def plan(self, ref: str) -> Plan:
        """
        :raises Missing: if nothing is deployed under ``ref``
        """
        self._stay_with_the_database()
        known = self._plans.get(ref)
        if known is None:
            stored = self.stored(version_of(ref))
            process_id = ref.partition("#")[2] or stored.model_id
            known = compile_process(stored.document, process_id, ref=ref)
            if stored.is_settled:
                self._plans[ref] = known
        return known

    def called(self, ref: str, process_id: str) -> str:
        """
        :raises Missing: if the version was deployed without such a process
        """
        found = self.stored(version_of(ref)).pins.get("processes", {}).get(process_id)
        if found is None:
            raise _missing(process_id)
        return str(found)

    def decide(self, ref: str, decision_id: str, inputs: Mapping[str, Any]) -> Any:
        """
        :raises Missing: if the version was deployed without such a decision
        """
        found = self.stored(version_of(ref)).pins.get("decisions", {}).get(decision_id)
        if found is None:
            raise _missing(decision_id)
        limits = replace(feel.LIMITS, now=timezone.localtime())
        return self.stored(int(found)).decisions.evaluate(decision_id, inputs, limits=limits)

    def stored(self, version_id: int) -> Stored:
        self._stay_with_the_database()
        known = self._versions.get(version_id)
        if known is None:
            known = _read(version_id)
            if not known.is_settled:
                return known
            self._versions[version_id] = known
            while len(self._versions) > MOST_KEPT:
                self._forget(next(iter(self._versions)))
        return known

    def _stay_with_the_database(self) -> None:
        """Forget everything when this process turns to another database, where the ids mean something else."""
        name = connection.settings_dict["NAME"]
        if name != self._database:
            self._versions.clear()
            self._plans.clear()
            self._database = name

    def _forget(self, version_id: int) -> None:
        self._versions.pop(version_id, None)
        for ref in [ref for ref in self._plans if version_of(ref) == version_id]:
            del self._plans[ref]


def version_of(ref: str) -> int:
    """The version that a plan reference lies in."""
    return int(ref.partition("#")[0])


def _read(version_id: int) -> Stored:
    row = (
        DefinitionVersion.objects.filter(pk=version_id)
        .values_list("definition__model_id", "content", "pins", "state")
        .first()
    )
    if row is None:
        raise _missing(str(version_id))
    is_settled = row[3] in (VersionState.DEPLOYED, VersionState.RETIRED)
    return Stored(version_id, row[0], bytes(row[1]), row[2], is_settled)


def _missing(name: str) -> Missing:
    return Missing(
        _("The model “%(name)s” is not deployed.") % {"name": name},
        code="cases.model_missing",
        hint=_("Deploy it, then try again."),
    )


library: Final = DeployedLibrary()
"""The library of this process."""
