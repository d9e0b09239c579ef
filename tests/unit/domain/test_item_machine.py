"""The item's state machine, under deliveries in any order."""

from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from shared.domain import item_machine as machine
from shared.domain.batch_forms import RetryChanges
from shared.domain.errors import ErrorKind, ProviderError
from shared.domain.failures import Decision, RetryRules, decide
from shared.domain.items import Item
from shared.domain.modes import ItemStatus
from tests.unit.domain.examples import PATIENT, after, error, item, kinds, moment

RESULT = {"asset_id": "ast_a", "width": 8, "height": 8}
AGAIN, OVER = Decision(moment(5), uses_try=True), Decision(None, uses_try=True)
ENDS = [ItemStatus.SUCCEEDED, ItemStatus.FAILED, ItemStatus.CANCELLED]


def flying(**fields: Any) -> Item:
    current = item(**fields)
    return after(current, machine.dispatched(current, until=moment(60), held_micros=900))


def running(**fields: Any) -> Item:
    current = flying(**fields)
    taken = machine.claimed(current, attempt=current.attempt, now=moment(1), owner="w", lease_until=moment(99))
    return after(current, taken)


def failed(current: Item, decision: Decision = AGAIN, kind: ErrorKind = ErrorKind.TIMEOUT, cost: int = 0) -> Item:
    told = error(kind)
    return after(current, machine.failed(current, now=moment(3), error=told, decision=decision, cost_micros=cost))


def test_a_dispatch_counts_on_and_holds_money() -> None:
    once = flying()
    assert (once.dispatch, once.in_flight, once.held_micros, once.due_at) == (1, True, 900, moment(60))
    again = after(once, machine.dispatched(once, until=moment(120), held_micros=900))
    assert (again.dispatch, again.dispatched_until) == (2, moment(120))


def test_a_recalled_item_is_due_and_its_task_is_void() -> None:
    back = after(flying(), machine.recalled(flying(), now=moment(7)))
    assert (back.in_flight, back.held_micros, back.due_at) == (False, 0, moment(7))
    assert machine.claimed(back, attempt=1, now=moment(8), owner="w", lease_until=moment(9)) is None
    later = flying(not_before=moment(30))
    assert after(later, machine.recalled(later, now=moment(7))).due_at == moment(30)


def test_a_claim_takes_the_item_once() -> None:
    taken = running()
    assert (taken.status, taken.lease_owner, taken.lease_until, taken.due_at) == (
        ItemStatus.RUNNING, "w", moment(99), moment(99),
    )  # fmt: skip
    assert taken.held_micros == 900
    assert [entry.number for entry in taken.attempts] == [1]
    assert machine.claimed(taken, attempt=1, now=moment(2), owner="v", lease_until=moment(9)) is None


def test_a_delivery_that_is_late_or_early_claims_nothing() -> None:
    waiting = flying(not_before=moment(30))
    assert machine.claimed(waiting, attempt=1, now=moment(29), owner="w", lease_until=moment(99)) is None
    assert machine.claimed(waiting, attempt=1, now=moment(30), owner="w", lease_until=moment(99)) is not None
    for attempt in (0, 2):
        assert machine.claimed(waiting, attempt=attempt, now=moment(40), owner="w", lease_until=moment(99)) is None


def test_a_success_is_written_down_whole() -> None:
    done = after(running(), machine.succeeded(running(), now=moment(3.5), attempt=1, cost_micros=40, result=RESULT))
    assert (done.status, done.cost_micros, done.duration_ms, done.asset_id) == (
        ItemStatus.SUCCEEDED, 40, 2_500, "ast_a",
    )  # fmt: skip
    assert (done.in_flight, done.held_micros, done.due_at, done.lease_until) == (False, 0, None, None)
    assert (done.attempts[0].finished_at, done.attempts[0].error, done.attempts[0].cost_micros) == (
        moment(3.5),
        None,
        40,
    )


