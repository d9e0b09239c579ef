"""What becomes of Firebase's answers, kind and strange, and of what is sent to it."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from google.auth.credentials import AnonymousCredentials
from google.oauth2.credentials import Credentials
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from shared.adapters.google.accounts import FirebaseAccounts
from shared.adapters.google.identity_toolkit import IdentityToolkit, Refused
from shared.domain.errors import ConfigurationWrong, Unavailable
from tests.clocks import ManualClock
from tests.servers import serve

KEY = "public-key"
# google-auth has no types.
NOBODY = AnonymousCredentials()  # type: ignore[no-untyped-call]
PERSON = Credentials(token="t")  # type: ignore[no-untyped-call]
BILLED = Credentials(token="t", quota_project_id="another")  # type: ignore[no-untyped-call]


class Firebase:
    """Answers what it is told to, and keeps what it was asked."""

    def __init__(self) -> None:
        self.status, self.body = 200, b"{}"
        self.headers: dict[str, str] = {}
        self.asked: list[tuple[str, str, dict[str, str], Any]] = []
        self.url = ""

    def refuse(self, message: str, status: int = 400) -> None:
        self.status, self.body = status, json.dumps({"error": {"code": status, "message": message}}).encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        self.asked.append((request.method, str(request.url), dict(request.headers), await request.json()))
        await Response(self.body, status_code=self.status, headers=self.headers)(scope, receive, send)


@pytest.fixture
def firebase() -> Iterator[Firebase]:
    with serve() as server:
        made = Firebase()
        server.mount("/", made)
        made.url = server.url
        yield made


@pytest.fixture
def toolkit(firebase: Firebase) -> Iterator[IdentityToolkit]:
    made = IdentityToolkit("our-project", api_key=KEY, url=firebase.url, credentials=NOBODY)
    yield made
    made.close()


def test_the_key_and_the_password_are_in_no_address(firebase: Firebase, toolkit: IdentityToolkit) -> None:
    firebase.body = b'{"idToken": "a.b.c"}'
    assert toolkit.sign_in("ana@example.org", "correct horse") == "a.b.c"
    [(method, url, headers, body)] = firebase.asked
    assert (method, url) == ("POST", f"{firebase.url}/v1/accounts:signInWithPassword")
    assert headers["x-goog-api-key"] == KEY
    assert "authorization" not in headers
    assert body == {"email": "ana@example.org", "password": "correct horse", "returnSecureToken": True}


def test_accounts_are_managed_without_the_public_key(firebase: Firebase, toolkit: IdentityToolkit) -> None:
    assert toolkit.find("mem_a") is None
    toolkit.create("mem_a", {"email": "ana@example.org"})
    toolkit.update("mem_a", {"disableUser": True})
    toolkit.delete("mem_a")
    base = f"{firebase.url}/v1/projects/our-project/accounts"
    assert [url for _, url, _, _ in firebase.asked] == [f"{base}:lookup", base, f"{base}:update", f"{base}:delete"]
    assert all("x-goog-api-key" not in headers for _, _, headers, _ in firebase.asked)


@pytest.mark.parametrize(("message", "code"), [("EMAIL_EXISTS", "EMAIL_EXISTS"), ("WEAK_PASSWORD : Short", "WEAK_PASSWORD")])  # fmt: skip
def test_a_refusal_is_told_by_firebases_own_word(
    firebase: Firebase, toolkit: IdentityToolkit, message: str, code: str
) -> None:
    firebase.refuse(message)
    with pytest.raises(Refused) as raised:
        toolkit.create("mem_a", {})
    assert raised.value.code == code


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, b'{"error": {"message": "INTERNAL"}}'),
        (403, b'{"error": {"message": "SECRET of the operator"}}'),
        (400, b'{"error": {"message": "API key not valid. SECRET"}}'),
        (400, b'{"error": "SECRET"}'),
        (400, b"[]"),
        (302, b"{}"),
        (200, b"[]"),
        (200, b"SECRET"),
        (200, b'{"idToken": 7}'),
    ],
)
def test_strange_answers_are_no_sign_in_and_tell_nothing(
    firebase: Firebase, toolkit: IdentityToolkit, status: int, body: bytes
) -> None:
    firebase.status, firebase.body, firebase.headers = status, body, {"Location": "/elsewhere"}
    with pytest.raises(Unavailable) as raised:
        toolkit.sign_in("ana@example.org", "correct horse")
    assert "SECRET" not in str(raised.value)
    assert len(firebase.asked) == 1


def test_a_firebase_that_cannot_be_reached_is_unavailable() -> None:
    toolkit = IdentityToolkit("p", api_key=KEY, url="http://127.0.0.1:1", credentials=NOBODY)
    with pytest.raises(Unavailable, match="does not answer"):
        toolkit.find("mem_a")
    toolkit.close()


def test_a_person_who_deploys_names_the_project_whose_quota_is_used(firebase: Firebase) -> None:
    for credentials, expected in ((PERSON, "our-project"), (BILLED, "another")):
        toolkit = IdentityToolkit("our-project", api_key=KEY, url=firebase.url, credentials=credentials)
        toolkit.find("mem_a")
        toolkit.close()
        assert firebase.asked[-1][2]["x-goog-user-project"] == expected


def test_passwords_go_by_https_or_stay_on_this_machine() -> None:
    with pytest.raises(ConfigurationWrong, match="https"):
        IdentityToolkit("our-project", api_key=KEY, url="http://firebase.example")
    with pytest.raises(ConfigurationWrong, match="https"):
        IdentityToolkit("our-project", api_key=KEY, emulator_host="auth.example:9099")


def test_without_a_key_nobody_can_sign_in_and_the_setting_is_named() -> None:
    accounts = FirebaseAccounts("our-project", api_key="", clock=ManualClock())
    with pytest.raises(Unavailable, match="FANFOLD_FIREBASE_API_KEY"):
        accounts.sign_in("ana@example.org", "correct horse")
