"""TLS at the gateway, and client certificates as credentials."""

from __future__ import annotations

import datetime
import hashlib
import ssl
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from chengshu.engines.streams import wire
from chengshu.engines.streams.gateway.serving import Doors
from chengshu.engines.streams.tests.gateways import KnownDevices, connected, run, serving, spooled


def certificate(folder: Path, name: str, usage: str) -> tuple[Path, Path, bytes]:
    """A self-signed certificate with its key, and its fingerprint."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    begin = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(begin)
        .not_valid_after(begin + datetime.timedelta(days=36_500))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / f"{usage}.pem", folder / f"{usage}.key"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return public, private, hashlib.sha256(made.public_bytes(serialization.Encoding.DER)).digest()


def client_context(server: Path, *own: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(server))
    if own:
        context.load_cert_chain(*own)
    return context


def test_a_client_certificate_admits_and_a_stranger_without_one_is_refused(tmp_path: Path) -> None:
    public, private, _ = certificate(tmp_path, "gateway", "server")
    own, own_key, fingerprint = certificate(tmp_path, "sensor", "client")
    spool = tmp_path / "spool"

    async def talk() -> None:
        devices = KnownDevices(certificates={fingerprint: 42})
        doors = Doors(any_port=True, certificate=(public, private), authorities=own)
        async with serving(spool, devices, doors=doors) as gateway:
            port = gateway.ports["mqtt_tls"]
            known = {"ssl": client_context(public, own, own_key), "server_hostname": "gateway"}
            async with connected(port, **known) as client:
                client.send(wire.Connect(wire.V311, "pump-house"), wire.Publish("up/properties", b"x", 1, 1))
                assert await client.receive() == wire.Connack()
                assert await client.receive() == wire.Puback(1)
            unknown = {"ssl": client_context(public), "server_hostname": "gateway"}
            async with connected(port, **unknown) as client:
                client.send(wire.Connect(wire.V311, "pump-house"))
                assert await client.receive() == wire.Connack(code=4)

    run(talk())
    assert [raw.device for raw in spooled(spool)] == [42]
