"""What a check is told is complete and right, or the field that is not is named."""

from __future__ import annotations

from typing import Any

import pytest

from chengshu.engines.probes.guarding import Guard, read_networks
from chengshu.engines.probes.kinds import PARAMETERS, CheckKind, read_parameters, secrets_named
from chengshu.engines.probes.window import read_times
from chengshu.foundation.errors import InvalidInput


@pytest.mark.parametrize(
    ("kind", "given", "field"),
    [
        ("gopher", {}, "kind"),
        ("http", {}, "url"),
        ("http", {"url": "ftp://example.com/"}, "url"),
        ("http", {"url": "https://user:word@example.com/"}, "url"),
        ("http", {"url": "https://exa mple.com/"}, "url"),
        ("http", {"url": "https://example.com:99999/"}, "url"),
        ("http", {"url": "file:///etc/passwd"}, "url"),
        ("http", {"url": "https://example.com/", "status": "99"}, "status"),
        ("http", {"url": "https://example.com/", "status": "299-200"}, "status"),
        ("http", {"url": "https://example.com/", "redirects": "9"}, "redirects"),
        ("http", {"url": "https://example.com/", "method": "DELETE"}, "method"),
        ("http", {"url": "https://example.com/", "method": "HEAD", "contains": "x"}, "method"),
        ("http", {"url": "https://example.com/", "most_ms": "fast"}, "most_ms"),
        ("http", {"url": "https://example.com/", "colour": "red"}, "colour"),
        ("tcp", {"host": "example.com"}, "port"),
        ("tcp", {"host": "example.com", "port": "0"}, "port"),
        ("tcp", {"host": "999.1.1.1", "port": "80"}, "host"),
        ("tcp", {"host": "-rf", "port": "80"}, "host"),
        ("icmp", {"host": ""}, "host"),
        ("tls", {"host": "example.com", "days_left": "-1"}, "days_left"),
        ("dns", {"name": "example.com", "record": "AXFR"}, "record"),
        ("mqtt", {"host": "example.com", "topic": ""}, "topic"),
        ("postgres", {"host": "db.example.com"}, "database"),
        ("login", {"steps": "{"}, "steps"),
        ("login", {"steps": "[]"}, "steps"),
        ("login", {"steps": [{"url": "https://a.cn/", "shell": "x"}]}, "steps"),
        ("login", {"steps": [{"url": "https://a.cn/", "fields": {"a": {"file": "x"}}}]}, "steps"),
        ("login", {"steps": [{"url": "https://a.cn/", "redirects": True}]}, "steps"),
    ],
)
def test_what_is_wrong_is_named(kind: str, given: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_parameters(kind, given)
    assert caught.value.field == field


@pytest.mark.parametrize("kind", CheckKind.values)
def test_every_kind_has_parameters_with_words(kind: str) -> None:
    assert PARAMETERS[kind]
    assert all(str(one.title) for one in PARAMETERS[kind])


def test_defaults_are_filled_in_and_read_again_as_they_are() -> None:
    read = read_parameters("http", {"url": "https://www.example.gov.cn/"})
    assert (read["method"], read["status"], read["redirects"], read["most_ms"]) == ("GET", "200-299", 0, None)
    assert read_parameters("http", read) == read


def test_the_secrets_of_a_login_are_found() -> None:
    steps = [{"url": "https://a.cn/", "fields": {"p": {"secret": "portal"}, "t": {"from_page": "t"}}}]
    assert secrets_named("login", read_parameters("login", {"steps": steps})) == {"portal"}


@pytest.mark.parametrize("text", ["25:00-26:00", "12:00-08:00", "08:00", "08:00-12:00 11:00-13:00", "x"])
def test_a_window_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_times(text)
    assert caught.value.field == "window_times"


@pytest.mark.parametrize(
    ("address", "port"),
    [
        ("127.0.0.1", 5432),
        ("10.1.2.4", 80),
        ("10.1.2.3", 81),
        ("169.254.169.254", 80),
        ("::ffff:127.0.0.1", 80),
        ("fd00::2", 443),
    ],
)
def test_what_nobody_allowed_is_not_reached(address: str, port: int) -> None:
    guard = Guard(read_networks(["10.2.0.0/16", "10.1.2.3:80", "[fd00::1]:443"]), ("127.0.0.1", 8600))
    assert not guard.admits(address, port)


def test_what_was_allowed_is_reached() -> None:
    guard = Guard(read_networks(["10.2.0.0/16", "10.1.2.3:80", "[fd00::1]:443"]), ("127.0.0.1", 8600))
    for address, port in (("10.2.9.9", 1), ("10.1.2.3", 80), ("fd00::1", 443), ("127.0.0.1", 8600)):
        assert guard.admits(address, port)
