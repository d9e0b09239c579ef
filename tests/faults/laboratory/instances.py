"""Processes with memories of their own, and the doors through which they reach the outside: there everything goes wrong."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any, cast

from shared.domain.errors import ErrorKind, GuardRefused, ProviderError, Unavailable
from shared.domain.items import ProviderJob
from shared.ports.documents import DocumentStore, Write
from shared.ports.providers import GeneratedImage, ImageModel, ImageRequest, StillRunning
from shared.services.engine import Engine, Ports
from shared.services.jobs import Jobs
from tests.clocks import ManualClock
from tests.engine.faults import WRITING, Crash
from tests.engine.worlds import World
from tests.faults.laboratory.audits import Audit, Call, batch_of
from tests.faults.laboratory.fibers import Fiber, Fibers
from tests.faults.laboratory.journals import Journal
from tests.faults.laboratory.plans import Rates
from tests.faults.laboratory.posts import Letter, Post
from tests.faults.laboratory.providers import JOB_SECONDS, MoodyProvider

_MOST_CRASHES = 12
_AMBUSH_SECONDS = 0.01
_BUDGET_SECONDS = (0.01, 0.3, 1.0)
_TAKING_SECONDS = 0.1
_SLOW_SECONDS = (0.05, 1.0, 8.0)

Sabotage = Callable[[DocumentStore], DocumentStore]


class SkewedClock:
    """A process's clock: the laboratory's, wrong by a little; sleeping lets others go on."""

    def __init__(self, clock: ManualClock, fibers: Fibers, offset_seconds: float) -> None:
        self._clock = clock
        self._fibers = fibers
        self._offset = timedelta(seconds=offset_seconds)

    def now(self) -> datetime:
        """The time as this process has it."""
        return self._clock.now() + self._offset

    def monotonic(self) -> float:
        """Seconds since the laboratory began."""
        return self._clock.monotonic()

    def sleep(self, seconds: float) -> None:
        """Stand still for so long."""
        self._fibers.sleep(seconds)


class Instance:
    """One process; `letter` is the delivery that it works on, `call` the one that it made for it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.is_alive = True
        self.fiber: Fiber | None = None
        self.letter: Letter | None = None
        self.call: Call | None = None
        # What had surprised when the work began: what a step has counted may be older than what it writes.
        self.began_at_micros = 0
        self.engine: Engine
        self.jobs: Jobs
        self.worker = ""