def test_a_late_worker_may_still_finish_its_attempt() -> None:
    lost = after(
        running(),
        machine.failed(running(), now=moment(3), error=error(), decision=AGAIN, cost_micros=900, lost=True),
    )
    assert lost.attempts[0].lost
    done = after(lost, machine.succeeded(lost, now=moment(4), attempt=1, cost_micros=40, result=RESULT))
    assert (done.status, done.attempts[0].error, done.attempts[0].lost) == (ItemStatus.SUCCEEDED, None, False)
    assert done.cost_micros == 940
    unknown = after(flying(), machine.succeeded(flying(), now=moment(4), attempt=1, cost_micros=0, result={}))
    assert unknown.duration_ms == 0


def test_a_failure_with_another_try_waits() -> None:
    back = failed(running(), cost=7)
    assert (back.status, back.attempt, back.tries, back.not_before, back.due_at, back.cost_micros) == (
        ItemStatus.PENDING, 2, 1, moment(5), moment(5), 7,
    )  # fmt: skip
    assert (back.in_flight, back.held_micros, back.error) == (False, 0, None)


def test_a_failure_for_good_has_its_hint() -> None:
    over = failed(running(), OVER, ErrorKind.REFUSED)
    assert over.status is ItemStatus.FAILED
    assert over.error is not None
    assert over.error.kind is ErrorKind.REFUSED
    assert "refused the picture that was drawn" in over.error.hint
    assert over.attempts[0].error is not None
    assert over.attempts[0].error.stage == "output"
    assert over.finished_at == moment(3)


def test_busy_tries_in_a_row_become_one_entry() -> None:
    patient = Decision(moment(5), uses_try=False)
    current = item()
    for turn in range(4):
        current = after(current, machine.dispatched(current, until=moment(60), held_micros=0))
        now = moment(10 * turn + 5)
        taken = machine.claimed(current, attempt=current.attempt, now=now, owner="w", lease_until=moment(99))
        current = failed(after(current, taken), patient, ErrorKind.BUSY, cost=1)
    assert [(entry.count, entry.number, entry.cost_micros) for entry in current.attempts] == [(4, 4, 4)]
    assert current.attempts[0].started_at == moment(5)
    assert (current.tries, current.attempt) == (0, 5)


def test_an_item_whose_equal_is_being_made_waits_without_a_try() -> None:
    waits = after(flying(), machine.waiting_for_equal(flying(), not_before=moment(9)))
    assert (waits.status, waits.tries, waits.due_at, waits.in_flight) == (ItemStatus.PENDING, 0, moment(9), False)


def test_a_cancellation_ends_what_nobody_works_on() -> None:
    over = after(flying(), machine.cancelled(flying(), now=moment(4)))
    assert (over.status, over.finished_at, over.in_flight, over.due_at) == (
        ItemStatus.CANCELLED,
        moment(4),
        False,
        None,
    )
    assert machine.cancelled(running(), now=moment(4)) is None


def test_a_retry_begins_a_series_and_keeps_what_was() -> None:
    over = failed(running(), OVER)
    changes = RetryChanges(prompt="Another walker", model="n", seed=4)
    again = after(over, machine.retried(over, now=moment(50), series=2, changes=changes, provider="q", recipe="s"))
    assert (again.status, again.series, again.tries, again.attempt, again.error) == (ItemStatus.PENDING, 2, 0, 2, None)
    assert (again.prompt, again.model, again.seed, again.provider, again.recipe, again.size) == (
        "Another walker", "n", 4, "q", "s", "1K",
    )  # fmt: skip
    assert [entry.number for entry in again.attempts] == [1]
    assert again.retried_at == moment(50)
    assert machine.retried(over, now=moment(50), series=1, changes=changes, provider="q", recipe="s") is None


@pytest.mark.parametrize("status", ENDS)
def test_what_has_ended_stays_as_it_is(status: ItemStatus) -> None:
    over = item(status=status, series=2)
    assert machine.dispatched(over, until=moment(1), held_micros=1) is None
    assert machine.recalled(over, now=moment(1)) is None
    assert machine.claimed(over, attempt=1, now=moment(1), owner="w", lease_until=moment(2)) is None
    assert machine.succeeded(over, now=moment(1), attempt=1, cost_micros=1, result={}) is None
    assert machine.failed(over, now=moment(1), error=error(), decision=AGAIN, cost_micros=0) is None
    assert machine.waiting_for_equal(over, not_before=moment(1)) is None
    assert machine.cancelled(over, now=moment(1)) is None
    retried = machine.retried(over, now=moment(1), series=3, changes=RetryChanges(), provider="p", recipe="r")
    assert (retried is not None) == (status is ItemStatus.FAILED)


