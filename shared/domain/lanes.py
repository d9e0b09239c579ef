"""The names of the task queues, and which of them a batch's images go through."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from shared.domain.modes import Priority

ADVANCE: Final = "advance"

IMAGE_LANES: Final[Mapping[Priority, str]] = MappingProxyType(
    {
        Priority.HIGH: "images-high",
        Priority.STANDARD: "images-standard",
        Priority.ECONOMY: "images-economy",
    }
)

# Only where no Pub/Sub pushes: the embedded stack's own durable deliveries of messages to event functions.
EVENTS: Final = "events"

WEBHOOKS: Final = "webhooks"

ALL_QUEUES: Final = (ADVANCE, *IMAGE_LANES.values(), WEBHOOKS)


def image_lane(priority: Priority) -> str:
    """The queue that carries the images of batches of this priority."""
    return IMAGE_LANES[priority]
