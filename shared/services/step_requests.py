"""Asking for steps of a batch: many requests within one tick make one task, and none is lost."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from threading import Lock

from shared import traces
from shared.domain.errors import Unavailable
from shared.domain.ids import derived
from shared.domain.lanes import ADVANCE
from shared.logging import logger
from shared.ports.clock import Clock
from shared.ports.tasks import Task, TaskQueue

FUNCTION = "advance_batch"
DEADLINE_SECONDS = 60
# Clocks of two machines may differ by this much without a change being missed.
_SKEW = timedelta(milliseconds=50)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_REMEMBERED = 4096
# Who was held up between reading the clock and asking still finds its tick.
_KEPT_TICKS = 8
# A clock that is further behind than this is left to the sweep: no change waits longer for its step.
_LONGEST_BEHIND = timedelta(seconds=60)
_ASKERS = 16

_log = logger(__name__)


class _Known:
    """What this process knows of a batch's steps: the latest number that ran, and those that it asked for."""

    def __init__(self) -> None:
        self.ran = 0
        self.asked: set[int] = set()

    def number(self, tick: int, *, most: int) -> int:
        """Which number asks for a step in this tick: its own, or the next after one that ran, where that is at most so far ahead.

        So no number asks for more than one step, and no tick sees more than one, whatever clocks say.
        """
        return self.ran + 1 if tick <= self.ran < tick + most else tick

    def is_asked(self, first: int, last: int, *, now: int) -> bool:
        """Whether a step was asked for in any of these ticks, and is to come; or has run in one that has passed by `now`.

        Who asks for a tick that has passed was held up after reading the clock: what ran in it, ran after that.
        """
        return any(first <= number <= last and (number > self.ran or number < now) for number in self.asked)


class StepRequests:
    """Creates the tasks that run steps."""

    def __init__(self, tasks: TaskQueue, clock: Clock, *, tick: timedelta) -> None:
        self._tasks = tasks
        self._clock = clock
        self._tick = tick
        self._known: OrderedDict[tuple[str, str], _Known] = OrderedDict()
        self._asking = [Lock() for _ in range(_ASKERS)]
        self._lock = Lock()

    def began(self, org: str, batch: str, number: int) -> None:
        """A step that was asked for under this number begins: what is committed from now on needs another one.

        Its number is told rather than read off the clock, because clocks are set back, and differ between machines.
        """
        with self._lock:
            known = self._of((org, batch))
            known.ran = max(known.ran, number)

    def soon(self, org: str, batch: str) -> None:
        """Ask for a step in the tick after this one; to be called after one's commit, by whoever changed something.

        The task that has the tick's name already runs after our commit, so its being there is success.
        """
        self.at(org, batch, self._clock.now())

    def soon_for(self, batches: Iterable[tuple[str, str]]) -> None:
        """Ask for a step of each of these, (organisation, batch), in the tick after this one: one call of the queue."""
        tick = self._tick_after(self._clock.now())
        numbers = {one: self._number(one, tick) for one in dict.fromkeys(batches)}
        wanted = {one: number for one, number in numbers.items() if not self._is_asked(one, number, number)}
        if wanted:
            trace = traces.carried(shared=True)
            self._tasks.create([self._tick_task(one, number, trace) for one, number in wanted.items()])
            for one, number in wanted.items():
                self._remember(one, number)

    def at(self, org: str, batch: str, when: datetime) -> None:
        """Ask for a step in the tick after `when`."""
        tick, one = self._tick_after(when), (org, batch)
        if self._is_asked(one, tick, tick):
            return
        number = self._number(one, tick)
        # Who comes while another is asking waits for that answer: one task is enough, but it must be there.
        with self._asking[hash((one, number)) % len(self._asking)]:
            if not self._is_asked(one, number, number):
                self._tasks.create([self._tick_task(one, number, traces.carried(shared=True))])
                self._remember(one, number)

    def by(self, org: str, batch: str, when: datetime) -> None:
        """Ask for a step in the tick after `when`, unless this process asked for an earlier one that is still to come.

        Only for a step, which has looked at everything: the earlier one looks again and asks for whatever is due then. Who
        changed something asks `soon`.
        """
        if not self._is_asked((org, batch), self._tick_after(self._clock.now()), self._tick_after(when)):
            self.at(org, batch, when)

    def now(self, org: str, batch: str, cause: str | int) -> None:
        """Ask for a step at once; `cause` names the change that asks, so that its repetition asks once.

        The change is kept already and has made the batch due: a queue that does not answer only delays it until the sweep.
        """
        try:
            name = derived("stp", org, batch, "now", cause)
            self._tasks.create([_task(org, batch, name, None, traces.carried())])
        except Unavailable as error:
            _log.warning("step_not_asked", org=org, batch=batch, detail=error.detail)

    def _tick_after(self, when: datetime) -> int:
        return (when - _EPOCH) // self._tick + 1

    def _tick_task(self, one: tuple[str, str], number: int, trace: Mapping[str, str]) -> Task:
        name = derived("stp", *one, number)
        return _task(*one, name, _EPOCH + number * self._tick + _SKEW, trace, number=number)

    def _number(self, one: tuple[str, str], tick: int) -> int:
        with self._lock:
            known = self._known.get(one)
            return known.number(tick, most=_LONGEST_BEHIND // self._tick) if known else tick

    def _is_asked(self, one: tuple[str, str], first: int, last: int) -> bool:
        now = self._tick_after(self._clock.now())
        with self._lock:
            known = self._known.get(one)
            return known is not None and known.is_asked(first, last, now=now)

    def _remember(self, one: tuple[str, str], number: int) -> None:
        passed = self._tick_after(self._clock.now()) - _KEPT_TICKS
        with self._lock:
            known = self._of(one)
            known.asked = {other for other in known.asked if other >= passed} | {number}

    def _of(self, one: tuple[str, str]) -> _Known:
        """What is known of this batch, as the last to be forgotten; under the lock."""
        known = self._known.pop(one, None) or _Known()
        self._known[one] = known
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return known


def _task(org: str, batch: str, name: str, when: datetime | None, trace: Mapping[str, str], **numbered: int) -> Task:
    return Task(
        name=name,
        queue=ADVANCE,
        function=FUNCTION,
        payload={"schema": 1, "org": org, "batch": batch, **numbered},
        schedule_at=when,
        trace=trace,
        deadline_seconds=DEADLINE_SECONDS,
    )
