"""Stored observations, and the records behind one as far as the asker's scope reaches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import DatabaseError
from django.utils.translation import gettext_lazy as _

from chengshu.engines.indicators import rolls
from chengshu.engines.indicators.computing import chosen_version
from chengshu.engines.indicators.definitions import SUBJECT, IndicatorDefinition, Parameter
from chengshu.engines.indicators.models import IndicatorObservation, IndicatorSubject
from chengshu.engines.indicators.periods import Period
from chengshu.engines.indicators.results import ObservationView, RecordLine, RecordPage
from chengshu.engines.indicators.running import query_parameters, reading
from chengshu.foundation.asking import asking, current_asker, system
from chengshu.foundation.audit.canonical import canonical, sm3
from chengshu.foundation.errors import Conflict, Missing
from chengshu.foundation.orgs.models import Unit

PAGE_SIZE = 50


def question_of(name: str, version: str, period: Period, parameters: Mapping[str, str]) -> str:
    """The digest of what was asked: the same question may be answered again and again."""
    return sm3(
        canonical(
            {
                "name": name,
                "version": version,
                "first_day": period.first_day,
                "last_day": period.last_day,
                "parameters": dict(parameters),
            }
        )
    )


def owner_id(definition: IndicatorDefinition, parameters: Mapping[str, str] | None = None) -> int:
    """Id of the unit that answers for the number; of a template's subject the subject's unit.

    :raises Missing: if the template has no such subject
    """
    subject = (parameters or {}).get(SUBJECT)
    if definition.subjects is None or subject is None:
        return Unit.objects.get(key=definition.owner).pk
    with asking(system("indicators", current_asker().channel)):
        found = IndicatorSubject.objects.filter(template=definition.name, subject=subject).first()
    if found is None:
        raise Missing(
            _("“%(name)s” is not asked of “%(subject)s”.")
            % {"name": definition.name, "subject": subject[:60]},
            code="indicators.no_subject",
            hint=_("Choose one from the list of indicators."),
        )
    return found.unit_id


def view_of(found: IndicatorObservation) -> ObservationView:
    """An observation as everybody outside keeps it."""
    return ObservationView(
        id=found.pk,
        name=found.name,
        version=found.version,
        unit=found.symbol,
        parameters=dict(found.parameters),
        period=Period(found.first_day, found.last_day),
        value=None if found.value is None else found.value.normalize() + Decimal(0),
        numerator=found.numerator.normalize() + Decimal(0),
        denominator=found.denominator.normalize() + Decimal(0),
        records=found.records,
        simulated=found.simulated,
        reason=found.reason,
        evidence=found.evidence,
        evidence_digest=found.evidence_digest,
        computed_at=found.computed_at,
    )


def observation(number: int) -> ObservationView:
    """One observation.

    :raises Missing: if the asker sees none
    """
    return view_of(stored(number))


def stored(number: int) -> IndicatorObservation:
    """The row of an observation, for the actions of this app.

    :raises Missing: if the asker sees none
    """
    found = IndicatorObservation.objects.filter(pk=number).first()
    if found is None:
        raise Missing(
            _("There is no observation %(number)s, or you may not see it.") % {"number": number},
            code="indicators.no_observation",
            hint=_("Start from the list of indicators."),
        )
    return found


def latest(
    *, name: str, period: Period, parameters: Mapping[str, str] | None = None, version: str = ""
) -> ObservationView | None:
    """The last answer to this question, if it was ever asked with exactly these parameters, defaults filled in."""
    definition = chosen_version(name, version, period)
    given = {key: (parameters or {}).get(key, one.default) for key, one in definition.parameters.items()}
    question = question_of(definition.name, definition.version, period, dict(sorted(given.items())))  # type: ignore[arg-type]
    found = IndicatorObservation.objects.filter(question=question).order_by("-id").first()
    return view_of(found) if found else None


def subject_of(definition: IndicatorDefinition, key: str) -> IndicatorSubject | None:
    """The subject of a template with this key, retired or not; None if there is no key.

    :raises Missing: if the asker sees none
    """
    if not key:
        return None
    found = IndicatorSubject.objects.filter(template=definition.name, subject=key).first()
    if found is None:
        raise Missing(
            _("“%(name)s” is not asked of “%(subject)s”.") % {"name": definition.name, "subject": key[:60]},
            code="indicators.no_subject",
            hint=_("Choose one from the list of indicators."),
        )
    return found


def history(
    *,
    name: str,
    length: str = "",
    parameters: Mapping[str, str] | None = None,
    since: date | None = None,
    until: date | None = None,
    subject: str = "",
) -> tuple[ObservationView, ...]:
    """Observations of an indicator, all versions, oldest first.

    :param length: ``day``, ``month``, ``year``, ``span``; any if empty
    :param parameters: exactly these; any if None
    :param since: only periods that end on this day or later
    :param until: only periods that begin on this day or earlier
    :param subject: of a template, only this one; all of them if empty
    """
    found = IndicatorObservation.objects.filter(name=name)
    if length:
        found = found.filter(length=length)
    if parameters is not None:
        found = found.filter(parameters=dict(parameters))
    if subject:
        found = found.filter(parameters__contains={SUBJECT: subject})
    if since is not None:
        found = found.filter(last_day__gte=since)
    if until is not None:
        found = found.filter(first_day__lte=until)
    return tuple(view_of(one) for one in found.order_by("id"))


def latest_of_all() -> dict[str, ObservationView]:
    """Of every indicator its last observation of the longest span that ends last, with default parameters or not."""
    found = IndicatorObservation.objects.order_by("name", "-last_day", "first_day", "-id").distinct("name")
    return {one.name: view_of(one) for one in found}


def has_evidence(seen: ObservationView) -> bool:
    """Whether it names its own queries, so that it can be computed again."""
    return {"definition", "records"} <= set(seen.evidence)


def has_pack(seen: ObservationView) -> bool:
    """Whether it committed to each of its records, so that an evidence pack can be made of it."""
    return has_evidence(seen) and "commitments" in seen.evidence["records"]


def definition_of(seen: ObservationView) -> IndicatorDefinition:
    """The definition by which an observation was computed, put together from its own evidence."""
    told: Mapping[str, Any] = seen.evidence["definition"]
    return IndicatorDefinition(
        name=seen.name,
        version=seen.version,
        title=seen.name,
        meaning=seen.name,
        unit=seen.unit,
        kind=told["kind"],
        direction=told["direction"],
        owner=told["owner"],
        records_sql=told["records_sql"],
        sql=told["sql"],
        parameters={name: Parameter(name, told.get("defaults", {}).get(name)) for name in seen.parameters},
        dimensions={name: name for name in told["dimensions"]},
        timeout_seconds=told["timeout_seconds"],
    )


def keys_seen(seen: ObservationView) -> set[str]:
    """Keys of the records that the query finds now within the asker's scope."""
    definition = definition_of(seen)
    return {str(row["key"]) for row in _found(definition, seen, "key")}


