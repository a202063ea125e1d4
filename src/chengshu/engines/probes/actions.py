"""What people decide about probes: what is looked at and how, what maintenance is announced, what secrets are kept."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.engines.probes import chaining, guarding, recording, sealing
from chengshu.engines.probes.kinds import OWN, read_parameters
from chengshu.engines.probes.models import (
    Batch,
    Check,
    CheckState,
    CheckVersion,
    Maintenance,
    Secret,
    Target,
    TargetKind,
    TargetState,
    WindowDays,
)
from chengshu.engines.probes.window import read_times
from chengshu.foundation.action import Reach, action
from chengshu.foundation.asking import current_asker
from chengshu.foundation.audit.canonical import storable
from chengshu.foundation.errors import Conflict, InvalidInput, Words
from chengshu.foundation.orgs.models import Unit

LONGEST_MAINTENANCE: Final = timedelta(days=90)
LIMITS: Final[Mapping[str, tuple[int, int]]] = {
    "interval_s": (5, 86_400),
    "timeout_ms": (100, 60_000),
    "down_after": (1, 20),
    "up_after": (1, 20),
}
MOST_ABOVE: Final = 20


@action(title=_("Add a target"), at=lambda *, unit, **_rest: unit.pk)
def add_target(
    *,
    unit: Unit,
    key: str,
    title: str,
    kind: str,
    address: str = "",
    parent: Target | None = None,
    group: str = "",
    service: int | None = None,
    window_days: str = WindowDays.EVERY,
    window_times: str = "",
    simulated: bool = False,
) -> Target:
    """Something whose availability is to be watched. Nothing asks it until it has a check.

    :param service: number of the service of a contract, for links that open tickets
    :raises InvalidInput: naming the field that is wrong
    :raises Conflict: if there is a target of this key
    """
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{1,59}", key):
        raise _wrong("key", _("2 to 60 small letters, digits and hyphens."))
    if Target.objects.filter(key=key).exists():
        raise Conflict(
            _("There is a target of this key already."),
            code="probes.target_exists",
            hint=_("Choose another one."),
        )
    row = Target(unit=unit, key=key, simulated=simulated, created_at=timezone.now())
    _describe(row, title, kind, address, parent, group, service, window_days, window_times)
    row.save()
    TargetState(target=row, unit=unit).save()
    return row


@action(title=_("Change a target"), at=lambda *, target, **_rest: target.unit_id)
def change_target(
    *,
    target: Target,
    title: str,
    kind: str,
    address: str = "",
    parent: Target | None = None,
    group: str = "",
    service: int | None = None,
    window_days: str = WindowDays.EVERY,
    window_times: str = "",
) -> Target:
    """Another name, window or parent; with another parent every check gets a version that says so.

    :raises InvalidInput: naming the field that is wrong
    :raises Conflict: if it was retired
    """
    row = _standing(target)
    before = row.parent_id
    _describe(row, title, kind, address, parent, group, service, window_days, window_times)
    row.save()
    if row.parent_id != before:
        for check in row.checks.filter(retired_at=None):
            last = check.versions.order_by("-number")[0]
            _next_version(check, row, last.kind, last.parameters, _rhythm_of(last))
    return row


@action(title=_("Retire a target"), at=lambda *, target, **_rest: target.unit_id)
def retire_target(*, target: Target) -> Target:
    """Nothing asks it any more; an open outage ends. All that was recorded stays.

    :raises Conflict: if it was retired already, or something in force hangs on it
    """
    row = _standing(target)
    if row.children.filter(retired_at=None).exists():
        raise Conflict(
            _("Other targets hang on this one."),
            code="probes.has_children",
            hint=_("Hang them on another one first, or retire them."),
        )
    now = timezone.now()
    for check in row.checks.filter(retired_at=None):
        check.retired_at = now
        check.save()
    row.retired_at = now
    row.save()
    recording.settle(row, now)
    return row


@action(title=_("Define a check"), at=lambda *, target, **_rest: target.unit_id)
def define_check(
    *,
    target: Target,
    name: str,
    kind: str,
    parameters: Mapping[str, Any],
    interval_s: int = 60,
    timeout_ms: int = 10_000,
    down_after: int = 3,
    up_after: int = 2,
) -> Check:
    """A further way of asking a target, from now on.

    :param parameters: as ``kinds`` takes them
    :param down_after: so many failures in a row make it down; ``up_after``: so many successes make it up again
    :raises InvalidInput: naming the field that is wrong
    :raises Conflict: if the target was retired, or has a check of this name
    """
    row = _standing(target)
    name = _text(name, "name", 60)
    if row.checks.filter(name=name, retired_at=None).exists():
        raise Conflict(
            _("The target has a check of this name already."),
            code="probes.check_exists",
            hint=_("Change that one, or choose another name."),
        )
    read = _checked(kind, parameters)
    rhythm = _rhythm(interval_s, timeout_ms, down_after, up_after)
    check = Check(target=row, unit_id=row.unit_id, name=name, kind=kind, number=0, defined_at=timezone.now())
    check.save()
    CheckState(check_row=check, unit_id=row.unit_id).save()
    _next_version(check, row, kind, read, rhythm)
    return check


@action(title=_("Change a check"), at=lambda *, check, **_rest: check.unit_id)
def revise_check(
    *,
    check: Check,
    parameters: Mapping[str, Any],
    interval_s: int,
    timeout_ms: int,
    down_after: int,
    up_after: int,
) -> Check:
    """Ask in another way from now on; results until now keep naming the version that they followed.

    :raises InvalidInput: naming the field that is wrong
    :raises Conflict: if the check was retired
    """
    row = _asked(check)
    read = _checked(row.kind, parameters)
    _next_version(row, row.target, row.kind, read, _rhythm(interval_s, timeout_ms, down_after, up_after))
    return row


@action(title=_("Retire a check"), at=lambda *, check, **_rest: check.unit_id)
def retire_check(*, check: Check) -> Check:
    """This way of asking ends; what follows for the target is settled by its other checks.

    :raises Conflict: if it was retired already
    """
    row = _asked(check)
    row.retired_at = timezone.now()
    row.save()
    recording.settle(row.target, row.retired_at)
    return row


@action(title=_("Have a check done now"), at=lambda *, check, **_rest: check.unit_id)
def want_check(*, check: Check) -> Check:
    """The prober asks as soon as it sees this, in a second or two.

    :raises Conflict: if the check was retired
    """
    row = _asked(check)
    CheckState.objects.filter(check_row=row).update(wanted_at=timezone.now())
    return row


@action(title=_("Announce maintenance of targets"), at=lambda *, unit, **_rest: unit.pk)
def announce_maintenance(
    *,
    unit: Unit,
    title: str,
    starts_at: datetime,
    ends_at: datetime,
    target: Target | None = None,
    group: str = "",
) -> Maintenance:
    """Announced at this moment by the platform's clock, which nobody can set: what has begun already excludes nothing.

    :param group: all targets of the unit in this group, where no target is given
    :raises InvalidInput: naming the field that is wrong
    """
    if not starts_at < ends_at <= starts_at + LONGEST_MAINTENANCE:
        raise _wrong("ends_at", _("It must end after it starts, within 90 days."))
    group = _text(group, "group", 60, needed=False)
    if (target is None) == (not group):
        raise _wrong("target", _("Choose a target or a group."))
    if target is not None and target.unit_id != unit.pk:
        raise _wrong("target", _("It is not of this unit."))
    row = Maintenance(
        unit=unit,
        target=target,
        group=group,
        title=_text(title, "title", 100),
        starts_at=starts_at,
        ends_at=ends_at,
        announced_at=timezone.now(),
    )
    row.save()
    return row


@action(title=_("Withdraw maintenance of targets"), at=lambda *, maintenance, **_rest: maintenance.unit_id)
def withdraw_maintenance(*, maintenance: Maintenance) -> Maintenance:
    """It excludes nothing any more, not even what has passed of it.

    :raises Conflict: if it was withdrawn already
    """
    row = Maintenance.objects.select_for_update().get(pk=maintenance.pk)
    if row.withdrawn_at is not None:
        raise Conflict(_("It was withdrawn already."), code="probes.withdrawn")
    row.withdrawn_at = timezone.now()
    row.save()
    return row


@action(title=_("Keep a secret of checks"), at=lambda *, unit, **_rest: unit.pk, sensitive=("content",))
def keep_secret(*, unit: Unit, name: str, content: str) -> Secret:
    """A password that checks of this unit name; the one kept under this name before is gone. Nobody is ever shown it.

    :raises InvalidInput: naming the field that is wrong
    """
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,59}", name):
        raise _wrong("name", _("1 to 60 small letters, digits and hyphens."))
    if not 1 <= len(content) <= 500 or "\x00" in content:
        raise _wrong("content", _("1 to 500 characters."))
    row = Secret.objects.filter(unit=unit, name=name).first() or Secret(unit=unit, name=name)
    row.sealed, row.changed_at = sealing.sealed(unit.pk, name, content), timezone.now()
    row.save()
    return row


@action(title=_("Anchor the results of probes"), at=Reach.EVERYWHERE)
def anchor_results(*, batch: int, digest: str) -> Batch:
    """Write down in the audit chain how far the signed batches go, so that their end cannot be cut off unseen.

    :param batch: number of the last one
    """
    return Batch.objects.get(pk=batch, digest=digest)


@action(title=_("Watch the platform itself"), at=Reach.EVERYWHERE)
def watch_own() -> int:
    """The platform's own portal and database as first targets, really asked; returns how many are new."""
    from chengshu.engines.probes.base_data import OWN_TARGETS

    unit = Unit.objects.get(key="data-bureau")
    made = 0
    for one in OWN_TARGETS:
        if Target.objects.filter(key=one.key).exists():
            continue
        parent = Target.objects.filter(key=one.parent).first() if one.parent else None
        target = add_target(
            unit=unit, key=one.key, title=one.title, kind=one.kind, address=one.address, parent=parent,
            group=one.group,
        )  # fmt: skip
        for name, kind, parameters in one.checks:
            define_check(target=target, name=name, kind=kind, parameters=parameters)
        made += 1
    return made


