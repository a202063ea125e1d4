"""The models that scenes ship, put in force with the base data: the same text changes nothing, another one is a new
version; running cases stay with theirs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases.actions.shipping import ship_model
from chengshu.engines.cases.models import DefinitionVersion
from chengshu.engines.cases.registry import Registered, registered_case_types
from chengshu.foundation.action import Reach, action
from chengshu.foundation.errors import Missing
from chengshu.foundation.orgs.models import Unit


def load() -> str:
    """Deploy what is new; says how much was."""
    return f"{deploy_case_types()} models deployed"


@action(title=_("Deploy the models of the scenes"), at=Reach.EVERYWHERE)
def deploy_case_types(*, scene: str = "") -> int:
    """Put every registered case type in force, decisions before the processes that ask them; returns how many are new.

    :param scene: only those of this scene; of all if empty
    :raises ModelRefused: if one of them has errors: nothing at all is deployed then
    :raises Missing: if a file or a unit does not exist
    """
    before = set(DefinitionVersion.objects.values_list("pk", flat=True))
    for registered in registered_case_types():
        if scene not in ("", registered.scene):
            continue
        for model in _models_of(registered):
            ship_model(
                key=model.key,
                kind=model.kind,
                content=model.path.read_bytes(),
                unit_id=_unit(registered),
                title=model.title,
                origin=f"scene:{registered.scene}",
            )
    return DefinitionVersion.objects.exclude(pk__in=before).count()


@dataclass(frozen=True)
class _Model:
    key: str
    kind: Literal["process", "decision"]
    path: Path
    title: str


def _models_of(registered: Registered) -> Iterator[_Model]:
    """What it asks, what it calls, then itself: each may name what came before."""
    case_type = registered.case_type
    for file in case_type.decisions:
        yield _beside(registered, file, "decision")
    for file in case_type.called:
        yield _beside(registered, file, "process")
    yield _Model(case_type.key, "process", _existing(registered, case_type.process), str(case_type.title))


def _beside(registered: Registered, file: str, kind: Literal["process", "decision"]) -> _Model:
    path = _existing(registered, file)
    return _Model(f"{registered.scene}.{path.stem.replace(' ', '_').lower()}", kind, path, "")


def _existing(registered: Registered, file: str) -> Path:
    path = registered.folder / file
    if not path.is_file():
        raise Missing(
            _("The case type “%(key)s” names a file that does not exist: %(file)s")
            % {"key": registered.case_type.key, "file": file},
            code="cases.file_missing",
            hint=_("Paths are relative to the scene's case_types.py."),
        )
    return path


def _unit(registered: Registered) -> int:
    found = Unit.objects.filter(key=registered.case_type.unit).values_list("pk", flat=True).first()
    if found is None:
        raise Missing(
            _("The case type “%(key)s” belongs to a unit that does not exist: %(unit)s")
            % {"key": registered.case_type.key, "unit": registered.case_type.unit},
            code="cases.unit",
        )
    return found
