"""Models that come with the software: deployed by the operator with the base data, never by hand."""

from __future__ import annotations

from typing import Literal

from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases import deploying
from chengshu.engines.cases.checking import Deployed
from chengshu.engines.cases.models import DefinitionVersion, VersionState
from chengshu.foundation.action import Reach, action
from chengshu.foundation.audit.canonical import sm3


@action(title=_("Deploy a model shipped with the software"), at=Reach.EVERYWHERE)
def ship_model(
    *,
    key: str,
    kind: Literal["process", "decision"],
    content: bytes,
    unit_id: int,
    title: str,
    origin: str,
    beside: Deployed | None = None,
) -> DefinitionVersion:
    """Put a model in force unless this very text is in force already; returns the version in force.

    :param origin: ``scene:<name>``
    :raises ModelRefused: with every finding; nothing is changed then
    """
    in_force = DefinitionVersion.objects.filter(
        definition__key=key, state=VersionState.DEPLOYED, digest=sm3(content)
    ).first()
    if in_force is not None:
        return in_force
    version = deploying.keep(key, kind, content, unit_id, title=title, origin=origin)
    deploying.put_in_force(version, beside)
    return version
