"""Who gets in where: every route, every action and every scoped table against every persona.

The matrix is generated: a new route, action or table is in it the moment it exists, and a route whose arguments have
no sample fails instead of being left out.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

import pytest
from django.http import HttpResponse
from django.urls import reverse

from chengshu.foundation.action import Action, Reach, registered_actions
from chengshu.foundation.asking import NOBODY, asking, system
from chengshu.foundation.audit.models import AuditEntry
from chengshu.foundation.errors import NotSignedIn, Refused
from chengshu.foundation.http import doors
from chengshu.foundation.http.doors import Door
from chengshu.hub.catalogue.routes import Route, routes
from tests.contracts.district import NAMES, District, Visitor, forget, undone
from tests.contracts.samples import (
    ABROAD,
    ARGUMENTS,
    FAR,
    NEAR,
    Rows,
    Sample,
    scoped_models,
)

NOT_THERE = (403, 404, 405)
"""What a row of somebody else answers: nothing that tells it exists."""
NOBODY_YET = {
    "identity:revoke_token": "no token is issued in this district",
    "desk:submit": "the model that comes with the software has no draft",
}
"""Routes whose sample nobody of the cast can see, with the reason."""
ALSO_ASKED = {"http:export": "promises.view"}
"""Routes behind whose door the thing itself asks for a permission: that of the sample."""
METHODS = dict.fromkeys(("files:upload", "services:upload"), ("HEAD", "PATCH", "DELETE"))
"""Pages' routes that take other methods than GET and POST."""
BODIES = {
    "api:accept": {"choice": 0, "reason": "核对"},
    "api:dismiss": {"reason": "核对"},
    "api:reopen": {"reason": "核对"},
    "api:withdraw": {"reason": "核对"},
}
"""What an endpoint must be sent to come as far as the row."""
NEEDS_MORE: dict[str, str] = {}
"""Routes whose page asks for a further power behind its door, with the reason."""


