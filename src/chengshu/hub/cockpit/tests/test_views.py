"""Views: who may look, define and change; what a definition may say; tiles that fail or are not for the asker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.utils.translation import override

from chengshu.engines.indicators.api import refresh_indicators
from chengshu.foundation.errors import Conflict, InvalidInput, Missing, Refused
from chengshu.foundation.orgs.models import Unit
from chengshu.hub.cockpit import queries, registry, tiles
from chengshu.hub.cockpit.actions import create_view, retire_view, revise_view, ship_views
from chengshu.hub.cockpit.api import Figure, Panel, register_panels, withdraw
from chengshu.hub.cockpit.content import review
from chengshu.hub.cockpit.data import Tile, TileKind
from chengshu.hub.cockpit.models import ViewVersion

As = Callable[[str], Any]
TEXT = """title = "值班"
[[sections]]
title = "一"
[[sections.tiles]]
key = "note"
kind = "text"
text = "看这里"
"""


def centre() -> int:
    return Unit.objects.get(key="service-centre").pk


def view(key: str = "duty", **changes: Any) -> int:
    return create_view(**{"unit_id": centre(), "key": key, "definition": TEXT, **changes})


def with_tile(*lines: str) -> str:
    return TEXT + "[[sections.tiles]]\n" + "\n".join(lines)


@pytest.fixture
def broken_panel() -> Iterator[str]:
    def fail() -> Any:
        raise RuntimeError("broken")

    register_panels(Panel(name="test.broken", title="坏", permission="cockpit.view", mark=fail, read=fail))
    yield "test.broken"
    withdraw("test.broken")


@pytest.mark.parametrize("persona", ["resident", "window_clerk", "unit_officer", "other_department_officer"])
def test_whoever_designs_nothing_makes_no_view(persona: str, as_persona: As) -> None:
    with pytest.raises(Refused), as_persona(persona):
        view()


def test_nobody_looks_without_signing_in(anonymous: Client) -> None:
    assert anonymous.get("/cockpit/").status_code == 302
    assert anonymous.get("/cockpit/views/district/pulse/").status_code == 302


def test_a_resident_does_not_look(signed_in: Any) -> None:
    ship_views()
    assert signed_in("resident").get("/cockpit/views/district/").status_code == 403


def test_a_view_of_another_unit_that_is_not_shared_is_not_there(signed_in: Any, as_persona: As) -> None:
    view(unit_id=Unit.objects.get(key="finance-bureau").pk)
    client = signed_in("window_clerk")
    assert client.get("/cockpit/views/duty/").status_code == 404
    assert client.get("/cockpit/views/duty/pulse/").status_code == 404
    assert client.get("/cockpit/views/duty/tiles/note/").status_code == 404
    with as_persona("window_clerk"):
        assert ViewVersion.objects.count() == 0


def test_a_shared_view_is_there_for_everybody_with_the_power(as_persona: As) -> None:
    view(unit_id=Unit.objects.get(key="finance-bureau").pk, shared=True)
    with as_persona("window_clerk"):
        assert [found.key for found, _version in queries.views_of_asker()] == ["duty"]


def test_a_view_for_another_audience_is_not_there(as_persona: As) -> None:
    view(definition=TEXT.replace('title = "值班"', 'title = "值班"\naudience = "streams.view"'), shared=True)
    with as_persona("window_clerk"):
        assert queries.views_of_asker() == []
        with pytest.raises(Missing):
            queries.view_by_key("duty")


@pytest.mark.parametrize(
    ("definition", "told"),
    [
        ("title = ", "TOML"),
        ('title = "x"', "at least one section"),
        (
            with_tile('key = "a"', 'kind = "indicator"', 'indicator = "operations.availabilty"'),
            "operations.availability",
        ),
        (with_tile('key = "a"', 'kind = "indicator"', 'indicator = "nothing.like_it"'), "“nothing.like_it”"),
        (with_tile('key = "a"', 'kind = "gauge"'), "“gauge”"),
        (with_tile('key = "a"', 'kind = "score"', 'score = "none"'), "“none”"),
        (with_tile('key = "a"', 'kind = "feed"', 'feeds = ["streams.alarm"]'), "streams.alarms"),
        (with_tile('key = "a"', 'kind = "panel"'), "“panel” is missing"),
        (with_tile('key = "note"', 'kind = "text"', 'text = "x"'), "“note”"),
        (with_tile('key = "a"', 'kind = "text"', 'text = "x"', "width = 13"), "1 to 12"),
        (with_tile('key = "a"', 'kind = "text"', 'text = "x"', 'colour = "red"'), "“colour”"),
        (with_tile('key = "a"', 'kind = "indicator"', 'indicator = "matters.days_of_matter"'), "subject"),
        (TEXT.replace('title = "值班"', 'title = "值班"\naudience = "no.power"'), "no.power"),
    ],
)
def test_a_mistake_in_a_definition_is_named_and_nothing_saved(definition: str, told: str, db: None) -> None:
    with override("en"), pytest.raises(InvalidInput) as refused:
        view(definition=definition)
    assert any(told in mistake for mistake in refused.value.data["mistakes"])
    assert not ViewVersion.objects.exists()


def test_all_mistakes_are_named_with_the_tile_they_stand_in(db: None) -> None:
    with override("en"):
        text = with_tile('key = "a"', 'kind = "gauge"', "width = 99")
        found = review(f'{text}\n[[sections.tiles]]\nkind = "text"', ())
    assert len(found.mistakes) >= 3
    assert all("section 1, tile" in mistake for mistake in found.mistakes)


def test_a_change_is_a_further_version_and_the_earlier_stays(db: None) -> None:
    view()
    assert revise_view(key="duty", definition=TEXT.replace("看这里", "看那里"), known=1) == 2
    assert [one.number for one in ViewVersion.objects.order_by("number")] == [1, 2]
    assert "看那里" in queries.view_by_key("duty")[2].tiles[0].text


def test_a_change_of_an_old_version_is_refused(db: None) -> None:
    view()
    revise_view(key="duty", definition=TEXT.replace("看这里", "看那里"), known=1)
    with pytest.raises(Conflict):
        revise_view(key="duty", definition=TEXT, known=1)


def test_a_retired_view_is_out_of_use(db: None) -> None:
    view()
    retire_view(key="duty")
    with pytest.raises(Missing):
        queries.view_by_key("duty")


def test_the_shipped_views_are_sound_and_loaded_once(db: None) -> None:
    assert ship_views() == 3
    assert ship_views() == 0
    assert {row.key for row, _version in queries.views_of_asker()} == {"district", "operation"}


def test_every_tile_of_the_shipped_views_shows_something(signed_in: Any) -> None:
    ship_views()
    refresh_indicators()
    client = signed_in("supervisor")
    for key in ("district", "operation"):
        for tile in queries.view_by_key(key)[2].tiles:
            answer = client.get(f"/cockpit/views/{key}/tiles/{tile.key}/")
            assert answer.status_code == 200
            assert "tile__title" in answer.content.decode()
            assert "This tile fails" not in answer.content.decode()
            assert "图块出错" not in answer.content.decode()


def test_an_unchanged_view_is_answered_without_a_body(signed_in: Any) -> None:
    view(shared=True)
    client = signed_in("supervisor")
    first = client.get("/cockpit/views/duty/pulse/")
    again = client.get("/cockpit/views/duty/pulse/", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_changed_number_changes_only_the_marks_of_tiles_with_numbers(db: None) -> None:
    ship_views()
    shown = queries.view_by_key("district")[2].tiles
    before = tiles.marks(shown)
    refresh_indicators()
    after = tiles.marks(shown)
    changed = {key for key in before if before[key] != after[key]}
    assert "on-time" in changed
    assert "vitals" in changed
    assert not {"about", "alarms", "promises"} & changed


def test_a_tile_that_is_not_for_the_asker_says_so(as_persona: As) -> None:
    tile = Tile("alarms", TileKind.FEED, of=("streams.alarms",))
    with as_persona("window_clerk"):
        assert tiles.show(tile).part == "withheld"
    assert tiles.show(tile).part == "feed"


def test_a_number_of_another_unit_is_withheld(as_persona: As) -> None:
    refresh_indicators()
    tile = Tile("a", TileKind.INDICATOR, of=("operations.availability",))
    with as_persona("other_department_officer") as _asked:
        assert tiles.show(tile).part == "withheld"
    assert tiles.show(tile).part == "indicator"


def test_a_tile_that_fails_says_so_and_the_others_go_on(broken_panel: str, db: None) -> None:
    failing = Tile("bad", TileKind.PANEL, of=(broken_panel,))
    text = Tile("good", TileKind.TEXT, text="看这里")
    assert tiles.show(failing).part == "failed"
    assert tiles.show(text).part == "text"
    assert set(tiles.marks((failing, text))) == {"bad", "good"}


def test_a_contribution_is_shown_and_two_of_one_name_are_refused(db: None) -> None:
    panel = Panel(
        name="test.figures",
        title="数",
        permission="cockpit.view",
        mark=lambda: "1",
        read=lambda: [Figure("件数", 7)],
    )
    register_panels(panel)
    try:
        shown = tiles.show(Tile("t", TileKind.PANEL, of=("test.figures",)))
        assert [figure.value for figure in shown.content["figures"]] == [7]
        with pytest.raises(ValueError, match="twice"):
            register_panels(Panel(name="test.figures", title="别", permission="x", mark=str, read=list))
        with pytest.raises(ValueError, match="app"):
            register_panels(Panel(name="figures", title="别", permission="x", mark=str, read=list))
    finally:
        withdraw("test.figures")
    assert "test.figures" not in registry.panels()


def test_a_tile_whose_panel_is_gone_says_so(db: None) -> None:
    assert tiles.show(Tile("t", TileKind.PANEL, of=("gone.panel",))).part == "nothing"


def test_the_form_names_every_mistake_and_keeps_what_was_typed(signed_in: Any) -> None:
    typed = with_tile('key = "a"', 'kind = "gauge"')
    answer = signed_in("supervisor").post(
        "/cockpit/new/", {"key": "duty", "unit": str(centre()), "definition": typed}
    )
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "gauge" in page
    assert 'value="duty"' in page


def test_a_view_is_made_changed_and_retired_through_its_pages(signed_in: Any) -> None:
    client = signed_in("supervisor")
    made = client.post("/cockpit/new/", {"key": "duty", "unit": str(centre()), "definition": TEXT})
    assert made.status_code == 302
    changed = client.post(
        "/cockpit/views/duty/change/", {"definition": TEXT.replace("看这里", "看那里"), "known": "1"}
    )
    assert changed.status_code == 302
    assert "看那里" in client.get("/cockpit/views/duty/tiles/note/").content.decode()
    assert "-text" in client.get("/cockpit/views/duty/versions/").content.decode()
    assert client.post("/cockpit/views/duty/retire/").status_code == 302
    assert client.get("/cockpit/views/duty/").status_code == 404


def test_a_wall_turns_its_pages_and_holds_every_tile(signed_in: Any) -> None:
    ship_views()
    page = signed_in("supervisor").get("/cockpit/views/district/wall/").content.decode()
    assert page.count("data-page=") == 2
    assert page.count("data-tile=") == len(queries.view_by_key("district")[2].tiles)
    assert 'data-theme="dark"' in page
