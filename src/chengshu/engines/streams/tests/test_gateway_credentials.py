"""Admission from memory: what is refused, what goes on while the registry is away, and when sessions end."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

import pytest

from chengshu.engines.streams.gateway.admission import Admitted, Credentials
from chengshu.engines.streams.gateway.credentials import CachedAdmission
from chengshu.engines.streams.wire import Reason
from chengshu.foundation.testing import looping

NOW = 1_800_000_000.0


def row(code: str, device: int, secret: str, until: float | None = None, salt: str = "s") -> tuple[Any, ...]:
    return (code, device, salt, hashlib.sha256(f"{salt}{secret}".encode()).hexdigest(), until)


def proof(code: str, device: int, kind: str, digest: str) -> tuple[Any, ...]:
    return (code, device, kind, digest, None)


class Rows:
    """A registry whose rows the test sets; counts how often it is asked."""

    def __init__(self, *rows: tuple[Any, ...]) -> None:
        self.content = list(rows)
        self.is_away = False
        self.asked = 0

    async def rows(self, code: str | None = None) -> Iterable[tuple[Any, ...]]:
        self.asked += 1
        if self.is_away:
            raise OSError("the registry is away")
        return [each for each in self.content if code in (None, each[0])]


def admit(admission: CachedAdmission, client_id: str, secret: str | None, **more: Any) -> Admitted | Reason:
    shown = Credentials(
        "mqtt", client_id, more.pop("username", client_id), secret and secret.encode(), **more
    )
    return looping.run(admission.admit(shown))


def loaded(registry: Rows) -> CachedAdmission:
    admission = CachedAdmission(registry, clock=lambda: NOW)
    looping.run(admission.reload())
    return admission


@pytest.mark.parametrize(
    ("client_id", "secret", "username"),
    [
        ("a", "wrong", "a"),
        ("a", "", "a"),
        ("a", None, "a"),
        ("a", "old", "a"),
        ("a", "right", "b"),
        ("b", "right", "b"),
        ("", "right", ""),
    ],
)
def test_wrong_secrets_and_ended_ones_are_refused(client_id: str, secret: str | None, username: str) -> None:
    admission = loaded(Rows(row("a", 1, "right"), row("a", 1, "old", until=NOW - 1)))
    assert admit(admission, client_id, secret, username=username) is Reason.BAD_USER_NAME_OR_PASSWORD


def test_an_address_is_no_secret_and_no_certificate() -> None:
    digest = hashlib.sha256(b"10.0.0.7").hexdigest()
    admission = loaded(Rows(proof("log", 3, "address", digest)))
    assert admit(admission, "log", "10.0.0.7") is Reason.BAD_USER_NAME_OR_PASSWORD
    assert admit(admission, "log", None, address="10.0.0.7") is Reason.BAD_USER_NAME_OR_PASSWORD


def test_two_secrets_hold_while_a_device_changes_over() -> None:
    admission = loaded(Rows(row("a", 1, "old", until=NOW + 60), row("a", 1, "new", salt="t")))
    assert admit(admission, "a", "old") == Admitted(1, "a")
    assert admit(admission, "a", "new", username=None) == Admitted(1, "a")


def test_a_certificate_is_a_credential_of_its_own_device_only() -> None:
    fingerprint = hashlib.sha256(b"der").digest()
    admission = loaded(Rows(proof("a", 1, "certificate", fingerprint.hex()), row("b", 2, "secret")))
    assert admit(admission, "a", None, certificate=fingerprint) == Admitted(1, "a")
    assert admit(admission, "b", None, certificate=fingerprint) is Reason.BAD_USER_NAME_OR_PASSWORD


def test_syslog_senders_are_known_by_certificate_or_address() -> None:
    fingerprint, digest = hashlib.sha256(b"der").digest(), hashlib.sha256(b"10.0.0.7").hexdigest()
    admission = loaded(
        Rows(proof("a", 1, "certificate", fingerprint.hex()), proof("b", 2, "address", digest))
    )

    def heard(**shown: Any) -> Admitted | Reason:
        return looping.run(admission.admit(Credentials("syslog", **shown)))

    assert heard(address="10.0.0.8") is Reason.NOT_AUTHORIZED
    assert heard(address="10.0.0.7") == Admitted(2, "b")
    assert heard(address="10.0.0.8", certificate=fingerprint) == Admitted(1, "a")


def test_known_devices_connect_while_the_registry_is_away_and_others_may_try_later() -> None:
    registry = Rows(row("a", 1, "right"))
    admission = loaded(registry)
    registry.is_away = True
    assert admit(admission, "a", "right") == Admitted(1, "a")
    assert admit(admission, "new", "right") is Reason.SERVER_UNAVAILABLE
    with pytest.raises(OSError, match="away"):
        looping.run(admission.reload())
    assert admit(admission, "a", "right") == Admitted(1, "a")


def test_a_new_device_is_looked_up_once_and_a_stranger_not_again_and_again() -> None:
    registry = Rows()
    admission = loaded(registry)
    registry.content.append(row("new", 9, "right"))
    assert admit(admission, "new", "right") == Admitted(9, "new")
    asked = registry.asked
    assert admit(admission, "new", "right") == Admitted(9, "new")
    assert registry.asked == asked
    for _attempt in range(5):
        admit(admission, "stranger", "x")
    assert registry.asked == asked + 1


def test_a_reload_names_the_clients_whose_credentials_no_longer_hold() -> None:
    kept, changed, stopped = row("kept", 1, "k"), row("changed", 2, "c"), row("stopped", 3, "s")
    registry = Rows(kept, changed, stopped)
    admission = loaded(registry)
    registry.content = [kept, row("kept", 1, "another", salt="u"), row("changed", 2, "fresh", salt="u")]
    assert sorted(looping.run(admission.reload())) == ["changed", "stopped"]


def test_a_device_that_an_outside_broker_has_let_in_needs_a_credential_that_holds() -> None:
    registry = Rows(row("a", 1, "right"), row("b", 2, "old", until=NOW - 1))
    admission = loaded(registry)
    assert looping.run(admission.known("a")) == Admitted(1, "a")
    assert looping.run(admission.known("b")) is Reason.NOT_AUTHORIZED
    assert looping.run(admission.known("stranger")) is Reason.BAD_USER_NAME_OR_PASSWORD
    registry.is_away = True
    assert looping.run(admission.known("new")) is Reason.SERVER_UNAVAILABLE
