"""Taking in many devices at once: all of them, or none and every mistake."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from chengshu.engines.streams.actions.credentials import Issued, new_credential
from chengshu.engines.streams.models import Credential, Device
from chengshu.engines.streams.onboarding import (
    MOST_SHOWN,
    DeviceRow,
    OnboardingRefused,
    RowMistake,
    devices_from,
    parents_for,
)
from chengshu.foundation.action import action
from chengshu.foundation.audit import changes
from chengshu.foundation.orgs.models import Unit


@action(title=_("Onboard devices"), at=lambda *, unit, **_rest: unit.pk)
def onboard_devices(*, unit: Unit, rows: Sequence[DeviceRow]) -> list[Issued]:
    """Register every device of a sheet with a credential each; the secrets are told this once.

    :param rows: as ``onboarding.read_sheet`` gives them
    :raises OnboardingRefused: with every mistake by row and column; then nothing is written
    """
    devices = devices_from(unit, rows)
    parents = parents_for(rows, devices)
    _add_together(devices, rows)
    _hang_up(devices, parents)
    changes.record_many("create", devices)
    issued = [new_credential(device) for device in devices]
    credentials = [each.credential for each in issued]
    Credential.objects.bulk_create(credentials, batch_size=5000)
    changes.record("create", "streams.credential", count=len(credentials))
    return issued


def _hang_up(devices: list[Device], parents: Mapping[str, Device]) -> None:
    """Once all are written: the device above may stand further down in the sheet."""
    below = [device for device in devices if device.code in parents]
    for device in below:
        device.parent = parents[device.code]
    Device.objects.bulk_update(below, ["parent"], batch_size=2000)


def _add_together(devices: list[Device], rows: Sequence[DeviceRow]) -> None:
    """Write the devices, or tell every code that is taken."""
    codes = [each.code for each in devices]
    taken = set(Device.objects.filter(code__in=codes).values_list("code", flat=True))
    taken = taken or set(_not_added(devices))
    if taken:
        raise OnboardingRefused(
            [
                RowMistake(row.line, "code", _("There is a device “%(code)s” already.") % {"code": row.code})
                for row in rows
                if row.code in taken
            ]
        )


def _not_added(devices: list[Device]) -> list[str]:
    """Write what can be written; gives the codes that some unit has whose devices the asker does not see.

    The database does not say which code it was, so that none is given away: halving finds it.
    """
    try:
        with transaction.atomic():
            Device.objects.bulk_create(devices, batch_size=2000)
    except IntegrityError:
        if len(devices) == 1:
            return [devices[0].code]
        half = len(devices) // 2
        found = _not_added(devices[:half])
        return found if len(found) >= MOST_SHOWN else [*found, *_not_added(devices[half:])]
    return []
