"""What a clerk enters at the counter: the guide's answers, the form, and how each material came.

Everything travels as entries of one form, so that the window and the portal file in the same way. Scans are stored when
they arrive and carried on by id, so that nothing has to be scanned twice.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from chengshu.engines.registers import api as registers
from chengshu.engines.registers.data import Field, FieldError, Form, Typed
from chengshu.foundation.errors import InvalidInput
from chengshu.foundation.files.models import File
from chengshu.foundation.orgs.models import Unit
from chengshu.hub.services import api as services
from chengshu.hub.services.data import Applicant, Elements, Material, MaterialState, Necessity, PoolItem

ANSWER: Final = "q."
WAY: Final = "way."
SCAN: Final = "scan."
KEPT: Final = "kept."
MATERIALS: Final = "_materials."
PERSON: Final = ("kind", "name", "identity", "phone")
"""What the counter asks of the applicant where the form does not."""

WAYS: Final = {
    "paper": _("Paper received"),
    "scan": _("Scanned"),
    "reuse": _("On file from before"),
    "pledge": _("Pledged in writing"),
    "defer": _("Follows later"),
    "none": _("Not handed in"),
}
"""How a material comes to the counter, in the order in which a clerk is asked."""


@dataclass(frozen=True)
class Intake:
    """The counter's screen as it was sent.

    :param ways: key of a material → one of ``WAYS``
    :param scans: key of a material → ids of stored files
    :param refused: key of a material → why its scan could not be stored
    :param person: who applies, where the form does not ask that
    """

    answers: tuple[str, ...]
    fields: Typed
    request_key: str
    ways: Mapping[str, str] = field(default_factory=dict)
    scans: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)
    region_mode: str = ""
    person: Typed = field(default_factory=Typed)

    def chosen(self, way: str) -> tuple[str, ...]:
        return tuple(key for key, chosen in self.ways.items() if chosen == way)

    @property
    def typed(self) -> Typed:
        """The entries of the form with those of the materials, as filing reads them."""
        entries = dict(self.fields.entries)
        for key in self.chosen("paper"):
            entries[f"{MATERIALS}{key}.originals"] = ("1",)
        for key in self.chosen("scan"):
            entries[f"{MATERIALS}{key}.files"] = tuple(str(each) for each in self.scans.get(key, ()))
        return replace(self.fields, entries=entries)


def begun() -> Intake:
    """An empty screen. Its key makes a second click find the first application."""
    return Intake((), Typed({}), secrets.token_urlsafe(24))


def received(request: HttpRequest, form: Form, elements: Elements, unit: Unit) -> Intake:
    """What the clerk sent, scans stored."""
    answers = tuple(request.POST.get(f"{ANSWER}{question.key}", "") for question in elements.questions)
    ways, scans, refused = {}, {}, {}
    for material in elements.materials:
        ways[material.key] = _way(request.POST.get(f"{WAY}{material.key}", ""))
        scans[material.key], why = _scans(request, material.key)
        if why:
            refused[material.key] = why
        elif scans[material.key] and ways[material.key] == "none":
            ways[material.key] = "scan"
    return Intake(
        answers=tuple(answer for answer in answers if answer),
        fields=registers.typed_from(form, request.POST, request.FILES, unit=unit),
        request_key=request.POST.get("request_key", "")[:64],
        ways=ways,
        scans=scans,
        refused=refused,
        region_mode=request.POST.get("region_mode", "")[:10],
        person=Typed(
            {f"applicant.{part}": (request.POST.get(f"applicant_{part}", "")[:200],) for part in PERSON}
        ),
    )


def _way(text: str) -> str:
    return text if text in WAYS else "none"


def _scans(request: HttpRequest, key: str) -> tuple[tuple[int, ...], str]:
    """The ids carried on and those stored now; and why one was refused."""
    carried = [text for text in request.POST.getlist(f"{KEPT}{key}") if text.isascii() and text.isdigit()]
    ids = [int(text) for text in carried if len(text) < 19]
    for sent in request.FILES.getlist(f"{SCAN}{key}"):
        try:
            ids.append(services.store_material(name=sent.name or "", content=sent.read()))
        except InvalidInput as error:
            return tuple(ids), f"{error.message} {error.hint}"
    return tuple(ids), ""


def applicant_of(form: Form, sent: Intake) -> Applicant:
    """Who stands at the counter: from the form where it asks for that, else from the counter's own fields."""
    given = sent.fields.first if names_applicant(form) else sent.person.first
    kind = given("applicant.kind").strip()
    return Applicant(
        kind=kind,
        name=given("applicant.name").strip(),
        identity=_identity(given, kind),
        phone=given("applicant.phone").strip(),
        identity_kind=given("applicant.identity_kind").strip() or "111",
    )


