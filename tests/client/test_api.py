"""The typed client over real sockets: every route, retries, refusals, pages, events."""

import socket
from collections.abc import Iterator

import pytest

from client import Client, ClientError, ProblemError, Unreachable
from client.models import BatchCreate, Row
from client.settings import from_environment
from client.transport import Transport
from tests.client.wire import CLOSE, DROP, KEY, Reply, Wire, problem, progress
from tests.clocks import ManualClock

BATCH = BatchCreate(rows=[Row(prompt="a cat", variants=2), Row(prompt="a dog")], name="Pets")


@pytest.fixture
def batch_id(client: Client) -> str:
    return client.submit(BATCH).id


def test_every_route_answers_typed(client: Client, wire: Wire) -> None:
    assert client.health().status == "ok"
    assert client.ready().status == "ok"
    login = client.login("ada@example.com", "right")
    assert (login.user.role, login.token) == ("admin", "t0k3n")
    accepted = client.submit(BATCH)
    assert (accepted.images, accepted.estimated_micros) == (3, 100_800)
    assert client.estimate(BATCH).suggestions[0].saves_micros == 400_000
    assert client.batch(accepted.id).progress.total == 3
    assert [item.variant for item in client.items(accepted.id)] == [1, 2, 1]
    assert client.pause(accepted.id).status == "paused"
    assert client.resume(accepted.id).status == "running"
    assert client.cancel(accepted.id).status == "cancelled"
    assert client.retry(accepted.id, items=["itm_1"], changes={"model": "m"}).status == "accepted"
    assert wire.seen[-1].body == {"items": ["itm_1"], "changes": {"model": "m"}}
    ids = [asset.id for asset in client.assets(q="cat", from_="2026-01-01")]
    assert wire.seen[-1].query == {"q": "cat", "from": "2026-01-01", "page_size": "200"}
    assert client.asset(ids[0]).id == ids[0]
    assert set(client.asset_links(ids)) == set(ids)
    assert [model.id for model in client.models()] == ["preview"]
    assert client.usage(group_by="day") == []
    key = client.create_key("ci")
    assert key.key == "ff_shown_once"
    assert [each.id for each in client.keys()]  # noqa: SIM118 - a method, not a dictionary == ["key_1"]
    client.delete_key("key_1")


def test_what_waits_is_changed_and_moved(client: Client, wire: Wire, batch_id: str) -> None:
    assert client.promote(batch_id, "high").status == "running"
    assert wire.seen[-1].body == {"priority": "high"}
    assert client.edit_item(batch_id, "itm_1", revision=0, prompt="a dog", seed=None).prompt == "a dog"
    assert (wire.seen[-1].method, wire.seen[-1].body) == ("PATCH", {"prompt": "a dog", "seed": None})
    with pytest.raises(ProblemError, match="changed meanwhile"):
        client.edit_item(batch_id, "itm_1", revision=4, prompt="a cow")
    moved = client.promote_items(batch_id, ["itm_1", "itm_busy"])
    assert (moved.moved, [left.item for left in moved.left]) == (1, ["itm_busy"])
    client.reorder_items(batch_id, ["itm_1"], last=True)
    assert wire.seen[-1].body == {"items": ["itm_1"], "last": True}
    client.reorder_items(batch_id, ["itm_1"], after="itm_2")
    assert wire.seen[-1].path.endswith("/items:reorder")
    assert wire.seen[-1].body == {"items": ["itm_1"], "after": "itm_2"}


def test_dead_letters_are_read_requeued_and_discarded(client: Client, wire: Wire) -> None:
    found = list(client.dead_letters(kind="refused", from_="2026-03-01", discarded=True, page_size=2))
    assert [letter.id for letter in found] == ["itm_0", "itm_1", "itm_2"]
    asked = {name: value for name, value in wire.seen[-1].query.items() if not name.startswith("page_")}
    assert asked == {"kind": "refused", "from": "2026-03-01", "discarded": "true"}
    assert client.dead_letter("itm_9").batch_name == "Pets"
    assert client.requeue(["itm_1"], changes={"prompt": "a dog"}).done == 1
    assert wire.seen[-1].body == {"items": ["itm_1"], "changes": {"prompt": "a dog"}}
    assert wire.seen[-1].headers["Idempotency-Key"]
    assert client.discard({"kind": "refused"}, "Nobody needs it.").more
    assert wire.seen[-1].body == {"filter": {"kind": "refused"}, "reason": "Nobody needs it."}
    client.requeue({}, page_token="behind these")
    assert wire.seen[-1].body == {"filter": {}, "page_token": "behind these"}


