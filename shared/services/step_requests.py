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
_ASKERS = 16

_log = logger(__name__)


class StepRequests:
    """Creates the tasks that run steps."""

    def __init__(self, tasks: TaskQueue, clock: Clock, *, tick: timedelta) -> None:
        self._tasks = tasks
        self._clock = clock
        self._tick = tick
        self._asked: OrderedDict[str, None] = OrderedDict()
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
        wanted = {derived("stp", org, batch, number): (org, batch) for org, batch in batches}
        names = [name for name in wanted if not self._is_known(name)]
        if names:
            trace = traces.carried(shared=True)
            self._tasks.create([_task(*wanted[name], name, self._start_of(number), trace) for name in names])
            for name in names:
                self._remember(name)

    def at(self, org: str, batch: str, when: datetime) -> None:
        """Ask for a step in the tick after `when`."""
        number = self._tick_after(when)
        name = derived("stp", org, batch, number)
        if self._is_known(name):
            return
        # Who comes while another is asking waits for that answer: one task is enough, but it must be there.
        with self._asking[hash(name) % len(self._asking)]:
            if not self._is_known(name):
                self._tasks.create([_task(org, batch, name, self._start_of(number), traces.carried(shared=True))])
                self._remember(name)

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

    def _start_of(self, number: int) -> datetime:
        return _EPOCH + number * self._tick + _SKEW

    def _is_known(self, name: str) -> bool:
        with self._lock:
            return name in self._asked

    def _remember(self, name: str) -> None:
        with self._lock:
            self._asked[name] = None
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
