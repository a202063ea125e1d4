"""The models are sound, name only what exists, and the linter shows where a promise does not fit the law."""

from __future__ import annotations

from datetime import date
from importlib import import_module
from pathlib import Path

import pytest

from chengshu.engines.cases import api as cases
from chengshu.engines.registers import api as registers
from chengshu.scenes.approvals.environment.case_types import CASE_TYPES
from chengshu.scenes.approvals.environment.form_types import FORM_TYPES, MATTERS
from chengshu.scenes.approvals.environment.ours import our_processes

FOLDER = Path(__file__).parents[1]
MODELS = sorted({path for each in CASE_TYPES for path in (each.process, *each.called)})


def content(path: str) -> bytes:
    return (FOLDER / path).read_bytes()


def test_no_model_has_a_finding(in_force: None) -> None:
    found = {path: [f.code for f in cases.lint(content(path), "process")] for path in MODELS}
    assert {path: codes for path, codes in found.items() if codes} == {}
    assert cases.lint(content("processes/env_notice.dmn"), "decision") == ()


def test_a_promise_beyond_the_law_is_shown_where_both_count_the_same_and_where_they_do_not(
    in_force: None,
) -> None:
    """Twenty days of the law are never twenty-five working days, whatever the calendar; 25 of 20 are not either."""
    for matter in ("drainage_permit", "river_construction"):
        model = content(f"processes/env_{matter}.bpmn").decode()
        longer = model.replace(f'rule="{matter}"', f'rule="{matter}" promised="25wd"')
        codes = {f.code for f in cases.lint(longer.encode(), "process") if f.severity == "error"}
        assert codes == {"clocks.promise_beyond_law"}


def test_a_legal_limit_beyond_the_law_is_shown(in_force: None) -> None:
    model = content("processes/env_drainage_permit.bpmn").decode()
    longer = model.replace('rule="drainage_permit"', 'rule="drainage_permit" legal="45d"')
    assert "clocks.beyond_law" in {f.code for f in cases.lint(longer.encode(), "process")}


def test_a_pause_for_public_notice_is_refused_where_the_rule_names_no_basis(in_force: None) -> None:
    mark = '<chengshu:clock do="pause" ground="public_notice"/><chengshu:status code="3"/>'
    model = content("processes/env_eia_report.bpmn").decode()
    paused = model.replace('<chengshu:status code="3"/>', mark)
    assert paused != model
    assert "clocks.ground_unlawful" in {f.code for f in cases.lint(paused.encode(), "process")}


def test_natural_days_of_the_law_are_not_divided_by_working_days_of_a_promise() -> None:
    """One working day of twenty days is counted out on the calendar: it depends on the day, so it is no constant."""
    compression = import_module("chengshu.engines.cases.clocks.compression").compression
    read_limit = import_module("chengshu.engines.cases.clocks.limits").read_limit
    calendar = import_module("chengshu.foundation.calendar").published_calendar()
    before, usual = (
        compression(read_limit("1wd"), read_limit("20d"), start=day, calendar=calendar)
        for day in (date(2026, 2, 13), date(2026, 3, 2))
    )
    assert before != usual
    water = compression(read_limit("1wd"), read_limit("20wd"), start=date(2026, 2, 13), calendar=calendar)
    assert str(water) == "0.9500"


def test_every_process_is_listed_with_the_limits_of_its_rule() -> None:
    listed = {process.key: process for process in our_processes()}
    assert {f"approvals.{matter}" for matter in MATTERS} <= set(listed)
    drainage = listed["approvals.drainage_permit"]
    assert (drainage.legal != "", drainage.promised != "") == (True, True)
    assert listed["approvals.general"].legal == ""


@pytest.mark.parametrize("word", ["incoming", "outgoing"])
def test_every_flow_is_named_at_both_ends_and_drawn(word: str) -> None:
    for path in MODELS:
        text = content(path).decode()
        assert text.count(f"<bpmn:{word}>") == text.count("<bpmn:sequenceFlow ")
        assert text.count("<bpmndi:BPMNEdge ") == text.count("<bpmn:sequenceFlow ")


def test_what_the_processes_read_is_what_the_forms_pass_on(in_force: None) -> None:
    wanted = {
        "approvals.special_procedure": {"special_ground", "special_until", "special_notice"},
        "approvals.licence": {"licence_number", "licence_valid_from", "licence_valid_until"},
        "approvals.decision": {"permit_conditions", "valid_years"},
        "approvals.pledge_check": {"pledge_checked_by", "pledge_finding"},
        "approvals.site_check": {"inspector_certificate"},
        "approvals.env_notice_long": {"notice_until", "notice_number"},
        "approvals.env_notice_short": {"notice_until", "notice_number"},
        "approvals.eia_form_pledged": {"pledge_text", "pledge_facts", "pledge_check_mode", "project_name"},
        "approvals.pollution_permit_first": {"lawful_limit", "project_name"},
    }
    for form, names in wanted.items():
        assert names <= (registers.variables_passed_by(form) or frozenset()), form
    assert {each.key for each in FORM_TYPES} <= registers.known_forms()
