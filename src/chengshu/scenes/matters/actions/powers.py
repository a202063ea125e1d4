"""The list of powers and duties (权责清单)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.action import action
from chengshu.foundation.errors import Conflict, InvalidInput
from chengshu.foundation.orgs.models import Unit
from chengshu.scenes.matters.given import optional_text, text_given
from chengshu.scenes.matters.models import Power, PowerKind, PowerState


@action(title=_("Record a power"), at=lambda *, unit, **_rest: unit.pk)
def record_power(
    *,
    unit: Unit,
    name: str,
    kind: str,
    basis: str = "",
    content: str = "",
    duties: str = "",
    accountability: str = "",
    local_code: str = "",
) -> Power:
    """Add a power of a unit with its duties.

    :raises InvalidInput: for a name or kind that is none
    """
    title = text_given(name, "name", _("Give the name as the list prints it."), most=200)
    if kind not in PowerKind.values:
        raise InvalidInput(_("Choose a kind."), field="kind", code="matters.power_kind")
    power = Power(
        unit=unit,
        code=next_code(unit, kind),
        name=title,
        kind=kind,
        basis=optional_text(basis, "basis", most=5000),
        content=optional_text(content, "content", most=5000),
        duties=optional_text(duties, "duties", most=5000),
        accountability=optional_text(accountability, "accountability", most=5000),
        local_code=optional_text(local_code, "local_code", most=100),
    )
    power.save()
    return power


def next_code(unit: Unit, kind: str) -> str:
    """The district's own number of a power: unit, kind, running number. It is no national code."""
    prefix = f"{unit.key}-{kind}-"
    last = (
        Power.objects.filter(code__startswith=prefix).order_by("-code").values_list("code", flat=True).first()
    )
    return f"{prefix}{int(last.removeprefix(prefix)) + 1 if last else 1:04d}"


@action(title=_("Cancel a power"), at=lambda *, power, **_rest: power.unit_id)
def cancel_power(*, power: Power, reason: str) -> Power:
    """Note that a unit has a power no more.

    :raises Conflict: if it is cancelled already
    """
    power = Power.objects.select_for_update().get(pk=power.pk)
    text_given(reason, "reason", _("Say on what ground."))
    if power.state == PowerState.CANCELLED:
        raise Conflict(_("This power is cancelled already."), code="matters.power_cancelled")
    power.state = PowerState.CANCELLED
    power.save()
    return power
