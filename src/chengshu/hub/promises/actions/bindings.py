"""What proves a promise: a named indicator of the platform, or a post that attests it. Every binding stays on record.

The proof of a promise gets weaker only with a reason: an attestation is weaker than a computed value, and nothing
is weaker than either.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.action import action
from chengshu.foundation.asking import current_asker
from chengshu.foundation.errors import Conflict, InvalidInput
from chengshu.foundation.events.bus import emit
from chengshu.foundation.orgs.models import Post
from chengshu.hub.promises import sources
from chengshu.hub.promises.actions.standing import restand
from chengshu.hub.promises.evaluation.measures import STATISTIC_NAMES, Nature, Statistic
from chengshu.hub.promises.events import PromiseBound
from chengshu.hub.promises.judging import SAME_WAY, promise_of
from chengshu.hub.promises.measured import measured, plan_of
from chengshu.hub.promises.models import Binding, BindingKind, Indicator

STRENGTH = {BindingKind.UNBOUND: 0, BindingKind.ATTESTATION: 1, BindingKind.INDICATOR: 2}
LONGEST_REASON = 1000
_WAYS = {*SAME_WAY, "due_on", "monthly"}
_MEASURING = {"measure.statistic", "measure.share_target"}


@action(title=_("Bind a promise to a platform indicator"), at=lambda *, indicator, **_rest: indicator.unit_id)
def bind_indicator(
    *,
    indicator: Indicator,
    source_name: str,
    source_version: str,
    parameters: Mapping[str, Any] | None = None,
    way: Mapping[str, str] | None = None,
    reason: str = "",
) -> Binding:
    """Have the platform prove a promise from now on.

    :param parameters: what the source is asked with
    :param way: how the promise is measured beside the printed text, see :func:`bind_attestation`
    :raises InvalidInput: if no such indicator is registered, or it knows no such parameter
    """
    binding = to_indicator(
        indicator, source_name.strip(), source_version.strip(), parameters or {}, way or {}
    )
    binding.reason = reason.strip()
    return bind(indicator, binding)


def to_indicator(
    indicator: Indicator,
    source_name: str,
    source_version: str,
    parameters: Mapping[str, Any],
    way: Mapping[str, str],
) -> Binding:
    """The binding that would have an indicator of the platform prove this promise, not stored.

    :raises InvalidInput: if no such indicator is registered, it knows no such parameter, or its unit does not fit
    """
    source = sources.find(source_name, source_version)
    sources.require_parameters(source, parameters)
    stored = {**_way(indicator, way), **({"source": dict(parameters)} if parameters else {})}
    promise = promise_of(indicator)
    found = measured(promise.commitment, stored) if promise.commitment is not None else None
    if found is not None and found.is_clear:
        sources.require_unit(source, found.measure)
    return Binding(
        kind=BindingKind.INDICATOR,
        source_name=source.name,
        source_version=source.version,
        parameters=stored,
    )


@action(title=_("Bind a promise to an attesting post"), at=lambda *, indicator, **_rest: indicator.unit_id)
def bind_attestation(
    *, indicator: Indicator, post: Post, way: Mapping[str, str] | None = None, reason: str = ""
) -> Binding:
    """Have a post attest a promise from now on.

    :param way: ``statistic`` (of ``Statistic``; needed by a time limit for single cases) with ``share_target``
        (percent), ``nature`` (of ``Nature``), ``due_on`` (a day) or ``monthly`` (twelve shares); all optional
    :param reason: required when the proof gets weaker
    :raises InvalidInput: if the way does not fit the target, or the reason is missing
    """
    binding = Binding(
        kind=BindingKind.ATTESTATION,
        attesting_post=post,
        parameters=_way(indicator, way or {}),
        reason=reason.strip(),
    )
    return bind(indicator, binding)


@action(title=_("Unbind a promise"), at=lambda *, indicator, **_rest: indicator.unit_id)
def unbind(*, indicator: Indicator, reason: str) -> Binding:
    """End the present binding without another one; the promise is unproven from then on.

    :raises Conflict: if the promise is not bound
    """
    if not promise_of(indicator).is_bound:
        raise Conflict(_("This promise is not bound to anything."), code="binding.none")
    return bind(indicator, Binding(kind=BindingKind.UNBOUND, reason=reason.strip()))


def bind(indicator: Indicator, binding: Binding, *, by_platform: bool = False) -> Binding:
    """Put a binding in force inside an action; the one before it ends and stays on record.

    :param by_platform: it follows from a definition and not from a person, who may replace it
    """
    before = Binding.objects.select_for_update().filter(indicator=indicator).order_by("number").last()
    _require_reason(before, binding)
    today = timezone.localdate()
    if before is not None:
        before.valid_to = max(today - timedelta(days=1), before.valid_from)
        before.save()
    binding.indicator, binding.unit_id = indicator, indicator.unit_id
    binding.number = before.number + 1 if before else 1
    binding.valid_from = today
    binding.created_by_id = None if by_platform else current_asker().account_id
    statistic = binding.parameters.get("statistic")
    binding.statistic = str(Statistic(statistic).value) if statistic else ""
    binding.save()
    restand(Indicator.objects.filter(pk=indicator.pk))
    if binding.kind == BindingKind.INDICATOR:
        emit(PromiseBound(binding=binding.pk, source=binding.source_name))
    return binding


def is_weaker(before: Binding | None, binding: Binding) -> bool:
    """Whether the promise would be proven less well than before: weaker in kind, or measured another way."""
    if before is None or before.kind == BindingKind.UNBOUND:
        return False
    if STRENGTH[BindingKind(binding.kind)] != STRENGTH[BindingKind(before.kind)]:
        return STRENGTH[BindingKind(binding.kind)] < STRENGTH[BindingKind(before.kind)]
    return any(before.parameters.get(name) != binding.parameters.get(name) for name in SAME_WAY)


def _require_reason(before: Binding | None, binding: Binding) -> None:
    if len(binding.reason) > LONGEST_REASON or "\x00" in binding.reason:
        raise InvalidInput(
            _("The reason is longer than %(most)s characters or holds unprintable ones.")
            % {"most": LONGEST_REASON},
            field="reason",
            code="binding.reason_length",
        )
    if is_weaker(before, binding) and not binding.reason:
        raise InvalidInput(
            _("This would prove the promise less well than before, or measure it another way."),
            field="reason",
            code="binding.weaker",
            hint=_("Give the reason; it stays on record."),
        )


def _way(indicator: Indicator, way: Mapping[str, str]) -> dict[str, Any]:
    """The way of measuring as stored, checked against the target it is for."""
    chosen = {name: value for name, value in way.items() if value}
    if unknown := sorted(set(chosen) - _WAYS):
        raise InvalidInput(
            _("This is no way of measuring: %(names)s.") % {"names": ", ".join(unknown)},
            field="way",
            code="binding.way",
        )
    _require_known("statistic", chosen, set(Statistic))
    _require_known("nature", chosen, set(Nature))
    stored: dict[str, Any] = dict(chosen)
    if "share_target" in chosen:
        stored["share_target"] = _percent(chosen["share_target"])
    if "due_on" in chosen:
        stored["due_on"] = _day_of(chosen["due_on"], indicator.form.budget_year.year)
    if "monthly" in chosen:
        stored["monthly"] = _months(chosen["monthly"])
    promise = promise_of(indicator)
    plan_of(stored, promise.year)
    if promise.commitment is not None:
        doubt = measured(promise.commitment, stored).doubt
        if doubt is not None and doubt.code in _MEASURING:
            raise doubt
    return stored


def _require_known(name: str, chosen: Mapping[str, str], known: set[Any]) -> None:
    if name in chosen and chosen[name] not in {member.value for member in known}:
        raise InvalidInput(
            _("“%(value)s” is none of the possible choices.") % {"value": chosen[name][:40]},
            field=name,
            code=f"binding.{name}",
            hint=_("Choose one of: %(choices)s.")
            % {"choices": ", ".join(sorted(member.value for member in known))},
        )


def _percent(text: str) -> str:
    try:
        share = Decimal(text.strip().rstrip("%％"))
    except InvalidOperation:
        share = Decimal(-1)
    if not share.is_finite() or not 0 < share <= 100:
        raise InvalidInput(
            _("The share of cases is not a percentage."),
            field="share_target",
            code="binding.share_target",
            hint=_("Enter a percentage above 0 and up to 100."),
        )
    return f"{share:f}"


def _months(text: str) -> list[str]:
    """Cumulative shares as typed: twelve numbers between commas or blanks; what is no number is refused."""
    shares = text.replace(",", " ").replace("，", " ").split()
    try:
        return [f"{Decimal(share):f}" for share in shares]
    except (InvalidOperation, ValueError) as error:
        raise InvalidInput(
            _("A monthly plan has twelve shares."),
            field="monthly",
            code="binding.monthly",
            hint=_("Write twelve rising numbers from 0 to 1, the last one 1."),
        ) from error


def _day_of(text: str, year: int) -> str:
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        day = date.min
    if day.year != year:
        raise InvalidInput(
            _("The due date is not a day of the budget year %(year)s.") % {"year": year},
            field="due_on",
            code="binding.due_on",
            hint=_("Write it as %(example)s.") % {"example": f"{year}-11-30"},
        )
    return day.isoformat()


STATISTICS = tuple((statistic.value, name) for statistic, name in STATISTIC_NAMES.items())
