"""What the desk reads: versions by their place in the life of a model."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases import api
from chengshu.engines.cases.data import DefinitionView, VersionView
from chengshu.foundation.errors import Missing


@dataclass(frozen=True)
class Standing:
    """A model with the versions that matter, each None where there is none."""

    model: DefinitionView
    draft: VersionView | None
    review: VersionView | None
    deployed: VersionView | None

    @property
    def newest(self) -> VersionView | None:
        return self.draft or self.review or self.deployed or next(iter(self.model.versions), None)

    @property
    def running(self) -> int:
        return sum(version.running_cases for version in self.model.versions)


def standing(model: DefinitionView) -> Standing:
    """The model with its versions newest first."""
    versions = tuple(sorted(model.versions, key=lambda version: version.number, reverse=True))

    def first(state: str) -> VersionView | None:
        return next((version for version in versions if version.state == state), None)

    return Standing(replace(model, versions=versions), first("draft"), first("review"), first("deployed"))


def standing_of(key: str) -> Standing:
    """
    :raises Missing: if there is no such model
    """
    return standing(api.definition(key))


def version_of(model: DefinitionView, version_id: str | int | None) -> VersionView | None:
    """The version with this id among those of the model; None for another or none."""
    wanted = str(version_id or "")
    return next((version for version in model.versions if str(version.version_id) == wanted), None)


def model_of(version_id: int) -> tuple[DefinitionView, VersionView]:
    """The model that a version belongs to.

    :raises Missing: if the asker sees no such version
    """
    for model in api.definitions(""):
        version = version_of(model, version_id)
        if version is not None:
            return model, version
    raise Missing(
        _("There is no such version, or you may not see it."),
        code="desk.version_missing",
        hint=_("Start from the list of models."),
    )