def _identity(given: Callable[[str], str], kind: str) -> str:
    code = given("applicant.uscc") if kind == "organisation" else ""
    return (code or given("applicant.identity")).strip()


def names_applicant(form: Form) -> bool:
    """Whether the form itself asks who applies."""
    return "applicant.name" in set(_paths(form.fields))


def _paths(fields: Sequence[Field]) -> Iterator[str]:
    for each in fields:
        yield each.path
        yield from _paths(each.fields)


@dataclass(frozen=True)
class Line:
    """One line of the checklist.

    :param options: the ways that the law leaves open for this material, as (key, title)
    :param waived: which register knows it already
    """

    material: Material
    options: tuple[tuple[str, Any], ...]
    way: str
    files: tuple[tuple[int, str], ...] = ()
    waived: str = ""
    error: str = ""
    due: Any = None


def checklist(
    elements: Elements, intake: Intake, applicant: Applicant, errors: Sequence[FieldError] = ()
) -> tuple[Line, ...]:
    """The materials needed under the answers, each with the ways open for it."""
    pool = {item.key: item for item in _pool(applicant)}
    states = _states(elements, intake, applicant)
    wrong = {error.path.removeprefix(MATERIALS): told(error) for error in errors}
    return tuple(
        Line(
            material=material,
            options=_options(material, pool.get(material.key)),
            way=intake.ways.get(material.key, "none"),
            files=_named(intake.scans.get(material.key, ())),
            waived=states[material.key].provenance if _is_waived(states.get(material.key)) else "",
            error=intake.refused.get(material.key) or wrong.get(material.key, ""),
            due=getattr(states.get(material.key), "due_on", None),
        )
        for material in services.materials_under(elements, intake.answers)
    )


def told(error: FieldError) -> str:
    """Reason and next step in one line."""
    return f"{error.reason} {error.next_step}".strip()


def asks_for(form: Form, path: str) -> bool:
    """Whether an error of this path has a field of the form to stand beside."""
    return declared_path(path) in set(_paths(form.fields))


def declared_path(path: str) -> str:
    """The path without the numbers of rows."""
    return ".".join(part for part in path.split(".") if not part.isdigit())


def _is_waived(view: Any) -> bool:
    return view is not None and view.state == MaterialState.WAIVED


def _states(elements: Elements, intake: Intake, applicant: Applicant) -> dict[str, Any]:
    found = services.pre_check(
        local_code=elements.local_code,
        answers=intake.answers,
        typed=intake.typed,
        applicant=applicant,
        reuse=intake.chosen("reuse"),
        pledges=intake.chosen("pledge"),
        deferrals=intake.chosen("defer"),
    )
    return {view.key: view for view in found.materials}


def _pool(applicant: Applicant) -> tuple[PoolItem, ...]:
    """What the applicant handed in before; nothing while it is not known who stands there."""
    try:
        return services.pool(applicant)
    except InvalidInput:
        return ()


def _options(material: Material, item: PoolItem | None) -> tuple[tuple[str, Any], ...]:
    open_ways = ["paper", "scan"]
    if item is not None:
        open_ways.append("reuse")
    if material.pledgeable:
        open_ways.append("pledge")
    if material.necessity == Necessity.MAY_FOLLOW:
        open_ways.append("defer")
    titles = {"reuse": _("On file from %(day)s") % {"day": item.handed_in_on}} if item else {}
    return tuple((way, titles.get(way, WAYS[way])) for way in [*open_ways, "none"])


def _named(ids: Sequence[int]) -> tuple[tuple[int, str], ...]:
    names = dict(File.objects.filter(pk__in=ids).values_list("pk", "name")) if ids else {}
    return tuple((each, names[each]) for each in ids if each in names)
