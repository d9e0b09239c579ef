"""Messages of Pub/Sub's emulator, carried to functions as its push subscriptions carry them on Google Cloud."""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event
from typing import Any
from uuid import uuid4

import pytest
from google.pubsub_v1.types import PubsubMessage
from starlette.requests import Request
from starlette.responses import Response

from infra.local.pubsub_pushes import PubSubPushes, connect_subscriber
from shared.adapters.google.events import connect
from tests.emulators import pubsub_host
from tests.servers import Server, serve


class Function:
    """An event function that notes what it is sent and refuses the first `refused` times."""

    def __init__(self, *, wanted: int, refused: int = 0) -> None:
        self.envelopes: list[dict[str, Any]] = []
        self.tokens: set[str] = set()
        self.heard_all = Event()
        self._wanted = wanted
        self._refused = refused

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        request = Request(scope, receive)
        self.tokens.add(request.headers["authorization"])
        self.envelopes.append(json.loads(await request.body()))
        status = 503 if len(self.envelopes) <= self._refused else 200
        if len(self.envelopes) == self._wanted:
            self.heard_all.set()
        await Response(status_code=status)(scope, receive, send)


@dataclass
class Topic:
    """A topic with pushes from it, and what publishes to it."""

    project: str
    pushes: PubSubPushes

    def publish(self, data: bytes, **attributes: str) -> str:
        message = PubsubMessage(data=data, attributes=attributes)
        with connect(pubsub_host()) as publisher:
            answer = publisher.publish(topic=f"projects/{self.project}/topics/news", messages=[message])
        return str(answer.message_ids[0])


@contextmanager
def topic() -> Iterator[Topic]:
    host, project = pubsub_host(), f"demo-{uuid4().hex[:12]}"
    with connect(host) as publisher:
        publisher.create_topic(name=f"projects/{project}/topics/news")
    pushes = PubSubPushes(lambda: connect_subscriber(host), project=project, token=lambda url: f"for {url}")
    try:
        yield Topic(project, pushes)
    finally:
        pushes.stop(20)


@pytest.fixture
def server() -> Iterator[Server]:
    with serve() as running:
        yield running


def test_a_message_comes_in_pub_subs_envelope_with_a_token_for_the_function(server: Server) -> None:
    function = Function(wanted=1)
    server.mount("/listen", function)
    url = f"{server.url}/listen/"
    with topic() as news:
        news.pushes.subscribe("news", "listen", url, timeout_seconds=30)
        sent = news.publish(b"\x00told", kind="test")
        assert function.heard_all.wait(60)
    [envelope] = function.envelopes
    assert envelope["subscription"] == f"projects/{news.project}/subscriptions/listen-news"
    message = envelope["message"]
    assert base64.b64decode(message["data"]) == b"\x00told"
    assert (message["messageId"], message["attributes"]) == (sent, {"kind": "test"})
    assert "T" in message["publishTime"]
    assert function.tokens == {f"Bearer for {url}"}


def test_what_a_function_does_not_take_comes_again(server: Server) -> None:
    function = Function(wanted=2, refused=1)
    server.mount("/listen", function)
    with topic() as news:
        news.pushes.subscribe("news", "listen", f"{server.url}/listen/", timeout_seconds=30)
        news.publish(b"told")
        assert function.heard_all.wait(60)
    assert len({envelope["message"]["messageId"] for envelope in function.envelopes}) == 1


def test_a_subscription_that_is_there_is_used_on(server: Server) -> None:
    """The emulator outlived the platform before this one: what came meanwhile is delivered now."""
    function = Function(wanted=1)
    server.mount("/listen", function)
    with topic() as news:
        news.pushes.subscribe("news", "listen", "http://127.0.0.1:9/", timeout_seconds=30)
        news.pushes.stop(20)
        news.publish(b"meanwhile")
        after = PubSubPushes(lambda: connect_subscriber(pubsub_host()), project=news.project, token=str)
        after.subscribe("news", "listen", f"{server.url}/listen/", timeout_seconds=30)
        assert function.heard_all.wait(60)
        after.stop(20)
