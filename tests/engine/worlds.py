"""The whole engine on the embedded adapters, with time, ids and the provider in the test's hands.

The queue is the real one; only its deliveries are made here, one after another, so that a test decides which of them are
made twice, late, out of order or not at all.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, ClassVar, cast

from shared.adapters.embedded.documents import SqliteDocumentStore
from shared.adapters.embedded.events import InProcessEventBus
from shared.adapters.embedded.objects import FileObjectStore
from shared.adapters.embedded.tasks import QueueConfig, SqliteTaskQueue
from shared.adapters.pictures import PillowPictureStudio
from shared.domain.batch_forms import BatchAccepted, BatchCreate
from shared.domain.batches import Batch
from shared.domain.callers import Caller
from shared.domain.ids import compose
from shared.domain.image_models import ImageModelSpec
from shared.domain.items import Item
from shared.domain.lanes import ALL_QUEUES
from shared.domain.modes import Role
from shared.domain.money import Budget, LedgerEntry, Reservation
from shared.domain.offers import Offer
from shared.ports.documents import DocumentStore, Query
from shared.ports.events import Event, EventBus
from shared.ports.objects import ObjectStore
from shared.ports.providers import ImageModel, ImageProvider
from shared.ports.tasks import TaskQueue
from shared.repositories import paths
from shared.repositories.indexes import INDEXES
from shared.services.engine import Engine, Ports
from shared.services.engine_rules import EngineRules
from shared.services.jobs import Jobs
from tests.clocks import ManualClock
from tests.engine.scripted import ScriptedProvider, model

ORG = compose("org", b"an organisation of ours")
OTHER_ORG = compose("org", b"somebody else altogether")
_MOMENT = timedelta(milliseconds=10)


class SeededIds:
    """Ids that are random and the same for the same seed."""

    def __init__(self, seed: int = 0) -> None:
        self._random = Random(seed)

    def new(self, prefix: str) -> str:
        """A new id."""
        return compose(prefix, self._random.randbytes(16))

    def secret(self) -> str:
        """A new secret."""
        return self._random.randbytes(32).hex()

    def jitter(self) -> float:
        """A number in [0, 1)."""
        return self._random.random()


@dataclass(frozen=True)
class Delivery:
    """A task that is due, as a function receives it."""

    queue: str
    name: str
    function: str
    payload: dict[str, Any]
    due_at: datetime


class World:
    """One machine: the engine's services over adapters in a folder. `restart` is the machine's process beginning anew."""

    _open: ClassVar[list["World"]] = []

    def __init__(
        self,
        folder: Path,
        *,
        provider: ImageProvider | None = None,
        specs: Sequence[ImageModelSpec] | None = None,
        rules: EngineRules | None = None,
        seed: int = 0,
        documents: Callable[[DocumentStore], DocumentStore] = lambda store: store,
        tasks: Callable[[TaskQueue], TaskQueue] = lambda queue: queue,
        objects: Callable[[ObjectStore], ObjectStore] = lambda store: store,
        bus: Callable[[EventBus], EventBus] = lambda bus: bus,
    ) -> None:
        self.clock = ManualClock()
        self.ids = SeededIds(seed)
        # Most worlds have a provider that answers at once; which shape is spoken is the specs' to say.
        self.provider = cast("ImageModel", provider or ScriptedProvider())
        self.offer = Offer(specs or (model(),), {"scripted"})
        self.rules = rules or EngineRules()
        self.events: list[Event] = []
        self.store = SqliteDocumentStore(folder / "documents.sqlite", clock=self.clock, indexes=INDEXES)
        self.queue = SqliteTaskQueue(
            folder / "tasks.sqlite",
            clock=self.clock,
            token=lambda _: "",
            queues=[QueueConfig(name=name) for name in ALL_QUEUES],
        )
        self.files = FileObjectStore(folder / "objects", clock=self.clock, key=bytes(32), base_url="http://localhost/o")
        self._documents, self._tasks, self._objects = documents(self.store), tasks(self.queue), objects(self.files)
        self._bus = bus
        self.caller = Caller(org=ORG, id="key_test", member="mem_test", role=Role.EDITOR)
        self._open.append(self)
        self.restart()

    def restart(self) -> None:
        """A new process: nothing that was only in memory is left."""
        ports = self.ports()
        self.engine = Engine(ports, lambda: self.offer, self.rules)
        self.jobs = Jobs(ports, self.engine)

    def ports(self) -> Ports:
        """What a process of this machine stands on; each has a name of its own."""
        bus = InProcessEventBus()
        bus.subscribe(self.events.append)
        return Ports(
            documents=self._documents,
            tasks=self._tasks,
            objects=self._objects,
            events=self._bus(bus),
            studio=PillowPictureStudio,
            clock=self.clock,
            ids=self.ids,
            provider=lambda _: self.provider,
            worker=self.ids.new("boot"),
        )

    def close(self) -> None:
        """Close the files."""
        self.queue.close()
        self.store.close()
        if self in self._open:
            self._open.remove(self)

    @classmethod
    def close_all(cls) -> None:
        """Close whatever is open: each has threads, and files in memory that are there until they are closed."""
        while cls._open:
            cls._open[-1].close()

    def submit(self, *rows: dict[str, Any], key: str | None = None, caller: Caller | None = None, **fields: Any) -> str:
        """Submit a batch of these rows; its id."""
        return self.accept(*rows, key=key, caller=caller, **fields).id

    def accept(
        self, *rows: dict[str, Any], key: str | None = None, caller: Caller | None = None, **fields: Any
    ) -> BatchAccepted:
        """Submit a batch of these rows; the answer."""
        create = BatchCreate.model_validate({"rows": list(rows), **fields})
        return self.engine.submissions.submit(
            caller or self.caller, create, idempotency_key=key, fingerprint=create.model_dump_json()
        )

    def due(self) -> list[Delivery]:
        """The tasks that may be delivered now, the longest due first."""
        now = self.clock.now()
        return [delivery for delivery in self.waiting() if delivery.due_at <= now]

    def waiting(self) -> list[Delivery]:
        """All tasks, by when they are due."""
        found = []
        for queue in ALL_QUEUES:
            after = 0
            while page := self.queue.engine.list_tasks(queue, after_seq=after, limit=500):
                found += [delivery_of(record) for record in page]
                after = page[-1].seq
        return sorted(found, key=lambda delivery: delivery.due_at)

    def images(self) -> list[Delivery]:
        """The deliveries of images that wait."""
        return [delivery for delivery in self.waiting() if delivery.function == "generate_image"]

    def steps(self) -> None:
        """Deliver the steps that are due, and no image."""
        for delivery in self.due():
            if delivery.function == "advance_batch":
                self.deliver(delivery)
                self.done(delivery)

    def deliver(self, delivery: Delivery) -> None:
        """Call the function as the queue would; raises what the function raises."""
        payload = delivery.payload
        if delivery.function == "advance_batch":
            self.engine.steps.advance(payload["org"], payload["batch"], payload.get("number", 0))
        else:
            self.engine.generations.generate(
                payload["org"], payload["batch"], payload["item"], payload["attempt"], payload.get("poll", 0)
            )

    def done(self, delivery: Delivery) -> None:
        """The function answered 200: the task is gone, its name stays taken."""
        self.queue.engine.delete_task(delivery.queue, delivery.name)

    def run(self, *, seconds: float = 3_600, until: Callable[[], bool] = lambda: False) -> None:
        """Deliver everything in order, moving the clock to the next task or sweep, until nothing is left to do."""
        end = self.clock.now() + timedelta(seconds=seconds)
        while self.clock.now() <= end and not until():
            now, waiting = self.clock.now(), self.waiting()
            due = [delivery for delivery in waiting if delivery.due_at <= now]
            for delivery in due:
                self.deliver(delivery)
                self.done(delivery)
                if until():
                    return
            if not due:
                tasks, sweeps = [delivery.due_at for delivery in waiting[:1]], self.sweeps()
                if not tasks and not sweeps:
                    return
                # A little more than needed: what is due within a moment is delivered in one round.
                self.advance_to(min(tasks + sweeps) + _MOMENT)
                if sweeps and sweeps[0] <= self.clock.now():
                    self.engine.reconciliation.sweep()

    def sweeps(self) -> list[datetime]:
        """When the earliest overdue batch would be found, if any batch waits for a step."""
        now = self.clock.now()
        waits = [batch.next_step_at for batch in self.batches() if batch.next_step_at is not None]
        return [max(min(waits), now) + timedelta(seconds=1)] if waits else []

    def advance_to(self, when: datetime) -> None:
        """Move the clock to a moment, never back."""
        self.clock.advance(max((when - self.clock.now()).total_seconds(), 0.000_001))

    def batch(self, batch: str, org: str = ORG) -> Batch:
        """A batch as it is stored."""
        document = self.store.get(paths.batch(org, batch))
        assert document is not None
        return Batch.read(document.data)

    def batches(self) -> list[Batch]:
        """Every batch of every organisation."""
        return [Batch.read(document.data) for document in self.store.query(Query("batches", group=True))]

    def items(self, batch: str, org: str = ORG) -> list[Item]:
        """The items of a batch, in order."""
        found = [Item.read(document.data) for document in self.store.query(Query(paths.items(org, batch)))]
        return sorted(found, key=lambda item: item.index)

    def ledger(self, org: str = ORG) -> list[LedgerEntry]:
        """The whole ledger."""
        return [LedgerEntry.read(document.data) for document in self.store.query(Query(paths.ledger(org)))]

    def budget(self, org: str = ORG) -> Budget:
        """The organisation's budget."""
        document = self.store.get(paths.budget(org))
        return Budget() if document is None else Budget.read(document.data)

    def reservation(self, batch: str, org: str = ORG) -> Reservation:
        """What the batch has set aside."""
        document = self.store.get(paths.reservation(org, batch))
        assert document is not None
        return Reservation.read(document.data)


def delivery_of(record: Any) -> Delivery:
    """A task of the queue's file as a delivery."""
    due_at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=record.due_at)
    return Delivery(record.queue, record.name, record.function, json.loads(record.body), due_at)
