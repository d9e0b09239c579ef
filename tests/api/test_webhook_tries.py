"""Webhooks over the wire: who is told, what a receiver may do wrong, what a crash may interrupt."""

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from shared.domain.errors import Unavailable
from shared.domain.ids import compose
from shared.domain.webhooks import FAILING_FOR, LEASE, MAX_TRIES
from shared.services.notifications import Notifications
from shared.services.webhook_sweeps import OVERDUE
from tests.api.hooks import DAY, attempt, carry_out, event, hook, look, send, told
from tests.api.stacks import ApiStack, local_names
from tests.engine.faults import Crash, Faults
from tests.receivers import Hit, Receiver, Reply


def test_an_event_reaches_everyone_who_wants_it_and_nobody_else(stack: ApiStack, server: Receiver) -> None:
    for name in ("/one", "/two"):
        hook(stack, server.url(name))
    hook(stack, server.url("/costs"), events=["CostReported"])
    hook(stack, server.url("/theirs"), tenant=stack.theirs)
    disabled = hook(stack, server.url("/disabled"))
    stack.ask("PATCH", f"/v1/webhooks/{disabled['id']}", json={"enabled": False})
    stack.notifications.events.announce(event(stack))
    assert send(stack) == 2
    assert sorted(hit.path for hit in server.hits) == ["/one", "/two"]
    assert {hit.method for hit in server.hits} == {"POST"}
    said = json.loads(server.hits[0].body)
    assert said == {
        "id": event(stack).id,
        "type": "BatchCompleted",
        "timestamp": "2026-03-01T12:00:00Z",
        "organisation": stack.ours.org,
        "data": dict(event(stack).data),
    }


def test_a_doubled_late_or_repeated_event_is_told_once(stack: ApiStack, server: Receiver) -> None:
    webhook = hook(stack, server.url())
    for _ in range(2):
        stack.notifications.events.announce(event(stack))
    assert len(stack.tries()) == 1
    assert send(stack) == 1
    stack.clock.advance(DAY)
    stack.notifications.events.announce(event(stack))
    send(stack)
    assert len(server.hits) == 1
    (delivery,) = told(stack, webhook)
    assert (delivery["status"], delivery["attempts"], delivery["next_at"]) == ("succeeded", 1, None)
    assert delivery["tries"][0]["status"] == 200


def test_a_doubled_task_sends_nothing_twice(stack: ApiStack, server: Receiver) -> None:
    hook(stack, server.url())
    stack.notifications.events.announce(event(stack))
    (one,) = stack.tries()
    carry_out(stack, one)
    attempt(stack.notifications, one)
    assert len(server.hits) == 1


def test_two_calls_of_the_same_try_at_once_send_once(stack: ApiStack, server: Receiver) -> None:
    hook(stack, server.url())
    stack.notifications.events.announce(event(stack))
    (one,) = stack.tries()
    held = threading.Event()

    def wait(_: Hit) -> Reply:
        held.wait(30)
        return Reply()

    server.answer = wait
    first = threading.Thread(target=attempt, args=(stack.notifications, one))
    first.start()
    try:
        server.wait_for(1)
        with pytest.raises(Unavailable):
            attempt(stack.notifications, one)
    finally:
        held.set()
        first.join()
    attempt(stack.notifications, one)
    assert len(server.hits) == 1


@pytest.mark.parametrize("after", [False, True])
def test_a_crash_at_any_step_loses_nothing_and_repeats_at_most_the_request(
    stack: ApiStack, server: Receiver, after: bool
) -> None:
    webhook = hook(stack, server.url())
    faults = Faults()
    breaking = notifications_over(stack, faults)
    # The first answer is a failure, so that a next try has to be asked for.
    answers = iter([Reply(500)])
    server.answer = lambda _: next(answers, Reply())
    position = 0
    while True:
        faults.disarm()
        faults.revive()
        faults.crash(position, after=after)
        crashes, hits, number = faults.crashes, len(server.hits), position + 1
        answers = iter([Reply(500)])
        until_carried_out(lambda: breaking.events.announce(event(stack, number)), faults)  # noqa: B023 - called at once
        while waiting := stack.tries():
            stack.advance_to(max(waiting[0].due_at, stack.clock.now()))
            until_carried_out(lambda: attempt(breaking, waiting[0]), faults, stack)
            stack.done(waiting[0])
        delivery = told(stack, webhook)[0]
        assert (delivery["event"], delivery["status"]) == (event(stack, number).id, "succeeded"), position
        sent = server.hits[hits:]
        # A try whose answer the crash took along is the same try again.
        assert delivery["attempts"] == 2 or (delivery["attempts"] == 1 and faults.crashes > crashes)
        assert 2 <= len(sent) <= 2 + faults.crashes - crashes
        assert {hit.headers["webhook-id"] for hit in sent} == {event(stack, number).id}
        if faults.crashes == crashes:
            assert position > 4
            return
        position += 1


