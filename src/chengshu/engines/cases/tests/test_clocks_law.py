"""Rule files: mistakes are located, law cannot be configured away, a rule is chosen by its date."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.utils.translation import override

from chengshu import settings as settings_module
from chengshu.engines.cases.clocks.law import Effect, RuleBook, read_book, shipped
from chengshu.engines.cases.clocks.limits import Evidence, read_limit
from chengshu.engines.cases.clocks.reference import law_reference, rules_table
from chengshu.engines.cases.clocks.settled import read_office, rule_book, timekeeping
from chengshu.foundation.errors import InvalidFile, Missing

ARTICLE_45 = {
    "hearing",
    "tender",
    "auction",
    "inspection",
    "testing",
    "quarantine",
    "appraisal",
    "expert_review",
}
RULE = """
family = "permit"

[[rule]]
key = "own"
title = "自有规则"
title_en = "Own rule"
valid_from = 2026-01-01
legal = { limit = "10wd", source = "本市办法第一条", evidence = "primary" }
"""


@pytest.fixture
def read(tmp_path: Path) -> Callable[[str], RuleBook]:
    """A book from one text, beside the shipped one."""

    def read_text(text: str) -> RuleBook:
        (tmp_path / "own.toml").write_text(text, "utf-8")
        return read_book(tmp_path, beside=shipped())

    return read_text


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (RULE + "[[rule", "clocks.toml"),
        (RULE + "\n[[law]]\nkey = 'x'\n", "clocks.fields"),
        (RULE + 'colour = "red"\n', "clocks.fields"),
        (RULE.replace('title = "自有规则"\n', ""), "clocks.fields"),
        (RULE.replace('source = "本市办法第一条"', 'source = " "'), "clocks.uncited"),
        (RULE.replace('"primary"', '"certain"'), "clocks.word"),
        (RULE.replace('"10wd"', '"ten"'), "clocks.limit"),
        (RULE.replace("2026-01-01", '"2026-01-01"'), "clocks.date"),
        (RULE + 'valid_to = 2025-12-31\n', "clocks.dates"),
        (RULE + 'pauses = ["article_99"]\n', "clocks.unknown_name"),
        (RULE + 'pauses = [{ ground = "lunch", source = "x", evidence = "primary" }]\n', "clocks.unknown_name"),
        (RULE + 'warning = "none"\n', "clocks.unknown_name"),
        (RULE.replace('"primary"', '"uncertain"'), "clocks.unverified_law"),
        (RULE + 'like = "nothing"\n', "clocks.unknown_name"),
        (RULE + 'extension = { limit = "5d", approver = "agency_head", source = "x", evidence = "primary" }\n',
         "clocks.unit"),
        (RULE + RULE.replace('family = "permit"', ""), "clocks.overlap"),
    ],
)  # fmt: skip
def test_a_rule_file_that_is_wrong_is_refused(text: str, code: str, read: Callable[[str], RuleBook]) -> None:
    with pytest.raises(InvalidFile) as refusal:
        read(text)
    assert refusal.value.code == code
    assert refusal.value.hint


def test_a_mistake_is_located_by_file_entry_and_line(read: Callable[[str], RuleBook]) -> None:
    with pytest.raises(InvalidFile) as refusal:
        read(RULE.replace('"10wd"', '"ten"'))
    assert refusal.value.field == "own.toml · own"
    assert refusal.value.place is not None
    assert refusal.value.place.line == 5


def test_a_gap_between_versions_is_refused(read: Callable[[str], RuleBook]) -> None:
    second = RULE.replace('family = "permit"', "").replace("2026-01-01", "2026-07-02")
    with pytest.raises(InvalidFile) as refusal:
        read(RULE + "valid_to = 2026-06-30\n" + second)
    assert refusal.value.code == "clocks.gap"


def test_law_cannot_be_configured_away(read: Callable[[str], RuleBook]) -> None:
    longer = RULE.replace('"own"', '"general_permit"').replace("2026-01-01", "2004-07-01")
    with pytest.raises(InvalidFile) as refusal:
        shipped().joined_by(read(longer))
    assert refusal.value.code == "clocks.law_changed"


def test_an_unverified_default_may_be_replaced(read: Callable[[str], RuleBook]) -> None:
    own = RULE.replace('"own"', '"hotline_enquiry"').replace("legal", "promised").replace("10wd", "3wd")
    joined = shipped().joined_by(read(own))
    assert joined.rule("hotline_enquiry", date(2026, 3, 1)).promised == read_limit("3wd")


def test_a_city_may_add_the_legal_basis_of_a_pause(read: Callable[[str], RuleBook]) -> None:
    base = (Path(read_book.__code__.co_filename).parent / "environment.toml").read_text("utf-8")
    assert "public_notice" not in base
    own = (
        RULE
        + 'pauses = ["article_45", { ground = "public_notice", source = "本市办法第二条", evidence = "primary" }]\n'
    )
    joined = shipped().joined_by(read(own))
    assert set(joined.rule("own", date(2026, 3, 1)).grounds) == ARTICLE_45 | {"public_notice"}


def test_a_rule_is_chosen_by_its_day(read: Callable[[str], RuleBook]) -> None:
    later = RULE.replace('family = "permit"', "").replace("2026-01-01", "2026-07-01").replace("10wd", "8wd")
    book = read(RULE + "valid_to = 2026-06-30\n" + later)
    chosen = [book.rule("own", day).legal for day in (date(2026, 6, 30), date(2026, 7, 1))]
    assert chosen == [read_limit("10wd"), read_limit("8wd")]
    assert book.by_version("own@2026-01-01").legal == read_limit("10wd")
    with pytest.raises(Missing) as missing:
        book.rule("own", date(2025, 12, 31))
    assert missing.value.code == "clocks.rule"


def test_names_that_lead_nowhere_are_missing() -> None:
    book = shipped()
    for ask in (
        lambda: book.rule("nothing", date(2026, 1, 1)),
        lambda: book.by_version("nothing@2026-01-01"),
        lambda: book.ground("lunch"),
        lambda: book.rule("general_permit", date(2026, 1, 1)).step("lunch"),
    ):
        with pytest.raises(Missing):
            ask()


def test_only_the_eight_grounds_of_article_45_pause_a_licence() -> None:
    book = shipped()
    assert set(book.rule("general_permit", date(2026, 1, 1)).grounds) == ARTICLE_45
    bare = {key for key, ground in book.grounds.items() if ground.source is None}
    assert bare >= {"public_notice", "site_visit", "rectification", "consultation"}
    paused = {key for rule in book.versions for key in rule.grounds}
    assert paused & {"public_notice", "site_visit", "rectification", "consultation", "supplement"} == set()


def test_natural_days_and_working_days_are_kept_apart() -> None:
    legal = {rule.key: rule.legal.notation for rule in shipped().versions if rule.legal}
    assert {
        key: legal[key] for key in ("eia_report", "eia_form", "construction_permit", "planning_permit")
    } == {
        "eia_report": "60d",
        "eia_form": "30d",
        "construction_permit": "7d",
        "planning_permit": "20wd",
    }


def test_silence_means_what_the_law_says() -> None:
    book, day = shipped(), date(2026, 1, 1)
    assert book.rule("general_permit", day).deems(Effect.ACCEPTED)
    assert book.rule("licence_renewal", day).deems(Effect.RENEWED)
    assert book.rule("disclosure_on_request", day).deems(Effect.AGREED)
    assert book.rule("construction_permit", day).deems(Effect.RENEWED) is None


def test_every_value_names_its_source_and_no_default_poses_as_law() -> None:
    for rule in shipped().versions:
        for limit in rule.limits:
            assert limit.source.text, rule.key
    hotline = [limit for rule in shipped().versions if rule.family == "hotline" for limit in rule.limits]
    assert {limit.source.evidence for limit in hotline} == {Evidence.UNCERTAIN}


def test_the_installation_reads_its_own_folder(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path / "city"
    folder = tmp_path / "city" / "law"
    folder.mkdir(parents=True)
    (folder / "own.toml").write_text(RULE, "utf-8")
    (folder / "office.toml").write_text(
        'due_at_midnight = true\n[[season]]\nfirst = "01-01"\nlast = "12-31"\nwindows = ["08:30-12:00"]\n',
        "utf-8",
    )
    assert rule_book().rule("own", date(2026, 3, 1)).name
    assert timekeeping().end_of(date(2026, 3, 16)).hour == 23


def test_office_hours_that_cannot_be_read_are_refused(tmp_path: Path) -> None:
    (tmp_path / "office.toml").write_text('[[season]]\nfirst = "01-01"\n', "utf-8")
    with pytest.raises(InvalidFile) as refusal:
        read_office(tmp_path / "office.toml")
    assert refusal.value.code == "clocks.office"


def test_the_reference_names_every_rule_once_per_value() -> None:
    with override("en"):
        page, lines = law_reference(), rules_table()
    for rule in shipped().versions:
        assert f"`{rule.key}`" in page
    values = {(line.what, line.value) for line in lines if line.rule == "general_permit"}
    assert ("legal limit, from acceptance", "20wd") in values
    assert ("extension by the head of the agency", "10wd") in values


def test_the_printed_page_of_rules_is_current() -> None:
    page = Path(settings_module.__file__).resolve().parents[2] / "docs" / "reference" / "clock-rules.md"
    with override("en"):
        expected = law_reference()
    assert page.read_text("utf-8").endswith(expected), "write docs/reference/clock-rules.md anew"
