"""Each function as it is deployed: started from the unpacked archive in a process of its own, spoken to over HTTP."""

import base64
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from http.client import HTTPResponse
from itertools import cycle
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.adapters.embedded.keys import KeyFolder
from shared.adapters.embedded.service_tokens import LocalServiceTokens
from shared.adapters.embedded.state_folder import StateFolder
from shared.adapters.system import SystemClock, SystemIds
from shared.ports.clock import Clock
from shared.version import VERSION
from tests.clocks import ManualClock
from tests.deployed import DESCRIPTIONS, Deployed, Layout

INNER = sorted(name for name, said in DESCRIPTIONS.items() if said["trigger"]["type"] != "http")
FUNCTIONS_URL = "https://region-project.functions.test"
# As terraform/settings.tf tells every function.
PRODUCTION = {
    "FANFOLD_STACK": "google",
    "FANFOLD_PROJECT": "my-project",
    "FANFOLD_REGION": "europe-west1",
    "FANFOLD_BUCKET": "my-project-objects",
    "FANFOLD_UPLOAD_BUCKET": "my-project-uploads",
    "FANFOLD_TASK_ACCOUNT": "tasks@my-project.iam.gserviceaccount.com",
    "FANFOLD_FUNCTIONS_URL": FUNCTIONS_URL,
    "FANFOLD_PUBLIC_URL": f"{FUNCTIONS_URL}/api",
    "FANFOLD_PAGE_KEY": base64.b64encode(bytes(32)).decode(),
}


class Issuer:
    """Services' tokens: the right ones of a function's own stack, and wrong ones in every way."""

    def __init__(self, key: Ed25519PrivateKey, function: str) -> None:
        self._key = key
        self._audience = f"{FUNCTIONS_URL}/{function}"

    def right(self) -> str:
        return self._services().token(self._audience)

    def wrong(self) -> dict[str, str | None]:
        now = SystemClock().now()
        return {
            "no token": None,
            "garbage": "a.b.c",
            "another key": self._services(key=Ed25519PrivateKey.generate()).token(self._audience),
            "another issuer": self._services(issuer="https://else.where").token(self._audience),
            "another function's": self._services().token(f"{FUNCTIONS_URL}/another"),
            "another account": self._services(account="stranger@else.where").token(self._audience),
            "expired": self._services(clock=ManualClock(now - timedelta(hours=3))).token(self._audience),
        }

    def _services(
        self,
        *,
        key: Ed25519PrivateKey | None = None,
        clock: Clock | None = None,
        issuer: str = "https://fanfold.local/services",
        account: str = "tasks@fanfold.local",
    ) -> LocalServiceTokens:
        return LocalServiceTokens(key or self._key, clock=clock or SystemClock(), issuer=issuer, account=account)


@pytest.fixture(scope="module")
def layout(tmp_path_factory: pytest.TempPathFactory) -> Layout:
    return Layout(tmp_path_factory.mktemp("deployed"))


def start(layout: Layout, name: str, home: Path) -> tuple[Deployed, Issuer]:
    folder = StateFolder(home, ids=SystemIds())
    key = KeyFolder(folder.keys).signing_key("services")
    folder.close()
    settings = {"FANFOLD_HOME": str(home), "FANFOLD_FUNCTIONS_URL": FUNCTIONS_URL}
    return Deployed(layout, name, settings), Issuer(key, name)


@pytest.fixture(scope="module")
def running(layout: Layout) -> Iterator[dict[str, tuple[Deployed, Issuer]]]:
    """Every function; they start side by side."""
    with ExitStack() as stack:
        folder = layout.workspace.parent
        started = {name: start(layout, name, folder / f"state-{name}") for name in DESCRIPTIONS}
        for function, _ in started.values():
            stack.enter_context(function)
        for function, _ in started.values():
            function.wait()
        yield started


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=60, trust_env=False) as client:
        yield client


