"""Gemini over TLS: the key goes to nobody whose certificate is not trusted."""

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from shared.domain.errors import ErrorKind, ProviderError
from tests.providers.gemini_models import ClockAt, request, speaking_to
from tests.providers.gemini_server import GeminiServer, Received
from tests.providers.replies import Reply


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with a fresh certificate for this machine, signed by itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Fanfold test")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "certificate.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
    return file


@pytest.fixture
def server(certificate: Path) -> Iterator[GeminiServer]:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    with GeminiServer(tls=tls) as running:
        yield running


def test_a_server_that_nobody_vouches_for_never_sees_the_key(server: GeminiServer) -> None:
    with speaking_to(server.url) as model, pytest.raises(ProviderError) as raised:
        model.generate(request())
    assert (raised.value.kind, raised.value.outcome_known) == (ErrorKind.UNAVAILABLE, True)
    assert server.calls == 0


def test_a_trusted_server_is_spoken_to_and_its_connection_used_again(
    server: GeminiServer, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with speaking_to(server.url) as model:
        assert model.generate(request()).media_type == "image/png"
        assert model.generate(request()).media_type == "image/png"
    assert server.calls == 2
    assert server.connections == 1


def test_the_deadline_holds_over_tls_too(
    server: GeminiServer, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    clock = ClockAt()

    def dribble(_: Received) -> Reply:
        clock.ahead_seconds += 1_000
        return Reply(manner="dribble")

    server.script = dribble
    with speaking_to(server.url, clock) as model, pytest.raises(ProviderError) as raised:
        model.generate(request(deadline_seconds=900.0))
    assert (raised.value.kind, raised.value.outcome_known) == (ErrorKind.TIMEOUT, False)
