"""Forms and their versions: written, sent for review, put in use by somebody else, retired."""

from __future__ import annotations

import re

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.engines.registers.declared import DeclaredForm, declared_forms
from chengshu.engines.registers.definitions import read_form
from chengshu.engines.registers.models import FormDefinition, FormVersion, VersionState
from chengshu.foundation.action import Reach, action
from chengshu.foundation.asking import current_asker
from chengshu.foundation.audit.canonical import sm3, storable
from chengshu.foundation.errors import Conflict, InvalidInput, Refused
from chengshu.foundation.orgs.models import Unit

_KEY = re.compile(r"[a-z][a-z0-9_]{0,38}\.[a-z][a-z0-9_]{0,38}")


@action(title=_("Create a form"), at=lambda *, unit, **_rest: unit.pk)
def create_form(*, unit: Unit, key: str, source: str, note: str = "") -> FormVersion:
    """Create a form with its first version, a draft.

    :param key: ``<scene>.<name>``
    :param source: the definition's JSON
    :raises InvalidInput: if the key is none
    :raises Conflict: if there is such a form already
    :raises DefinitionRefused: with everything that is wrong with the definition
    """
    if not _KEY.fullmatch(key):
        raise InvalidInput(
            _("This is no key of a form."),
            field="key",
            code="form.key",
            hint=_("Two words of lower-case letters with a dot between them, such as office.leave."),
        )
    if FormDefinition.objects.filter(key=key).exists() or key in {each.type.key for each in declared_forms()}:
        raise Conflict(_("There is a form “%(key)s” already.") % {"key": key}, hint=_("Choose another key."))
    form = read_form(key, source, version=1)
    definition = FormDefinition(key=key, title=form.title.zh, unit=unit)
    definition.save()
    return _save_version(definition, source, note)


@action(title=_("Save a version of a form"), at=lambda *, definition, **_rest: definition.unit_id)
def save_form_version(*, definition: FormDefinition, source: str, note: str = "") -> FormVersion:
    """Save a definition as the next version, a draft; what is in use stays in use.

    :raises Conflict: if nothing was changed
    :raises DefinitionRefused: with everything that is wrong with the definition
    """
    definition = FormDefinition.objects.select_for_update().get(pk=definition.pk)
    form = read_form(definition.key, source)
    newest = definition.versions.first()
    if newest is not None and newest.digest == form.digest:
        raise Conflict(
            _("This is the same as version %(number)s.") % {"number": newest.number},
            code="form.unchanged",
            hint=_("Change something, or go on with that version."),
        )
    return _save_version(definition, source, note)


def _save_version(definition: FormDefinition, source: str, note: str) -> FormVersion:
    newest = definition.versions.first()
    version = FormVersion(
        definition=definition,
        unit_id=definition.unit_id,
        number=newest.number + 1 if newest else 1,
        source=source,
        digest=sm3(source.encode()),
        note=storable(note.strip()[:500]),
        author_id=current_asker().account_id,
    )
    version.save()
    return version


@action(title=_("Send a form for review"), at=lambda *, version, **_rest: version.unit_id)
def send_form_version(*, version: FormVersion) -> FormVersion:
    """Ask somebody else to put a draft in use.

    :raises Conflict: if it is no draft
    """
    version = _locked(version, VersionState.DRAFT)
    version.state = VersionState.REVIEW
    version.save()
    return version


@action(title=_("Return a form to its author"), at=lambda *, version, **_rest: version.unit_id)
def return_form_version(*, version: FormVersion, reason: str) -> FormVersion:
    """Give a version under review back.

    :raises Conflict: if it is not under review
    :raises InvalidInput: without a reason
    """
    version = _locked(version, VersionState.REVIEW)
    version.state, version.answer = VersionState.DRAFT, reason_in(reason)
    version.reviewer_id = current_asker().account_id
    version.save()
    return version