def _wrong(field: str, words: Words, hint: Words = "") -> InvalidInput:
    return InvalidInput(words, field=field, code="probes.field", hint=hint)


def _text(given: str, field: str, longest: int, *, needed: bool = True) -> str:
    text = storable(given.strip())
    if len(text) > longest or (needed and not text):
        raise _wrong(
            field,
            _("This text is missing or too long."),
            _("At most %(longest)s characters.") % {"longest": longest},
        )
    return text


def _standing(target: Target) -> Target:
    row = Target.objects.select_for_update(of=("self",)).get(pk=target.pk)
    if row.retired_at is not None:
        raise Conflict(_("This target was retired."), code="probes.retired")
    return row


def _asked(check: Check) -> Check:
    row = Check.objects.select_for_update(of=("self",)).select_related("target").get(pk=check.pk)
    if row.retired_at is not None:
        raise Conflict(_("This check was retired."), code="probes.retired")
    return row


def _describe(
    row: Target,
    title: str,
    kind: str,
    address: str,
    parent: Target | None,
    group: str,
    service: int | None,
    window_days: str,
    window_times: str,
) -> None:
    if kind not in TargetKind.values:
        raise _wrong("kind", _("Choose one of the list."))
    if window_days not in WindowDays.values:
        raise _wrong("window_days", _("Choose one of the list."))
    if service is not None and not 0 < service < 2**53:
        raise _wrong("service", _("This is no number of a service."))
    if parent is not None:
        _refuse_circle(row, parent)
    read_times(window_times)
    row.title, row.kind = _text(title, "title", 100), kind
    row.address = _text(address, "address", 200, needed=False)
    row.parent, row.group, row.service = parent, _text(group, "group", 60, needed=False), service
    row.window_days = window_days
    row.window_times = _text(window_times, "window_times", 100, needed=False)


