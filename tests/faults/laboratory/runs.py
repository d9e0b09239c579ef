"""One run of a plan: the wheel that turns fibers, deliveries, people and time, until all is at rest."""

import heapq
import traceback
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random

from shared.domain.errors import FanfoldError
from shared.services.engine_rules import EngineRules, Pace
from tests.engine.faults import Crash
from tests.engine.worlds import World
from tests.faults.laboratory import ends
from tests.faults.laboratory.audits import Audit
from tests.faults.laboratory.fibers import Fibers
from tests.faults.laboratory.instances import House, Instance, Sabotage
from tests.faults.laboratory.journals import Journal
from tests.faults.laboratory.people import People
from tests.faults.laboratory.plans import Plan
from tests.faults.laboratory.posts import Letter, Post
from tests.faults.laboratory.providers import SPECS, MoodyProvider

_STEP, _IMAGE = "advance_batch", "generate_image"
_KINDS = {_STEP: "step", _IMAGE: "worker"}
_SWEEP_SECONDS = 60.0
_CLEAN_UP_SECONDS = 3_600.0
# By then also the longest wait for a quota is over; what still goes on would go on for ever.
_LONGEST = timedelta(days=1)
_MOST_TURNS = 150_000
# So many sweeps find nothing at work before people resume what they paused, or cancel what waits for money.
_PATIENCE = 5
_REPEATED = 12


