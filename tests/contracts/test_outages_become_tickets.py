"""Probes and operations meet in links alone: an outage becomes one ticket and one outage record, and ends with it."""

from __future__ import annotations

from pathlib import Path

import pytest
from freezegun import freeze_time

from chengshu.engines.probes import actions
from chengshu.engines.probes.tests.builders import at, check, series, target
from chengshu.foundation.orgs.base_data import load_base_data
from chengshu.hub.links.actions import deploy_shipped_links
from chengshu.hub.links.tests.conftest import relay
from chengshu.hub.notices.models import Notice
from chengshu.scenes.operations.models import Outage, Service, Ticket
from chengshu.scenes.operations.tests import builders


@pytest.fixture
def service(db: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Service:
    monkeypatch.setenv("CHENGSHU_DATA_DIR", str(tmp_path))
    load_base_data()
    builders.deploy()
    deploy_shipped_links(app="probes")
    return builders.service()


def test_an_outage_becomes_one_ticket_and_one_record_and_ends(service: Service) -> None:
    of = check(target(service=service.pk))
    series(of, "++--")
    relay()
    series(of, "---", first=4)
    relay()
    assert Ticket.objects.count() == 1
    recorded = Outage.objects.get()
    assert (recorded.service, recorded.starts_at, recorded.ends_at) == (service, at(2), None)
    series(of, "++", first=7)
    relay()
    recorded.refresh_from_db()
    assert recorded.ends_at == at(7)
    ticket = Ticket.objects.get()
    assert ticket.closed_at is None, "people say what was done, and confirm it"
    assert ticket.restored_at == max(at(7), ticket.opened_at)
    assert list(ticket.outages.all()) == [recorded]
    relay()
    assert Ticket.objects.get().restored_by == recorded.origin


def test_the_repair_counts_from_the_end_of_the_outage(service: Service) -> None:
    of = check(target(service=service.pk))
    series(of, "++--")
    relay()
    ticket = Ticket.objects.get()
    builders.step(ticket, "respond", "respond", way="remote")
    builders.step(ticket, "repair", "repaired", cause="链路中断", remedy="运营商恢复")
    clicked = ticket.repaired_at
    series(of, "++", first=4)
    relay()
    ticket.refresh_from_db()
    assert ticket.state == "repaired"
    assert ticket.repaired_at == ticket.restored_at == max(at(4), ticket.opened_at)
    assert ticket.repaired_at != clicked


def test_an_outage_that_is_over_before_anybody_heard_of_it_is_recorded_whole(service: Service) -> None:
    series(check(target(service=service.pk)), "++--++")
    relay()
    recorded = Outage.objects.get()
    assert (recorded.starts_at, recorded.ends_at) == (at(2), at(4))


def test_what_is_made_up_opens_no_ticket(service: Service) -> None:
    series(check(target(service=service.pk, simulated=True)), "++--")
    relay()
    assert not Ticket.objects.exists()


def test_maintenance_opens_no_ticket_if_it_was_announced_beforehand(service: Service) -> None:
    site = target(service=service.pk)
    with freeze_time(at(-60)):
        actions.announce_maintenance(
            unit=site.unit, title="升级", starts_at=at(0), ends_at=at(30), target=site
        )
    series(check(site), "++--")
    relay()
    assert not Ticket.objects.exists()


def test_an_outage_without_a_contract_is_told_once_and_taken_back(service: Service) -> None:
    of = check(target())
    series(of, "++--")
    relay()
    notice = Notice.objects.get()
    assert notice.cleared_at is None
    series(of, "++", first=4)
    relay()
    notice.refresh_from_db()
    assert notice.cleared_at is not None
    assert not Ticket.objects.exists()
