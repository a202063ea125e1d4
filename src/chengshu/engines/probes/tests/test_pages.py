"""Pages, API and commands: who may, what they show, and that nothing typed is lost."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from typer.testing import CliRunner

from chengshu.engines.probes import actions
from chengshu.engines.probes.commands import cli
from chengshu.engines.probes.models import Check, CheckState, Maintenance, Secret, Target
from chengshu.engines.probes.sealing import opened
from chengshu.engines.probes.tests.builders import at, check, series, target
from chengshu.foundation.audit.models import AuditEntry
from chengshu.foundation.errors import Conflict, InvalidInput, Refused
from chengshu.foundation.orgs.models import Unit

SignedIn = Callable[[str], Client]
ASKED = {"method": "GET", "status": "200", "redirects": 0}
NEW = {"key": "portal", "title": "门户", "kind": "site", "window_days": "every"}


def bureau() -> Unit:
    return Unit.objects.get(key="data-bureau")


def test_others_see_and_change_nothing(district: None, signed_in: SignedIn) -> None:
    site = target(unit=bureau())
    of = check(site)
    resident, reader = signed_in("resident"), signed_in("department_head")
    assert resident.get("/probes/").status_code == 403
    assert reader.get("/probes/targets/site/").status_code == 200
    for address in ("/probes/new/", "/probes/secrets/", "/probes/targets/site/checks/new/"):
        assert reader.get(address).status_code == 403
    for address in (
        f"/probes/checks/{of.pk}/now/",
        f"/probes/checks/{of.pk}/retire/",
        "/probes/targets/site/retire/",
    ):
        assert reader.post(address).status_code == 403
    assert signed_in("window_clerk").get("/api/v1/probes/targets").status_code == 403


def test_nobody_without_the_power_acts(district: None, as_persona: Any) -> None:
    site = target(unit=bureau())
    of = check(site)
    window = actions.announce_maintenance(
        unit=bureau(), title="升级", starts_at=at(0), ends_at=at(9), target=site
    )
    attempts: list[Callable[[], object]] = [
        lambda: actions.add_target(unit=bureau(), **{**NEW, "key": "x1"}),
        lambda: actions.change_target(target=site, title="门户", kind="site"),
        lambda: actions.retire_target(target=site),
        lambda: actions.define_check(target=site, name="x", kind="icmp", parameters={"host": "a.cn"}),
        lambda: actions.revise_check(
            check=of, parameters={}, interval_s=60, timeout_ms=1000, down_after=1, up_after=1
        ),
        lambda: actions.retire_check(check=of),
        lambda: actions.want_check(check=of),
        lambda: actions.announce_maintenance(
            unit=bureau(), title="升级", starts_at=at(0), ends_at=at(9), target=site
        ),
        lambda: actions.withdraw_maintenance(maintenance=window),
        lambda: actions.keep_secret(unit=bureau(), name="x", content="y"),
        lambda: actions.watch_own(),
    ]
    for attempt in attempts:
        with as_persona("department_head"), pytest.raises(Refused):
            attempt()


def test_a_target_is_added_with_a_check_and_shown(district: None, signed_in: SignedIn) -> None:
    actions.watch_own()
    head = signed_in("section_head")
    wrong = head.post("/probes/new/", {**NEW, "unit": bureau().pk, "window_times": "25:00"})
    assert wrong.status_code == 422
    assert 'value="25:00"' in wrong.content.decode()
    made = head.post("/probes/new/", {**NEW, "unit": bureau().pk, "group": "P13", "service": "7"})
    assert made["Location"] == "/probes/targets/portal/checks/new/"
    given = {
        "kind": "http",
        "name": "首页",
        "interval_s": 60,
        "timeout_ms": 5000,
        "down_after": 2,
        "up_after": 2,
    }
    given |= ASKED
    refused = head.post(made["Location"], {**given, "url": "http://169.254.169.254/"})
    assert refused.status_code == 422
    assert "CHENGSHU_PROBES_NETWORKS" in refused.content.decode()
    assert head.post(made["Location"], {**given, "url": "http://127.0.0.1/"}).status_code == 302
    series(Check.objects.get(target__key="portal"), "+++--")
    board, page = head.get("/probes/").content.decode(), head.get("/probes/targets/portal/?span=30d&proof=1")
    assert "门户" in board
    text = page.content.decode()
    assert "首页：5 个结果，5 个签名批次" in text
    assert "状态码不符：503" in text
    assert "<polyline" not in head.get("/probes/targets/own-database/").content.decode()
    assert head.get("/probes/availability/?month=2026-11").status_code == 200
    assert head.get("/probes/availability/?month=2026-13").status_code == 422


@pytest.mark.parametrize("kind", ["http", "login", "tcp", "icmp", "tls", "dns", "mqtt", "postgres"])
def test_every_kind_has_its_form(district: None, signed_in: SignedIn, kind: str) -> None:
    target(unit=bureau())
    assert signed_in("section_head").get(f"/probes/targets/site/checks/new/?kind={kind}").status_code == 200


def test_changing_a_check_adds_a_version_and_keeps_the_old_one(district: None, signed_in: SignedIn) -> None:
    of = check(target(unit=bureau()))
    series(of, "+")
    given = {**ASKED, "url": "https://www.example.gov.cn/new", "interval_s": 30, "timeout_ms": 5000}
    answer = signed_in("section_head").post(
        f"/probes/checks/{of.pk}/change/", {**given, "down_after": 2, "up_after": 2}
    )
    assert answer.status_code == 302
    of.refresh_from_db()
    assert (of.number, of.versions.count()) == (2, 2)
    assert of.results.get().version.parameters["url"] == "https://www.example.gov.cn/"


def test_another_parent_is_another_version(district: None) -> None:
    line, site = target("line"), target()
    of = check(site)
    actions.change_target(target=site, title="门户", kind="site", parent=line)
    assert of.versions.first().parent == line
    with pytest.raises(InvalidInput) as caught:
        actions.change_target(target=line, title="线路", kind="link", parent=site)
    assert caught.value.field == "parent"
    with pytest.raises(Conflict):
        actions.retire_target(target=line)


def test_check_now_asks_for_it(district: None, signed_in: SignedIn) -> None:
    of = check(target(unit=bureau()))
    assert signed_in("section_head").post(f"/probes/checks/{of.pk}/now/").status_code == 302
    assert CheckState.objects.get(check_row=of).wanted_at is not None


def test_maintenance_is_announced_by_the_platforms_clock(district: None, signed_in: SignedIn) -> None:
    target(unit=bureau())
    head = signed_in("section_head")
    given = {
        "title": "升级",
        "target": "site",
        "starts_at": "2020-01-01T20:00",
        "ends_at": "2020-01-01T22:00",
    }
    assert head.post("/probes/maintenance/", {**given, "ends_at": "2019-01-01T00:00"}).status_code == 422
    assert head.post("/probes/maintenance/", {**given, "announced_at": "2019-01-01T00:00"}).status_code == 302
    window = Maintenance.objects.get()
    assert window.announced_at > window.starts_at
    assert "公告过晚" in head.get("/probes/maintenance/").content.decode()
    assert head.post(f"/probes/maintenance/{window.pk}/withdraw/").status_code == 302
    with pytest.raises(Conflict):
        actions.withdraw_maintenance(maintenance=window)


def test_a_secret_is_kept_and_shown_nowhere(district: None, signed_in: SignedIn) -> None:
    head = signed_in("section_head")
    given = {"unit": bureau().pk, "name": "portal", "content": "geheim-77"}
    assert head.post("/probes/secrets/", given).status_code == 302
    assert "geheim-77" not in head.get("/probes/secrets/").content.decode()
    wrong = head.post("/probes/secrets/", {**given, "name": "Ä"})
    assert wrong.status_code == 422
    assert "geheim-77" not in wrong.content.decode()
    assert opened(bureau().pk, ["portal"]) == {"portal": "geheim-77"}
    assert "geheim-77" not in Secret.objects.get().sealed
    told = AuditEntry.objects.filter(action="probes.keep_secret").values_list("details", flat=True)
    assert "geheim-77" not in json.dumps(list(told))


def test_the_api_reads(district: None, signed_in: SignedIn) -> None:
    series(check(target(unit=bureau())), "++--")
    head = signed_in("section_head")
    items = head.get("/api/v1/probes/targets?state=down").json()["items"]
    assert [item["key"] for item in items] == ["site"]
    results = head.get("/api/v1/probes/targets/site/results").json()["items"]
    assert [row["position"] for row in results] == [4, 3, 2, 1]
    assert results[0]["previous"] == results[1]["digest"]
    assert len(head.get("/api/v1/probes/targets/site/outages").json()["items"]) == 1
    asked = "since=2026-11-02T09:00:00&until=2026-11-02T08:00:00"
    assert head.get(f"/api/v1/probes/targets/site/availability?{asked}").status_code == 422
    asked = "since=2026-11-02T00:00:00&until=2026-11-03T00:00:00"
    found = head.get(f"/api/v1/probes/targets/site/availability?{asked}").json()
    assert set(found) >= {"availability", "counted_us", "down_us", "gap_us"}


def test_the_platform_itself_is_watched_from_the_first_start(district: None) -> None:
    assert actions.watch_own() == 2
    assert set(Target.objects.values_list("key", flat=True)) == {"own-database", "own-portal"}
    assert not Target.objects.filter(simulated=True).exists()
    assert actions.watch_own() == 0


def test_the_commands_tell_in_json(district: None) -> None:
    actions.watch_own()
    series(check(target()), "++--")
    runner = CliRunner()
    listed = json.loads(runner.invoke(cli, ["list", "--json"]).stdout)
    assert listed[0]["key"] == "site"
    verified = json.loads(runner.invoke(cli, ["verify", "--json"]).stdout)
    assert (verified["results"], verified["sound"]) == (4, True)
    reckoned = json.loads(runner.invoke(cli, ["availability", "--month", "2026-11", "--json"]).stdout)
    assert {row["key"] for row in reckoned} == {"site", "own-database", "own-portal"}
    ran = runner.invoke(cli, ["run", "own-database", "--json"])
    assert json.loads(ran.stdout)[0]["outcome"] == "ok", ran.stdout
    assert ran.exit_code == 0
