"""Sweeps over very much at once: some at a run, in groups, the rest at the next, and nothing is left out."""

from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

import pytest

from shared.domain.errors import Unavailable
from shared.domain.webhooks import WebhookDelivery
from shared.ports.documents import Create, Update
from shared.repositories import paths
from shared.services import overdue, reconciliation, webhook_sweeps
from shared.services.webhook_sweeps import OVERDUE, WebhookSweepService
from tests.engine.faults import FaultyWorld
from tests.engine.worlds import ORG

GROUP, A_RUN = overdue.GROUP, overdue.A_RUN


class Sweep(Protocol):
    """A sweep of either kind."""

    def __call__(self, *, seconds: float = 20.0) -> int:
        """How much there was."""
        ...


class Swept:
    """A world with overdue work of one kind, whose tasks are lost; `wanted` names it, the longest overdue first."""

    def __init__(self, folder: Path, kind: str, count: int) -> None:
        self.world = FaultyWorld(folder)
        self.kind = kind
        self.job = (reconciliation if kind == "batch" else webhook_sweeps).JOB
        self.wanted = [self.world.ids.new("bat" if kind == "batch" else "dlv") for _ in range(count)]
        make = self._batches if kind == "batch" else self._deliveries
        writes = make()
        for start in range(0, count, 400):
            self.world.store.commit(writes[start : start + 400])
        self.forget()
        self.world.clock.advance(count + OVERDUE.total_seconds())
        self.world.faults.counted.clear()
        self.world.faults.calls.clear()

    @property
    def sweep(self) -> Sweep:
        """The sweep of a process that has just begun."""
        if self.kind == "batch":
            self.world.restart()
            return self.world.engine.reconciliation.sweep
        world = self.world
        return WebhookSweepService(world._documents, tasks=world._tasks, clock=world.clock).sweep

    def asked(self) -> set[str]:
        """What there are tasks for."""
        return {delivery.payload[self.kind] for delivery in self.world.waiting()}

    def forget(self) -> None:
        """Have all tasks gone."""
        for delivery in self.world.waiting():
            self.world.done(delivery)

    def path(self, name: str) -> str:
        """Where it is kept."""
        return paths.batch(ORG, name) if self.kind == "batch" else paths.webhook_delivery(ORG, "whk_a", name)

    def _batches(self) -> list[Create]:
        batch = self.world.submit({"prompt": "a cup"})
        document = self.world.store.get(paths.batch(ORG, batch))
        assert document is not None
        self.world.store.commit([Update(paths.batch(ORG, batch), {"next_step_at": None})])
        return [self._create({**document.data, "id": name}, "next_step_at", at) for at, name in enumerate(self.wanted)]

    def _deliveries(self) -> list[Create]:
        now = self.world.clock.now()
        one = WebhookDelivery(
            id="", webhook="whk_a", event="evt", event_name="Made", body="{}", created_at=now, expires_at=now
        )
        return [self._create({**one.written(), "id": name}, "next_at", at) for at, name in enumerate(self.wanted)]

    def _create(self, data: dict[str, Any], field: str, seconds: int) -> Create:
        return Create(self.path(data["id"]), {**data, field: self.world.clock.now() + timedelta(seconds=seconds)})


@pytest.fixture(params=["batch", "delivery"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_a_run_asks_for_so_many_the_longest_overdue_first_and_the_next_for_the_rest(folder: Path, kind: str) -> None:
    swept = Swept(folder, kind, A_RUN + 2 * GROUP + 1)
    assert swept.sweep() == A_RUN
    assert swept.asked() == set(swept.wanted[:A_RUN])
    swept.forget()
    swept.world.clock.advance(OVERDUE.total_seconds())
    # Nothing became of what was asked for: the longest overdue get their turn again, and the rest gets its own.
    assert swept.sweep() == GROUP + 2 * GROUP + 1
    assert swept.asked() == {*swept.wanted[:GROUP], *swept.wanted[A_RUN:]}
    swept.forget()
    swept.world.clock.advance(OVERDUE.total_seconds())
    assert swept.sweep() == A_RUN
    assert swept.asked() == set(swept.wanted[:A_RUN])
    swept.world.close()


def test_a_run_creates_its_tasks_in_groups(folder: Path, kind: str) -> None:
    swept = Swept(folder, kind, 3 * GROUP)
    assert swept.sweep() == 3 * GROUP
    assert swept.world.faults.counted["tasks.create"] == 3
    assert swept.asked() == set(swept.wanted)
    swept.world.close()


def test_a_run_whose_time_is_up_begins_no_group_and_the_next_goes_on(folder: Path, kind: str) -> None:
    swept = Swept(folder, kind, 4 * GROUP)
    world = swept.world
    world.faults.after = lambda call: world.clock.advance(6) if call == "tasks.create" else None
    assert swept.sweep(seconds=10) == 2 * GROUP
    assert swept.asked() == set(swept.wanted[: 2 * GROUP])
    assert swept.sweep(seconds=10) == 2 * GROUP
    assert swept.asked() == set(swept.wanted[: 3 * GROUP])
    assert swept.sweep(seconds=10) == 2 * GROUP
    assert swept.asked() == set(swept.wanted)
    world.close()


def test_a_run_that_is_broken_off_is_done_again_by_the_next(folder: Path, kind: str) -> None:
    swept = Swept(folder, kind, 2 * GROUP)

    def fail(call: str) -> None:
        if call == "tasks.create" and swept.world.faults.counted[call] == 2:
            raise Unavailable("The queue is away.")

    swept.world.faults.before = fail
    with pytest.raises(Unavailable):
        swept.sweep()
    assert swept.asked() == set(swept.wanted[:GROUP])
    assert swept.sweep() == 2 * GROUP
    assert swept.asked() == set(swept.wanted)
    swept.world.close()


def test_a_whole_group_of_damaged_documents_holds_up_nothing(folder: Path, kind: str) -> None:
    swept = Swept(folder, kind, 2 * GROUP + 1)
    damaged = [Update(swept.path(name), {"status": "of a later version"}) for name in swept.wanted[: GROUP + 1]]
    swept.world.store.commit(damaged)
    assert swept.sweep() == GROUP
    assert swept.asked() == set(swept.wanted[GROUP + 1 :])
    swept.world.close()


def test_a_run_that_finds_little_looks_up_and_writes_no_place(folder: Path, kind: str) -> None:
    swept = Swept(folder, kind, GROUP - 1)
    assert swept.sweep() == GROUP - 1
    assert swept.world.faults.counted == {"documents.query": 1, "tasks.create": 1}
    assert swept.world.store.get(paths.job_position(swept.job)) is None
    swept.world.close()