def test_the_api_answers_with_the_archives_version(
    running: dict[str, tuple[Deployed, Issuer]], http: httpx.Client
) -> None:
    url = running["api"][0].url
    assert http.get(f"{url}/v1/health").json() == {"status": "ok", "version": VERSION}
    assert http.get(f"{url}/v1/ready").json()["status"] == "ready"
    assert http.get(f"{url}/v1/docs").status_code == 200
    assert http.get(f"{url}/v1/docs/swagger-ui.css").status_code == 200
    assert http.get(f"{url}/v1/batches").status_code == 401


@pytest.mark.parametrize("name", INNER)
def test_a_function_that_is_not_the_api_takes_the_right_token_and_no_other(
    running: dict[str, tuple[Deployed, Issuer]], http: httpx.Client, name: str
) -> None:
    function, issuer = running[name]

    def post(token: str | None) -> int:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return http.post(function.url, json={}, headers=headers).status_code

    answers = {case: post(token) for case, token in issuer.wrong().items()}
    refused = dict.fromkeys(answers, 401) | {"another account": 403}
    assert answers == refused
    # What has ids or an envelope to bring misses it here; a schedule brings nothing.
    assert post(issuer.right()) == (200 if DESCRIPTIONS[name]["trigger"]["type"] == "schedule" else 400), function.said


@pytest.mark.parametrize("name", sorted(DESCRIPTIONS))
def test_a_function_ends_in_order_when_its_instance_is_taken_away(layout: Layout, name: str, tmp_path: Path) -> None:
    function, _ = start(layout, name, tmp_path / "state")
    with function.wait():
        function.terminate()
        assert function.exit_code() == 0
    assert "Traceback" not in function.said


def status_of_answer(connection: socket.socket) -> int:
    """The status of the next answer, once all of it has come."""
    with HTTPResponse(connection) as answer:
        answer.begin()
        answer.read()
        return answer.status


def test_a_request_that_has_begun_is_answered_before_the_end(layout: Layout, tmp_path: Path) -> None:
    function, _ = start(layout, "api", tmp_path / "state")
    with function.wait():
        address = ("127.0.0.1", int(function.url.rpartition(":")[2]))
        with socket.create_connection(address, timeout=60) as connection:
            # Its first answer makes the application; only then the second request is inside it.
            connection.sendall(b"GET /v1/health HTTP/1.1\r\nHost: fanfold\r\n\r\n")
            assert status_of_answer(connection) == 200
            body = b'{"email": "ana@ours.example", "password": "a wrong one"}'
            head = f"POST /v1/auth/login HTTP/1.1\r\nHost: fanfold\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            connection.sendall(head.encode() + body[:10])
            assert function.exit_code(0.3) is None
            function.terminate()
            assert function.exit_code(0.5) is None
            connection.sendall(body[10:])
            assert status_of_answer(connection) == 401
        assert function.exit_code() == 0


def test_in_production_no_function_starts_beside_an_emulator(layout: Layout) -> None:
    variables = [
        "FIRESTORE_EMULATOR_HOST",
        "PUBSUB_EMULATOR_HOST",
        "FIREBASE_AUTH_EMULATOR_HOST",
        "STORAGE_EMULATOR_HOST",
    ]
    with ExitStack() as stack:
        started = [
            (variable, stack.enter_context(Deployed(layout, name, PRODUCTION | {variable: "127.0.0.1:8081"})))
            for name, variable in zip(sorted(DESCRIPTIONS), cycle(variables), strict=False)
        ]
        for variable, function in started:
            assert function.exit_code() == 1, function.name
            assert f"{variable} is set, but this is production" in function.said


def test_in_production_a_function_listens_and_says_what_it_is_before_it_has_asked_anybody(layout: Layout) -> None:
    with Deployed(layout, "api", PRODUCTION).wait() as function:
        answer = httpx.get(f"{function.url}/v1/health", timeout=60, trust_env=False)
    assert answer.json() == {"status": "ok", "version": VERSION}
