"""The event stream over real HTTP: what is missed comes first, then what changes, then the end."""

import asyncio
import json
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from starlette.types import Message

from shared.domain.modes import ItemStatus, Role
from shared.http.routes.events import MAX_WAITING, EventStream, Mailbox, Watched
from shared.ports.documents import Delete, Guard, Update
from shared.repositories import items, paths
from shared.services.live import Change, LiveService
from shared.services.sign_ins import REMEMBERED_SECONDS
from tests.api.stacks import ApiStack
from tests.api.test_live import Inbox, item
from tests.servers import serve


@dataclass
class Sent:
    """One event as it was sent."""

    kind: str
    id: str
    data: dict[str, Any]


class Reader:
    """A stream that is being read."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self._lines = response.iter_lines()
        self.comments: list[str] = []

    def next(self) -> Sent | None:
        """The next event; None at the end."""
        fields: dict[str, str] = {}
        for line in self._lines:
            if line.startswith(":"):
                self.comments.append(line[1:].strip())
            elif line:
                name, _, value = line.partition(": ")
                fields[name] = value
            elif fields:
                return Sent(fields["event"], fields["id"], json.loads(fields["data"]))
        return None

    def rest(self) -> list[Sent]:
        """All events to the end."""
        return list(iter(self.next, None))

    def until(self, kind: str, status: str) -> Sent:
        """The first event of this kind with this status."""
        while True:
            event = self.next()
            assert event is not None, "the stream ended too early"
            if (event.kind, event.data["status"]) == (kind, status):
                return event


class Streams:
    """A stack served over real HTTP."""

    def __init__(self, stack: ApiStack, url: str, http: httpx.Client) -> None:
        self.stack = stack
        self.url = url
        self.http = http

    @contextmanager
    def read(self, batch: str, last_event_id: str | None = None, window: str = "") -> Iterator[Reader]:
        headers = self.stack.ours.headers(Role.VIEWER)
        if last_event_id is not None:
            headers["Last-Event-ID"] = last_event_id
        with self.http.stream("GET", f"/v1/batches/{batch}/events{window}", headers=headers) as response:
            assert response.status_code == 200
            yield Reader(response)

    def change(self, batch: str, number: int, status: ItemStatus) -> str:
        """Change an item's status; its id."""
        one = self.stack.items(batch, self.stack.ours.org)[number]
        path = paths.item(self.stack.ours.org, batch, one.id)
        self.stack.store.commit([Update(path, {"status": status.value}, Guard.EXISTS)])
        return one.id


@contextmanager
def streams_of(folder: Path, **settings: Any) -> Iterator[Streams]:
    with closing(ApiStack(folder, **settings)) as stack, serve() as server:
        server.mount("/", stack.app)
        with httpx.Client(base_url=server.url, timeout=30, trust_env=False) as http:
            yield Streams(stack, server.url, http)


@pytest.fixture
def streams(tmp_path: Path) -> Iterator[Streams]:
    with streams_of(tmp_path) as made:
        yield made


def wait_until_nobody_watches(live: LiveService) -> None:
    while live.watchers:
        Event().wait(0.005)


def planned(stack: ApiStack) -> str:
    """A batch of ours whose three items are planned and not made."""
    batch = stack.batch_of({"prompt": "A walker", "variants": 3})
    stack.engine.steps.advance(stack.ours.org, batch)
    return batch


def test_a_stream_begins_with_the_batch_and_goes_on_with_what_changes(streams: Streams) -> None:
    batch = planned(streams.stack)
    with streams.read(batch) as reader:
        first = reader.next()
        assert first is not None
        assert (first.kind, first.data["id"], first.data["progress"]["total"]) == ("batch", batch, 3)
        assert reader.response.headers["Content-Type"].startswith("text/event-stream")
        assert reader.response.headers["Cache-Control"] == "no-store"
        assert "Content-Length" not in reader.response.headers
        changed = streams.change(batch, 1, ItemStatus.RUNNING)
        event = reader.until("item", "running")
        assert event.data["id"] == changed
        assert event.id.endswith(f"Z,{changed}")
    polled = streams.stack.ask("GET", f"/v1/batches/{batch}/items/{changed}").json()
    # Only who asks for one item is told its place: a stream would have to tell every item's with each that ends.
    assert event.data == {name: value for name, value in polled.items() if name != "queue"}


def test_a_stream_ends_with_the_batch_in_its_final_state(streams: Streams) -> None:
    batch = planned(streams.stack)
    with streams.read(batch) as reader:
        reader.next()
        streams.stack.run(until=lambda: not streams.stack.batch(batch, streams.stack.ours.org).is_live)
        seen = reader.rest()
    final = {event.data["id"]: event.data["status"] for event in seen if event.kind == "item"}
    assert sorted(final.values()) == ["succeeded"] * 3
    assert (seen[-1].kind, seen[-1].data["status"], seen[-1].data["progress"]["percent"]) == ("batch", "completed", 100)
    assert reader.comments[-1] == "This stream is over."
    assets = [event.data["asset"] for event in seen if event.kind == "item" and event.data["asset"]]
    assert assets
    assert {asset["url"] for asset in assets} == {None}


