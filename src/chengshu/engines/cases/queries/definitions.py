"""Models and their versions: what can be started, what is drafted, what differs, what an editor should be told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from django.db.models import Count, Prefetch, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases import checking
from chengshu.engines.cases.bpmn.document import read_document, write_document
from chengshu.engines.cases.bpmn.layout import lay_out
from chengshu.engines.cases.data import DefinitionView, Finding, VersionView
from chengshu.engines.cases.models import Definition, DefinitionKind, DefinitionVersion, VersionState
from chengshu.foundation.errors import Missing
from chengshu.foundation.published import while_published

OPEN = Q(cases__state__in=["running", "suspended"])


def startable() -> tuple[DefinitionView, ...]:
    """Processes with a version in force: what a case can be opened by."""
    found = Definition.objects.filter(kind=DefinitionKind.PROCESS, versions__state=VersionState.DEPLOYED)
    return tuple(_view(row, with_all=False) for row in _with_versions(found.distinct()))


def definitions(kind: Literal["process", "decision", ""] = "") -> tuple[DefinitionView, ...]:
    """All models of a kind, or of both, with the versions that the asker may see."""
    found = Definition.objects.filter(kind=kind) if kind else Definition.objects.all()
    return tuple(_view(row) for row in _with_versions(found))


@while_published
def process_titles() -> tuple[tuple[str, str], ...]:
    """Key and title of every process, whether one can be started now or not."""
    found = Definition.objects.filter(kind=DefinitionKind.PROCESS).values_list("key", "title")
    return tuple(found.order_by("key"))


def definition(key: str) -> DefinitionView:
    """
    :raises Missing: if there is no such model
    """
    found = _with_versions(Definition.objects.filter(key=key)).first()
    if found is None:
        raise Missing(
            _("There is no such model."), code="cases.definition_missing", hint=_("Start from the list.")
        )
    return _view(found)


def version_row(version_id: int) -> DefinitionVersion:
    """
    :raises Missing: if there is none that the asker may see
    """
    found = DefinitionVersion.objects.select_related("definition").filter(pk=version_id).first()
    if found is None:
        raise Missing(
            _("There is no such version, or you may not see it."),
            code="cases.version_missing",
            hint=_("Start from the list of models."),
        )
    return found


def version_content(version_id: int) -> bytes:
    """The model's XML, byte for byte as it was saved.

    :raises Missing: if there is none that the asker may see
    """
    return bytes(version_row(version_id).content)


def drawn_content(version_id: int) -> bytes:
    """The model's XML for showing: a process saved without a diagram gets one of our own making.

    :raises Missing: if there is none that the asker may see
    """
    version = version_row(version_id)
    if version.definition.kind != DefinitionKind.PROCESS:
        return bytes(version.content)
    document = read_document(bytes(version.content))
    return bytes(version.content) if document.drawn else write_document(lay_out(document))


def lint(content: bytes, kind: Literal["process", "decision"] = "process") -> tuple[Finding, ...]:
    """Everything that is wrong or doubtful about a model, located; empty when it could be deployed.

    Also says what it names and nobody knows: forms, called processes, decisions, services.
    """
    return checking.findings_of(content, kind)


def _with_versions(found: QuerySet[Definition]) -> QuerySet[Definition]:
    versions = (
        DefinitionVersion.objects.defer("content")
        .select_related("author", "reviewer")
        .annotate(running=Count("cases", filter=OPEN))
    )
    return found.select_related("unit").prefetch_related(Prefetch("versions", versions))


def _view(row: Definition, *, with_all: bool = True) -> DefinitionView:
    versions = list(row.versions.all())
    shown = versions if with_all else [v for v in versions if v.state == VersionState.DEPLOYED]
    return DefinitionView(
        definition_id=row.pk,
        key=row.key,
        kind="process" if row.kind == DefinitionKind.PROCESS else "decision",
        title=row.title,
        unit_id=row.unit_id,
        unit_name=row.unit.shown_name,
        origin=row.origin,
        start_form=_start_form(versions),
        versions=tuple(_version(version) for version in shown),
    )


def _start_form(versions: Iterable[DefinitionVersion]) -> str:
    in_force = next((v for v in versions if v.state == VersionState.DEPLOYED), None)
    facts: Mapping[str, Any] = in_force.facts if in_force else {}
    return str(facts.get("start_form", ""))


def _version(row: DefinitionVersion) -> VersionView:
    return VersionView(
        version_id=row.pk,
        number=row.number,
        state=row.state,  # type: ignore[arg-type]
        note=row.note,
        author=(row.author.title or row.author.username) if row.author else "",
        reviewer=(row.reviewer.title or row.reviewer.username) if row.reviewer else "",
        saved_at=row.saved_at,
        deployed_at=row.deployed_at,
        digest=row.digest,
        running_cases=getattr(row, "running", 0),
    )