@pytest.fixture
def knocks(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether each door that a request came to let it in, in order."""
    opened: list[bool] = []
    knock = doors.knock

    def noted(*args: Any, **kwargs: Any) -> Any:
        opened.append(False)
        asker = knock(*args, **kwargs)
        opened[-1] = True
        return asker

    monkeypatch.setattr(doors, "knock", noted)
    return opened


@dataclass(frozen=True)
class Way:
    """One way to a route: its address with arguments filled in, and the row behind it."""

    path: str
    row: Sample | None = None
    body: dict[str, Any] = field(default_factory=dict)


def arguments_of(route: Route) -> list[str]:
    """The names in ``<int:pk>`` and ``(?P<ref>…)``."""
    return [one or other for one, other in re.findall(r"\?P<(\w+)>|<(?:\w+:)?(\w+)>", route.pattern)]


def app_of(route: Route) -> str:
    return route.pattern.split("/")[3].replace("-", "_") if route.is_api else route.name.split(":")[0]


def sample_of(route: Route, argument: str, rows: Rows, unit: str) -> Sample:
    app, collection = app_of(route), re.search(rf"(\w+)/<(?:\w+:)?{argument}>", route.pattern)
    special = (
        f"{app}/{collection[1]}.{argument}" if route.is_api and collection else f"{route.name}.{argument}"
    )
    for key in (special, f"{app}.{argument}"):
        if key in ARGUMENTS:
            return ARGUMENTS[key](rows, unit)
    pytest.fail(
        f"{route.name} takes “{argument}” and nobody says what that is: add {app_of(route)}.{argument} to ARGUMENTS"
        " in tests/contracts/samples.py"
    )


def way_to(route: Route, rows: Rows, unit: str) -> Way:
    with asking(system("test", "cli")):
        samples = {name: sample_of(route, name, rows, unit) for name in arguments_of(route)}
    row = next((s for s in samples.values() if s.unit_id is not None or s.owner is not None), None)
    return Way(
        address(route, {name: sample.value for name, sample in samples.items()}),
        row,
        BODIES.get(route.name, {}),
    )


def address(route: Route, values: dict[str, object]) -> str:
    """Pages by their name; endpoints by their pattern, since two apps may name an operation alike."""
    if not route.is_api:
        return reverse(route.name, kwargs=values)
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(values[found[1]]), route.pattern)


def ways_to(route: Route, rows: Rows) -> list[Way]:
    """The route in the service centre and, if a unit's row is behind it, in another unit."""
    near = way_to(route, rows, NEAR)
    if near.row is None or near.row.unit_id is None:
        return [near]
    return [near, way_to(route, rows, FAR)]


def door_of(route: Route) -> str:
    return ALSO_ASKED.get(route.name, route.door)


def is_let_in(visitor: Visitor, door: str) -> bool:
    if door in ("", Door.PUBLIC.value):
        return True
    return visitor.is_signed_in if door == Door.SIGNED_IN.value else door in visitor.permissions


def send(visitor: Visitor, method: str, way: Way, *, as_program: bool) -> HttpResponse:
    """One request whose effects are undone."""
    headers = {"Accept": "application/json"} if as_program else {}
    body = (
        {"content_type": "application/json", "data": json.dumps(way.body)}
        if way.path.startswith("/api/")
        else {}
    )
    with undone():
        return getattr(visitor.client(), method.lower())(
            way.path, headers=headers, **(body if method != "GET" else {})
        )


def methods_of(route: Route) -> tuple[str, ...]:
    return route.methods or METHODS.get(route.name, ("GET", "POST"))


def refusals_of(visitor: Visitor, *, as_program: bool) -> tuple[int, ...]:
    """What a closed door answers: sign in first, or never. Pages' scripts are told 401, people are led to the page."""
    if visitor.is_signed_in:
        return (403,)
    return (401,) if as_program else (302, 401)


@pytest.mark.parametrize("route", routes(), ids=lambda r: f"{r.pattern}{','.join(r.methods)}")
def test_a_route_opens_to_those_with_its_power_and_to_nobody_else(
    route: Route, district: District, rows: Rows, knocks: list[bool]
) -> None:
    wrong = []
    for name in NAMES if route.door else NAMES[:1]:
        visitor = district.visitors[name]
        for method in methods_of(route):
            for way in (
                ways_to(route, rows) if is_let_in(visitor, door_of(route)) else [way_to(route, rows, NEAR)]
            ):
                if complaint := complaint_about(route, visitor, method, way, knocks):
                    wrong.append(f"{name} {method} {way.path}: {complaint}")
    assert wrong == []


def complaint_about(route: Route, visitor: Visitor, method: str, way: Way, knocks: list[bool]) -> str:
    """What is wrong with the answer; empty if nothing is."""
    knocks.clear()
    as_program = route.is_api or visitor.name not in ("anonymous", "resident")
    answer = send(visitor, method, way, as_program=as_program)
    status = answer.status_code
    if status >= 500:
        return f"broke with {status}"
    if route.door and not knocks:
        return "" if status == 405 else f"came to no door and got {status}"
    if not is_let_in(visitor, door_of(route)):
        expected = refusals_of(visitor, as_program=as_program)
        let = " by its door" if knocks and knocks[0] and route.name not in ALSO_ASKED else ""
        return (
            ""
            if status in expected and not let
            else f"should be refused with {expected[0]}, got {status}{let}"
        )
    if knocks and not knocks[0]:
        return f"holds the power {route.door} and was refused with {status}"
    return complaint_inside(route, visitor, method, way, status)


def complaint_inside(route: Route, visitor: Visitor, method: str, way: Way, status: int) -> str:
    """What is wrong with the answer behind an open door."""
    if way.row is not None and not way.row.is_seen_by(visitor):
        unread = route.is_api and status == 422  # what was sent is read before the row is looked for
        hidden = status in NOT_THERE or unread or (status == 302 and method == "GET")
        return "" if hidden else f"sees a row of somebody else: {status}"
    if (status == 401 and route.door != Door.PUBLIC.value) or (
        status == 403 and method == "GET" and route.name not in NEEDS_MORE
    ):
        return f"holds the power {route.door} and got {status}"
    return ""


@pytest.mark.parametrize(
    "route",
    [route for route in routes() if arguments_of(route)],
    ids=lambda r: f"{r.pattern}{','.join(r.methods)}",
)
def test_a_row_that_is_there_is_found_by_somebody(route: Route, district: District, rows: Rows) -> None:
    """Otherwise “not found” everywhere else would prove nothing."""
    if route.name in NOBODY_YET:
        pytest.skip(NOBODY_YET[route.name])
    way = way_to(route, rows, NEAR)
    seeing = [
        v
        for v in district.visitors.values()
        if is_let_in(v, route.door) and (way.row is None or way.row.is_seen_by(v))
    ]
    assert seeing, "nobody of the cast may see the sample"
    answers = (
        send(visitor, method, way, as_program=True) for visitor in seeing for method in methods_of(route)
    )
    assert any(answer.status_code not in (404, 405) for answer in answers)


NOT_HERE = ("isoformat", "resolve_expression", "get_source_expressions", "as_sql")
"""What would make Django take a stand-in for something else than a value."""


class StandIn:
    """Stands for any argument: whatever it is, it belongs to one unit."""

    def __init__(self, unit_id: int) -> None:
        self.pk = self.unit_id = unit_id

    def __int__(self) -> int:
        return self.unit_id

    def __getattr__(self, name: str) -> StandIn:
        """What belongs to it, belongs to the same unit."""
        if name.startswith("_") or name in NOT_HERE:
            raise AttributeError(name)
        return self


def _itself(thing: Any, *_rest: Any, **_more: Any) -> Any:
    return thing


LOOKED_UP: dict[str, dict[str, Callable[..., Any]]] = {
    "indicators.evaluate": {
        "chengshu.engines.indicators.actions.chosen_version": _itself,
        "chengshu.engines.indicators.actions.owner_id": lambda thing, *_parameters: int(thing),
    },
    "indicators.set_thresholds": {
        "chengshu.engines.indicators.actions.registered": _itself,
        "chengshu.engines.indicators.actions.owner_id": lambda thing, *_parameters: int(thing),
    },
    "services": {
        "chengshu.hub.services.queries.applications.row": _itself,
        "chengshu.hub.services.queries.papers.row": _itself,
        "chengshu.hub.services.actions.custody._row": lambda thing: SimpleNamespace(to_unit_id=int(thing)),
    },
}
"""Actions, or whole apps, that are placed by a name or number, with what looks it up: the stand-in is found."""


def holds(visitor: Visitor, action: Action, unit_id: int, district: District) -> bool:
    """Whether the cast's description gives this persona the action there.

    Asked as the persona: where a stand-in's number happens to be a row's, the place is that row's for who sees it.
    """
    parameters = inspect.signature(action.function).parameters.values()
    required = [each.name for each in parameters if each.default is each.empty]
    with asking(visitor.persona.asker() if visitor.persona else NOBODY):
        place = action.where(dict.fromkeys(required, StandIn(unit_id)))
    if place is Reach.ANYONE or (place is Reach.SELF and visitor.is_signed_in):
        return True
    if place is Reach.ANYWHERE:
        return action.name in visitor.permissions
    if place is Reach.EVERYWHERE:
        return action.name in visitor.permissions and len(visitor.units) == len(district.units)
    return isinstance(place, int) and visitor.may(action.name, place)


def only_asked(action: Action) -> Action:
    """The same action with the same arguments and the same place, which does nothing."""

    def nothing(**arguments: object) -> None:
        """Stands in for the function."""

    nothing.__signature__ = inspect.signature(action.function)  # type: ignore[attr-defined]
    return replace(action, function=nothing)


@pytest.mark.parametrize("action", registered_actions().values(), ids=lambda a: a.name)
def test_an_action_is_done_by_those_who_hold_it_there_and_refused_to_all_others(
    action: Action, district: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong, refused = [], 0
    app = action.name.partition(".")[0]
    for looked_up_by, found in {**LOOKED_UP.get(app, {}), **LOOKED_UP.get(action.name, {})}.items():
        monkeypatch.setattr(looked_up_by, found)
    with undone():
        for visitor in district.visitors.values():
            for key in (NEAR, FAR, ABROAD):
                unit_id = district.units[key].pk
                expected = holds(visitor, action, unit_id, district)
                done = attempt(action if not expected else only_asked(action), visitor, unit_id)
                refused += not expected
                if done != expected:
                    wrong.append(f"{visitor.name} at {key}: {'done' if done else 'refused'}")
        with asking(system("test", "cli")):
            noted = AuditEntry.objects.filter(action=action.name, outcome="refused").count()
    assert wrong == []
    assert noted == refused, "a refusal left no trace in the audit chain"


def attempt(action: Action, visitor: Visitor, unit_id: int) -> bool:
    """Whether the action let this persona in."""
    forget()
    try:
        with asking(visitor.persona.asker() if visitor.persona else NOBODY):
            action.attempt(StandIn(unit_id))
    except (Refused, NotSignedIn):
        return False
    return True


PUBLISHED = {"promises_publication": "withdrawn_at"}
"""Tables whose rows everybody may read while this column is empty."""
POSTED = {"approvals_publicnotice": "posted_at"}
"""Tables whose rows everybody may read once this column is filled."""
IN_FORCE = {
    "cases_definitionversion": ("deployed", "retired"),
    "matters_edition": ("published", "changed", "cancelled"),
    "matters_matter": ("published", "suspended", "cancelled"),
    "registers_formversion": ("published", "retired"),
}
"""Tables whose rows everybody may read in one of these states."""


FOLLOWING = {"files_file": {"purpose__in": ("services.material", "services.paper")}}
"""Rows of these tables that are read with an application instead of a unit: the routes to them are walked."""


def alone(model: Any) -> Any:
    """The rows that the unit alone opens."""
    return model._base_manager.exclude(**FOLLOWING.get(model._meta.db_table, {"pk": None}))


def shows(visitor: Visitor, row: Any) -> bool:
    """Whether a persona should see a row: its unit's, what is published, and the year above a form it sees."""
    public = PUBLISHED.get(row._meta.db_table)
    if row._meta.db_table == "promises_budgetyear" and any(
        visitor.reads("promises", f.unit_id) for f in row.forms.all()
    ):
        return True
    if row._meta.db_table in IN_FORCE and row.state in IN_FORCE[row._meta.db_table]:
        return True
    posted = POSTED.get(row._meta.db_table)
    if posted and getattr(row, posted) is not None:
        return True
    return visitor.reads(row._meta.app_label, row.unit_id) or bool(public and getattr(row, public) is None)


def seen_by(visitor: Visitor, model: Any) -> set[int]:
    forget()
    with asking(visitor.persona.asker() if visitor.persona else NOBODY):
        return set(alone(model).values_list("pk", flat=True))


@pytest.mark.parametrize("name", NAMES)
def test_a_persona_sees_exactly_the_rows_of_its_units(name: str, district: District, rows: Rows) -> None:
    visitor, wrong = district.visitors[name], []
    for model in scoped_models():
        with asking(system("test", "cli")):
            known = list(alone(model))
            expected = {row.pk for row in known if shows(visitor, row)}
        assert len({row.unit_id for row in known}) >= 3, f"{model._meta.db_table} has too few rows to tell"
        if seen_by(visitor, model) != expected:
            wrong.append(model._meta.db_table)
    assert wrong == []
