"""What apps offer to those who join events and calls by data: an app's ``offers.py`` says it in typed words.

    describe_event("cases.CaseOpened", _("A case was opened"), adds=(Fact("case_number", "string", _("Case number")),),
                   about=facts_of_case)
    offer_call(Call("cases.open_case", _("Open a case"), inputs=(…), needs=("cases.open_case",), perform=open_it))
    show_things("case", lambda pk: reverse("inbox:case", args=[pk]))

Nothing here acts: a call is performed by whoever holds its needs, through the actions behind it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, get_type_hints

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import Words
from chengshu.foundation.events.bus import Event, registered_events

Kind = Literal["number", "string", "boolean", "context", "any"]
About = Callable[[Mapping[str, Any]], "Mapping[str, Any] | None"]
Perform = Callable[..., Mapping[str, Any]]
Address = Callable[[Any], str]


@dataclass(frozen=True)
class Fact:
    """One fact of an event, by the name under which a formula asks for it."""

    name: str
    kind: Kind
    title: Words = ""


@dataclass(frozen=True)
class Description:
    """How an event is offered.

    :param titles: its own fields in words
    :param adds: further facts, which ``about`` looks up with the rights of whoever asks
    :param about: gives them from the event's own; None if the asker may not see the thing. ``unit``, the id of the
        unit concerned, says whose event it is
    """

    name: str
    title: Words
    titles: Mapping[str, Words] = field(default_factory=dict)
    adds: tuple[Fact, ...] = ()
    about: About | None = None


@dataclass(frozen=True)
class Input:
    """What a call is given."""

    name: str
    kind: Kind
    title: Words
    help: Words = ""
    required: bool = True


@dataclass(frozen=True)
class Call:
    """A call that is offered.

    :param key: the name of the action behind it
    :param needs: every permission that whoever calls must hold
    :param perform: called with the inputs by name, within a transaction of the caller; returns what was made, kind by
        kind, such as ``{"case": 17}``
    """

    key: str
    title: Words
    inputs: tuple[Input, ...]
    needs: tuple[str, ...]
    perform: Perform

    def input(self, name: str) -> Input | None:
        return next((one for one in self.inputs if one.name == name), None)


_KINDS: Mapping[object, Kind] = {int: "number", float: "number", str: "string", bool: "boolean"}
_PAGE = Fact("page", "string", _("Page of the thing"))
_described: dict[str, Description] = {}
_calls: dict[str, Call] = {}
_addresses: dict[str, Address] = {}
_shipped: dict[str, Path] = {}


def describe_event(
    name: str,
    title: Words,
    *,
    titles: Mapping[str, Words] | None = None,
    adds: tuple[Fact, ...] = (),
    about: About | None = None,
) -> None:
    """Say in words what an event is, and what more can be known of it."""
    _described[name] = Description(name, title, titles or {}, adds, about)


def offer_call(call: Call) -> None:
    """Offer a call; one key is one call."""
    _calls[call.key] = call


def show_things(kind: str, address: Address) -> None:
    """Say where a thing that events and calls name is looked at."""
    _addresses[kind] = address


def ship_links(folder: str = "links") -> None:
    """Say that links come with this app: one TOML file each, in a folder beside its ``offers.py``."""
    caller = sys._getframe(1)
    app = str(caller.f_globals.get("__name__", "")).split(".")[-2]
    _shipped[app] = Path(caller.f_code.co_filename).parent / folder


def shipped_links() -> dict[str, Path]:
    """App → the folder with its links."""
    return dict(_shipped)


def description_of(name: str) -> Description:
    """How an event is offered; by its bare name where its app says no more."""
    return _described.get(name) or Description(name, name)


def offered_events() -> dict[str, type[Event]]:
    return registered_events()


def offered_calls() -> dict[str, Call]:
    return dict(_calls)


def facts_offered(name: str) -> tuple[Fact, ...]:
    """Every fact of an event: its own fields, what is looked up, and ``page``. Empty if there is no such event."""
    event = registered_events().get(name)
    if event is None:
        return ()
    description, kinds = description_of(name), get_type_hints(event)
    own = tuple(
        Fact(one.name, _KINDS.get(kinds[one.name], "any"), description.titles.get(one.name, ""))
        for one in fields(event)
    )
    known = {fact.name for fact in own}
    return own + tuple(fact for fact in (*description.adds, _PAGE) if fact.name not in known)


def all_facts(name: str, own: Mapping[str, Any]) -> dict[str, Any] | None:
    """An event's own facts and what the asker may look up; None if the thing is not the asker's to see."""
    about = description_of(name).about
    more = about(own) if about is not None else {}
    return None if more is None else {"page": page_of(own), **more, **own}


def page_of(facts: Mapping[str, Any]) -> str:
    """Where the first of an event's things that has a page is looked at; empty if none has."""
    return next((page for kind, value in facts.items() if (page := address_of(kind, value))), "")


def address_of(kind: str, value: Any) -> str:
    """Where such a thing is looked at; empty if nobody shows it."""
    address = _addresses.get(kind)
    return address(value) if address is not None and value not in (None, "") else ""
