"""The names of the task queues, which of them a batch's images go through, and how much a lane weighs."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from shared.domain.modes import Priority

ADVANCE: Final = "advance"

# The function that they deliver images to, and looks at jobs of images.
IMAGE_FUNCTION: Final = "generate_image"

IMAGE_LANES: Final[Mapping[Priority, str]] = MappingProxyType(
    {
        Priority.HIGH: "images-high",
        Priority.STANDARD: "images-standard",
        Priority.ECONOMY: "images-economy",
    }
)

# How much of a model a lane gets beside the others, where all of them could use more.
LANE_WEIGHTS: Final[Mapping[Priority, float]] = MappingProxyType(
    {Priority.HIGH: 8.0, Priority.STANDARD: 3.0, Priority.ECONOMY: 1.0}
)

# Only where no Pub/Sub pushes: the embedded stack's own durable deliveries of messages to event functions.
EVENTS: Final = "events"

WEBHOOKS: Final = "webhooks"

ALL_QUEUES: Final = (ADVANCE, *IMAGE_LANES.values(), WEBHOOKS)


def image_lane(priority: Priority) -> str:
    """The queue that carries the images of batches of this priority."""
    return IMAGE_LANES[priority]