def notifications_over(stack: ApiStack, faults: Faults) -> Notifications:
    """Services over ports that crash."""
    return Notifications(
        faults.over(stack.store, "documents"),
        tasks=faults.over(stack.queue, "tasks"),
        outbound=stack.notifications._outbound,
        secret=lambda _: bytes(32),
        clock=stack.clock,
        ids=stack.ids,
    )


def until_carried_out(work: Any, faults: Faults, stack: ApiStack | None = None) -> None:
    """What a queue does: deliver again until the answer is good; a process that crashed is started anew."""
    for _ in range(10):
        try:
            work()
        except Crash:
            faults.revive()
        except Unavailable:
            assert stack is not None
            stack.clock.advance(LEASE.total_seconds())
        else:
            return
    raise AssertionError("it is never carried out")


WRONG_ANSWERS = {
    "an error": (Reply(500), 500, None),
    "a refusal": (Reply(404), 404, None),
    "a redirect": (Reply(302, {"Location": "http://127.0.0.1:1/"}), 302, None),
    "nothing": (Reply(raw=[b""]), None, "protocol"),
    "half a line": (Reply(raw=[b"HTTP/1.1 2"]), None, "protocol"),
}


@pytest.mark.parametrize(("reply", "status", "trouble"), WRONG_ANSWERS.values(), ids=WRONG_ANSWERS)
def test_an_answer_that_is_no_success_is_recorded_and_followed_by_another_try(
    stack: ApiStack, server: Receiver, reply: Reply, status: int | None, trouble: str | None
) -> None:
    webhook = hook(stack, server.url())
    server.answer = lambda _: reply
    stack.notifications.events.announce(event(stack))
    assert send(stack, most=1) == 1
    (delivery,) = told(stack, webhook)
    assert (delivery["status"], delivery["attempts"]) == ("pending", 1)
    assert delivery["next_at"] is not None
    (tried,) = delivery["tries"]
    assert (tried["number"], tried["status"], tried["trouble"]) == (1, status, trouble)
    assert look(stack, webhook)["failing_since"] is not None
    server.answer = lambda _: Reply(204)
    send(stack)
    assert told(stack, webhook)[0]["status"] == "succeeded"
    assert look(stack, webhook)["failing_since"] is None


def test_a_receiver_that_is_too_slow_is_tried_again(stack: ApiStack, server: Receiver) -> None:
    webhook = hook(stack, server.url())
    stack.notifications._outbound._total_seconds = 0.2  # type: ignore[attr-defined]

    def dawdle(_: Hit) -> Reply:
        server.stopping.wait(30)
        return Reply()

    server.answer = dawdle
    stack.notifications.events.announce(event(stack))
    send(stack, most=1)
    assert told(stack, webhook)[0]["tries"][0]["trouble"] == "timeout"


def test_what_cannot_be_signed_any_more_is_a_failure_that_a_rotation_ends(stack: ApiStack, server: Receiver) -> None:
    webhook = hook(stack, server.url())
    stack.notifications.events.announce(event(stack))
    rekeyed = Notifications(
        stack.store,
        tasks=stack.queue,
        outbound=stack.notifications._outbound,
        secret=lambda _: bytes([1] * 32),
        clock=stack.clock,
        ids=stack.ids,
    )
    (one,) = stack.tries()
    attempt(rekeyed, one)
    stack.done(one)
    assert server.hits == []
    assert told(stack, webhook)[0]["tries"][0]["trouble"] == "secret"
    rekeyed.webhooks.rotate(stack.ours.caller, webhook["id"])
    (again,) = stack.tries()
    stack.advance_to(again.due_at)
    attempt(rekeyed, again)
    assert told(stack, webhook)[0]["status"] == "succeeded"
    assert len(server.hits[0].headers["webhook-signature"].split(" ")) == 1


