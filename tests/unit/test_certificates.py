"""How often Google's certificates are asked for, and what becomes of strange answers."""

import json
from collections.abc import Iterator

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from infra.local.service_tokens import TokenIssuer
from shared.adapters.google.certificates import Certificates
from shared.adapters.google.service_tokens import GoogleServiceTokens
from shared.domain.errors import ConfigurationWrong, Unauthenticated, Unavailable
from tests.clocks import ManualClock
from tests.servers import serve

STEP = "http://127.0.0.1:9000/advance_batch"
ACCOUNT = "tasks@demo-fanfold.iam.gserviceaccount.com"


class Place:
    """An address that answers what it is told to, and counts."""

    def __init__(self) -> None:
        self.status, self.body, self.headers, self.asked = 200, b"{}", {"Cache-Control": "max-age=600"}, 0
        self.url = ""

    def show(self, issuer: TokenIssuer) -> None:
        self.status, self.body = 200, json.dumps({issuer.key_id: issuer.certificate}).encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked += 1
        assert Request(scope).method == "GET"
        await Response(self.body, status_code=self.status, headers=self.headers)(scope, receive, send)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def place() -> Iterator[Place]:
    with serve() as server:
        made = Place()
        server.mount("/certs", made)
        made.url = f"{server.url}/certs/"
        yield made


@pytest.fixture
def issuer(clock: ManualClock) -> Iterator[TokenIssuer]:
    with TokenIssuer(account=ACCOUNT, clock=clock) as made:
        yield made


def test_many_tokens_need_the_certificates_once(clock: ManualClock, issuer: TokenIssuer) -> None:
    services = GoogleServiceTokens(clock=clock, certs_url=issuer.certs_url)
    for number in range(20):
        audience = f"{STEP}/{number}"
        assert services.verify(issuer.token(audience), audience=audience)["aud"] == audience
    assert issuer.fetched == 1


def test_forgers_cannot_make_us_ask_again_and_again(clock: ManualClock, issuer: TokenIssuer) -> None:
    services = GoogleServiceTokens(clock=clock, certs_url=issuer.certs_url)
    key = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
    forged = [
        jwt.encode(issuer.claims(STEP), key, algorithm="RS256", headers={"kid": f"unknown-{number}"})
        for number in range(50)
    ]
    for token in forged:
        with pytest.raises(Unauthenticated):
            services.verify(token, audience=STEP)
    assert issuer.fetched == 1
    clock.advance(11)
    for token in forged:
        with pytest.raises(Unauthenticated):
            services.verify(token, audience=STEP)
    assert issuer.fetched == 2


def test_a_key_that_is_new_at_google_is_found(clock: ManualClock, place: Place, issuer: TokenIssuer) -> None:
    services = GoogleServiceTokens(clock=clock, certs_url=place.url)
    place.show(issuer)
    services.verify(issuer.token(STEP), audience=STEP)
    newer = TokenIssuer(account=ACCOUNT, clock=clock)
    place.show(newer)
    clock.advance(11)
    assert services.verify(newer.token(STEP), audience=STEP)["email"] == ACCOUNT
    assert place.asked == 2
    with newer:
        pass


def test_certificates_are_asked_for_again_when_their_time_is_over(
    clock: ManualClock, place: Place, issuer: TokenIssuer
) -> None:
    certificates = Certificates(place.url, clock=clock)
    place.show(issuer)
    assert certificates.find(issuer.key_id) is not None
    clock.advance(599)
    assert certificates.find(issuer.key_id) is not None
    assert place.asked == 1
    clock.advance(1)
    place.body = json.dumps({"other": issuer.certificate}).encode()
    assert certificates.find(issuer.key_id) is None
    assert place.asked == 2


@pytest.mark.parametrize(
    ("said", "kept", "gone"), [("", 299, 1), ("max-age=1", 299, 1), ("max-age=x", 299, 1), ("max-age=999999999", 86_399, 1)]
)  # fmt: skip
def test_no_answer_makes_them_be_kept_too_short_or_too_long(
    clock: ManualClock, place: Place, issuer: TokenIssuer, said: str, kept: int, gone: int
) -> None:
    place.headers = {"Cache-Control": said}
    place.show(issuer)
    certificates = Certificates(place.url, clock=clock)
    certificates.find(issuer.key_id)
    clock.advance(kept)
    certificates.find(issuer.key_id)
    assert place.asked == 1
    clock.advance(gone)
    certificates.find(issuer.key_id)
    assert place.asked == 2


def test_while_google_is_silent_what_is_known_serves_for_a_day(
    clock: ManualClock, place: Place, issuer: TokenIssuer
) -> None:
    certificates = Certificates(place.url, clock=clock)
    place.show(issuer)
    certificates.find(issuer.key_id)
    place.status = 503
    clock.advance(3_600)
    assert certificates.find(issuer.key_id) is not None
    assert certificates.find(issuer.key_id) is not None
    assert place.asked == 2
    with pytest.raises(Unavailable):
        certificates.find("unknown")
    clock.advance(23 * 3_600)
    with pytest.raises(Unavailable, match="503"):
        certificates.find(issuer.key_id)


def test_a_silent_google_is_not_asked_by_every_request(clock: ManualClock, place: Place) -> None:
    place.status = 500
    certificates = Certificates(place.url, clock=clock)
    for _ in range(20):
        with pytest.raises(Unavailable):
            certificates.find("any")
    assert place.asked == 1


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"garbage", b"[]", b"{}", b'{"a": 7}', b'{"a": "-----BEGIN CERTIFICATE-----"}', b"[" * 300_000),
        json.dumps({str(number): "x" for number in range(51)}).encode(),
    ],
)
def test_an_answer_without_certificates_is_none(clock: ManualClock, place: Place, body: bytes) -> None:
    place.body = body
    with pytest.raises(Unavailable, match="certificates"):
        Certificates(place.url, clock=clock).find("any")


def test_a_redirection_is_not_followed(clock: ManualClock, place: Place, issuer: TokenIssuer) -> None:
    place.status, place.headers = 302, {"Location": issuer.certs_url}
    with pytest.raises(Unavailable, match="302"):
        Certificates(place.url, clock=clock).find(issuer.key_id)
    assert issuer.fetched == 0


def test_an_address_where_nobody_answers_is_unavailable(clock: ManualClock, issuer: TokenIssuer) -> None:
    gone = TokenIssuer(account=ACCOUNT, clock=clock)
    with gone:
        pass
    with pytest.raises(Unavailable, match="fetched"):
        Certificates(gone.certs_url, clock=clock).find("any")


def test_certificates_come_by_https_or_from_this_machine(clock: ManualClock) -> None:
    with pytest.raises(ConfigurationWrong, match="https"):
        Certificates("http://certs.example/v1", clock=clock)


def test_an_answer_without_an_end_is_not_read_to_its_end(clock: ManualClock, place: Place, issuer: TokenIssuer) -> None:
    place.show(issuer)
    place.body += b" " * 300_000
    with pytest.raises(Unavailable):
        Certificates(place.url, clock=clock).find(issuer.key_id)