def test_links_are_asked_for_a_hundred_at_a_time(client: Client, wire: Wire) -> None:
    assert len(client.asset_links(f"ast_{number}" for number in range(250))) == 250
    assert [len(seen.body["ids"]) for seen in wire.asked("POST", "/v1/assets:urls")] == [100, 100, 50]


def test_lists_read_page_after_page_only_as_far_as_needed(client: Client, wire: Wire) -> None:
    accepted = client.submit(BatchCreate(rows=[Row(prompt="a", variants=10)] * 3))
    items = client.items(accepted.id, page_size=10)
    assert next(items).index == 0
    path = f"/v1/batches/{accepted.id}/items"
    assert len(wire.asked("GET", path)) == 1
    assert [item.index for item in items] == list(range(1, 30))
    assert [seen.query.get("page_token") for seen in wire.asked("GET", path)] == [None, "10", "20"]


def test_a_server_that_repeats_its_page_token_is_stopped(client: Client, wire: Wire) -> None:
    page = Reply(body={"batches": [], "next_page_token": "same"})
    wire.then("GET", "/v1/batches", page, page, page)
    with pytest.raises(ClientError, match="same page"):
        list(client.batches())


@pytest.mark.parametrize("refusal", [Reply(503), Reply(429), Reply(500), Reply(502, raw=b"<html>"), Reply(drop=True)])
def test_a_create_is_repeated_with_the_same_key_until_it_is_answered(
    client: Client, wire: Wire, refusal: Reply
) -> None:
    wire.then("POST", "/v1/batches", refusal, refusal)
    client.submit(BATCH)
    keys = [seen.headers["Idempotency-Key"] for seen in wire.asked("POST", "/v1/batches")]
    assert len(keys) == 3
    assert len(set(keys)) == 1
    assert len(wire.batches) == 1


def test_creates_without_a_given_key_get_each_their_own(client: Client, wire: Wire) -> None:
    client.submit(BATCH)
    client.submit(BATCH)
    client.submit(BATCH, idempotency_key="mine")
    client.submit(BATCH, idempotency_key="mine")
    assert len(wire.batches) == 3


def test_a_create_still_in_progress_is_asked_again(client: Client, wire: Wire) -> None:
    busy = problem(409, "Idempotency in progress", "The first request still runs.", headers={"Retry-After": "1"})
    wire.then("POST", "/v1/batches", busy)
    assert client.submit(BATCH).images == 3
    wire.then("POST", "/v1/batches", problem(409, "Budget exceeded", "Not one image fits."))
    with pytest.raises(ProblemError, match="Not one image fits"):
        client.submit(BATCH)


@pytest.mark.parametrize(
    ("headers", "waited"),
    [
        ({"Retry-After": "7"}, 7),
        ({"Date": "Sun, 01 Mar 2026 12:00:00 GMT", "Retry-After": "Sun, 01 Mar 2026 12:00:20 GMT"}, 20),
    ],
)
def test_retry_after_is_honoured(
    client: Client, wire: Wire, clock: ManualClock, headers: dict[str, str], waited: int
) -> None:
    wire.then("GET", "/v1/health", Reply(429, headers=headers))
    client.health()
    assert clock.monotonic() == waited


def test_a_retry_after_beyond_all_patience_is_told_instead(client: Client, wire: Wire, clock: ManualClock) -> None:
    wire.then("GET", "/v1/health", problem(429, "Limit reached", "Too many.", headers={"Retry-After": "3600"}))
    with pytest.raises(ProblemError) as caught:
        client.health()
    assert caught.value.advice == "Try again in 3600 s."
    assert clock.monotonic() == 0


def test_retries_are_bounded(client: Client, wire: Wire) -> None:
    wire.then("GET", "/v1/health", *[Reply(503)] * 9)
    with pytest.raises(ProblemError):
        client.health()
    assert len(wire.asked("GET", "/v1/health")) == 5


