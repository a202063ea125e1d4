"""Every write of the cockpit: definitions of views and scores, and the base layer of the map."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.action import Reach, action
from chengshu.foundation.asking import current_asker
from chengshu.foundation.audit.canonical import sm3
from chengshu.foundation.errors import Conflict, InvalidInput, Words
from chengshu.foundation.orgs.models import Unit
from chengshu.hub.cockpit import queries
from chengshu.hub.cockpit.content import read_view
from chengshu.hub.cockpit.models import BaseMap, CockpitView, ScoreVersion, ViewVersion
from chengshu.hub.cockpit.outline import require_base_map
from chengshu.hub.cockpit.vitals import read_vitals

SHIPPED = Path(__file__).parent / "shipped"
SHIPPED_UNIT = "data-bureau"
"""Key of the unit that answers for what comes with the software."""
_KEY = re.compile(r"[a-z][a-z0-9-]{1,59}")


@action(title=_("Make a view of the cockpit"), at=lambda *, unit_id, **_rest: int(unit_id))
def create_view(*, unit_id: int, key: str, definition: str, shared: bool = False, note: str = "") -> int:
    """A new view; returns its id.

    :param shared: for everybody who may see the cockpit, not only this unit; a view holds no data
    :raises InvalidInput: if the key cannot be one, or the definition has mistakes, all of which are named
    :raises Conflict: if there is a view of this key
    """
    _require_key(key)
    read_view(definition, queries.known_scores())
    if CockpitView.objects.filter(key=key).exists():
        raise _taken()
    view = CockpitView(key=key, unit_id=unit_id, shared=shared)
    view.save()
    _add_version(view, definition, note)
    return view.pk


def _unit_of_view(*, key: str, **_rest: object) -> int | Reach:
    found = CockpitView.objects.filter(key=key).values_list("unit_id", flat=True).first()
    return Reach.ANYWHERE if found is None else found


@action(title=_("Change a view of the cockpit"), at=_unit_of_view)
def revise_view(*, key: str, definition: str, known: int, note: str = "") -> int:
    """A further version of a view; returns its number. Earlier versions stay.

    :param known: the number of the version that was changed
    :raises InvalidInput: if the definition has mistakes, all of which are named
    :raises Conflict: if somebody else has saved a version meanwhile
    :raises Missing: if there is no such view that the asker may see
    """
    view = CockpitView.objects.select_for_update().filter(key=key, retired_at=None).first()
    if view is None:
        raise queries.no_view()
    last = queries.versions_of(view)[0]
    if last.number != known:
        raise Conflict(
            _("Version %(number)d was saved meanwhile.") % {"number": last.number},
            code="cockpit.changed_meanwhile",
            hint=_("Look at it, and make your change in it."),
        )
    read_view(definition, queries.known_scores())
    return last.number if last.definition == _clean(definition) else _add_version(view, definition, note)


@action(title=_("Retire a view of the cockpit"), at=_unit_of_view)
def retire_view(*, key: str) -> None:
    """Take a view out of use; its versions stay.

    :raises Missing: if there is no such view that the asker may see
    """
    view = CockpitView.objects.select_for_update().filter(key=key, retired_at=None).first()
    if view is None:
        raise queries.no_view()
    view.retired_at = timezone.now()
    view.save()


@action(title=_("Set a score of vital signs"), at=lambda *, unit_id, **_rest: int(unit_id))
def save_score(*, unit_id: int, key: str, definition: str, note: str = "") -> int:
    """What a score is made of from the day that the definition names; returns the number of the version.

    :raises InvalidInput: if the key cannot be one, or the definition has mistakes, all of which are named
    :raises Conflict: if a score of this key is another unit's
    """
    _require_key(key)
    vitals = read_vitals(definition)
    before = queries.score_versions(key)
    if before and before[0].unit_id != unit_id:
        raise _taken()
    if before and before[0].definition == _clean(definition):
        return before[0].number
    number = before[0].number + 1 if before else 1
    version = ScoreVersion(
        key=key,
        unit_id=unit_id,
        number=number,
        valid_from=vitals.valid_from,
        note=note.strip()[:300],
        **_written(definition),
    )
    version.save()
    return number


@action(title=_("Set the base layer of the map"), at=lambda *, unit_id, **_rest: int(unit_id))
def set_base_map(*, unit_id: int, title: str, review_number: str, content: str) -> int:
    """Show an approved map under the points; returns its id.

    :param review_number: of the approval of the map (审图号), printed on it
    :param content: GeoJSON of lines or areas in degrees of CGCS2000
    :raises InvalidInput: if a field is missing or the content is no such map
    """
    for field, value in (("title", title), ("review_number", review_number)):
        if not value.strip():
            raise InvalidInput(
                _("This is missing."),
                field=field,
                code=f"cockpit.{field}",
                hint=_("A map is published only with the number of its review."),
            )
    text = json.dumps(require_base_map(content), ensure_ascii=False, separators=(",", ":"))
    kept = BaseMap(
        unit_id=unit_id,
        title=title.strip()[:100],
        review_number=review_number.strip()[:60],
        content=text,
        digest=sm3(text.encode()),
        author_id=current_asker().account_id,
        set_at=timezone.now(),
    )
    kept.save()
    return kept.pk


@action(title=_("Load the views that come with the software"), at=Reach.EVERYWHERE)
def ship_views() -> int:
    """Save what is new in the shipped scores and views; returns how many. What the district changed stays."""
    unit_id, done = Unit.objects.get(key=SHIPPED_UNIT).pk, 0
    for path in sorted((SHIPPED / "scores").glob("*.toml")):
        if not ScoreVersion.objects.filter(key=path.stem).exists():
            save_score(unit_id=unit_id, key=path.stem, definition=path.read_text(encoding="utf-8"))
            done += 1
    for path in sorted((SHIPPED / "views").glob("*.toml")):
        if not CockpitView.objects.filter(key=path.stem).exists():
            definition = path.read_text(encoding="utf-8")
            read_view(definition, queries.known_scores())
            view = CockpitView(key=path.stem, unit_id=unit_id, shared=True, origin="chengshu")
            view.save()
            _add_version(view, definition, "")
            done += 1
    return done


def _add_version(view: CockpitView, definition: str, note: str) -> int:
    last = ViewVersion.objects.filter(view=view).order_by("-number").values_list("number", flat=True).first()
    version = ViewVersion(
        view=view,
        unit_id=view.unit_id,
        number=(last or 0) + 1,
        note=note.strip()[:300],
        **_written(definition),
    )
    version.save()
    return version.number


def _written(definition: str) -> dict[str, Any]:
    text = _clean(definition)
    return {
        "definition": text,
        "digest": sm3(text.encode()),
        "author_id": current_asker().account_id,
        "saved_at": timezone.now(),
    }


def _clean(definition: str) -> str:
    return definition.replace("\r\n", "\n").strip() + "\n"


def _require_key(key: str) -> None:
    if not _KEY.fullmatch(key):
        raise InvalidInput(
            _("A key is small letters, digits and hyphens."),
            field="key",
            code="cockpit.key",
            hint=_("Such as duty-room."),
        )


def _taken() -> Conflict:
    hint: Words = _("Choose another key.")
    return Conflict(_("This key is taken."), code="cockpit.key_taken", hint=hint)