@action(title=_("Put a form in use"), at=lambda *, version, **_rest: version.unit_id)
def publish_form_version(*, version: FormVersion) -> FormVersion:
    """Put a version under review in use; the one in use until now is retired and stays readable.

    :raises Conflict: if it is not under review
    :raises Refused: if the reviewer wrote it
    """
    version = _locked(version, VersionState.REVIEW)
    reviewer = current_asker().account_id
    if reviewer is not None and reviewer == version.author_id:
        raise Refused(
            _("Whoever wrote a version does not put it in use."),
            code="form.own_review",
            hint=_("Ask a colleague with the power to review it."),
        )
    _put_in_use(version, reviewer)
    return version


@action(title=_("Retire a form"), at=lambda *, definition, **_rest: definition.unit_id)
def retire_form(*, definition: FormDefinition, reason: str) -> FormDefinition:
    """Take a form out of use; what was submitted with it stays readable.

    :raises Conflict: if no version is in use
    :raises InvalidInput: without a reason
    """
    version = definition.versions.select_for_update().filter(state=VersionState.PUBLISHED).first()
    if version is None:
        raise Conflict(
            _("No version of this form is in use."), code="form.not_in_use", hint=_("Nothing is to be done.")
        )
    version.state, version.answer = VersionState.RETIRED, reason_in(reason)
    version.save()
    return definition


@action(title=_("Load the forms of the scenes"), at=Reach.EVERYWHERE)
def load_declared_forms(*, scene: str = "") -> dict[str, int]:
    """Publish what the scenes declare; an unchanged definition changes nothing. How many were added and changed.

    A form whose newest published version was written at the desk is left as the desk made it.

    :param scene: only those of this scene; of all if empty
    """
    wanted = (each for each in declared_forms() if scene in ("", each.type.key.partition(".")[0]))
    outcomes = [_load(each) for each in wanted]
    return {word: outcomes.count(word) for word in ("added", "changed", "kept")}


def _load(declared: DeclaredForm) -> str:
    definition = FormDefinition.objects.filter(key=declared.type.key).first()
    if definition is None:
        unit = Unit.objects.get(key=declared.type.unit)
        title = declared.form.title.zh
        definition = FormDefinition(key=declared.type.key, title=title, unit=unit, origin=declared.origin)
        definition.save()
        _put_in_use(_save_version(definition, declared.source, ""), None)
        return "added"
    from_software = definition.versions.filter(author=None)
    if from_software.filter(digest=declared.form.digest).exists():
        return "kept"
    by_hand = definition.versions.filter(state=VersionState.PUBLISHED).exclude(author=None).exists()
    version = _save_version(definition, declared.source, "")
    if by_hand:
        return "kept"
    _put_in_use(version, None)
    return "changed"


def _put_in_use(version: FormVersion, reviewer: int | None) -> None:
    for used in version.definition.versions.filter(state=VersionState.PUBLISHED):
        used.state = VersionState.RETIRED
        used.save()
    version.state, version.reviewer_id, version.published_at = (
        VersionState.PUBLISHED,
        reviewer,
        timezone.now(),
    )
    version.save()
    definition = version.definition
    title = read_form(definition.key, version.source).title.zh
    if definition.title != title:
        definition.title = title
        definition.save()


def _locked(version: FormVersion, state: VersionState) -> FormVersion:
    """The version as it stands, if it is in the state that a step needs.

    :raises Conflict: if it is not
    """
    now = FormVersion.objects.select_for_update(of=("self",)).select_related("definition").get(pk=version.pk)
    if now.state != state:
        raise Conflict(
            _("This version is not in the state for that: %(state)s.")
            % {"state": VersionState(now.state).label},
            code="form.state",
            hint=_("Reload the page to see where it stands."),
        )
    return now


def reason_in(text: str) -> str:
    """The reason without blanks around it.

    :raises InvalidInput: if it says nothing, or more than 500 characters
    """
    reason = storable(text.strip())
    if not 2 <= len(reason) <= 500:
        raise InvalidInput(
            _("Say why, in 2 to 500 characters."),
            field="reason",
            code="reason_missing",
            hint=_("It is kept and shown to those concerned."),
        )
    return reason