class AnyOrder(RuleBasedStateMachine):
    """Whatever is delivered, doubled, late or early: the item's books stay in order."""

    @initialize()
    def begin(self) -> None:
        self.now = 0.0
        self.item = item()
        self.charged = 0
        self.series_tries = 0

    def apply(self, fields: dict[str, Any] | None) -> bool:
        if fields is None:
            return False
        before, self.item = self.item, after(self.item, fields)
        assert not before.status.is_terminal or self.item.series == before.series + 1
        assert self.item.attempt >= before.attempt
        return True

    @rule(seconds=st.floats(0, 100))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @rule()
    def dispatch(self) -> None:
        self.apply(machine.dispatched(self.item, until=moment(self.now + 60), held_micros=500))

    @rule()
    def recall(self) -> None:
        self.apply(machine.recalled(self.item, now=moment(self.now)))

    @rule(back=st.integers(0, 2))
    def claim(self, back: int) -> None:
        was = self.item
        attempt = self.item.attempt - back
        done = self.apply(
            machine.claimed(
                self.item, attempt=attempt, now=moment(self.now), owner="w", lease_until=moment(self.now + 99)
            )
        )
        allowed = was.status is ItemStatus.PENDING and was.in_flight and back == 0
        assert done == (allowed and (was.not_before is None or was.not_before <= moment(self.now)))

    @rule(back=st.integers(0, 2))
    def succeed(self, back: int) -> None:
        attempt = max(self.item.attempt - back, 1)
        fields = machine.succeeded(self.item, now=moment(self.now), attempt=attempt, cost_micros=11, result=RESULT)
        self.charged += 11 if self.apply(fields) else 0

    @rule(kind=kinds, lost=st.booleans())
    def fail(self, kind: ErrorKind, lost: bool) -> None:
        told, now = error(kind), moment(self.now)
        decision = decide(self.item, told, now=now, rules=RetryRules(), delay_seconds=2)
        fields = machine.failed(self.item, now=now, error=told, decision=decision, cost_micros=3, lost=lost)
        self.charged += 3 if self.apply(fields) else 0

    @rule()
    def cancel(self) -> None:
        self.apply(machine.cancelled(self.item, now=moment(self.now)))

    @rule()
    def retry(self) -> None:
        series = self.item.series + 1
        self.apply(
            machine.retried(
                self.item, now=moment(self.now), series=series, changes=RetryChanges(), provider="p", recipe="r"
            )
        )

    @invariant()
    def money_adds_up(self) -> None:
        assert self.item.cost_micros == self.charged

    @invariant()
    def what_rests_holds_nothing(self) -> None:
        flies = self.item.in_flight
        assert flies or (self.item.held_micros, self.item.lease_until, self.item.dispatched_until) == (0, None, None)
        if self.item.status.is_terminal:
            assert not flies
            assert self.item.due_at is None
            assert self.item.finished_at is not None
        else:
            assert self.item.due_at is not None
        if self.item.status is ItemStatus.RUNNING:
            assert flies
            assert self.item.lease_owner == "w"

    @invariant()
    def attempts_are_told_apart(self) -> None:
        numbers = [entry.number for entry in self.item.attempts]
        assert numbers == sorted(set(numbers))
        assert all(number <= self.item.attempt for number in numbers)
        patient = [entry.error is not None and entry.error.kind in PATIENT for entry in self.item.attempts]
        same_model = [entry.model for entry in self.item.attempts]
        pairs = zip(zip(patient, same_model, strict=True), [*zip(patient, same_model, strict=True)][1:], strict=False)
        assert not any(first == second and first[0] for first, second in pairs)

    @invariant()
    def an_error_stands_only_where_something_failed(self) -> None:
        assert (self.item.error is not None) == (self.item.status is ItemStatus.FAILED)


