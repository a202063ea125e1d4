"""What the check finds, and where."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from chengshu.foundation.events import offers
from chengshu.hub.links import checking, shipped
from chengshu.hub.links.actions import deploy_shipped_links, retire_link, suspend_link
from chengshu.hub.links.commands import cli
from chengshu.hub.links.content import Content
from chengshu.hub.links.models import Link, LinkState, LinkVersion
from chengshu.hub.links.tests.conftest import CONTENT


def errors(content: Content) -> list[str]:
    return [one.field for one in checking.findings_of(content) if one.is_error]


def test_a_sound_link_has_no_finding() -> None:
    assert checking.findings_of(CONTENT) == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"event": "nothing.Happened"}, "event"),
        ({"event": "links.LinkMatched"}, "event"),
        ({"call": "cases.destroy"}, "call"),
        ({"condition": "process ="}, "condition"),
        ({"condition": "nothing = 1"}, "condition"),
        ({"condition": '"text"'}, "condition"),
        ({"condition": "x" * 2001}, "condition"),
        ({"inputs": {"unit": "unit", "role": '"a"'}}, "input_subject"),
        ({"inputs": {**CONTENT.inputs, "unit": '"text"'}}, "input_unit"),
        ({"inputs": {**CONTENT.inputs, "subject": "nobody"}}, "input_subject"),
        ({"inputs": {**CONTENT.inputs, "extra": "1"}}, "call"),
        ({"key": "nobody"}, "key"),
        ({"until_event": "cases.CaseEnded"}, "until_key"),
        ({"until_key": "case"}, "until_event"),
        ({"until_event": "cases.CaseEnded", "until_key": "case"}, "key"),
        ({"per_hour": 0}, "per_hour"),
        ({"per_hour": 1001}, "per_hour"),
        ({"hold_h": -1}, "hold_h"),
    ],
)
def test_an_error_names_its_field(change: dict[str, object], field: str) -> None:
    assert field in errors(replace(CONTENT, **change))  # type: ignore[arg-type]


def test_a_key_that_is_held_for_good_is_a_hint_and_no_error() -> None:
    findings = checking.findings_of(replace(CONTENT, key="case_number"))
    assert [(one.field, one.is_error) for one in findings] == [("hold_h", False)]


@pytest.mark.parametrize("one", list(shipped.links()), ids=lambda one: one.key)
def test_a_shipped_link_fits_what_is_offered(one: shipped.Shipped) -> None:
    assert checking.findings_of(one.content) == []


def test_shipped_links_are_put_in_force_once(db: None) -> None:
    deploy_shipped_links()
    assert deploy_shipped_links() == 0
    keys = {one.key for one in shipped.links()}
    in_force = LinkVersion.objects.filter(state=LinkState.IN_FORCE, link__key__in=keys)
    assert {one.link.key for one in in_force} == keys


def test_what_somebody_suspended_or_retired_stays_so(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    deploy_shipped_links()
    suspend_link(key="card-raised", reason="Too loud")
    retire_link(key="clock-warned", reason="Not wanted")
    changed = [replace(one, content=replace(one.content, per_hour=9)) for one in shipped.links()]
    monkeypatch.setattr(shipped, "links", lambda: iter(changed))
    deploy_shipped_links()
    states = {link.key: link.versions.order_by("-number").first() for link in Link.objects.exclude(origin="")}
    assert states["card-raised"].state == LinkState.SUSPENDED  # type: ignore[union-attr]
    assert states["card-raised"].per_hour == 9  # type: ignore[union-attr]
    assert states["clock-warned"].state == LinkState.RETIRED  # type: ignore[union-attr]


def test_the_command_finds_a_link_in_force_that_no_longer_fits(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    deploy_shipped_links()
    assert CliRunner().invoke(cli, ["check"]).exit_code == 0
    listed = json.loads(CliRunner().invoke(cli, ["list", "--json"]).stdout)
    assert {"card-raised", "link-failed"} <= {one["key"] for one in listed}
    monkeypatch.delitem(offers._calls, "notices.send_notice")
    answer = CliRunner().invoke(cli, ["check", "--json"])
    assert answer.exit_code == 1
    assert "card-raised/1" in {one["link"] for one in json.loads(answer.stdout)["findings"]}
