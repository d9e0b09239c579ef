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
_ASKERS = 16

_log = logger(__name__)


class StepRequests:
    """Creates the tasks that run steps."""

    def __init__(self, tasks: TaskQueue, clock: Clock, *, tick: timedelta) -> None:
        self._tasks = tasks
        self._clock = clock
        self._tick = tick
        self._asked: OrderedDict[tuple[str, str], set[int]] = OrderedDict()
        self._asking = [Lock() for _ in range(_ASKERS)]
        self._lock = Lock()

    def soon(self, org: str, batch: str) -> None:
        """Ask for a step in the tick after this one; to be called after one's commit, by whoever changed something.

        The task that has the tick's name already runs after our commit, so its being there is success.
        """
        self.at(org, batch, self._clock.now())

    def soon_for(self, batches: Iterable[tuple[str, str]]) -> None:
        """Ask for a step of each of these, (organisation, batch), in the tick after this one: one call of the queue."""
        number = self._tick_after(self._clock.now())
        wanted = [one for one in dict.fromkeys(batches) if not self._is_asked(one, number, number)]
        if wanted:
            trace = traces.carried(shared=True)
            self._tasks.create([self._tick_task(one, number, trace) for one in wanted])
            for one in wanted:
                self._remember(one, number)

    def at(self, org: str, batch: str, when: datetime) -> None:
        """Ask for a step in the tick after `when`."""
        number, one = self._tick_after(when), (org, batch)
        if self._is_asked(one, number, number):
            return
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
        return _task(*one, name, _EPOCH + number * self._tick + _SKEW, trace)

    def _is_asked(self, one: tuple[str, str], first: int, last: int) -> bool:
        """Whether a step of this batch was asked for in any of these ticks."""
        with self._lock:
            return any(first <= number <= last for number in self._asked.get(one, ()))

    def _remember(self, one: tuple[str, str], number: int) -> None:
        passed = self._tick_after(self._clock.now()) - _KEPT_TICKS
        with self._lock:
            numbers = {known for known in self._asked.pop(one, ()) if known >= passed}
            self._asked[one] = numbers | {number}
            while len(self._asked) > _REMEMBERED:
                self._asked.popitem(last=False)


def _task(org: str, batch: str, name: str, when: datetime | None, trace: Mapping[str, str]) -> Task:
    return Task(
        name=name,
        queue=ADVANCE,
        function=FUNCTION,
        payload={"schema": 1, "org": org, "batch": batch},
        schedule_at=when,
        trace=trace,
        deadline_seconds=DEADLINE_SECONDS,
    )