class Laboratory:
    """The whole engine on its embedded adapters, in several processes at once, with a plan of what befalls them."""

    def __init__(self, plan: Plan, folder: Path, *, sabotage: Sabotage = lambda documents: documents) -> None:
        self.plan = plan
        random = Random(f"run {plan.seed}")
        rules = EngineRules(
            organisation_limit_micros=plan.limit_micros,
            pace=Pace(tick=timedelta(seconds=plan.tick_seconds), dispatch_timeout=timedelta(seconds=60)),
            step_lease=timedelta(seconds=plan.step_lease_seconds),
        )
        self.world = World(folder, specs=SPECS, rules=rules, seed=plan.seed)
        self._clock = self.world.clock
        self._calm_at = self._clock.now() + timedelta(seconds=plan.calm_at)
        self.journal = Journal(self._clock.now)
        self.fibers = Fibers(self._clock, random)
        self.audit = Audit(journal=self.journal, now=self._clock.now, limit_micros=plan.limit_micros)
        self.post = Post(
            self.world.queue,
            random=random,
            rates=plan.rates,
            is_calm=self._is_calm,
            now=self._clock.now,
            journal=self.journal,
        )
        self.house = House(
            world=self.world,
            fibers=self.fibers,
            post=self.post,
            audit=self.audit,
            provider=MoodyProvider(plan, random, self._clock.now),
            journal=self.journal,
            random=random,
            rates=plan.rates,
            skew_seconds=plan.skew_seconds,
            is_calm=self._is_calm,
            sabotage=sabotage,
            ambush=lambda batch: self._person(partial(self.people.surprise, batch)),
        )
        self.people = People(self.house)
        self._random = random
        self._idle: dict[str, list[Instance]] = {
            _IMAGE: [self.house.instance(_KINDS[_IMAGE]) for _ in range(plan.workers)],
            _STEP: [self.house.instance(_KINDS[_STEP]) for _ in range(plan.steppers)],
        }
        self._busy: list[tuple[str, Instance]] = []
        self._timers: list[tuple[datetime, int, str, Callable[[], None]]] = []
        self._number = 0
        self._idle_sweeps = 0
        self._is_over = False

    def run(self) -> None:
        """Live through the plan; raises Violation."""
        try:
            self._schedule()
            self._turn_until(lambda: self._is_over)
            ends.check(self)
            self._repeat_the_past()
            ends.check(self)
        finally:
            self._close()

    def _schedule(self) -> None:
        for number, batch in enumerate(self.plan.batches):
            for _ in range(batch.times):
                self._later(batch.at, "submit", partial(self._person, partial(self.people.submit, number, batch)))
        for act in self.plan.acts:
            self._later(act.at, "act", partial(self._person, partial(self.people.act, act)))
        for at in self.plan.restarts:
            self._later(at, "restart", self._restart)
        for at, seconds in self.plan.jumps:
            self._later(at, "jump", partial(self._jump, seconds))
        self._later(_SWEEP_SECONDS, "sweep", self._sweep)
        self._later(_CLEAN_UP_SECONDS, "clean up", self._clean_up)

    def _turn_until(self, is_over: Callable[[], bool]) -> None:
        end = self._clock.now() + _LONGEST
        for _ in range(_MOST_TURNS):
            self._ring()
            self._hire()
            is_turned = self.fibers.turn()
            self.audit.check()
            if is_turned:
                continue
            if is_over():
                return
            at = self._next_at()
            if at is None or at > end:
                break
            self._clock.advance(max((at - self._clock.now()).total_seconds(), 0.000_001))
        self.audit.fail(f"it never comes to rest: {self._unrest()}")
        self.audit.check()

    def _ring(self) -> None:
        """What people and the clock do, when it is time."""
        while self._timers and self._timers[0][0] <= self._clock.now():
            heapq.heappop(self._timers)[3]()

    def _hire(self) -> None:
        """Hand what is due to whoever is idle."""
        for function, idle in self._idle.items():
            while idle and (letter := self.post.take(function)) is not None:
                self._deliver(function, idle.pop(self._random.randrange(len(idle))), letter)

    def _deliver(self, function: str, instance: Instance, letter: Letter) -> None:
        instance.letter, instance.call, instance.began_at_micros = letter, None, self.audit.surprises_micros
        self._busy.append((function, instance))

        def work() -> None:
            try:
                self._carry_out(letter, instance)
            except Crash:
                self.post.failed(letter)
            except FanfoldError as error:
                self.journal.add(instance.name, f"answers {letter.told} with {type(error).__name__}: {error.detail}")
                self.post.failed(letter)
            except Exception as error:  # noqa: BLE001 - whatever the engine lets out is a finding
                self.audit.fail(f"{letter.told} ended with {error!r}\n{traceback.format_exc()}")
            else:
                if instance.call is not None:
                    instance.call.is_reported = True
                self.post.done(letter)
            self._dismiss(function, instance)

        instance.fiber = self.fibers.start(instance.name, work)

    def _carry_out(self, letter: Letter, instance: Instance) -> None:
        payload, engine = letter.payload, instance.engine
        if letter.function == _STEP:
            engine.steps.advance(payload["org"], payload["batch"], payload.get("number", 0))
        else:
            poll = payload.get("poll", 0)
            engine.generations.generate(payload["org"], payload["batch"], payload["item"], payload["attempt"], poll)

    def _dismiss(self, function: str, instance: Instance) -> None:
        """An instance is idle again, or another one takes the place of the dead."""
        self._busy.remove((function, instance))
        instance.fiber, instance.letter = None, None
        self._idle[function].append(instance if instance.is_alive else self.house.instance(_KINDS[function]))

    def _person(self, work: Callable[[], None]) -> None:
        self.fibers.start("person", work)

    def _restart(self) -> None:
        """The whole platform ends and begins anew: nobody holds anything any more."""
        self.journal.add("machine", "restarts")
        self.house.end_all()
        for function, idle in self._idle.items():
            idle[:] = [self.house.instance(_KINDS[function]) for _ in idle]
        # The dead hear of it before the living begin.
        self.post.begin_anew()
        self._job("restart", lambda instance: instance.engine.restarts.release())

    def _jump(self, seconds: float) -> None:
        self.journal.add("machine", f"sleeps for {seconds:g} s")
        self._clock.advance(seconds)

    def _sweep(self) -> None:
        self._job("sweep", lambda instance: instance.engine.reconciliation.sweep())
        if self._is_calm() and self.fibers.count <= 1 and not self.post.waiting and not self._plans_more():
            # The lease of a step that died at the last moment ends by itself.
            leases_over_at = self._calm_at + timedelta(seconds=_SWEEP_SECONDS)
            self._is_over = self.audit.is_at_rest() and self._clock.now() >= leases_over_at
            self._idle_sweeps += 1
            if self._idle_sweeps % _PATIENCE == 0:
                self._person(self.people.conclude)
        if not self._is_over:
            self._later(_SWEEP_SECONDS, "sweep", self._sweep)

    def _clean_up(self) -> None:
        self._job("clean-up", lambda instance: instance.jobs.clean_up.run(seconds=60))
        if not self._is_over:
            self._later(_CLEAN_UP_SECONDS, "clean up", self._clean_up)

    def _job(self, kind: str, work: Callable[[Instance], object]) -> None:
        instance = self.house.instance(kind)

        def run() -> None:
            try:
                work(instance)
            except Crash:
                return
            except FanfoldError as error:
                self.journal.add(instance.name, f"ends with {error.detail}")
            except Exception as error:  # noqa: BLE001 - whatever the engine lets out is a finding
                self.audit.fail(f"{kind} ended with {error!r}\n{traceback.format_exc()}")

        instance.fiber = self.fibers.start(instance.name, run)

    def _repeat_the_past(self) -> None:
        """Old deliveries come once more when all is over: nothing may change but that steps look again."""
        before = {path: dict(shadow.fields) for path, shadow in self.audit.items.items()}
        images = [letter for letter in self.post.past if letter.function == _IMAGE]
        for letter in self._random.sample(images, min(_REPEATED, len(images))):
            self._job("repeat", partial(self._carry_out, letter))
        steps = [letter for letter in self.post.past if letter.function == _STEP]
        for letter in self._random.sample(steps, min(_REPEATED, len(steps))):
            self._job("repeat", partial(self._carry_out, letter))
        while self.fibers.turn() or self.fibers.wakes_at is not None:
            self.audit.check()
            if self.fibers.wakes_at is not None:
                self._clock.advance(max((self.fibers.wakes_at - self._clock.now()).total_seconds(), 0))
        self._is_over = False
        self._later(_SWEEP_SECONDS, "sweep", self._sweep)
        self._turn_until(lambda: self._is_over)
        if before != {path: dict(shadow.fields) for path, shadow in self.audit.items.items()}:
            self.audit.fail("a delivery that came after the end changed an image")
            self.audit.check()

    def _later(self, seconds: float, what: str, ring: Callable[[], None]) -> None:
        self._number += 1
        heapq.heappush(self._timers, (self._clock.now() + timedelta(seconds=seconds), self._number, what, ring))

    def _next_at(self) -> datetime | None:
        found = [self._timers[0][0]] if self._timers else []
        found += [at for function, idle in self._idle.items() if idle and (at := self.post.next_at(function))]
        found += [self.fibers.wakes_at] if self.fibers.wakes_at else []
        return min(found, default=None)

    def _plans_more(self) -> bool:
        return any(what not in ("sweep", "clean up") for _, _, what, _ in self._timers)

    def _unrest(self) -> str:
        live = [f"{f['id'][4:9]} {f['status']}" for f in self.audit.batches.values() if f.get("next_step_at")]
        return f"{self.fibers.count} at work, {self.post.waiting} deliveries, batches {live}"

    def _is_calm(self) -> bool:
        return self._clock.now() >= self._calm_at

    def _close(self) -> None:
        self.house.end_all()
        self.fibers.doom_all()
        while self.fibers.turn():
            pass
        self.world.close()
