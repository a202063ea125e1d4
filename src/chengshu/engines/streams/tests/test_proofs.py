"""Certificates and addresses as credentials: who may issue them, what is refused, and that the gateway honours them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from chengshu.engines.streams import actions
from chengshu.engines.streams.gateway.admission import Admitted, Credentials
from chengshu.engines.streams.gateway.credentials import ALL, CachedAdmission
from chengshu.engines.streams.models import Credential
from chengshu.engines.streams.proofs import read_address, read_certificate
from chengshu.engines.streams.tests.builders import a_device
from chengshu.engines.streams.tests.gateways import KnownDevices, run, serving, spooled
from chengshu.engines.streams.tests.test_gateway_http import answers, request
from chengshu.engines.streams.tests.test_gateway_tls import certificate
from chengshu.foundation.audit.models import AuditEntry
from chengshu.foundation.errors import Conflict, InvalidInput, Refused
from chengshu.foundation.testing import looping

As = Callable[[str], Any]
SignedIn = Callable[[str], Client]
FINGERPRINT = hashlib.sha256(b"der").hexdigest()


class Table:
    """The rows as the gateway reads them."""

    async def rows(self, code: str | None = None) -> list[tuple[Any, ...]]:
        return self.read()

    def read(self) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(ALL)
            self.content = cursor.fetchall()
        return self.content


class Read:
    """A registry that gives what was read before: no table is asked from within a loop."""

    def __init__(self) -> None:
        self.content = Table().read()

    async def rows(self, code: str | None = None) -> list[tuple[Any, ...]]:
        return self.content


def heard(**shown: Any) -> Admitted | None:
    """The device that the gateway takes this for."""
    admission = CachedAdmission(Read())
    looping.run(admission.reload())
    verdict = looping.run(admission.admit(Credentials(**shown)))
    return verdict if isinstance(verdict, Admitted) else None


@pytest.mark.parametrize(
    "typed", ["", "abc", "ab" * 31, "-----BEGIN CERTIFICATE-----\nAA\n-----END CERTIFICATE-----"]
)
def test_what_is_no_certificate_is_refused(typed: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_certificate(typed, timezone.now())
    assert refused.value.field == "certificate"


def test_a_private_key_is_refused_and_an_old_certificate_too(tmp_path: Path) -> None:
    public, private, fingerprint = certificate(tmp_path, "sensor", "client")
    for typed in (private.read_text(), public.read_text() + private.read_text()):
        with pytest.raises(InvalidInput):
            read_certificate(typed, timezone.now())
    found = read_certificate(public.read_text(), timezone.now())
    assert (found.digest, "CN=sensor" in found.shown) == (fingerprint.hex(), True)
    with pytest.raises(InvalidInput):
        read_certificate(public.read_text(), timezone.now().replace(year=2200))
    assert read_certificate(fingerprint.hex(":").upper(), timezone.now()).digest == fingerprint.hex()


@pytest.mark.parametrize(
    "typed", ["", "10.0.0.0/8", "gateway", "127.0.0.1", "::1", "::", "224.0.0.1", "::ffff:127.0.0.1"]
)
def test_an_address_of_nobody_or_of_many_is_refused(typed: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_address(typed)
    assert refused.value.field == "address"


def test_an_address_is_read_as_the_gateway_sees_it() -> None:
    assert read_address(" ::ffff:10.0.0.7 ").shown == "10.0.0.7"
    assert read_address("2001:DB8:0::1").shown == "2001:db8::1"


@pytest.mark.usefixtures("district")
def test_who_has_no_power_issues_and_ends_nothing(as_persona: As) -> None:
    mqtt, log = a_device("WL-1"), a_device("LOG-1", protocol="syslog")
    given = actions.issue_certificate(device=mqtt, certificate=FINGERPRINT)
    with as_persona("handling_unit_officer"):
        for refused in (
            lambda: actions.issue_certificate(device=mqtt, certificate=FINGERPRINT),
            lambda: actions.issue_address(device=log, address="10.0.0.7"),
            lambda: actions.end_credential(credential=given, reason="遗失"),
        ):
            with pytest.raises(Refused):
                refused()
    assert Credential.objects.get().valid_until is None


@pytest.mark.usefixtures("district")
def test_a_certificate_stands_for_one_device_until_it_is_ended() -> None:
    first, second = a_device("WL-1"), a_device("WL-2")
    given = actions.issue_certificate(device=first, certificate=FINGERPRINT)
    shown = {"channel": "mqtt", "certificate": bytes.fromhex(FINGERPRINT)}
    assert heard(client_id="WL-1", **shown) == Admitted(first.pk, "WL-1")
    assert heard(client_id="WL-2", **shown) is None
    with pytest.raises(Conflict):
        actions.issue_certificate(device=second, certificate=FINGERPRINT)
    actions.issue_credential(device=first, overlap_h=0)
    assert heard(client_id="WL-1", **shown) is not None, "a new secret does not end a certificate"
    with pytest.raises(InvalidInput):
        actions.end_credential(credential=given, reason=" ")
    actions.end_credential(credential=given, reason="设备遗失")
    assert heard(client_id="WL-1", **shown) is None
    with pytest.raises(Conflict):
        actions.end_credential(credential=given, reason="设备遗失")
    actions.issue_certificate(device=second, certificate=FINGERPRINT)
    assert heard(client_id="WL-2", **shown) == Admitted(second.pk, "WL-2")


@pytest.mark.usefixtures("district")
def test_an_address_stands_for_a_syslog_or_http_device_and_for_no_mqtt_device() -> None:
    with pytest.raises(InvalidInput):
        actions.issue_address(device=a_device("WL-1"), address="10.0.0.7")
    log, web = a_device("LOG-1", protocol="syslog"), a_device("WEB-1", protocol="http")
    with pytest.raises(InvalidInput):
        actions.issue_certificate(device=web, certificate=FINGERPRINT)
    actions.issue_address(device=log, address="10.0.0.7")
    actions.issue_address(device=web, address="10.0.0.8")
    assert heard(channel="syslog", address="10.0.0.7") == Admitted(log.pk, "LOG-1")
    assert heard(channel="http", address="::ffff:10.0.0.8") == Admitted(web.pk, "WEB-1")
    assert heard(channel="http", address="10.0.0.8", client_id="", username="", password=b"") is None
    assert heard(channel="mqtt", address="10.0.0.8") is None
    actions.revoke_credential(device=web, reason="停用")
    assert heard(channel="http", address="10.0.0.8") is None


@pytest.mark.usefixtures("district")
def test_a_stopped_device_gets_none_and_a_pasted_key_is_not_kept(as_persona: As, tmp_path: Path) -> None:
    device = a_device("DB-1", "data-bureau")
    _public, private, _fingerprint = certificate(tmp_path, "sensor", "client")
    with as_persona("integrator"), pytest.raises(InvalidInput):
        actions.issue_certificate(device=device, certificate=private.read_text())
    entry = AuditEntry.objects.filter(action="streams.issue_certificate").latest("id")
    assert "PRIVATE" not in str(vars(entry))
    actions.set_device_state(device=device, state="stopped", reason="拆除")
    with pytest.raises(Conflict):
        actions.issue_certificate(device=device, certificate=FINGERPRINT)


def test_a_known_address_hands_in_by_http_without_a_token(tmp_path: Path) -> None:
    devices = KnownDevices(addresses={"127.0.0.1": 42})

    async def talk() -> list[tuple[int, dict[str, Any]]]:
        async with serving(tmp_path, devices) as gateway:
            return await answers(gateway.ports["http"], request(b"{}", head=b""))

    assert run(talk()) == [(200, {"accepted": 1})]
    assert [raw.device for raw in spooled(tmp_path)] == [42]


@pytest.mark.usefixtures("district")
def test_certificates_and_addresses_are_issued_and_ended_on_the_page(
    signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chengshu.engines.streams.pages import devices as device_pages
    from chengshu.foundation.errors import Unavailable

    def away() -> None:
        raise Unavailable("away")

    monkeypatch.setattr(device_pages, "columns", away)
    a_device("LOG-1", "data-bureau", protocol="syslog")
    client = signed_in("integrator")
    page = "/streams/devices/LOG-1/"
    for step, typed in (("issue_certificate", {"certificate": "?"}), ("issue_address", {"address": "?"})):
        answer = client.post(f"{page}{step}/", typed)
        (field,) = typed
        assert (answer.status_code, f'id="id_{field}-error"' in answer.content.decode()) == (422, True)
    assert client.post(f"{page}issue_certificate/", {"certificate": FINGERPRINT}).status_code == 302
    assert client.post(f"{page}issue_address/", {"address": "10.0.0.7"}).status_code == 302
    shown = client.get(page).content.decode()
    assert ("10.0.0.7" in shown, FINGERPRINT[:32] in shown) == (True, True)
    given = Credential.objects.get(shown="10.0.0.7")
    assert client.post(f"{page}end_credential/", {"credential": given.pk, "reason": "x"}).status_code == 422
    ended = client.post(f"{page}end_credential/", {"credential": given.pk, "reason": "改用证书"})
    assert ended.status_code == 302
    given.refresh_from_db()
    assert given.valid_until is not None
    assert client.post(f"{page}end_credential/", {"credential": "0", "reason": "改用证书"}).status_code == 404