def records_of(
    number: int, *, page: int = 1, size: int = PAGE_SIZE, counted: bool | None = None
) -> RecordPage:
    """The records behind an observation that the asker may see; of all others only how many there are.

    :param counted: only those that count, or only those that do not; all of them if None
    :raises Missing: if the asker may not see the observation
    :raises Conflict: if its records cannot be listed any more
    """
    seen = observation(number)
    if not has_evidence(seen):
        raise Conflict(_("This observation does not name its records."), code="indicators.no_evidence")
    roll = roll_of(seen)
    with asking(system("indicators", current_asker().channel)):
        present = keys_seen(seen) & roll.keys()
    visible = sorted(keys_seen(seen) & present)
    wanted = [key for key in visible if counted is None or _counts(roll[key]) == counted]
    pages = max(1, -(-len(wanted) // size))
    at = min(max(page, 1), pages)
    lines = _lines(seen, wanted[(at - 1) * size : at * size], roll)
    return RecordPage(
        lines, len(wanted), len(visible), len(present) - len(visible), len(roll) - len(present), at, pages
    )


def roll_of(seen: ObservationView) -> dict[str, str]:
    """Key and contribution of each record behind an observation, as stored with it."""
    with asking(system("indicators", current_asker().channel)):
        lines = rolls.load(seen.evidence["records"]["chunks"])
    return dict(line.split("\t", 1) for line in lines)


def _counts(contribution: str) -> bool:
    return not contribution.startswith("0/")


def _lines(seen: ObservationView, keys: Sequence[str], roll: Mapping[str, str]) -> tuple[RecordLine, ...]:
    definition = definition_of(seen)
    found = {str(row["key"]): row for row in _found(definition, seen, "*", keys)} if keys else {}
    return tuple(
        RecordLine(
            key,
            str(found[key].get("label") or key),
            own_page(found[key].get("url")),
            _counts(roll[key]),
            None if found[key].get("amount") is None else Decimal(found[key]["amount"]),
            roll[key].endswith("~"),
        )
        for key in keys
        if key in found
    )


def own_page(url: object) -> str:
    """Only a path of this installation is a link."""
    text = str(url or "")
    return text if text.startswith("/") and not text.startswith("//") else ""


def _found(
    definition: IndicatorDefinition, seen: ObservationView, columns: str, keys: Sequence[str] | None = None
) -> list[dict[str, Any]]:
    """Rows of the records query within the asker's scope, now."""
    parameters = query_parameters(definition, seen.period, seen.parameters)
    only = "" if keys is None else " WHERE key::text = ANY(%(keys_shown)s)"
    sql = f"SELECT {columns} FROM ({definition.records_sql}) AS records{only}"
    try:
        with reading(definition.timeout_seconds) as cursor:
            cursor.execute(sql, {**parameters, "keys_shown": list(keys or ())})
            names = [column.name for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    except DatabaseError as error:
        raise Conflict(
            _("The records of %(name)s cannot be listed any more: %(error)s")
            % {"name": seen.name, "error": str(error).strip().split("\n")[0]},
            code="indicators.query",
            hint=_("The tables have changed since; the stored evidence stays."),
        ) from error
