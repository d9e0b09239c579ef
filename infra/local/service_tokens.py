"""What signs services' tokens on Google Cloud, played on this machine: an issuer with a throw-away key, and its certificates."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from types import TracebackType
from typing import Self

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from shared.ports.clock import Clock

ISSUER = "https://accounts.google.com"
SECONDS = 3600
LOOPBACK = "127.0.0.1"
_RENEW_BEFORE_SECONDS = 300
_KEY_BITS = 2048
_POLL_SECONDS = 0.05


class TokenIssuer:
    """Signs as Google does (RS256, `iss` https://accounts.google.com) for one service account.

    `certs_url` answers with its certificates in Google's form; a context manager serves them until its block ends.
    """

    def __init__(self, *, account: str, clock: Clock) -> None:
        self.account = account
        self._clock = clock
        self._key = rsa.generate_private_key(public_exponent=65_537, key_size=_KEY_BITS)
        self.certificate = _certificate(self._key)
        self.key_id = self._certificate_name()
        self._lock = Lock()
        self._issued: dict[str, tuple[str, int]] = {}
        self._server = _CertificateServer({self.key_id: self.certificate})
        self.certs_url = f"http://{LOOPBACK}:{self._server.server_address[1]}/oauth2/v1/certs"
        self._thread = Thread(
            target=self._server.serve_forever, args=(_POLL_SECONDS,), name="certificates", daemon=True
        )

    def token(self, audience: str) -> str:
        """A token for the function at the URL `audience`; the same one until five minutes before its end."""
        now = int(self._clock.now().timestamp())
        with self._lock:
            token, expires = self._issued.get(audience, ("", 0))
            if now < expires - _RENEW_BEFORE_SECONDS:
                return token
            token = self.signed(self.claims(audience))
            self._issued[audience] = (token, now + SECONDS)
            return token

    def claims(self, audience: str) -> dict[str, str | int | bool]:
        """What a token of this moment says."""
        now = int(self._clock.now().timestamp())
        return {
            "iss": ISSUER,
            "aud": audience,
            "azp": self.account,
            "sub": "100000000000000000001",
            "email": self.account,
            "email_verified": True,
            "iat": now,
            "exp": now + SECONDS,
        }

    def signed(self, claims: Mapping[str, object]) -> str:
        """A token that says this, whatever it is."""
        return jwt.encode(dict(claims), self._key, algorithm="RS256", headers={"kid": self.key_id})

    @property
    def fetched(self) -> int:
        """How often the certificates were asked for."""
        return self._server.fetched

    def start(self) -> None:
        """Serve the certificates from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Serve them no longer, and free the port."""
        self._server.shutdown()
        self._server.server_close()

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop."""
        self.stop()

    def _certificate_name(self) -> str:
        return x509.load_pem_x509_certificate(self.certificate.encode()).fingerprint(hashes.SHA256()).hex()[:40]


class _CertificateServer(ThreadingHTTPServer):
    """Answers every GET with the certificates."""

    daemon_threads = True

    def __init__(self, certificates: Mapping[str, str]) -> None:
        super().__init__((LOOPBACK, 0), _Handler)
        self.body = json.dumps(certificates).encode()
        self.fetched = 0


class _Handler(BaseHTTPRequestHandler):
    server: _CertificateServer
    timeout = 10

    def do_GET(self) -> None:
        self.server.fetched += 1
        self.send_response(200)
        self.send_header("Content-Type", "application/json; charset=UTF-8")
        self.send_header("Cache-Control", "public, max-age=20000, must-revalidate, no-transform")
        self.send_header("Content-Length", str(len(self.server.body)))
        self.end_headers()
        self.wfile.write(self.server.body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _certificate(key: rsa.RSAPrivateKey) -> str:
    """A certificate of this key by itself, in PEM; nobody reads its dates."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "fanfold.local")])
    begins = datetime(2026, 1, 1, tzinfo=UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + timedelta(days=3_650))
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM).decode()
