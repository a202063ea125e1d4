"""Thing models: a first version, further ones, and putting one in use."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.engines.streams.models import ThingModel, ThingModelVersion, VersionState
from chengshu.engines.streams.things import read_definition
from chengshu.foundation.action import action
from chengshu.foundation.asking import current_asker
from chengshu.foundation.audit.canonical import canonical, sm3, storable
from chengshu.foundation.errors import Conflict, InvalidInput
from chengshu.foundation.orgs.models import Unit

MODEL_KEY = re.compile(r"[a-z][a-z0-9-]{1,59}")


@action(title=_("Create a thing model"), at=lambda *, unit, **_rest: unit.pk)
def create_thing_model(
    *, unit: Unit, key: str, title: str, definition: Mapping[str, Any], manufacturer: str = ""
) -> ThingModelVersion:
    """A new kind of device with its first version, a draft.

    :param key: small letters, digits and hyphens
    :raises InvalidInput: if key or title is none
    :raises DefinitionRefused: with every mistake of the definition
    :raises Conflict: if there is one of this key
    """
    if not MODEL_KEY.fullmatch(key):
        raise InvalidInput(
            _("This is no key."), field="key", hint=_("2 to 60 small letters, digits and hyphens.")
        )
    if not title.strip() or len(title.strip()) > 100:
        raise InvalidInput(_("Give it a title."), field="title", hint=_("At most 100 characters."))
    if len(manufacturer) > 100:
        raise InvalidInput(_("The name of the manufacturer is too long."), field="manufacturer")
    read_definition(definition)
    if ThingModel.objects.filter(key=key).exists():
        raise Conflict(
            _("There is a thing model “%(key)s” already.") % {"key": key},
            code="streams.model_exists",
            hint=_("Save a new version of it, or choose another key."),
        )
    model = ThingModel(
        key=key, title=storable(title.strip()), unit=unit, manufacturer=storable(manufacturer.strip())
    )
    model.save()
    return _saved(model, definition, "")


@action(title=_("Save a version of a thing model"), at=lambda *, model, **_rest: model.unit_id)
def save_model_version(
    *, model: ThingModel, definition: Mapping[str, Any], note: str = ""
) -> ThingModelVersion:
    """A further version, a draft until it is put in use.

    :raises DefinitionRefused: with every mistake of the definition
    """
    read_definition(definition)
    return _saved(model, definition, note)


def _saved(model: ThingModel, definition: Mapping[str, Any], note: str) -> ThingModelVersion:
    last = model.versions.aggregate(last=Max("number"))["last"] or 0
    version = ThingModelVersion(
        model=model,
        unit_id=model.unit_id,
        number=last + 1,
        definition=dict(definition),
        digest=sm3(canonical(dict(definition))),
        note=storable(note.strip()[:500]),
        author_id=current_asker().account_id,
    )
    version.save()
    return version


@action(title=_("Put a thing model in use"), at=lambda *, version, **_rest: version.unit_id)
def publish_model_version(*, version: ThingModelVersion) -> ThingModelVersion:
    """From now on messages are checked against this version; the one before is retired.

    :raises Conflict: if it is not a draft
    """
    version = ThingModelVersion.objects.select_for_update().get(pk=version.pk)
    if version.state != VersionState.DRAFT:
        raise Conflict(
            _("Only a draft is put in use."),
            code="streams.version_state",
            hint=_("Save its content as a new version."),
        )
    for before in ThingModelVersion.objects.filter(model=version.model_id, state=VersionState.PUBLISHED):
        before.state = VersionState.RETIRED
        before.save()
    version.state, version.published_at = VersionState.PUBLISHED, timezone.now()
    version.save()
    return version
