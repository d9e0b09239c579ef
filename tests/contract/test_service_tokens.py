"""What every verifier of services' tokens promises, over tokens as their issuers sign them and as forgers would."""

import base64
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from infra.local.service_tokens import TokenIssuer
from shared.adapters.embedded.service_tokens import LocalServiceTokens
from shared.adapters.google.service_tokens import GoogleServiceTokens
from shared.domain.errors import Unauthenticated
from shared.ports.service_tokens import ServiceTokens
from tests.clocks import ManualClock

STEP = "http://127.0.0.1:9000/advance_batch"
IMAGE = "http://127.0.0.1:9000/generate_image"
ACCOUNT = "tasks@demo-fanfold.iam.gserviceaccount.com"


class Stack(Protocol):
    """A verifier, its issuer, and what a forger can do."""

    clock: ManualClock
    services: ServiceTokens

    def token(self, audience: str) -> str: ...

    def signed(self, claims: Mapping[str, Any], headers: Mapping[str, Any] | None = None) -> str:
        """Signed by the right key, whatever it says."""
        ...

    def public_pem(self) -> bytes:
        """What everybody knows of the key."""
        ...

    def by_another_key(self, token: str) -> str:
        """The same token as somebody else would sign it."""
        ...


class Embedded:
    def __init__(self) -> None:
        self.clock, self.key = ManualClock(), Ed25519PrivateKey.generate()
        self.issuer = LocalServiceTokens(self.key, clock=self.clock, account=ACCOUNT)
        self.services: ServiceTokens = self.issuer

    def token(self, audience: str) -> str:
        return self.issuer.token(audience)

    def signed(self, claims: Mapping[str, Any], headers: Mapping[str, Any] | None = None) -> str:
        return jwt.encode(dict(claims), self.key, algorithm="EdDSA", headers=dict(headers or {}))

    def public_pem(self) -> bytes:
        return self.key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    def by_another_key(self, token: str) -> str:
        return jwt.encode(claims_of(token), Ed25519PrivateKey.generate(), algorithm="EdDSA")


class Google:
    def __init__(self, clock: ManualClock, issuer: TokenIssuer) -> None:
        self.clock, self.issuer = clock, issuer
        self.services: ServiceTokens = GoogleServiceTokens(clock=clock, certs_url=issuer.certs_url)

    def token(self, audience: str) -> str:
        return self.issuer.token(audience)

    def signed(self, claims: Mapping[str, Any], headers: Mapping[str, Any] | None = None) -> str:
        return self.issuer.signed(claims)

    def public_pem(self) -> bytes:
        key = x509.load_pem_x509_certificate(self.issuer.certificate.encode()).public_key()
        return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)

    def by_another_key(self, token: str) -> str:
        key = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
        return jwt.encode(claims_of(token), key, algorithm="RS256", headers={"kid": self.issuer.key_id})


@contextmanager
def embedded() -> Iterator[Stack]:
    yield Embedded()


@contextmanager
def google() -> Iterator[Stack]:
    clock = ManualClock()
    with TokenIssuer(account=ACCOUNT, clock=clock) as issuer:
        yield Google(clock, issuer)


STACKS = {"embedded": embedded, "google": google}


@pytest.fixture(params=STACKS)
def stack(request: pytest.FixtureRequest) -> Iterator[Stack]:
    with STACKS[request.param]() as made:
        yield made


def claims_of(token: str) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return claims


def part(said: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(said).encode()).rstrip(b"=").decode()


def hmac_signed(claims: Mapping[str, Any], secret: bytes, kid: str | None) -> str:
    """What PyJWT would rather not sign: HS256 with a public key as the secret."""
    import hashlib
    import hmac

    said = f"{part({'alg': 'HS256', 'typ': 'JWT', 'kid': kid})}.{part(dict(claims))}"
    signature = hmac.new(secret, said.encode(), hashlib.sha256).digest()
    return f"{said}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def test_a_service_is_known_by_its_token_at_the_function_it_calls(stack: Stack) -> None:
    token = stack.token(STEP)
    claims = stack.services.verify(token, audience=STEP)
    assert (claims["aud"], claims["email"]) == (STEP, ACCOUNT)
    assert set(claims) == {"iss", "aud", "sub", "email"}
    assert {"iss", "aud", "sub", "email", "email_verified", "iat", "exp"} <= set(claims_of(token))
    assert stack.services.verify(token, audience=STEP) == claims


def test_a_service_token_opens_no_other_function(stack: Stack) -> None:
    token = stack.token(STEP)
    stack.services.verify(token, audience=STEP)
    with pytest.raises(Unauthenticated):
        stack.services.verify(token, audience=IMAGE)


