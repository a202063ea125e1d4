"""The root command: groups found by their place, errors in words, JSON where it is asked for."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from chengshu.cli.gate import order_of_tests
from chengshu.cli.groups import found_groups
from chengshu.cli.main import main
from chengshu.cli.starting import beside_the_web
from chengshu.foundation.errors import Misconfigured
from chengshu.foundation.runtime import instance
from chengshu.foundation.runtime.layout import PACKAGE, Layout


@pytest.fixture(autouse=True)
def _own_data_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHENGSHU_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("CHENGSHU_DEBUG", raising=False)


def test_an_unknown_command_fails_with_a_next_step(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["nonsense"]) != 0
    told = capsys.readouterr()
    assert told.out == ""
    assert "nonsense" in told.err
    assert "next:" in told.err
    assert "Traceback" not in told.err


def test_a_wrong_setting_is_named_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CHENGSHU_PORT", "ninety")
    assert main(["up"]) == 1
    told = capsys.readouterr().err
    assert "CHENGSHU_PORT='ninety'" in told
    assert "Traceback" not in told


def test_up_refuses_a_data_directory_that_is_in_use(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with instance.claim(Layout(tmp_path)):
        assert main(["up"]) == 1
    assert "already runs" in capsys.readouterr().err


def test_up_refuses_a_port_that_is_in_use(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In a process of its own, because it changes what signals mean."""
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setenv("CHENGSHU_PORT", str(taken.getsockname()[1]))
        done = subprocess.run(
            [sys.executable, "-m", "chengshu.cli", "up"], capture_output=True, text=True, check=False
        )
    assert done.returncode == 1
    assert "is taken by another program" in done.stderr
    assert "CHENGSHU_PORT=" in done.stderr


def test_status_says_in_json_that_nothing_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "--json"]) == 3
    told = json.loads(capsys.readouterr().out)
    assert told["running"] is False
    assert told["data"] == str(tmp_path)


def test_down_with_nothing_running_is_no_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["down", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"stopped": False}


def test_restoring_something_that_is_no_backup_fails_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://role:secret-word@127.0.0.1:1/base")
    assert main(["restore", str(tmp_path / "missing")]) == 1
    told = capsys.readouterr().err
    assert "127.0.0.1:1/base" in told
    assert "secret-word" not in told


def test_every_commands_module_of_an_installed_app_is_a_group_with_a_summary() -> None:
    expected = {path.parent.name.replace("_", "-") for path in PACKAGE.glob("*/*/commands.py")}
    groups = found_groups()
    assert set(groups) == expected
    assert all(group.summary() for group in groups.values())


def test_the_overview_loads_no_app() -> None:
    code = (
        "from django.apps import apps; from chengshu.cli.main import main; main(['--help'])\n"
        "assert not apps.ready, 'apps were loaded'"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Start everything" in done.stdout


def test_groups_are_listed_beside_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    shown = capsys.readouterr().out
    assert all(name in shown for name in ("up", "doctor", "backup", *found_groups()))


def test_apps_describe_processes_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHENGSHU_GATEWAYS", "2")
    names = [each.name for each in beside_the_web(Layout.from_environment())]
    assert names == ["worker", "columns", "pump", "gateway-0", "gateway-1", "probes"]
    monkeypatch.setenv("CLICKHOUSE_URL", "http://127.0.0.1:8123/chengshu")
    assert "columns" not in [each.name for each in beside_the_web(Layout.from_environment())]


def test_a_wrong_number_of_gateways_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHENGSHU_GATEWAYS", "many")
    with pytest.raises(Misconfigured, match="CHENGSHU_GATEWAYS"):
        list(beside_the_web(Layout.from_environment()))


def test_the_order_of_tests_changes_with_the_files_of_the_source_and_not_with_a_mended_line(
    tmp_path: Path,
) -> None:
    source = tmp_path / "src" / "part.py"
    source.parent.mkdir()
    (tmp_path / "tests").mkdir()
    source.write_text("one = 1")
    seed = order_of_tests(tmp_path)
    (tmp_path / "notes.md").write_text("no source")
    source.write_text("one = 2")
    assert order_of_tests(tmp_path) == seed
    source.with_name("another.py").write_text("two = 2")
    assert order_of_tests(tmp_path) != seed
    assert 0 <= seed < 2**32
