"""A public notice stops the clock only where the decision table and the clock rule both name its legal basis."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.utils.translation import override

from chengshu.foundation.audit.models import AuditEntry
from chengshu.foundation.orgs.models import Unit
from chengshu.scenes.approvals.tests.walking import (
    UNIT,
    done,
    due,
    on,
    opened,
    statuses,
    worker_round,
)

FOLDER = Path(__file__).parents[1] / "processes"
BASIS = "本市办法第九条"
LAW = f"""
family = "environment"

[[rule]]
key = "eia_report"
title = "环境影响报告书审批（非告知承诺）"
title_en = "Environmental impact report"
valid_from = 2025-01-01
counts_from = "receipt"
legal = {{ limit = "60d", source = "环境影响评价法第二十二条", evidence = "primary" }}
promised = {{ limit = "3wd", source = "2025年项目支出绩效目标表", evidence = "promised" }}
extension = false
supplement = {{ limit = "5wd", source = "行政许可法第三十二条第一款第四项", evidence = "primary" }}
pauses = ["article_45", {{ ground = "public_notice", source = "{BASIS}", evidence = "primary" }}]
"""


def city_rule() -> str:
    """The city's rule: the law as it is, steps and silence repeated, and the ground with its basis."""
    shipped = Path(str(import_module("chengshu.engines.cases.clocks.law").__file__)).with_name("permit.toml")
    repeated = shipped.read_text("utf-8").partition("[[rule.step]]")[2].partition("[[rule]]")[0]
    return f"{LAW}\n[[rule.step]]{repeated}"


def name_the_basis() -> None:
    """What the desk would do: a new version of the decision table, and of the process that asks it."""
    ship_model = import_module("chengshu.engines.cases.actions.shipping").ship_model
    table = (
        (FOLDER / "env_notice.dmn")
        .read_text("utf-8")
        .replace('<text>""</text>', f'<text>"{BASIS}"</text>', 1)
    )
    common = {"unit_id": Unit.objects.get(key=UNIT).pk, "title": "", "origin": ""}
    ship_model(key="approvals.env_notice", kind="decision", content=table.encode(), **common)
    process = (FOLDER / "env_eia_report.bpmn").read_bytes() + b"<!-- asks the new table -->\n"
    ship_model(key="approvals.eia_report", kind="process", content=process, **common)


def noticed() -> int:
    """An application whose first notice stood from the 2nd to the 16th of March."""
    with on("2026-03-02"):
        case_id = opened("eia_report")
        done(case_id, "check", "accept")
        done(case_id, "publish", "published", notice_until="2026-03-16", notice_number="穗南公示〔2026〕1号")
    with on("2026-03-17"):
        worker_round()
    return case_id


@pytest.fixture(autouse=True)
def _in_english() -> Any:
    with override("en"):
        yield


def test_a_table_without_a_rule_pauses_nothing_and_the_audit_chain_says_so(in_force: None) -> None:
    name_the_basis()
    case_id = noticed()
    assert ("9" in statuses(case_id), due(case_id, "legal")) == (True, "2026-05-01")
    told = [str(entry.details) for entry in AuditEntry.objects.filter(action="approvals.settle_pause")]
    assert any("clocks.ground_unlawful" in text for text in told)


def test_with_both_the_days_of_the_notice_do_not_count(in_force: None, tmp_path: Path) -> None:
    (tmp_path / "law").mkdir()
    (tmp_path / "law" / "environment.toml").write_text(city_rule(), "utf-8")
    name_the_basis()
    case_id = noticed()
    assert [code for code in statuses(case_id) if code in ("9", "10")] == ["9", "10"]
    assert due(case_id, "legal") == "2026-05-16"
