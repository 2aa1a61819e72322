"""Webhooks over TLS: whoever is called by number must still prove the name."""

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from services.ledger.adapters.webhook_http import Caller, NotTaken, networks_of
from tests.service.ledger.receiver import receiving


def a_certificate(folder: Path, name: str) -> Path:
    """A key and a certificate for a name, that nobody else has signed."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / f"{name}.pem"
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)
    file.write_bytes(private + made.public_bytes(pem))
    return file


@pytest.mark.parametrize(("name", "taken"), [("localhost", True), ("elsewhere", False)])
async def test_though_called_by_number_an_address_must_prove_its_name(
    tmp_path: Path, name: str, taken: bool
) -> None:
    file = a_certificate(tmp_path, name)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(file)
    trusting = ssl.create_default_context(cafile=file)
    async with receiving(server) as receiver:
        url = f"https://localhost:{receiver.port}/hook"
        async with Caller(url, networks_of("127.0.0.0/8, ::1/128"), trusting) as caller:
            if taken:
                await caller.post(b"{}", {"webhook-id": "1"})
                assert receiver.came[0].headers["host"] == f"localhost:{receiver.port}"
            else:
                with pytest.raises(NotTaken, match="ConnectError"):
                    await caller.post(b"{}", {"webhook-id": "1"})
    assert bool(receiver.came) is taken


async def test_an_address_that_no_authority_vouches_for_is_not_called(tmp_path: Path) -> None:
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(a_certificate(tmp_path, "localhost"))
    async with receiving(server) as receiver:
        url = f"https://localhost:{receiver.port}/hook"
        async with Caller(url, networks_of("127.0.0.0/8, ::1/128"), ssl.create_default_context()) as caller:
            with pytest.raises(NotTaken):
                await caller.post(b"{}", {"webhook-id": "1"})
    assert receiver.came == []
