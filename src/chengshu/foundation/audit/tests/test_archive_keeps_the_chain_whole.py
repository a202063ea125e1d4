"""Archiving: nothing young leaves, what leaves is signed, and verification goes on from the checkpoint."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chengshu.foundation.asking import asking, system
from chengshu.foundation.audit import chain
from chengshu.foundation.audit.actions import archive_entries
from chengshu.foundation.audit.archive import RETENTION, archive
from chengshu.foundation.audit.models import AuditCheckpoint, AuditEntry
from chengshu.foundation.audit.packages import check_package
from chengshu.foundation.audit.tests.conftest import as_owner
from chengshu.foundation.audit.verify import Fault, verify
from chengshu.foundation.errors import Conflict, InvalidInput, NotSignedIn

Write = Callable[..., list[AuditEntry]]
NOW = datetime.now(UTC)
OLD = NOW - timedelta(days=400)
BEFORE = NOW - timedelta(days=200)


def test_entries_younger_than_six_months_cannot_be_archived(lane: Write) -> None:
    lane(3, OLD)
    with pytest.raises(InvalidInput) as caught:
        archive(NOW - RETENTION + timedelta(hours=1))
    assert caught.value.code == "audit_retention"
    assert AuditEntry.objects.count() == 3


def test_a_broken_chain_is_not_archived(lane: Write) -> None:
    entries = lane(3, OLD)
    with as_owner() as cursor:
        cursor.execute("UPDATE audit_auditentry SET actor = 'x' WHERE id = %s", [entries[1].pk])
    with pytest.raises(Conflict):
        archive(BEFORE)
    assert AuditEntry.objects.count() == 3


def test_nobody_but_the_operator_archives(committed: None) -> None:
    with pytest.raises(NotSignedIn):
        archive_entries(before=BEFORE)


def test_old_entries_leave_into_a_signed_file_and_the_chain_goes_on(lane: Write) -> None:
    lane(5, OLD)
    lane(3)
    with asking(system("operator", "cli")):
        done = archive_entries(before=BEFORE)
    assert done.count == 5
    assert done.path is not None
    assert done.path.stat().st_mode & 0o777 == 0o600
    checked = check_package(done.path)
    assert (checked.count, checked.kind, checked.is_ours, checked.faults) == (5, "archive", True, ())
    assert AuditEntry.objects.filter(lane=AuditCheckpoint.objects.get().lane).count() >= 3
    assert verify().is_sound


def test_the_last_entry_of_a_lane_stays_so_that_the_next_links_to_it(lane: Write) -> None:
    lane(4, OLD)
    assert archive(BEFORE).count == 3
    lane(1)
    outcome = verify()
    assert (outcome.broken, outcome.entries) == ([], 2)
    assert archive(BEFORE).count == 1
    assert verify().is_sound


def test_what_is_old_behind_something_young_stays(lane: Write) -> None:
    lane(2, OLD)
    lane(1)
    lane(2, OLD)
    assert archive(BEFORE).count == 2
    assert AuditEntry.objects.count() == 3


def test_a_forged_checkpoint_does_not_hide_a_cut_off_beginning(lane: Write) -> None:
    entries = lane(6, OLD)
    with as_owner() as cursor:
        cursor.execute("DELETE FROM audit_auditentry WHERE position <= 3")
        cursor.execute(
            "INSERT INTO audit_auditcheckpoint (lane, position, digest, file, file_digest, signature, at)"
            " VALUES (%s, 3, %s, 'x.zip', 'y', 'ab', now())",
            [entries[0].lane, entries[2].digest],
        )
    faults = {(one.fault, one.position) for one in verify().broken}
    assert faults == {(Fault.REMOVED, n) for n in (1, 2, 3)} | {(Fault.INSERTED, 3)}


def test_an_archived_entry_put_back_is_named(lane: Write) -> None:
    entries = lane(6, OLD)
    archive(BEFORE)
    with as_owner() as cursor:
        cursor.execute(
            "INSERT INTO audit_auditentry (lane, position, previous, digest, at, actor, roles, unit_name, ip, terminal,"
            " session, channel, trace, action, outcome, thing, reason, details)"
            " SELECT lane, 2, previous, digest, at, actor, roles, unit_name, ip, terminal, session, channel, trace,"
            " action, outcome, thing, reason, details FROM audit_auditentry WHERE lane = %s LIMIT 1",
            [entries[0].lane],
        )
    assert [(one.fault, one.position) for one in verify().broken] == [(Fault.INSERTED, 2)]


@pytest.mark.parametrize("member", ["entries.jsonl", "entries.csv", "manifest.json", "manifest.sig"])
def test_a_package_changed_in_any_member_is_found(lane: Write, tmp_path: Path, member: str) -> None:
    lane(4, OLD)
    path = archive(BEFORE).path
    assert path is not None
    forged = tmp_path / "forged.zip"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(forged, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, content.replace(b"1", b"2") if name == member else content)
    assert check_package(forged).faults


def test_a_package_signed_anew_with_another_key_is_told_apart(
    lane: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lane(4, OLD)
    path = archive(BEFORE).path
    assert path is not None
    monkeypatch.setenv("CHENGSHU_DATA_DIR", str(tmp_path / "other"))
    checked = check_package(path)
    assert (checked.is_ours, checked.faults) == (False, ())


def test_what_is_no_package_is_refused(committed: None, tmp_path: Path) -> None:
    other = tmp_path / "other.zip"
    other.write_bytes(b"PK nothing")
    with pytest.raises(InvalidInput):
        check_package(other)


def test_every_line_of_an_export_proves_itself(lane: Write) -> None:
    lane(3, OLD)
    path = archive(BEFORE).path
    assert path is not None
    with zipfile.ZipFile(path) as package:
        for line in package.read("entries.jsonl").splitlines():
            facts = json.loads(line)
            assert (
                chain.digest_of(facts["lane"], facts["position"], facts["previous"], facts) == facts["digest"]
            )
