"""The embedded foundation: everything is in the adapters themselves, in one folder."""

from collections.abc import Sequence
from types import TracebackType
from typing import Self

from infra.local.foundations import Ground
from infra.local.functions import Function
from shared.adapters.embedded.object_app import object_app
from shared.adapters.embedded.objects import FileObjectStore
from shared.adapters.embedded.pushes import Pushes, UploadNotices
from shared.adapters.embedded.service_tokens import LocalServiceTokens
from shared.adapters.embedded.tasks import SqliteTaskQueue
from shared.config import Settings
from shared.container import Container
from shared.container.embedded import OBJECTS_PATH
from shared.domain.errors import ConfigurationWrong


class EmbeddedFoundation:
    """Nothing needs to be started: the container opens the state folder itself."""

    def __init__(self, config: Settings) -> None:
        self.config = config

    def ground(self, container: Container) -> Ground:
        """The stack's own queue and objects; raises ConfigurationWrong for a container of another stack."""
        stack = container.stack
        tasks, services, objects = stack.tasks, stack.services, stack.objects
        if not (
            isinstance(tasks, SqliteTaskQueue)
            and isinstance(services, LocalServiceTokens)
            and isinstance(objects, FileObjectStore)
        ):
            raise ConfigurationWrong("This container does not stand on the embedded adapters.")
        uploads = UploadNotices(Pushes(tasks, clock=container.clock), ids=container.ids)

        def begin(found: Sequence[Function]) -> None:
            tasks.start({one.name: container.function_url(one.name) for one in found if one.trigger != "http"})

        return Ground(
            queue=tasks,
            token=services.token,
            begin=begin,
            end=tasks.stop,
            public={OBJECTS_PATH.strip("/"): object_app(objects, uploaded=uploads.finalized)},
            told=[f"State     {container.config.home.resolve()}  (kept; Ctrl-C stops)"],
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return