@pytest.mark.parametrize("lost", [Reply(500), Reply(drop=True)])
def test_an_act_whose_outcome_is_unknown_is_not_repeated(
    client: Client, wire: Wire, batch_id: str, lost: Reply
) -> None:
    path = f"/v1/batches/{batch_id}:retry"
    wire.then("POST", path, lost)
    with pytest.raises(ClientError):
        client.retry(batch_id)
    assert len(wire.asked("POST", path)) == 1
    wire.then("POST", path, Reply(503), Reply(429))
    assert client.retry(batch_id).status == "accepted"


def test_a_refusal_carries_all_of_its_details(client: Client, wire: Wire) -> None:
    errors = [{"pointer": "/rows/0/prompt", "detail": "Say more."}, {"pointer": "/rows/1/model", "detail": "Unknown."}]
    wire.then("POST", "/v1/batches", problem(422, "Invalid", "Two fields are wrong.", errors=errors))
    with pytest.raises(ProblemError) as caught:
        client.submit(BATCH)
    error = caught.value
    assert (error.status, error.title, error.detail, error.request_id) == (
        422,
        "Invalid",
        "Two fields are wrong.",
        "req-7",
    )
    assert [(each.pointer, each.detail) for each in error.errors] == [
        ("/rows/0/prompt", "Say more."),
        ("/rows/1/model", "Unknown."),
    ]
    assert str(error) == "Invalid: Two fields are wrong.\n  /rows/0/prompt: Say more.\n  /rows/1/model: Unknown."


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Reply(404, raw=b"<html>nothing</html>", headers={"Content-Type": "text/html"}), "404 Not Found"),
        (Reply(400, raw=b"{broken", headers={"Content-Type": "application/problem+json"}), "400 Bad Request"),
        (Reply(302, headers={"Location": "http://127.0.0.1:1/"}), "302 Found"),
        (Reply(200, raw=b"<html>welcome</html>"), "is not Fanfold's API"),
        (Reply(200, {"id": 7}), "does not fit this client (Batch: id)"),
    ],
)
def test_answers_that_are_not_fanfolds_are_told_in_words(client: Client, wire: Wire, reply: Reply, words: str) -> None:
    wire.then("GET", "/v1/batches/bat_1", reply)
    with pytest.raises(ClientError) as caught:
        client.batch("bat_1")
    assert words in str(caught.value)


def test_nobody_answering_is_told_with_what_to_do(clock: ManualClock) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with Client(f"http://127.0.0.1:{port}", KEY, clock=clock) as client, pytest.raises(Unreachable) as caught:
        client.submit(BATCH)
    assert "Is it running? Start it with: make run" in str(caught.value)
    assert caught.value.sent is False


def test_a_server_that_is_gone_after_it_was_asked_may_have_done_it(wire: Wire) -> None:
    class StopsMeanwhile(ManualClock):
        def sleep(self, seconds: float) -> None:
            wire.stop()
            super().sleep(seconds)

    wire.then("POST", "/v1/batches", Reply(drop=True))
    with Client(wire.url, KEY, clock=StopsMeanwhile()) as client, pytest.raises(Unreachable) as caught:
        client.submit(BATCH)
    assert caught.value.sent is True


def test_an_id_can_not_lead_to_another_route(client: Client, wire: Wire) -> None:
    for bad in ("../keys", "a/b", "x?status=1"):
        with pytest.raises(ProblemError):
            client.batch(bad)
    assert {seen.path for seen in wire.seen}.isdisjoint({"/v1/keys", "/v1/batches/a/b", "/v1/batches/x"})


def test_credentials_stand_in_headers_only_and_are_never_shown(wire: Wire, clock: ManualClock) -> None:
    with Client(wire.url, KEY, clock=clock) as client:
        client.submit(BATCH)
        with Client(wire.url, "wrong", clock=clock) as other, pytest.raises(ProblemError) as caught:
            other.batch("bat_1")
        shown = repr(client) + repr(client.transport) + str(caught.value) + repr(client.create_key("x"))
    assert KEY not in shown
    assert "wrong'" not in shown
    assert "ff_shown_once" not in shown
    assert all(KEY not in seen.path and KEY not in str(seen.query) for seen in wire.seen)
    with Client(wire.url, token="t0k3n", clock=clock) as person, pytest.raises(ProblemError):
        person.batch("bat_1")
    assert wire.seen[-1].headers["Authorization"] == "Bearer t0k3n"