def test_a_batch_that_has_ended_is_told_and_the_stream_closes(streams: Streams) -> None:
    batch = streams.stack.batch_of(done=True)
    with streams.read(batch) as reader:
        seen = reader.rest()
    assert {event.data["status"] for event in seen if event.kind == "batch"} == {"completed"}
    assert seen[-1].kind == "batch"


def test_a_reader_who_comes_back_gets_what_was_missed_with_two_seconds_of_overlap(streams: Streams) -> None:
    batch = planned(streams.stack)
    with streams.read(batch) as reader:
        streams.stack.clock.advance(60)
        first = streams.change(batch, 0, ItemStatus.RUNNING)
        last = reader.until("item", "running")
    streams.stack.clock.advance(1)
    second = streams.change(batch, 1, ItemStatus.RUNNING)
    streams.stack.clock.advance(60)
    with streams.read(batch, last.id) as reader:
        missed = [reader.next(), reader.next()]
    assert [event and event.data["id"] for event in missed] == [first, second]
    streams.stack.clock.advance(60)
    later = f"{streams.stack.clock.now():%Y-%m-%dT%H:%M:%SZ},{batch}"
    with streams.read(batch, later) as reader:
        event = reader.next()
        assert event is not None
        assert event.kind == "batch"


def test_only_the_items_of_a_window_are_told_and_the_batch_always(streams: Streams) -> None:
    batch = planned(streams.stack)
    with (
        streams.read(batch, window="?from_index=1&to_index=2") as reader,
        streams.read(batch, window="?to_index=0") as none,
    ):
        reader.next()
        none.next()
        streams.stack.run(until=lambda: not streams.stack.batch(batch, streams.stack.ours.org).is_live)
        seen, batches = reader.rest(), none.rest()
    assert {event.data["index"] for event in seen if event.kind == "item"} == {1}
    assert {event.kind for event in batches} == {"batch"}
    assert seen[-1].data["status"] == batches[-1].data["status"] == "completed"


def test_who_comes_back_to_a_window_gets_what_was_missed_in_it(streams: Streams) -> None:
    batch = planned(streams.stack)
    streams.stack.clock.advance(60)
    moment = f"{streams.stack.clock.now():%Y-%m-%dT%H:%M:%SZ},{batch}"
    ids = [streams.change(batch, number, ItemStatus.RUNNING) for number in range(3)]
    with streams.read(batch, moment, window="?from_index=2") as reader:
        first, second = reader.next(), reader.next()
    assert first is not None
    assert second is not None
    assert (first.data["id"], second.kind) == (ids[2], "batch")


def test_many_watchers_share_one_poller_and_leave_nothing_behind(streams: Streams) -> None:
    batch = planned(streams.stack)
    live = streams.stack.live
    with streams.read(batch) as one, streams.read(batch) as two, streams.read(batch) as three:
        for reader in (one, two, three):
            reader.next()
        assert (live.watchers, live.pollers) == (3, 1)
        changed = streams.change(batch, 2, ItemStatus.RUNNING)
        assert {reader.until("item", "running").data["id"] for reader in (one, two, three)} == {changed}
    wait_until_nobody_watches(live)
    assert live.pollers == 0


def test_a_stream_ends_when_its_batch_is_gone(streams: Streams) -> None:
    batch = planned(streams.stack)
    with streams.read(batch) as reader:
        reader.next()
        streams.stack.store.commit([Delete(paths.batch(streams.stack.ours.org, batch))])
        reader.rest()
    assert reader.comments[-1] == "This stream is over."


def test_a_silent_stream_is_kept_alive_and_closed_in_time_with_words(tmp_path: Path) -> None:
    with streams_of(tmp_path, heartbeat_seconds=0.01, stream_seconds=1.0) as streams:
        batch = planned(streams.stack)
        with streams.read(batch) as reader:
            seen = reader.rest()
    assert {event.kind for event in seen} <= {"batch", "item"}
    assert reader.comments.count("") > 1
    assert reader.comments[-1] == "This stream has lasted long enough. Connect again with Last-Event-ID."


def test_who_is_disabled_while_a_stream_is_open_is_told_nothing_more(tmp_path: Path) -> None:
    with streams_of(tmp_path, heartbeat_seconds=0.05) as streams:
        stack, batch = streams.stack, planned(streams.stack)
        with streams.read(batch) as reader:
            reader.next()
            member = paths.member(stack.ours.org, stack.ours.admin.id)
            stack.store.commit([Update(member, {"disabled_at": stack.clock.now()})])
            stack.clock.advance(REMEMBERED_SECONDS)
            reader.rest()
    assert reader.comments[-1].startswith("This key is not valid")


def test_more_streams_than_an_instance_holds_are_sent_to_polling(tmp_path: Path) -> None:
    with streams_of(tmp_path, max_streams=1) as streams:
        batch = planned(streams.stack)
        with streams.read(batch) as reader:
            reader.next()
            refused = streams.stack.ask("GET", f"/v1/batches/{batch}/events")
    assert refused.status_code == 503
    assert refused.headers["Retry-After"]