@dataclass(kw_only=True)
class House:
    """What instances live in: makes them, ends them, and leads each of their calls through what may befall it."""

    world: World
    fibers: Fibers
    post: Post
    audit: Audit
    provider: MoodyProvider
    journal: Journal
    random: Random
    rates: Rates
    skew_seconds: float
    is_calm: Callable[[], bool]
    sabotage: Sabotage
    ambush: Callable[[str], None]
    crashes: int = 0
    made: int = 0
    living: list[Instance] = field(default_factory=list)
    running: dict[str, tuple[Call, datetime]] = field(default_factory=dict)

    def instance(self, kind: str) -> Instance:
        """A new process."""
        self.made += 1
        instance = Instance(f"{kind}-{self.made}")
        ports = self.world.ports()
        offset = self.random.uniform(-self.skew_seconds, self.skew_seconds)
        ports = replace(
            ports,
            documents=self.sabotage(cast("DocumentStore", Door(ports.documents, "documents", instance, self))),
            tasks=cast("Any", Door(ports.tasks, "tasks", instance, self)),
            objects=cast("Any", Door(ports.objects, "objects", instance, self)),
            events=cast("Any", Door(ports.events, "events", instance, self)),
            clock=SkewedClock(self.world.clock, self.fibers, offset),
            provider=lambda _: cast("ImageModel", ProviderDoor(instance, self)),
        )
        self._wire(instance, ports)
        self.living = [one for one in self.living if one.is_alive]
        self.living.append(instance)
        return instance

    def _wire(self, instance: Instance, ports: Ports) -> None:
        instance.worker = ports.worker
        instance.engine = Engine(ports, lambda: self.world.offer, self.world.rules)
        instance.jobs = Jobs(ports, instance.engine)

    def call(
        self, instance: Instance, port: str, method: str, work: Callable[..., Any], *args: Any, **named: Any
    ) -> Any:
        """Carry out a call to a port, or not, or without its answer, or as the last that this process does."""
        name = f"{port}.{method}"
        self._check_alive(instance)
        is_writing = method in WRITING
        self._perhaps_crash(instance, f"before {name}")
        if self._chance(self._rate(port)):
            self.journal.add(instance.name, f"{name} does not answer")
            raise Unavailable(f"{name} does not answer.")
        self._wait(instance)
        if name == "documents.commit" and self._chance(self.rates.ambush):
            self._lie_in_wait(instance, args[0])
        try:
            answer = work(*args, **named)
        except GuardRefused:
            self.journal.add(instance.name, f"{name} is refused")
            raise
        if is_writing:
            self._done(instance, port, method, args, answer)
            self._wait(instance)
            self._perhaps_crash(instance, f"after {name}")
            if self._chance(self._rate(port)):
                self.journal.add(instance.name, f"the answer of {name} is lost")
                raise Unavailable(f"The answer of {name} is lost.")
        return answer

    def generate(self, instance: Instance, request: ImageRequest) -> GeneratedImage:
        """Call the provider for the delivery that this instance works on."""
        self._check_alive(instance)
        letter = instance.letter
        assert letter is not None
        reply = self.provider.reply(request)
        call = self.audit.call_begins(instance.name, instance.worker, letter.payload, request, reply)
        instance.call = call
        self.fibers.sleep(reply.seconds)
        self._check_alive(instance)
        self._perhaps_crash(instance, "with the provider's answer in its hands")
        self.audit.call_ends(call)
        if isinstance(reply.answer, Exception):
            raise reply.answer
        return reply.answer

    def submit(self, instance: Instance, request: ImageRequest) -> ProviderJob:
        """Submit a job for the delivery that this instance works on; it goes on whatever becomes of this process."""
        self._check_alive(instance)
        letter = instance.letter
        assert letter is not None
        reply = self.provider.reply(request)
        call = self.audit.call_begins(instance.name, instance.worker, letter.payload, request, reply)
        begun_at = self.world.clock.now()
        self._check_running(call, begun_at)
        self.fibers.sleep(reply.seconds if reply.is_refused_at_once else _TAKING_SECONDS)
        self._check_alive(instance)
        self._perhaps_crash(instance, "with the provider's job in its hands")
        if reply.is_refused_at_once and isinstance(reply.answer, Exception):
            self.audit.call_ends(call)
            instance.call = call
            raise reply.answer
        name = f"job-{len(self.running)}"
        self.running[name] = (call, begun_at + timedelta(seconds=reply.seconds))
        return ProviderJob(id=name)

    def _check_running(self, call: Call, now: datetime) -> None:
        """No job is bought while one of the same item runs that is stored and has time left."""
        for name, (other, _) in self.running.items():
            has_time = now < other.began_at + timedelta(seconds=JOB_SECONDS)
            if other.item == call.item and other.ended_at is None and name in self.audit.jobs and has_time:
                self.audit.fail(f"{call.item} attempt {call.attempt} is bought while its {name} runs")

    def poll(self, instance: Instance, job: ProviderJob) -> GeneratedImage | StillRunning:
        """Look at a job, whoever submitted it."""
        self._check_alive(instance)
        call, ready_at = self.running[job.id]
        self.fibers.sleep(_TAKING_SECONDS)
        self._check_alive(instance)
        if self._chance(self.rates.documents):
            raise ProviderError(ErrorKind.UNAVAILABLE, "Nobody answers.", outcome_known=False)
        if self.world.clock.now() < ready_at:
            return StillRunning()
        self._perhaps_crash(instance, "with the picture of a job in its hands")
        call.is_reported = False
        self.audit.call_ends(call)
        instance.call = call
        if isinstance(call.reply.answer, Exception):
            raise call.reply.answer
        return call.reply.answer

    def end_all(self) -> None:
        """Every process is gone, from outside: whatever it was doing breaks off."""
        for instance in self.living:
            instance.is_alive = False
            if instance.fiber is not None:
                self.fibers.doom(instance.fiber)
        self.living.clear()

    def _done(self, instance: Instance, port: str, method: str, args: tuple[Any, ...], answer: Any) -> None:
        if port == "documents":
            self.audit.committed(instance.name, args[0], since_micros=instance.began_at_micros)
        elif port == "tasks":
            self.post.created(args[0], answer)
        elif method == "put":
            self.audit.stored(args[0])

    def _lie_in_wait(self, instance: Instance, writes: Sequence[Write]) -> None:
        """Somebody wants something of a batch at the very moment in which a step or a worker is about to write it.

        Before money is set aside others simply have time to do the same.
        """
        if any("/budgets/" in write.path for write in writes):
            self.fibers.sleep(self.random.choice(_BUDGET_SECONDS))
            self._check_alive(instance)
            return
        batch = batch_of(writes)
        if batch is not None and not instance.name.startswith("api"):
            self.ambush(batch)
            self.fibers.sleep(_AMBUSH_SECONDS)
            self._check_alive(instance)

    def _check_alive(self, instance: Instance) -> None:
        if not instance.is_alive:
            raise Crash

    def _perhaps_crash(self, instance: Instance, where: str) -> None:
        if self.crashes < _MOST_CRASHES and self._chance(self.rates.crash):
            self.crashes += 1
            self.journal.add(instance.name, f"dies {where}")
            instance.is_alive = False
            raise Crash

    def _wait(self, instance: Instance) -> None:
        """Others may go on at any call, and some calls take long."""
        if self._chance(self.rates.slow):
            self.fibers.sleep(self.random.choice(_SLOW_SECONDS))
        elif self.random.random() < self.rates.pause:
            self.fibers.pause()
        self._check_alive(instance)

    def _rate(self, port: str) -> float:
        rate: float = getattr(self.rates, port)
        return rate

    def _chance(self, rate: float) -> bool:
        return rate > 0 and not self.is_calm() and self.random.random() < rate


class Door:
    """A port as one process has it."""

    def __init__(self, target: object, port: str, instance: Instance, house: House) -> None:
        self._target = target
        self._port = port
        self._instance = instance
        self._house = house

    def __getattr__(self, method: str) -> Callable[..., Any]:
        work = getattr(self._target, method)

        def call(*args: Any, **named: Any) -> Any:
            return self._house.call(self._instance, self._port, method, work, *args, **named)

        self.__dict__[method] = call
        return call


class ProviderDoor:
    """The provider as one process has it."""

    def __init__(self, instance: Instance, house: House) -> None:
        self._instance = instance
        self._house = house

    def generate(self, request: ImageRequest) -> GeneratedImage:
        """One call."""
        return self._house.generate(self._instance, request)

    def submit(self, request: ImageRequest) -> ProviderJob:
        """One job."""
        return self._house.submit(self._instance, request)

    def poll(self, job: ProviderJob, *, deadline_seconds: float) -> GeneratedImage | StillRunning:
        """One look."""
        assert deadline_seconds > 0
        return self._house.poll(self._instance, job)
