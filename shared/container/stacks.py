"""What a stack is: the adapters that stand behind the ports, made together."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from shared.config import Settings
from shared.ports.clock import Clock
from shared.ports.ids import Ids

if TYPE_CHECKING:
    from shared.ports.documents import DocumentStore
    from shared.ports.events import EventBus
    from shared.ports.identity import Accounts
    from shared.ports.objects import ObjectStore
    from shared.ports.service_tokens import ServiceTokens
    from shared.ports.tasks import TaskQueue


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """The adapters of one stack: `secret(name)` gives 32 bytes of that name, `accounts` may send tasks.

    What signs people in is made by `people()`, where somebody signs in, once. `upload_bucket` is the name by which notifications call where clients upload to.
    """

    documents: "DocumentStore"
    tasks: "TaskQueue"
    objects: "ObjectStore"
    events: "EventBus"
    people: "Callable[[], Accounts]"
    services: "ServiceTokens"
    secret: Callable[[str], bytes]
    accounts: frozenset[str]
    boot_id: str
    upload_bucket: str
    close: Callable[[], None] = field(default=lambda: None)


def chosen_stack(config: Settings, clock: Clock, ids: Ids) -> Stack:
    """The stack that the settings choose; raises ConfigurationWrong."""
    if config.stack == "embedded":
        from shared.container.embedded import embedded_stack

        return embedded_stack(config, clock, ids)
    from shared.container.google import google_stack

    return google_stack(config, clock, ids)


def function_url(config: Settings, name: str) -> str:
    """Where a function answers; Google Cloud's names of functions know no underscores."""
    said = name.replace("_", "-") if config.stack == "google" else name
    return f"{config.functions_url.rstrip('/')}/{said}"
