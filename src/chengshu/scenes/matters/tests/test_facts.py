"""The shipped catalogue: every fact valid, no promise beyond the law, no code invented."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from chengshu.foundation.calendar import published_calendar
from chengshu.foundation.orgs.facts import load as load_units
from chengshu.hub.services.data import TaskType
from chengshu.scenes.matters import facts
from chengshu.scenes.matters.elements import (
    bundle_from,
    elements_from,
    is_free,
    is_free_of_charge,
    to_json,
)
from chengshu.scenes.matters.linting.found import Law, Surroundings
from chengshu.scenes.matters.linting.rules import all_findings

NAMED = {
    "eia_report": ("60d", "3wd"),
    "eia_form": ("30d", "3wd"),
    "eia_report_pledged": ("60d", "1wd"),
    "eia_form_pledged": ("30d", "1wd"),
    "pollution_permit_first": ("20d", "7wd"),
    "pollution_permit_other": ("20d", "1wd"),
    "water_preliminary_design": ("20wd", "1wd"),
    "drainage_permit": ("20d", "1wd"),
    "construction_drainage": ("20d", "3wd"),
    "river_construction": ("20wd", "1wd"),
    "soil_conservation": ("20wd", "1wd"),
    "planning_permit": ("20wd", "4wd"),
    "planning_verification": ("20wd", "10wd"),
    "design_review": ("20wd", "10wd"),
    "energy_review": ("", ""),
    "construction_permit": ("7d", ""),
    "joint_acceptance": ("", "12wd"),
    "completion_filing": ("", ""),
}
"""Legal and promised limit of the matters that the target tables name."""


def _around() -> Surroundings:
    laws = {law.name: Law(law.name, law.since, law.until, law.replaced_by) for law in facts.laws().values()}
    return Surroundings(today=date(2026, 6, 1), calendar=published_calendar(), laws=laws, rules={})


def test_no_shipped_matter_has_an_error() -> None:
    around = _around()
    errors = [
        (fact.elements.local_code, one.code, one.element)
        for fact in facts.matters()
        for one in all_findings(fact.elements, around)
        if one.severity == "error"
    ]
    assert errors == []


def test_there_are_at_least_two_hundred_matters_with_codes_of_their_own() -> None:
    codes = [fact.elements.local_code for fact in facts.matters()]
    assert len(codes) >= 200
    assert [code for code, count in Counter(codes).items() if count > 1] == []


def test_the_matters_that_the_tables_name_have_their_limits_process_and_form() -> None:
    by_code = {one.elements.local_code: one.elements for one in facts.matters()}
    named = {key: by_code[f"approvals.{key}"] for key in NAMED}
    assert {key: (one.legal_limit, one.promised_limit) for key, one in named.items()} == NAMED
    assert {key: one.process for key, one in named.items()} == {key: f"approvals.{key}" for key in NAMED}
    forms = {key: one.form.removeprefix("approvals.").removeprefix("con_") for key, one in named.items()}
    assert forms == {key: key for key in NAMED}


def test_a_matter_without_a_fee_lists_none_and_says_that_this_is_known() -> None:
    by_code = {fact.elements.local_code: fact.elements for fact in facts.matters()}
    lines = [(code, fee.name) for code, one in by_code.items() for fee in one.fees if is_free(fee)]
    assert lines == []
    assert by_code["civil.marriage"].fees == ()
    assert is_free_of_charge(by_code["civil.marriage"])
    untold = [code for code, one in by_code.items() if not one.fees and not is_free_of_charge(one)]
    assert untold
    assert all("fees" in by_code[code].unknown for code in untold)


def test_special_procedures_are_named_in_the_words_of_the_law() -> None:
    lawful = {"听证", "招标", "拍卖", "检验", "检测", "检疫", "鉴定", "专家评审", "公示"}
    kinds = {one.kind for fact in facts.matters() for one in fact.elements.special}
    assert kinds
    assert kinds <= lawful


def test_the_codes_alone_are_those_of_the_matters() -> None:
    assert facts.local_codes() == {fact.elements.local_code for fact in facts.matters()}


def test_no_code_is_invented() -> None:
    assert {fact.elements.code for fact in facts.matters()} == {""}
    assert all("code" in fact.elements.unknown for fact in facts.matters())


def test_penalties_coercion_levies_and_inspections_cannot_be_applied_for() -> None:
    offered = {fact.elements.task_type for fact in facts.matters() if fact.elements.process}
    assert not offered & {TaskType.PENALTY, TaskType.COERCION, TaskType.LEVY, TaskType.INSPECTION}


def test_every_unit_is_one_of_the_base_data_or_of_the_added_bureaus() -> None:
    known = {unit.key for unit in load_units()} | {bureau.key for bureau in facts.bureaus()}
    assert {fact.elements.unit for fact in facts.matters()} <= known


def test_json_loses_nothing() -> None:
    assert all(elements_from(to_json(fact.elements)) == fact.elements for fact in facts.matters())
    assert all(bundle_from(to_json(bundle)) == bundle for bundle in facts.bundles())


def test_at_least_a_dozen_matters_have_a_guide_of_their_own() -> None:
    common = {"applicant", "agent"}
    guided = [f for f in facts.matters() if {one.key for one in f.elements.questions} - common]
    assert len(guided) >= 12


def test_bundles_name_shipped_matters_under_answers_that_they_ask() -> None:
    codes = {fact.elements.local_code for fact in facts.matters()}
    for bundle in facts.bundles():
        answers = {f"{one.key}:{each.key}" for one in bundle.questions for each in one.answers}
        assert {code for code, _when in bundle.items} <= codes
        assert {when for _code, whens in bundle.items for when in whens} <= answers


def test_the_guide_of_a_bundle_asks_what_its_matters_ask() -> None:
    by_code = {fact.elements.local_code: fact.elements for fact in facts.matters()}
    for bundle in facts.bundles():
        asked = {one.key for one in bundle.questions}
        for code, _when in bundle.items:
            assert {one.key for one in by_code[code].questions} <= asked, (bundle.key, code)


def test_the_ledger_states_the_number_and_names_few() -> None:
    assert facts.ledger().stated_total == 3269
    assert 0 < sum(fact.devolved for fact in facts.matters()) < 3269


@pytest.mark.parametrize(
    ("number", "words"),
    [(7, "七"), (10, "十"), (20, "二十"), (43, "四十三"), (106, "一百零六"), (1049, "一千零四十九")],
)
def test_articles_are_counted_in_chinese(number: int, words: str) -> None:
    assert facts._in_chinese(number) == words