def test_a_service_token_ends_although_it_was_verified_before(stack: Stack) -> None:
    token = stack.token(STEP)
    stack.clock.advance(1_800)
    stack.services.verify(token, audience=STEP)
    stack.clock.advance(1_800 - 1)
    stack.services.verify(token, audience=STEP)
    stack.clock.advance(60)
    with pytest.raises(Unauthenticated, match="expired"):
        stack.services.verify(token, audience=STEP)


def test_a_service_token_is_made_anew_before_it_ends(stack: Stack) -> None:
    first = stack.token(STEP)
    stack.clock.advance(50 * 60)
    assert stack.token(STEP) == first
    stack.clock.advance(6 * 60)
    second = stack.token(STEP)
    assert second != first
    stack.clock.advance(30 * 60)
    assert stack.services.verify(second, audience=STEP)["aud"] == STEP


def test_tokens_of_another_installation_are_refused(stack: Stack) -> None:
    for other in STACKS.values():
        with other() as elsewhere, pytest.raises(Unauthenticated):
            stack.services.verify(elsewhere.token(STEP), audience=STEP)


def test_a_token_by_another_key_is_refused(stack: Stack) -> None:
    token = stack.token(STEP)
    forged = stack.by_another_key(token)
    assert claims_of(forged) == claims_of(token)
    for _ in range(2):
        with pytest.raises(Unauthenticated):
            stack.services.verify(forged, audience=STEP)
    assert stack.services.verify(token, audience=STEP)["email"] == ACCOUNT


def test_a_token_that_was_changed_or_signed_by_what_everybody_knows_is_refused(stack: Stack) -> None:
    token = stack.token(STEP)
    head, body, signature = token.split(".")
    kid = jwt.get_unverified_header(token).get("kid")
    changed = part(claims_of(token) | {"email": "someone@else.example"})
    none = part({"alg": "none", "typ": "JWT", "kid": kid})
    for forged in (
        f"{head}.{changed}.{signature}",
        f"{none}.{body}.",
        f"{none}.{body}.{signature}",
        f"{head}.{body}.",
        f"{head}.{body}",
        hmac_signed(claims_of(token), stack.public_pem(), kid),
    ):
        with pytest.raises(Unauthenticated):
            stack.services.verify(forged, audience=STEP)


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://elsewhere.example"},
        {"iss": None},
        {"aud": IMAGE},
        {"aud": [STEP, IMAGE]},
        {"aud": None},
        {"sub": None},
        {"email": None},
        {"email": ["a", "b"]},
        {"email_verified": False},
        {"email_verified": "true"},
        {"email_verified": None},
        {"exp": None},
        {"exp": "tomorrow"},
        {"exp": 10**400},
        {"exp": True},
        {"exp": 4_000_000_000},
        {"iat": None},
        {"iat": 4_000_000_000},
        {"nbf": 4_000_000_000},
        {"nbf": "now"},
    ],
)
def test_a_token_by_the_right_key_that_says_what_none_of_ours_says_is_refused(
    stack: Stack, changes: dict[str, Any]
) -> None:
    said = claims_of(stack.token(STEP))
    assert stack.services.verify(stack.signed(said), audience=STEP)["email"] == ACCOUNT
    kept = {name: value for name, value in (said | changes).items() if value is not None}
    with pytest.raises(Unauthenticated):
        stack.services.verify(stack.signed(kept), audience=STEP)


def test_a_token_of_the_past_is_refused(stack: Stack) -> None:
    said = claims_of(stack.token(STEP))
    old = said | {"iat": said["iat"] - 7_200, "exp": said["exp"] - 7_200}
    with pytest.raises(Unauthenticated, match="expired"):
        stack.services.verify(stack.signed(old), audience=STEP)


@pytest.mark.parametrize(
    "garbage",
    [
        "",
        ".",
        "..",
        "a.b.c",
        "x" * 100_000,
        "é.é.é",
        "\ud800",
        "\0",
        base64.urlsafe_b64encode(b"[" * 5_000).decode() + ".e30.AA",
        f"{part({'alg': 'RS256', 'kid': 7})}.e30.AA",
        f"{part({'alg': 'RS256', 'kid': 'k' * 300})}.e30.AA",
        f"{part({'alg': 'RS256'})}.e30.AA",
        f"{part({'alg': ['RS256'], 'kid': 'k'})}.e30.AA",
        f"{part(['RS256'])}.e30.AA",
    ],
)
def test_garbage_is_no_token(stack: Stack, garbage: str) -> None:
    with pytest.raises(Unauthenticated):
        stack.services.verify(garbage, audience=STEP)