def test_a_base_path_and_a_final_slash_in_the_address_do_no_harm(clock: ManualClock) -> None:
    assert Transport("https://host.example/fanfold/v1/", {}, clock).url == "https://host.example/fanfold"


def test_settings_are_told_when_missing_or_odd() -> None:
    assert from_environment({"FANFOLD_API_KEY": " k \n"}).url == "http://localhost:8080"
    assert "k3y" not in repr(from_environment({"FANFOLD_API_KEY": "k3y"}))
    for environment, words in (
        ({}, "No API key"),
        ({"FANFOLD_API_KEY": "a b"}, "holds blanks"),
        ({"FANFOLD_API_KEY": "k", "FANFOLD_URL": "localhost:8080"}, "not an address"),
        ({"FANFOLD_API_KEY": "k", "FANFOLD_URL": "http://u:p@host"}, "must not hold a password"),
    ):
        with pytest.raises(ClientError, match=words):
            from_environment(environment)


# --- events


def test_events_resume_after_a_dropped_connection_by_the_last_id(client: Client, wire: Wire, batch_id: str) -> None:
    wire.events.extend([{"status": "running"}, DROP, {"progress": progress(3, 1)}, CLOSE, {"progress": progress(3, 2)}])
    events = [event.batch for event in client.events(batch_id).resume()]
    assert [(batch.status, batch.progress.succeeded) for batch in events if batch] == [
        ("running", 0),
        ("running", 1),
        ("running", 2),
        ("completed", 3),
    ]
    asked = wire.asked("GET", f"/v1/batches/{batch_id}/events")
    assert [seen.headers.get("Last-Event-ID") for seen in asked] == [None, "2", "3"]


def test_events_begin_after_a_given_id(client: Client, wire: Wire, batch_id: str) -> None:
    list(client.events(batch_id, last_event_id="41").resume())
    assert wire.asked("GET", f"/v1/batches/{batch_id}/events")[0].headers["Last-Event-ID"] == "41"


def test_item_events_are_typed_and_those_of_later_versions_are_passed_over(
    client: Client, wire: Wire, batch_id: str
) -> None:
    item = '{"id": "itm_1", "status": "failed", "error": {"kind": "busy", "detail": "d", "stage": "later"}}'
    text = f"event: wind\ndata: {{}}\n\nid: 9\nevent: item\ndata: {item}\n\n"
    reply = Reply(raw=text.encode(), headers={"Content-Type": "text/event-stream"})
    wire.then("GET", f"/v1/batches/{batch_id}/events", reply)
    stream = client.events(batch_id)
    (event,) = list(stream.read())
    assert event.item is not None
    assert event.item.error is not None
    assert (event.id, event.item.error.kind, stream.last_event_id) == ("9", "busy", "9")


def test_events_give_up_after_the_patience_is_used_up(
    client: Client, wire: Wire, clock: ManualClock, batch_id: str
) -> None:
    wire.stop()
    with pytest.raises(Unreachable):
        list(client.events(batch_id).resume(patience_seconds=60))
    assert 60 < clock.monotonic() < 120


def test_a_stream_that_is_none_or_unreadable_is_an_error(client: Client, wire: Wire, batch_id: str) -> None:
    path = f"/v1/batches/{batch_id}/events"
    broken = Reply(raw=b"event: batch\ndata: {oops\n\n", headers={"Content-Type": "text/event-stream"})
    wire.then("GET", path, Reply(200, {}), broken, problem(404, "Not found", "No events here."))
    for words in ("sends no events", "unreadable", "No events here"):
        with pytest.raises(ClientError, match=words):
            list(client.events(batch_id).read())


def batch_ids(client: Client) -> Iterator[str]:
    return (batch.id for batch in client.batches())


def test_batches_are_filtered(client: Client, wire: Wire, batch_id: str) -> None:
    assert list(client.batches(status="paused")) == []
    assert list(batch_ids(client)) == [batch_id]
