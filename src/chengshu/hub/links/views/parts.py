"""What several pages share: the way back, tabs, powers, a version in lines, events and calls as choices."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from chengshu.foundation.asking import EVERYWHERE, Asker
from chengshu.foundation.errors import ChengshuError
from chengshu.foundation.events.offers import description_of, offered_calls
from chengshu.foundation.orgs import queries as orgs
from chengshu.foundation.orgs.models import Unit
from chengshu.foundation.web.shell import Change, Crumb, Option, Tab
from chengshu.hub.links import checking
from chengshu.hub.links.models import Link, LinkVersion

POWERS = (
    "save_draft",
    "note_test",
    "submit_version",
    "put_in_force",
    "reject_version",
    "suspend_link",
    "resume_link",
    "retire_link",
    "rerun_match",
    "release_key",
)


def asker_of(request: HttpRequest) -> Asker:
    asker: Asker = request.asker  # type: ignore[attr-defined]
    return asker


def powers(request: HttpRequest, unit_id: int) -> dict[str, bool]:
    """What the asker may do with links of a unit, by the action's name."""
    asker = asker_of(request)
    return {name: asker.holds_at(f"links.{name}", unit_id) for name in POWERS}


def units_for(request: HttpRequest) -> list[Unit]:
    """Units whose links the asker may write."""
    held, found = asker_of(request).units("links.save_draft"), orgs.units().order_by("path")
    return list(found if held == EVERYWHERE else found.filter(pk__in=list(held)))


def trail(*further: Crumb) -> list[Crumb]:
    return [Crumb(_("Links"), reverse("links:list")), *further]


def trail_of(link: Link, *further: Crumb) -> list[Crumb]:
    return trail(Crumb(link.title, reverse("links:link", args=[link.key])), *further)


def tabs(link: Link, current: str) -> list[Tab]:
    pages = [("link", _("Link rule")), ("try", _("Test run")), ("compare", _("Compare versions"))]
    found = [Tab(label, reverse(f"links:{name}", args=[link.key]), name == current) for name, label in pages]
    return [*found, Tab(_("Log"), f"{reverse('links:log')}?link={link.key}", False)]


def event_title(name: str) -> str:
    return str(description_of(name).title)


def call_title(key: str) -> str:
    call = offered_calls().get(key)
    return str(call.title) if call else key


def event_options() -> list[Option]:
    """Described events first, by their words; then those known by their bare name."""
    titled = [(event_title(name), name) for name in checking.events_for_links()]
    ordered = sorted(titled, key=lambda pair: (pair[0] == pair[1], pair[0]))
    return [Option(name, title if title == name else f"{title} ({name})") for title, name in ordered]


def call_options() -> list[Option]:
    return [Option(key, f"{call.title} ({key})") for key, call in sorted(offered_calls().items())]


def lines(version: LinkVersion) -> list[tuple[str, str]]:
    """A version in words: what it hears, when, what it calls and with what."""
    call = offered_calls().get(version.call)
    titles = {one.name: str(one.title) for one in call.inputs} if call else {}
    names = [*(name for name in titles if name in version.inputs), *(version.inputs.keys() - titles.keys())]
    given = [(f"{titles.get(name, name)} ({name})", version.inputs[name]) for name in names]
    return [
        (_("When this happens"), f"{event_title(version.event)} ({version.event})"),
        (_("and this holds"), version.condition or _("always")),
        (_("then"), f"{call_title(version.call)} ({version.call})"),
        *given,
        (_("One call for each"), version.key_formula or _("event")),
        (_("Key held"), _held(version)),
        (_("At most each hour"), str(version.per_hour)),
    ]


def _held(version: LinkVersion) -> str:
    if not version.key_formula:
        return "—"
    until = (
        _("until “%(event)s”") % {"event": event_title(version.until_event)} if version.until_event else ""
    )
    hours = _("%(hours)s hours") % {"hours": version.hold_h} if version.hold_h else ""
    return " · ".join(one for one in (hours, until) if one) or _("for good")


def changes(before: LinkVersion | None, after: LinkVersion) -> list[Change]:
    """What differs between two versions, line by line; everything where there is none before."""
    earlier, later = dict(lines(before)) if before else {}, dict(lines(after))
    names = [*later, *(name for name in earlier if name not in later)]
    return [Change(name, earlier.get(name), later.get(name)) for name in names]


def words_of(error: ChengshuError) -> str:
    return f"{error.message} {error.hint}".strip()


def options_of(versions: Iterable[LinkVersion]) -> list[Option]:
    return [
        Option(
            str(one.pk), _("Version %(number)d") % {"number": one.number} + f" · {one.get_state_display()}"
        )
        for one in versions
    ]