def _refuse_circle(row: Target, parent: Target) -> None:
    if parent.retired_at is not None:
        raise _wrong("parent", _("This target was retired."))
    above: Target | None = Target.objects.get(pk=parent.pk)
    for _step in range(MOST_ABOVE):
        if above is None:
            return
        if above.pk == row.pk:
            raise _wrong("parent", _("A target cannot hang on itself."))
        above = above.parent
    raise _wrong("parent", _("Too many targets hang on one another."))


Rhythm = tuple[int, int, int, int]


def _rhythm(interval_s: int, timeout_ms: int, down_after: int, up_after: int) -> Rhythm:
    given = {
        "interval_s": interval_s,
        "timeout_ms": timeout_ms,
        "down_after": down_after,
        "up_after": up_after,
    }
    for field, (least, most) in LIMITS.items():
        if not least <= given[field] <= most:
            raise _wrong(
                field, _("Enter a number from %(least)s to %(most)s.") % {"least": least, "most": most}
            )
    if timeout_ms > interval_s * 1000:
        raise _wrong("timeout_ms", _("The time-out is longer than the interval."))
    return interval_s, timeout_ms, down_after, up_after


def _rhythm_of(version: CheckVersion) -> Rhythm:
    return version.interval_s, version.timeout_ms, version.down_after, version.up_after


def _checked(kind: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Complete parameters; an IP address that no administrator allowed is refused here already.

    :raises InvalidInput: naming the field
    """
    read = read_parameters(kind, parameters)
    host = str(read.get("host") or read.get("server") or "")
    url = str(read.get("url") or "")
    if url and not url.startswith(OWN):
        host = re.sub(r"^https?://|[/?#].*$", "", url)
        host, port = _split(host, 443 if url.startswith("https:") else 80)
    else:
        port = int(read.get("port") or 0)
    if _is_address(host) and not guarding.configured().admits(host, port):
        raise _wrong(
            "url" if url else ("host" if read.get("host") else "server"),
            _("This address lies outside the networks that an administrator allowed."),
            _("They are set in %(setting)s.") % {"setting": guarding.SETTING},
        )
    return read


def _split(place: str, usual: int) -> tuple[str, int]:
    host, colon, port = place.rpartition(":")
    if colon and port.isdigit():
        return host.strip("[]"), int(port)
    return place.strip("[]"), usual


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _next_version(
    check: Check, target: Target, kind: str, parameters: Mapping[str, Any], rhythm: Rhythm
) -> None:
    interval_s, timeout_ms, down_after, up_after = rhythm
    check.number += 1
    check.save()
    version = CheckVersion(
        check_row=check,
        unit_id=check.unit_id,
        number=check.number,
        kind=kind,
        parameters=dict(parameters),
        interval_s=interval_s,
        timeout_ms=timeout_ms,
        down_after=down_after,
        up_after=up_after,
        parent_id=target.parent_id,
        defined_at=timezone.now(),
        by_id=current_asker().account_id,
    )
    version.digest = chaining.version_digest(check.pk, check.number, version)
    version.save()
