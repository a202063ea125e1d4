"""The life of a model: drafted, reviewed by somebody else, deployed, retired. Nothing is ever half-deployed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases import checking, deploying, migrating
from chengshu.engines.cases.data import MigrationEffect
from chengshu.engines.cases.models import DefinitionVersion, VersionState
from chengshu.foundation.action import Reach, action
from chengshu.foundation.asking import current_asker
from chengshu.foundation.errors import Conflict, InvalidInput, Missing, Refused, Words


def _unit_of_version(*, version_id: int, **_rest: object) -> int | Reach:
    found = DefinitionVersion.objects.filter(pk=version_id).values_list("unit_id", flat=True).first()
    return Reach.ANYWHERE if found is None else found


def _unit_of_draft(*, unit_id: int, **_rest: object) -> int:
    return unit_id


@action(title=_("Save a draft of a model"), at=_unit_of_draft)
def save_draft(
    *,
    key: str,
    kind: Literal["process", "decision"],
    content: bytes,
    unit_id: int,
    title: str = "",
    note: str = "",
) -> int:
    """Keep a model as a draft: of a new definition, or the next version of a known one. An open draft is replaced.

    :param key: lower-case words with dots and underscores, such as ``desk.leave``
    :param content: BPMN or DMN XML; it may still have errors, but it must be readable
    :return: the version's id
    :raises ModelRefused: if it cannot be read at all
    :raises Conflict: ``cases.key_taken`` if the key is another unit's, or its draft is under review
    """
    return deploying.keep(key, kind, content, unit_id, title=title, note=note).pk


@action(title=_("Submit a model for review"), at=_unit_of_version)
def submit_version(*, version_id: int, note: str = "") -> None:
    """Ask for the review of a draft.

    :raises ModelRefused: with every finding, if it has errors
    """
    version = _in_state(version_id, VersionState.DRAFT, _("Only a draft can be submitted."))
    kind: Literal["process", "decision"] = "process" if version.definition.kind == "process" else "decision"
    checking.refuse_errors(checking.findings_of(bytes(version.content), kind))
    version.state, version.submitted_at = VersionState.REVIEW, timezone.now()
    version.note = (note or version.note)[:300]
    version.save()


@action(title=_("Send a model back to its author"), at=_unit_of_version)
def reject_version(*, version_id: int, reason: str) -> None:
    """Make a version under review a draft again.

    :raises InvalidInput: ``reason`` if none is given
    """
    if not reason.strip():
        raise InvalidInput(
            _("Say what has to be changed."),
            field="reason",
            code="cases.reason",
            hint=_("A sentence is enough."),
        )
    version = _in_state(version_id, VersionState.REVIEW, _("This version is not under review."))
    version.state, version.review_note = VersionState.DRAFT, reason.strip()[:300]
    version.reviewer_id = current_asker().account_id
    version.save()


@action(title=_("Deploy a model"), at=_unit_of_version)
def deploy_version(*, version_id: int) -> None:
    """Put a reviewed version in force: new cases run by it, running ones stay with theirs.

    The reviewer must not be the author. Processes, decisions and forms that it names must be known.

    :raises Refused: ``cases.own_version`` to its author
    :raises ModelRefused: with every finding; nothing is changed then
    """
    version = _in_state(version_id, VersionState.REVIEW, _("Only a version under review can be deployed."))
    asker = current_asker()
    if version.author_id == asker.account_id and not asker.is_system:
        raise Refused(
            _("You wrote this version; somebody else has to review and deploy it."),
            code="cases.own_version",
            hint=_("Ask a colleague who may deploy models."),
        )
    version.reviewer_id = asker.account_id
    deploying.put_in_force(version)


@action(title=_("Retire a model"), at=_unit_of_version)
def retire_version(*, version_id: int) -> None:
    """Take a deployed version out of force: no new case is opened by it, running ones go on."""
    version = _in_state(version_id, VersionState.DEPLOYED, _("This version is not in force."))
    version.state = VersionState.RETIRED
    version.save()


@action(title=_("Move running cases to another version"), at=Reach.ANYWHERE)
def migrate_cases(
    *, from_version: int, to_version: int, case_ids: Sequence[int] | None = None
) -> tuple[MigrationEffect, ...]:
    """Have running cases go on by another version; what ``preview_migration`` refuses stays as it is.

    :param case_ids: which ones; all of ``from_version`` unless given
    :return: the effect on each case, refused ones included
    """
    return migrating.migrate(from_version, to_version, case_ids)


def _in_state(version_id: int, state: VersionState, otherwise: Words) -> DefinitionVersion:
    """The version, locked, in this state.

    :raises Missing: if there is none that the asker may change
    :raises Conflict: ``cases.version_state`` if it is in another
    """
    found = (
        DefinitionVersion.objects.select_for_update(of=("self",))
        .select_related("definition")
        .filter(pk=version_id)
        .first()
    )
    if found is None:
        raise Missing(_("There is no such version, or you may not change it."), code="cases.version_missing")
    if found.state != state:
        raise Conflict(
            otherwise, code="cases.version_state", hint=_("Reload the page to see where it stands.")
        )
    return found
