"""The protocol's requests: what is refused before the engine is asked."""

from __future__ import annotations

import base64

import pytest

from chengshu.engines.streams.columns.requests import ProtocolRefusal, is_admitted, question_in

PASSWORD = "s3cret-口令"


def basic(user: str, password: str) -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-clickhouse-user": "default", "x-clickhouse-key": ""},
        {"x-clickhouse-user": "default", "x-clickhouse-key": PASSWORD},
        {"x-clickhouse-user": "chengshu"},
        {"x-clickhouse-user": "chengshu", "x-clickhouse-key": PASSWORD + "x"},
        {"authorization": "Basic !!!"},
        {"authorization": "Bearer " + PASSWORD},
        basic("chengshu", ""),
    ],
)
def test_nobody_comes_in_without_the_password(headers: dict[str, str]) -> None:
    assert not is_admitted("/?query=SELECT+1", headers, PASSWORD)


def test_an_empty_password_admits_nobody() -> None:
    assert not is_admitted("/", basic("chengshu", ""), "")


def test_the_password_opens_in_each_of_its_places() -> None:
    assert is_admitted("/", basic("chengshu", PASSWORD), PASSWORD)
    assert is_admitted("/", {"x-clickhouse-user": "chengshu", "x-clickhouse-key": PASSWORD}, PASSWORD)
    assert is_admitted("/?user=chengshu&password=plain", {}, "plain")


@pytest.mark.parametrize(
    ("address", "number"),
    [
        ("/", 62),
        ("/?query=+", 62),
        ("/?query=SELECT+1&database=a`b", 36),
        ("/?query=SELECT+1&param_a%60=1", 36),
        ("/?query=SELECT+1&default_format=a+b", 36),
        ("/?query=SELECT+1&allow_introspection_functions=1", 115),
        ("/?query=SELECT+1&session_id=7", 115),
    ],
)
def test_what_is_not_understood_is_refused_by_its_number(address: str, number: int) -> None:
    with pytest.raises(ProtocolRefusal) as refused:
        question_in(address, {}, b"")
    assert refused.value.number == number


def test_data_follow_the_statement() -> None:
    question = question_in("/?query=INSERT+INTO+t+FORMAT+Native", {}, b"\x00\x01")
    assert (question.statement, question.input, question.data) == (b"INSERT INTO t", "Native", b"\x00\x01")
    assert not question.is_reading


def test_data_may_stand_in_the_body_behind_the_statement() -> None:
    question = question_in("/", {}, b"insert into `d`.`t` (a, b) FORMAT Native\n\n FORMAT CSV\n")
    assert (question.statement, question.input) == (b"insert into `d`.`t` (a, b)", "Native")
    assert question.data == b"\n FORMAT CSV\n"


def test_an_insert_from_a_query_has_no_data() -> None:
    question = question_in("/?query=INSERT+INTO+t+SELECT+1", {}, b"")
    assert (question.statement, question.input, question.data) == (b"INSERT INTO t SELECT 1", "", b"")


@pytest.mark.parametrize(
    ("statement", "output", "is_streamed"),
    [
        ("SELECT 1 FORMAT Native", "Native", True),
        ("with 1 as x select x format JSON", "JSON", False),
        ("SELECT 'FORMAT CSV' FROM t", "TabSeparated", True),
        ("CREATE TABLE t (a UInt8) ENGINE = Memory", "TabSeparated", False),
    ],
)
def test_the_format_is_that_of_the_statement(statement: str, output: str, is_streamed: bool) -> None:
    question = question_in("/", {}, statement.encode())
    assert (question.output, question.is_streamed) == (output, is_streamed)


def test_settings_of_the_list_are_kept_and_the_http_ones_passed_over() -> None:
    question = question_in("/?query=SELECT+1&max_threads=1&compress=1&param_a=%27x", {}, b"")
    assert question.settings == {"max_threads": "1"}
    assert question.parameters == {"a": "'x"}
