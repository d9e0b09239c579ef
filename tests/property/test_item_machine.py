"""An item's life under deliveries that come twice, late, in any order or not at all: it ends once, and what it cost stays."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from shared.domain import failures, item_machine
from shared.domain.batch_forms import RetryChanges
from shared.domain.errors import ErrorKind, ProviderError
from shared.domain.failures import RetryRules
from shared.domain.items import Item
from shared.domain.modes import ItemStatus
from tests.property.settings import PURE

HELD = 1_000
RULES = RetryRules(max_age=timedelta(hours=2))
LEASE = timedelta(minutes=2)


class ItemLife(RuleBasedStateMachine):
    """One item, the deliveries that exist of it, and the workers that hold or held it."""

    def __init__(self) -> None:
        super().__init__()
        self.now = datetime(2026, 3, 1, tzinfo=UTC)
        self.item = Item(
            id="itm_x",
            org="org_x",
            batch="bat_x",
            index=0,
            row=0,
            variant=1,
            prompt="a cup",
            model="fixed",
            provider="scripted",
            aspect_ratio="1:1",
            size="1K",
            recipe="r",
            created_at=self.now,
            created_by="mem_x",
            due_at=self.now,
        )
        self.deliveries: list[int] = []
        self.claimed: set[int] = set()
        # Those that have not reported: also whoever was taken for lost may still come.
        self.workers: list[int] = []
        self.ends = 0
        self.asked = 1

    def _write(self, fields: dict[str, Any] | None) -> bool:
        """Commit a transition, if it is allowed."""
        if fields is None:
            return False
        before = self.item
        self.item = Item.read({**self.item.written(), **fields})
        assert self.item.cost_micros >= before.cost_micros
        assert self.item.attempt >= before.attempt
        if self.item.status.is_terminal:
            assert not before.status.is_terminal
            self.ends += 1
        elif before.status.is_terminal:
            assert before.status is ItemStatus.FAILED
            assert before.series < self.item.series == self.asked
            self.ends -= 1
        return True

    @rule()
    def dispatch(self) -> None:
        """A step sends it out."""
        until = self.now + timedelta(minutes=1)
        if not self.item.in_flight and self._write(item_machine.dispatched(self.item, until=until, held_micros=HELD)):
            self.deliveries.append(self.item.attempt)

    @rule()
    def go_on(self) -> None:
        """Whatever it waited for is over, and a step sends it out."""
        self.now = max(self.now, self.item.not_before or self.now)
        self.dispatch()

    @rule(kind=st.sampled_from(ErrorKind))
    def try_in_vain(self, kind: ErrorKind) -> None:
        """It is sent out, taken and fails, as it should be."""
        self.go_on()
        fields = item_machine.claimed(
            self.item, attempt=self.item.attempt, now=self.now, owner="w", lease_until=self.now + LEASE
        )
        if self._write(fields):
            self.claimed.add(self.item.attempt)
            self.workers.append(self.item.attempt)
            self.fail(kind, 0, lost=False)

    @rule()
    def recall(self) -> None:
        """The batch is paused."""
        self._write(item_machine.recalled(self.item, now=self.now))

    @rule()
    def confuse(self) -> None:
        """The next try is sent out, and the first delivery of all comes in its place."""
        self.go_on()
        if self.deliveries:
            self._deliver(self.deliveries[0])

    @rule(data=st.data())
    def deliver(self, data: st.DataObject) -> None:
        """Any delivery that there ever was comes, perhaps again."""
        self._deliver(data.draw(st.sampled_from(self.deliveries)) if self.deliveries else 1)

    def _deliver(self, attempt: int) -> None:
        fields = item_machine.claimed(self.item, attempt=attempt, now=self.now, owner="w", lease_until=self.now + LEASE)
        if self._write(fields):
            assert self.item.held_micros == HELD, "no money was held for it"
            assert attempt not in self.claimed, "two workers bought one attempt"
            self.claimed.add(attempt)
            self.workers.append(attempt)

    @rule(data=st.data(), cost=st.integers(0, HELD))
    def finish(self, data: st.DataObject, cost: int) -> None:
        """A worker stored its picture, in time or late."""
        if self.workers:
            attempt = data.draw(st.sampled_from(self.workers))
            fields = item_machine.succeeded(
                self.item, now=self.now, attempt=attempt, cost_micros=cost, result={"asset_id": f"ast_{attempt}"}
            )
            self._write(fields)
            self.workers.remove(attempt)

    @rule(kind=st.sampled_from(ErrorKind), cost=st.integers(0, HELD), lost=st.booleans())
    def fail(self, kind: ErrorKind, cost: int, *, lost: bool) -> None:
        """The running try failed, or its worker is lost."""
        if self.item.status is ItemStatus.RUNNING and self.item.attempt not in self.workers:
            lost = True
        error = ProviderError(ErrorKind.TIMEOUT if lost else kind, "It failed.")
        decision = failures.decide(self.item, error, now=self.now, rules=RULES, delay_seconds=2)
        attempt = self.item.attempt
        fields = item_machine.failed(
            self.item, now=self.now, error=error, decision=decision, cost_micros=cost, lost=lost
        )
        if self._write(fields) and not lost:
            self.workers.remove(attempt)

    @rule()
    def wait_for_equal(self) -> None:
        """Its equal is being made."""
        self._write(item_machine.waiting_for_equal(self.item, not_before=self.now + timedelta(seconds=2)))

    @rule()
    def cancel(self) -> None:
        """Its batch is cancelled."""
        is_held = self.item.status is ItemStatus.RUNNING
        if self._write(item_machine.cancelled(self.item, now=self.now)):
            assert not is_held, "what runs is kept"

    @rule(again=st.booleans())
    def retry(self, *, again: bool) -> None:
        """A person asks to try it again; a step carries that out, perhaps twice."""
        self.asked += not again
        fields = item_machine.retried(
            self.item, now=self.now, series=self.asked, changes=RetryChanges(), provider="scripted", recipe="r"
        )
        self._write(fields)

    @rule(seconds=st.sampled_from([1, 3, 130, 4_000]))
    def wait(self, seconds: int) -> None:
        """Time passes."""
        self.now += timedelta(seconds=seconds)

    @invariant()
    def is_in_one_state(self) -> None:
        """What each state says of itself is true."""
        item = self.item
        is_over = item.status.is_terminal
        assert self.ends == int(is_over)
        assert (item.finished_at is not None) == is_over
        assert (item.due_at is None) == is_over, "nobody would ever look at it again"
        assert (item.lease_until is not None) == (item.status is ItemStatus.RUNNING)
        assert item.held_micros == (HELD if item.in_flight else 0)
        assert item.in_flight or item.status is not ItemStatus.RUNNING
        assert (item.asset_id is not None) == (item.status is ItemStatus.SUCCEEDED)
        assert (item.error is not None) == (item.status is ItemStatus.FAILED)

    @invariant()
    def keeps_its_attempts(self) -> None:
        """Numbers grow, only the running one is open, and the attempts' costs are the item's."""
        attempts = self.item.attempts
        numbers = [attempt.number for attempt in attempts]
        assert numbers == sorted(set(numbers))
        assert all(number <= self.item.attempt for number in numbers)
        open_ones = [attempt.number for attempt in attempts if attempt.finished_at is None]
        assert open_ones == ([self.item.attempt] if self.item.status is ItemStatus.RUNNING else [])
        assert sum(attempt.cost_micros for attempt in attempts) == self.item.cost_micros


TestItemLife = ItemLife.TestCase
TestItemLife.settings = PURE
