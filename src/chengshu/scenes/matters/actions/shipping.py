"""The shipped catalogue on its way into the tables: what is missing is added, what people changed since stays."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Final, TypeVar

from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.action import Reach, action
from chengshu.foundation.audit.changes import record_many
from chengshu.foundation.orgs.actions.posts import assign_role, create_post
from chengshu.foundation.orgs.actions.units import create_unit
from chengshu.foundation.orgs.models import Role, RoleReach, Unit
from chengshu.hub.services import api as services
from chengshu.hub.services.data import TaskType
from chengshu.scenes.matters import facts
from chengshu.scenes.matters.elements import digest_of, to_json
from chengshu.scenes.matters.facts import MatterFact
from chengshu.scenes.matters.models import (
    DelegatedPower,
    Edition,
    EditionState,
    LegalText,
    Matter,
    MatterState,
    Power,
    PowerKind,
)

Row = TypeVar("Row", bound=Model)

EFFECTIVE_FROM: Final = date(2025, 1, 1)
"""The shipped matters hold from the first day of the year of the two target tables."""
POSTS: Final = ("reviewer", "section_head", "department_head", "handling_unit_officer", "unit_head")
"""What a bureau needs to examine and decide; posts that it lacks are created, without anybody in them."""
_PERMIT_DUTIES: Final = (
    "受理、审查、决定、送达和事后监管责任（行政许可法第二十九条至第四十四条、第六十一条）。"
)


@action(title=_("Load the shipped catalogue"), at=Reach.EVERYWHERE)
def ship_catalogue() -> dict[str, int]:
    """Add and publish what the catalogue has and the tables have not; how many of each were added."""
    units = _add_units()
    return {
        "units": units,
        "laws": _add_laws(),
        "matters": _add_matters(),
        "bundles": _add_bundles(),
        "powers": _add_powers(),
        "delegated powers": _add_delegated(),
    }


def _add_units() -> int:
    """Bureaus that the base structure does not list, and posts that implementing units lack."""
    known = set(Unit.objects.values_list("key", flat=True))
    root = Unit.objects.get(parent=None)
    new = [bureau for bureau in facts.bureaus() if bureau.key not in known]
    for bureau in new:
        create_unit(
            parent=root,
            key=bureau.key,
            kind="bureau",
            name=bureau.name,
            short_name=bureau.short_name,
            name_en=bureau.name_en,
            source=bureau.source,
        )
    if new or not Matter.objects.exists():
        _add_posts()
    return len(new)


def _add_posts() -> None:
    keys = {fact.elements.unit for fact in facts.matters()} | {bureau.key for bureau in facts.bureaus()}
    roles = {role.key: role for role in Role.objects.filter(key__in=POSTS)}
    for unit in Unit.objects.filter(key__in=keys, kind="bureau").prefetch_related("posts__post_roles__role"):
        held = {one.role.key for post in unit.posts.all() for one in post.post_roles.all()}
        taken = {post.key for post in unit.posts.all()}
        for key in POSTS:
            if key in held or key in taken or key not in roles:
                continue
            post = create_post(unit=unit, key=key, title=roles[key].title, title_en=roles[key].title_en)
            assign_role(post=post, role=roles[key], reach=RoleReach.OWN)


def _add_laws() -> int:
    known = set(LegalText.objects.values_list("name", flat=True))
    new = [law for law in facts.laws().values() if law.name not in known]
    return len(
        _together(
            [
                LegalText(
                    key=law.key,
                    name=law.name,
                    number=law.number,
                    in_force_from=law.since,
                    in_force_until=law.until,
                    replaced_by=law.replaced_by,
                    source="facts/laws.toml",
                )
                for law in new
            ]
        )
    )


def _add_matters() -> int:
    known = set(Matter.objects.values_list("local_code", flat=True))
    if facts.local_codes() <= known:
        return 0
    units = {unit.key: unit for unit in Unit.objects.all()}
    new = [fact for fact in facts.matters() if fact.elements.local_code not in known]
    rows = _together([_matter(fact, units[fact.elements.unit]) for fact in new])
    _together([_first_edition(matter) for matter in rows])
    for fact in new:
        services.publish_matter(
            unit=units[fact.elements.unit], elements=fact.elements, effective_from=EFFECTIVE_FROM
        )
    return len(new)


def _matter(fact: MatterFact, unit: Unit) -> Matter:
    return Matter(
        unit=unit,
        local_code=fact.elements.local_code,
        name=fact.elements.name,
        task_type=fact.elements.task_type.value,
        domain=fact.domain,
        state=MatterState.PUBLISHED,
        number=1,
        elements=to_json(fact.elements),
        has_annual_check=fact.has_annual_check,
        shipped=True,
        published_at=timezone.now(),
    )


def _first_edition(matter: Matter) -> Edition:
    return Edition(
        unit=matter.unit,
        matter=matter,
        number=1,
        state=EditionState.PUBLISHED,
        elements=matter.elements,
        digest=digest_of(matter.elements),
        reason="平台随附目录",
        published_at=matter.published_at,
        effective_from=EFFECTIVE_FROM,
    )


def _together(rows: list[Row]) -> list[Row]:
    """Write rows of one table in one statement, recorded as one change."""
    if rows:
        type(rows[0])._default_manager.bulk_create(rows)
        record_many("create", rows)
    return rows


def _add_bundles() -> int:
    """Bundles are published straight: they have no catalogue entry of their own."""
    known = {line.local_code for line in services.bundles()}
    new = [bundle for bundle in facts.bundles() if bundle.key not in known]
    for bundle in new:
        unit = Unit.objects.get(key=bundle.lead_unit)
        services.publish_bundle(unit=unit, elements=bundle, effective_from=EFFECTIVE_FROM)
    return len(new)


def _add_powers() -> int:
    """Every matter that is the exercise of a power stands in the list of powers too."""
    if Power.objects.filter(shipped=True).exists():
        return 0
    matters = Matter.objects.filter(shipped=True, task_type__in=PowerKind.values).select_related("unit")
    numbers: Counter[tuple[str, str]] = Counter()
    rows = []
    for matter in matters:
        place = (matter.unit.key, matter.task_type)
        numbers[place] += 1
        rows.append(_power(matter, numbers[place]))
    return len(_together(rows))


def _power(matter: Matter, number: int) -> Power:
    return Power(
        unit=matter.unit,
        code=f"{matter.unit.key}-{matter.task_type}-{number:04d}",
        name=matter.name,
        kind=matter.task_type,
        basis="；".join(f"{one['law']}{one.get('article', '')}" for one in matter.elements.get("basis", ())),
        duties=_PERMIT_DUTIES if matter.task_type == TaskType.PERMIT.value else "",
        local_code=matter.local_code,
        shipped=True,
    )


def _add_delegated() -> int:
    """Powers that the law gives to a higher authority, as first lines of the ledger; manner and paper are not known."""
    if DelegatedPower.objects.exists():
        return 0
    named = [fact for fact in facts.matters() if fact.devolved]
    units = {unit.key: unit for unit in Unit.objects.all()}
    for number, fact in enumerate(named, start=1):
        DelegatedPower(
            unit=units[fact.elements.unit],
            number=f"{number:05d}",
            name=fact.elements.name,
            local_code=fact.elements.local_code,
            source=facts.ledger().source[:300],
            remark="法律法规规定由上级机关实施，区级实施的方式、文号和期限待承接部门核实。",
        ).save()
    return len(named)
