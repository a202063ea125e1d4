"""Handing in readings afterwards."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from chengshu.engines.streams.backfill import Filled, fill, read_csv
from chengshu.engines.streams.columns.client import Columns, columns
from chengshu.engines.streams.models import Device
from chengshu.engines.streams.queries import definition_in_use
from chengshu.engines.streams.things import Definition
from chengshu.foundation.action import action
from chengshu.foundation.audit import changes
from chengshu.foundation.orgs.models import Unit


@action(title=_("Hand in readings afterwards"), at=lambda *, unit, **_rest: unit.pk, sensitive=("content",))
def backfill_readings(*, unit: Unit, content: bytes, store: Columns | None = None) -> Filled:
    """Take in a CSV of readings of the unit's devices; what is known already stays single.

    :param store: this installation's if not given
    :raises InvalidFile: with every wrong row; then nothing is written
    :raises Unavailable: if the columnar store does not answer
    """
    definitions: dict[int, Definition | None] = {}
    devices: dict[str, tuple[int, Definition]] = {}
    for code, pk, model in Device.objects.filter(unit=unit).values_list("code", "pk", "model_id"):
        if model not in definitions:
            definitions[model] = definition_in_use(model)
        if (definition := definitions[model]) is not None:
            devices[code] = (pk, definition)
    readings = read_csv(content, devices)
    filled = fill(store or columns(), readings)
    changes.record("create", "streams.readings", count=filled.stored, duplicate=filled.duplicate)
    return filled