def test_a_receiver_that_answers_without_end_has_taken_it(stack: ApiStack, server: Receiver) -> None:
    webhook = hook(stack, server.url())

    def endless() -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n"
        while not server.stopping.is_set():
            yield b"x" * 65_536

    server.answer = lambda _: Reply(raw=endless())
    stack.notifications.events.announce(event(stack))
    send(stack)
    assert told(stack, webhook)[0]["status"] == "succeeded"


def test_a_name_that_leads_inside_is_never_sent_to(stack: ApiStack, server: Receiver) -> None:
    webhook = hook(stack, "https://hooks.example.com/")
    stack.notifications.events.announce(event(stack))
    send(stack, most=1)
    assert local_names("hooks.example.com", 443)[0][4][0] == "127.0.0.1"
    assert told(stack, webhook)[0]["tries"][0]["trouble"] == "refused"


def test_the_pauses_grow_over_about_a_day_and_then_it_has_failed(stack: ApiStack, server: Receiver) -> None:
    webhook = hook(stack, server.url())
    server.answer = lambda _: Reply(503)
    began = stack.clock.now()
    stack.notifications.events.announce(event(stack))
    assert send(stack) == MAX_TRIES
    assert timedelta(hours=20) < stack.clock.now() - began < timedelta(hours=28)
    (delivery,) = told(stack, webhook)
    assert (delivery["status"], delivery["attempts"], delivery["next_at"]) == ("failed", MAX_TRIES, None)
    assert delivery["status_reason"] == "15 tries failed; the last one says why."
    moments = [tried["at"] for tried in delivery["tries"]]
    assert moments == sorted(moments)
    stamps = [int(hit.headers["webhook-timestamp"]) for hit in server.hits]
    pauses = [later - earlier for earlier, later in pairwise(stamps)]
    assert pauses == sorted(pauses)
    assert len({hit.body for hit in server.hits}) == 1


@pytest.mark.parametrize(
    ("status", "header", "least", "most"),
    [(429, "600", 600, 700), (503, "999999", 3_600, 4_000), (503, "soon", 4, 6), (500, "600", 4, 6), (429, "٣", 4, 6)],
)
def test_a_receiver_may_ask_to_be_left_alone_within_reason(
    stack: ApiStack, server: Receiver, status: int, header: str, least: int, most: int
) -> None:
    hook(stack, server.url())
    said = f"HTTP/1.1 {status} No\r\nRetry-After: ".encode() + header.encode() + b"\r\nContent-Length: 0\r\n\r\n"
    server.answer = lambda _: Reply(raw=[said])
    stack.notifications.events.announce(event(stack))
    send(stack, most=1)
    pause = (stack.tries()[0].due_at - stack.clock.now()).total_seconds()
    assert least <= pause <= most


def test_gone_disables_the_webhook_and_ends_what_waits(stack: ApiStack, server: Receiver) -> None:
    webhook = hook(stack, server.url())
    for number in (1, 2):
        stack.notifications.events.announce(event(stack, number))
    server.answer = lambda _: Reply(410)
    assert send(stack) == 2
    assert len(server.hits) == 1
    found = look(stack, webhook)
    assert (found["enabled"], found["disabled_reason"]) == (False, "The receiver answered 410 Gone.")
    assert sorted(one["status"] for one in told(stack, webhook)) == ["cancelled", "failed"]
    again = stack.ask("PATCH", f"/v1/webhooks/{webhook['id']}", json={"enabled": True}).json()
    assert (again["enabled"], again["disabled_reason"], again["failing_since"]) == (True, "", None)