TestAnyOrder = AnyOrder.TestCase


def test_a_recalled_item_goes_back_to_its_place() -> None:
    placed = flying(place_at=moment(-9))
    assert after(placed, machine.recalled(placed, now=moment(7))).due_at == moment(-9)
    tried = flying(place_at=moment(-9), not_before=moment(5))
    assert after(tried, machine.recalled(tried, now=moment(7))).due_at == moment(-9)
    assert after(tried, machine.recalled(tried, now=moment(4))).due_at == moment(5)


def test_a_place_is_given_to_what_waits_alone() -> None:
    waiting = item()
    moved = after(waiting, machine.placed(waiting, now=moment(1), place_at=moment(-3)))
    assert (moved.place_at, moved.due_at) == (moment(-3), moment(-3))
    backing_off = item(not_before=moment(5))
    assert machine.placed(backing_off, now=moment(4), place_at=moment(-3)) is None
    assert machine.placed(backing_off, now=moment(5), place_at=moment(-3)) is not None
    for other in (flying(), running(), *(item(status=status) for status in ENDS)):
        assert machine.placed(other, now=moment(9), place_at=moment(-3)) is None


def test_an_edit_voids_the_task_that_is_on_its_way() -> None:
    changed = after(flying(), machine.edited(flying(), now=moment(7), changes={"prompt": "a bowl"}))
    assert (changed.prompt, changed.in_flight, changed.held_micros) == ("a bowl", False, 0)
    assert machine.claimed(changed, attempt=1, now=moment(8), owner="w", lease_until=moment(9)) is None
    for other in (running(), *(item(status=status) for status in ENDS)):
        assert machine.edited(other, now=moment(9), changes={"prompt": "a bowl"}) is None


def test_a_dead_letter_is_discarded_once_and_taken_up_again() -> None:
    dead = failed(running(), OVER)
    given_up = after(dead, machine.discarded(dead, now=moment(9), by="mem_a", reason="Not needed."))
    assert given_up.status is ItemStatus.FAILED
    assert (given_up.discarded_at, given_up.discarded_by, given_up.discard_reason) == (
        moment(9),
        "mem_a",
        "Not needed.",
    )
    assert machine.discarded(given_up, now=moment(10), by="mem_b", reason="Once more.") is None
    for other in (item(), flying(), running(), item(status=ItemStatus.SUCCEEDED)):
        assert machine.discarded(other, now=moment(9), by="mem_a", reason="Not needed.") is None
    again = machine.retried(given_up, now=moment(11), series=2, changes=RetryChanges(), provider="p", recipe="r")
    assert (after(given_up, again).discarded_at, after(given_up, again).discard_reason) == (None, "")


def test_an_item_that_is_tried_again_a_hundred_times_stays_small() -> None:
    current, told = item(), ProviderError(ErrorKind.TIMEOUT, "x" * 500)
    for series in range(2, 103):
        for decision in (AGAIN, AGAIN, AGAIN, OVER):
            current = after(current, machine.dispatched(current, until=moment(60), held_micros=900))
            ready = current.model_copy(update={"not_before": None})
            taken = machine.claimed(ready, attempt=ready.attempt, now=moment(1), owner="w", lease_until=moment(99))
            current = after(ready, taken)
            ended = machine.failed(current, now=moment(3), error=told, decision=decision, cost_micros=1)
            current = after(current, ended)
        again = machine.retried(current, now=moment(4), series=series, changes=RetryChanges(), provider="p", recipe="r")
        current = after(current, again)
    assert len(current.attempts) == machine.MAX_ATTEMPTS
    assert sum(entry.count for entry in current.attempts) == 404
    assert sum(entry.cost_micros for entry in current.attempts) == current.cost_micros == 404
    numbers = [entry.number for entry in current.attempts]
    assert numbers == sorted(set(numbers))
    assert numbers[-1] == 404
    assert len(current.model_dump_json()) < 200_000
