"""The composition root: the only place that knows all adapters. Everything is made when it is first needed."""

import atexit
from threading import Lock

from shared import logging
from shared.config import settings
from shared.container.containers import Container
from shared.container.stacks import Stack

__all__ = ["Container", "Stack", "container", "install"]


def container() -> Container:
    """The container of this process, made from its settings at the first call."""
    global _container  # noqa: PLW0603 - one a process is what a composition root is
    with _making:
        if _container is None:
            config = settings()
            logging.configure(config.log_level, project=config.project if config.stack == "google" else "")
            _container = Container(config)
            if (exports := _container.exports) is not None:
                exports.install()
                # Cloud Run leaves an instance that it ends ten seconds, and the processor.
                atexit.register(exports.close)
        return _container


def install(made: Container) -> None:
    """Let `container()` give this one: for a process that decides its settings itself (the local stack)."""
    global _container  # noqa: PLW0603 - as above
    with _making:
        _container = made


_container: Container | None = None
_making = Lock()