def test_days_of_failures_alone_disable_it_and_one_success_forgives_them(stack: ApiStack, server: Receiver) -> None:
    webhook = hook(stack, server.url())
    server.answer = lambda _: Reply(500)
    for day in range(FAILING_FOR.days - 1):
        stack.notifications.events.announce(event(stack, day))
        send(stack)
    assert look(stack, webhook)["enabled"]
    server.answer = lambda _: Reply()
    stack.notifications.events.announce(event(stack, 100))
    send(stack)
    assert look(stack, webhook)["failing_since"] is None
    server.answer = lambda _: Reply(500)
    for day in range(FAILING_FOR.days + 2):
        stack.notifications.events.announce(event(stack, 200 + day))
        send(stack)
        stack.clock.advance(3_600)
    found = look(stack, webhook)
    assert (found["enabled"], found["disabled_reason"]) == (False, "Every try failed for 5 days.")
    assert stack.tries() == []


def test_what_is_deleted_or_disabled_while_it_waits_is_not_sent(stack: ApiStack, server: Receiver) -> None:
    deleted, disabled = hook(stack, server.url("/deleted")), hook(stack, server.url("/disabled"))
    stack.notifications.events.announce(event(stack))
    stack.ask("DELETE", f"/v1/webhooks/{deleted['id']}")
    stack.ask("PATCH", f"/v1/webhooks/{disabled['id']}", json={"enabled": False})
    assert send(stack) == 2
    assert server.hits == []
    (one,) = told(stack, disabled)
    assert (one["status"], one["status_reason"]) == ("cancelled", "The webhook is disabled.")
    assert look(stack, disabled)["disabled_reason"] == "Disabled by an admin."
    assert stack.ask("GET", f"/v1/webhooks/{deleted['id']}/deliveries").status_code == 404


def test_what_was_cancelled_unsent_is_sent_at_once_on_request(stack: ApiStack, server: Receiver) -> None:
    webhook = hook(stack, server.url())
    stack.notifications.events.announce(event(stack))
    stack.ask("PATCH", f"/v1/webhooks/{webhook['id']}", json={"enabled": False})
    send(stack)
    (cancelled,) = told(stack, webhook)
    assert (cancelled["status"], cancelled["attempts"]) == ("cancelled", 0)
    stack.ask("PATCH", f"/v1/webhooks/{webhook['id']}", json={"enabled": True})
    stack.clock.advance(1)
    assert stack.ask("POST", f"/v1/webhooks/{webhook['id']}/deliveries/{cancelled['id']}:redeliver").status_code == 202
    assert send(stack) == 1
    assert told(stack, webhook)[0]["status"] == "succeeded"
    assert len(server.hits) == 1


def test_what_is_deleted_while_it_is_sent_is_done_with(stack: ApiStack, server: Receiver) -> None:
    webhook = hook(stack, server.url())
    stack.notifications.events.announce(event(stack))

    def delete(_: Hit) -> Reply:
        stack.notifications.webhooks.delete(stack.ours.caller, webhook["id"])
        return Reply(500)

    server.answer = delete
    assert send(stack) == 2
    assert len(server.hits) == 1


def test_a_task_of_what_never_was_or_is_not_due_yet_is_dropped(stack: ApiStack, server: Receiver) -> None:
    webhook = hook(stack, server.url())
    stack.notifications.events.announce(event(stack))
    (one,) = stack.tries()
    said = one.payload
    tries = stack.notifications.tries
    tries.send(stack.ours.org, webhook["id"], compose("dlv", b"it never was in the store"), 1)
    tries.send(stack.theirs.org, webhook["id"], said["delivery"], 1)
    tries.send(stack.ours.org, webhook["id"], said["delivery"], 2)
    assert server.hits == []


def test_a_delivery_whose_task_was_lost_is_found_by_the_sweep(stack: ApiStack, server: Receiver) -> None:
    for name in ("/lost", "/kept"):
        hook(stack, server.url(name))
    answers = {"/lost": iter([Reply(500)]), "/kept": iter([Reply()])}
    server.answer = lambda hit: next(answers[hit.path], Reply())
    stack.notifications.events.announce(event(stack))
    send(stack, most=2)
    (waiting,) = stack.tries()
    stack.done(waiting)
    sweep = stack.notifications.sweeps.sweep
    assert sweep() == 0
    stack.advance_to(waiting.due_at)
    stack.clock.advance(OVERDUE.total_seconds())
    assert [sweep(), sweep()] == [1, 1]
    assert len(stack.tries()) == 1
    assert send(stack) == 1
    assert [hit.path for hit in server.hits].count("/lost") == 2
    stack.clock.advance(DAY)
    assert sweep() == 0
