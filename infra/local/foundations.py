"""What the local stack stands on: something that delivers tasks, stores objects and says what it is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from socket import socket
from types import TracebackType
from typing import Protocol, Self

from starlette.types import ASGIApp

from infra.local.functions import Function
from shared.adapters.embedded.tasks import SqliteTaskQueue
from shared.config import Settings
from shared.container import Container


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """How a platform is served on its foundation.

    `queue` delivers the tasks from `begin` to `end`, `token(audience)` is what functions are called with, `public` is
    served beside the API by the first part of its paths, `others` on sockets of their own; `told` are lines of welcome.
    """

    queue: SqliteTaskQueue
    token: Callable[[str], str]
    begin: Callable[[Sequence[Function]], None]
    end: Callable[[float], None]
    public: dict[str, ASGIApp] = field(default_factory=dict)
    others: list[tuple[socket, ASGIApp]] = field(default_factory=list)
    told: list[str] = field(default_factory=list)


class Foundation(Protocol):
    """Adapters' other side on this machine: `config` leads to what was started, until the block ends."""

    config: Settings

    def ground(self, container: Container) -> Ground:
        """How this container's platform is served."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