def test_one_organisation_leaves_room_for_the_streams_of_others(tmp_path: Path) -> None:
    with streams_of(tmp_path, max_streams_an_organisation=1) as streams:
        stack = streams.stack
        theirs = stack.submit({"prompt": "A walker"}, caller=stack.theirs.caller)
        with streams.read(planned(stack)) as reader:
            reader.next()
            assert stack.ask("GET", f"/v1/batches/{planned(stack)}/events").status_code == 503
            headers = stack.theirs.headers(Role.VIEWER)
            with streams.http.stream("GET", f"/v1/batches/{theirs}/events", headers=headers) as response:
                assert response.status_code == 200


class Wire:
    """The other end of one stream: `send` waits while the gate is shut, nobody hangs up."""

    def __init__(self, *, is_open: bool) -> None:
        self.gate = asyncio.Event()
        self.begun = asyncio.Event()
        self.sent: list[Message] = []
        if is_open:
            self.gate.set()

    async def receive(self) -> Message:
        await asyncio.Event().wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        self.sent.append(message)
        self.begun.set()
        if message["type"] == "http.response.body":
            await self.gate.wait()

    async def serve(self, stack: ApiStack, batch: str, **settings: Any) -> None:
        """Serve the whole stream."""
        watched = Watched(stack.ours.org, batch)
        stream = EventStream(stack.live, watched, None, replace(stack.settings, **settings), admit=lambda: None)
        await stream({"type": "http"}, self.receive, self.send)


def test_a_reader_who_takes_nothing_in_is_dropped(stack: ApiStack) -> None:
    async def read() -> list[str]:
        wire = Wire(is_open=False)
        await wire.serve(stack, planned(stack), send_seconds=0.05)
        return [message["type"] for message in wire.sent]

    assert asyncio.run(read()) == ["http.response.start", "http.response.body"]
    assert stack.live.watchers == 0


def test_a_reader_who_falls_behind_is_dropped_with_words(stack: ApiStack) -> None:
    batch = planned(stack)
    inbox = Inbox()

    async def read() -> bytes:
        wire = Wire(is_open=False)
        # However long it takes to write so much, this reader is not the one who takes nothing in.
        reading = asyncio.create_task(wire.serve(stack, batch, send_seconds=3_600))
        await wire.begun.wait()
        stack.live.watch(stack.ours.org, batch, inbox)
        many = [item(number, org=stack.ours.org, batch=batch) for number in range(MAX_WAITING + 1)]
        for start in range(0, len(many), 400):
            stack.store.commit([items.create(one) for one in many[start : start + 400]])
        seen: set[str] = set()
        while len(seen & {one.id for one in many}) < len(many):
            seen |= {change.id for change in (await asyncio.to_thread(inbox.next))[0]}
        wire.gate.set()
        await reading
        return bytes(wire.sent[-1]["body"])

    assert asyncio.run(read()).startswith(b": You read too slowly")


def test_a_batch_that_goes_before_the_stream_begins_is_told_in_words(stack: ApiStack) -> None:
    async def read() -> Message:
        wire = Wire(is_open=True)
        await wire.serve(stack, "bat_aaaaaaaaaaaaaaaaaaaa")
        return wire.sent[-1]

    last = asyncio.run(read())
    assert last["body"] == b": There is no batch bat_aaaaaaaaaaaaaaaaaaaa.\n\n"
    assert last["more_body"] is False


def test_only_the_latest_state_of_a_thing_waits_for_its_reader() -> None:
    async def read() -> list[Change]:
        mailbox = Mailbox()
        mailbox.put([Change(item(1)), Change(item(2))], False)
        mailbox.put([Change(item(1, status=ItemStatus.RUNNING))], False)
        return await mailbox.take(1)

    assert [(change.value.id, change.value.status) for change in asyncio.run(read())] == [
        (item(2).id, ItemStatus.PENDING),
        (item(1).id, ItemStatus.RUNNING),
    ]


def test_what_comes_after_the_reader_has_gone_hurts_nobody() -> None:
    async def make() -> Mailbox:
        return Mailbox()

    mailbox = asyncio.run(make())
    mailbox.deliver([Change(item(1))], True)


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z"])
def test_the_strangest_moments_to_resume_from_are_taken(streams: Streams, moment: str) -> None:
    batch = streams.stack.batch_of(done=True)
    with streams.read(batch, f"{moment},{batch}") as reader:
        assert reader.rest()[-1].data["status"] == "completed"


def test_a_reader_who_hangs_up_is_noticed(streams: Streams) -> None:
    batch = planned(streams.stack)
    place = urlsplit(streams.url)
    key = streams.stack.ours.keys[Role.VIEWER]
    with socket.create_connection((place.hostname or "", place.port or 0)) as connection:
        request = f"GET /v1/batches/{batch}/events HTTP/1.1\r\nHost: localhost\r\nX-API-Key: {key}\r\n\r\n"
        connection.sendall(request.encode())
        assert b"text/event-stream" in connection.recv(4_096)
        assert streams.stack.live.watchers == 1
    wait_until_nobody_watches(streams.stack.live)
