"""The platform as it is deployed: every function a process of its own from the archive, on Google's emulators."""

import io
import json
from collections.abc import Callable, Iterator

import httpx
import pytest
from PIL import Image

from client.api import Client
from client.clocks import SystemClock
from client.models import Batch, BatchCreate, Row
from infra.deploy import first_admin, smoke
from infra.local.service_tokens import TokenIssuer
from shared.adapters.system import SystemClock as Machine
from shared.version import VERSION
from tests.deployed import DESCRIPTIONS, Layout
from tests.deployed_cloud import DeployedCloud, deployed_cloud
from tests.engine.scripted import picture

INNER = sorted(name for name, said in DESCRIPTIONS.items() if said["trigger"]["type"] != "http")
CREDENTIALS = {
    "organisation": "Ours",
    "email": "admin@ours.example",
    "password": "correct horse battery staple",
    "api_key": "ff_" + "a" * 43,
    "smoke_key": "ff_" + "s" * 43,
}
SECONDS = 3600


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeployedCloud]:
    layout = Layout(tmp_path_factory.mktemp("archive"))
    with deployed_cloud(tmp_path_factory.mktemp("cloud"), layout) as made:
        assert first_admin.main(json.dumps({**CREDENTIALS, "settings": made.settings})) == 0
        yield made


@pytest.fixture
def client(cloud: DeployedCloud) -> Iterator[Client]:
    with Client(cloud.functions["api"].url, CREDENTIALS["api_key"]) as made:
        yield made


def ended(client: Client, batch: str) -> Batch:
    """The batch once it has ended; the test's own time limit ends the waiting."""
    clock = SystemClock()
    while not (found := client.batch(batch)).ended:
        clock.sleep(0.2)
    return found


def post(cloud: DeployedCloud, name: str, token: str | None) -> int:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return httpx.post(cloud.functions[name].url, json={}, headers=headers, timeout=60, trust_env=False).status_code


def test_the_smoke_test_finds_that_it_works(cloud: DeployedCloud) -> None:
    smoke.check(cloud.functions["api"].url, CREDENTIALS["smoke_key"], version=VERSION)


def test_a_batch_is_made_by_processes_that_know_each_other_only_by_the_cloud(
    cloud: DeployedCloud, client: Client
) -> None:
    rows = [Row(prompt="A boat on a lake", model="preview", variants=3), Row(prompt="A kite", model="preview")]
    accepted = client.submit(BatchCreate(rows=rows, name="Boats", priority="high"))
    batch = ended(client, accepted.id)
    assert (batch.status, batch.progress.succeeded, batch.progress.total) == ("completed", 4, 4)
    items = list(client.items(accepted.id))
    assets = [item.asset.id for item in items if item.asset]
    assert len(set(assets)) == 4
    assert [len(item.attempts) for item in items] == [1] * 4
    links = client.asset_links(assets)
    for link in links.values():
        assert link.thumbnail_url is not None
        picture = httpx.get(link.thumbnail_url, timeout=60, trust_env=False)
        with Image.open(io.BytesIO(picture.content)) as image:
            assert max(image.size) >= 128
    said = {name: function.said for name, function in cloud.functions.items()}
    made = {name for name in said if f'"batch": "{accepted.id}"' in said[name].replace('":"', '": "')}
    assert {"api", "advance_batch", "generate_image"} <= made
    assert said["generate_image"].count("image_made") >= 4
    assert "image_made" not in said["api"] + said["advance_batch"]


@pytest.mark.parametrize("name", INNER)
def test_a_function_takes_the_token_of_its_own_caller_and_no_other(cloud: DeployedCloud, name: str) -> None:
    issuer, audience = cloud.issuer, cloud.audience(name)
    claims = issuer.claims(audience)
    long_ago = int(claims["iat"]) - 3 * SECONDS
    stranger = TokenIssuer(account=issuer.account, clock=Machine())
    changed: dict[str, Callable[[], str | None]] = {
        "no token": lambda: None,
        "garbage": lambda: "a.b.c",
        "another key": lambda: stranger.token(audience),
        "another issuer": lambda: issuer.signed(claims | {"iss": "https://else.where"}),
        "another function's": lambda: issuer.token(cloud.audience("another")),
        "another account": lambda: issuer.signed(claims | {"email": "stranger@else.where"}),
        "an account that nobody verified": lambda: issuer.signed(claims | {"email_verified": False}),
        "expired": lambda: issuer.signed(claims | {"iat": long_ago, "exp": long_ago + SECONDS}),
    }
    answers = {case: post(cloud, name, token()) for case, token in changed.items()}
    stranger._server.server_close()
    assert answers == dict.fromkeys(answers, 401) | {"another account": 403}
    expected = 200 if DESCRIPTIONS[name]["trigger"]["type"] == "schedule" else 400
    assert post(cloud, name, issuer.token(audience)) == expected, cloud.functions[name].said


def test_an_upload_is_checked_by_the_function_that_its_bucket_tells(cloud: DeployedCloud, client: Client) -> None:
    data = picture("4:5")
    ticket = client.create_reference("sea.png", "image/png", len(data))
    way = ticket.upload
    sent = httpx.request(way.method, way.url, headers=way.headers, content=data, timeout=60, trust_env=False)
    assert sent.is_success, sent.text
    clock = SystemClock()
    # Nobody asks the API to check it: on_upload hears of it through Pub/Sub.
    while (found := client.transport.json("GET", f"/v1/references/{ticket.id}"))["status"] == "awaiting_upload":
        clock.sleep(0.2)
    assert found["status"] == "ready"
    assert ticket.id in cloud.functions["on_upload"].said
