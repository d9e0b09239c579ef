"""From a batch's end to a receiver outside, on both local stacks, and across kill -9."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from standardwebhooks.webhooks import Webhook as Verifier

from client.api import Client
from client.models import BatchCreate
from infra.local.children import Child
from shared.adapters.system import SystemClock
from tests.emulators import lasting
from tests.receivers import Receiver, Reply, receiver

BATCH = {"name": "Told", "rows": [{"prompt": "A boat", "size": "512", "aspect_ratio": "1:1"}]}
STACKS = {"embedded": lambda: {"FANFOLD_STACK": "embedded"}, "emulators": lasting}
clock = SystemClock()


@pytest.fixture
def server() -> Iterator[Receiver]:
    with receiver() as made:
        yield made


def platform(home: Path, settings: Mapping[str, str]) -> Child:
    return Child(home, settings={**settings, "FANFOLD_LOCAL_WEBHOOKS": "true"})


def ask(child: Child, method: str, path: str, **request: Any) -> dict[str, Any]:
    headers = {"X-API-Key": child.api_key}
    answer = httpx.request(method, child.url + path, headers=headers, timeout=30, trust_env=False, **request)
    assert answer.is_success, answer.text
    said: dict[str, Any] = answer.json()
    return said


def hook(child: Child, server: Receiver) -> dict[str, Any]:
    return ask(child, "POST", "/v1/webhooks", json={"url": server.url(), "events": ["BatchCompleted"]})


def submit(child: Child) -> str:
    with Client(child.url, child.api_key) as client:
        return client.submit(BatchCreate.model_validate(BATCH)).id


def delivery(child: Child, webhook: str) -> dict[str, Any]:
    found: list[dict[str, Any]] = ask(child, "GET", f"/v1/webhooks/{webhook}/deliveries")["deliveries"]
    return found[0]


@pytest.mark.parametrize("stack", STACKS)
def test_a_finished_batch_is_told_to_its_receiver(stack: str, server: Receiver, tmp_path: Path) -> None:
    with platform(tmp_path / "state", STACKS[stack]()) as child:
        webhook = hook(child, server)
        batch = submit(child)
        (hit,) = server.wait_for(1)
        while delivery(child, webhook["id"])["status"] != "succeeded":
            clock.sleep(0.05)
    said = Verifier(webhook["secret"]).verify(hit.body, hit.headers)
    assert (said["type"], said["data"]) == (
        "BatchCompleted",
        {"batch": batch, "status": "completed", "series": said["data"]["series"]},
    )
    assert said["id"] == hit.headers["webhook-id"]
    assert len(server.hits) == 1


def test_a_receiver_that_failed_before_kill_9_is_tried_again_after_it(server: Receiver, tmp_path: Path) -> None:
    answers = iter([Reply(500)])
    server.answer = lambda _: next(answers, Reply())
    first = platform(tmp_path / "state", STACKS["embedded"]())
    webhook = hook(first, server)
    submit(first)
    server.wait_for(1)
    while delivery(first, webhook["id"])["attempts"] < 1:
        clock.sleep(0.02)
    first.kill()
    with platform(tmp_path / "state", STACKS["embedded"]()) as second:
        one, two = server.wait_for(2)
        while delivery(second, webhook["id"])["status"] != "succeeded":
            clock.sleep(0.05)
        assert delivery(second, webhook["id"])["attempts"] == 2
    assert (one.headers["webhook-id"], one.body) == (two.headers["webhook-id"], two.body)
