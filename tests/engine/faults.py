"""Ports that stop the process before or after a call, answer falsely once, or count what is asked of them."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar, cast

from shared.ports.documents import DocumentStore
from shared.ports.events import EventBus
from shared.ports.objects import ObjectStore
from shared.ports.providers import ImageProvider
from shared.ports.tasks import TaskQueue
from tests.engine.scripted import ScriptedJobs, ScriptedProvider
from tests.engine.worlds import World

P = TypeVar("P")

WRITING = frozenset({"commit", "create", "put", "delete", "generate", "submit", "poll", "publish"})


class Crash(BaseException):
    """The process is gone: nothing catches this, and nothing more is done until the restart."""


class Faults:
    """What happens to the calls of a world's ports; `calls` names those that change something, in order.

    `before` and `after` are called around them, `read` after each that only reads; what they raise, the engine gets.
    """

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.counted: Counter[str] = Counter()
        self.crashes = 0
        self.is_dead = False
        self.before: Callable[[str], None] = lambda _: None
        self.after: Callable[[str], None] = lambda _: None
        self.read: Callable[[str], None] = lambda _: None
        self._at: tuple[int, bool] | None = None
        self._lock = Lock()

    def crash(self, position: int, *, after: bool) -> None:
        """Stop the process at the writing call of this position (counted from now), before or after it is carried out."""
        self._at = (len(self.calls) + position, after)

    def over(self, port: P, name: str) -> P:
        """The port with every call led through these faults."""
        return cast("P", _Port(port, name, self))

    def disarm(self) -> None:
        """No crash is wanted any more."""
        self._at = None

    def revive(self) -> None:
        """A new process."""
        self.is_dead = False

    def call(self, port: str, method: str, work: Callable[[], Any]) -> Any:
        """Carry out a call as the test wants it."""
        if self.is_dead:
            raise Crash
        name = f"{port}.{method}"
        with self._lock:
            self.counted[name] += 1
        if method not in WRITING:
            answer = work()
            self.read(name)
            return answer
        with self._lock:
            position = len(self.calls)
            self.calls.append(name)
        self._stop(position, after=False)
        self.before(name)
        try:
            return work()
        finally:
            self._stop(position, after=True)
            self.after(name)

    def _stop(self, position: int, *, after: bool) -> None:
        if self._at == (position, after):
            self.crashes += 1
            self.is_dead = True
            self._at = None
            raise Crash


class _Port:
    """Any port, with every call led through the faults."""

    def __init__(self, target: object, name: str, faults: Faults) -> None:
        self._target = target
        self._name = name
        self._faults = faults

    def __getattr__(self, method: str) -> Callable[..., Any]:
        real = getattr(self._target, method)

        def call(*args: Any, **kwargs: Any) -> Any:
            return self._faults.call(self._name, method, lambda: real(*args, **kwargs))

        return call


class FaultyWorld(World):
    """A world whose process can be stopped at each call."""

    def __init__(
        self, folder: Path, *, provider: ScriptedProvider | ScriptedJobs | None = None, **settings: Any
    ) -> None:
        self.faults = Faults()
        self.scripted = provider or ScriptedProvider()
        super().__init__(
            folder,
            provider=cast("ImageProvider", _Port(self.scripted, "provider", self.faults)),
            documents=lambda store: cast("DocumentStore", _Port(store, "documents", self.faults)),
            tasks=lambda queue: cast("TaskQueue", _Port(queue, "tasks", self.faults)),
            objects=lambda store: cast("ObjectStore", _Port(store, "objects", self.faults)),
            bus=lambda bus: cast("EventBus", _Port(bus, "events", self.faults)),
            **settings,
        )

    def restart(self) -> None:
        """A new process, alive."""
        self.faults.revive()
        super().restart()
