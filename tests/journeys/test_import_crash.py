"""A process killed in the middle of an import: nothing of it stays, the audit chain holds, the next import succeeds."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings

from chengshu.foundation.testing import browser as kit

PREPARE_AND_HANG = """
import django; django.setup()
import sys, time
from chengshu.foundation.asking import asking, system
from chengshu.foundation.orgs.base_data import load_base_data
from chengshu.hub.promises.actions import importing
from chengshu.hub.promises.departments import department_of
from chengshu.hub.promises.tables import facts

def hang(budget_year):
    print("WRITTEN", budget_year.projects.count(), flush=True)
    time.sleep(600)

with asking(system("test", "cli")):
    load_base_data()
print("READY", flush=True)
importing.refresh_findings = hang
tables = facts.load()
with asking(system("test", "cli")):
    importing.import_tables(department=department_of(tables), tables=tables, source=importing.Source("killed"))
"""

VERIFY_AND_IMPORT = """
import django; django.setup()
import json
from chengshu.foundation.asking import asking, system
from chengshu.foundation.audit.verify import verify
from chengshu.hub.promises import base_data
from chengshu.hub.promises.models import BudgetYear, Finding, Indicator, Project

def rows():
    return [model.objects.count() for model in (BudgetYear, Project, Indicator, Finding)]

with asking(system("test", "cli")):
    before, sound = rows(), verify().is_sound
with asking(system("test", "cli")):
    base_data.load()
with asking(system("test", "cli")):
    print(json.dumps({"before": before, "sound": sound, "after": rows()[:3], "sound_after": verify().is_sound}))
"""


@pytest.fixture
def own_database(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, str]]:
    """A database of its own, since this test really commits; gives the environment of its processes."""
    name = f"chengshu_crash_{os.getpid()}"
    with django_db_blocker.unblock():
        kit.make_database(name)
        try:
            yield {
                **os.environ,
                "DATABASE_URL": kit.database_url(name),
                "CHENGSHU_DATA_DIR": str(settings.DATA_DIR),
                "DJANGO_SETTINGS_MODULE": "chengshu.settings",
            }
        finally:
            kit.drop_database(name)


def test_an_import_killed_midway_leaves_nothing_and_can_be_repeated(own_database: dict[str, str]) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", PREPARE_AND_HANG], env=own_database, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    with process:
        said = [process.stdout.readline().strip(), process.stdout.readline().strip()]
        process.send_signal(signal.SIGKILL)
    assert said == ["READY", "WRITTEN 46"], "the import was not under way when it was killed"
    assert process.returncode == -signal.SIGKILL

    done = subprocess.run(
        [sys.executable, "-c", VERIFY_AND_IMPORT],
        env=own_database,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == (
        '{"before": [0, 0, 0, 0], "sound": true, "after": [1, 46, 306], "sound_after": true}'
    )
