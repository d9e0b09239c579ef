"""Webhooks: who outside is told of which events, and how each telling went."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from pydantic import Field

from shared.domain.documents import Part, Stored

MAX_TRIES: Final = 15
LEASE: Final = timedelta(seconds=45)
KEPT: Final = timedelta(days=30)
FAILING_FOR: Final = timedelta(days=5)
ROTATION: Final = timedelta(hours=24)
TESTED: Final = "WebhookTested"
# The trouble of a try whose signing secret cannot be read any more.
UNSIGNED: Final = "secret"


class SealedSecret(Part):
    """A signing secret, encrypted; after `until` it no longer signs (None: the one in force)."""

    sealed: str = Field(repr=False)
    until: datetime | None = None


class Webhook(Stored):
    """A receiver, at `orgs/{org}/webhooks/{id}`; `failing_since` is when the failures began that no success has ended."""

    id: str
    url: str
    # As text: a later version may know more names than this one.
    events: list[str]
    description: str = ""
    enabled: bool = True
    disabled_reason: str = ""
    failing_since: datetime | None = None
    secrets: list[SealedSecret] = Field(default_factory=list, repr=False)
    created_at: datetime
    created_by: str


class DeliveryStatus(StrEnum):
    """Where a delivery stands."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_terminal(self) -> bool:
        """Whether nothing more happens by itself."""
        return self is not DeliveryStatus.PENDING


class Try(Part):
    """One request to the receiver: the status that it answered, or why no answer came; `ms` are milliseconds."""

    number: int
    at: datetime
    status: int | None = None
    trouble: str | None = None
    ms: int = 0


class WebhookDelivery(Stored):
    """One event on its way to one receiver, at `orgs/{org}/webhooks/{webhook}/deliveries/{h(event, webhook)}`.

    `attempts` counts its tries and never starts again; `series_start` is what it stood at when the present series began.
    """

    id: str
    webhook: str
    event: str
    event_name: str
    body: str = Field(repr=False)
    status: DeliveryStatus = DeliveryStatus.PENDING
    status_reason: str = ""
    attempts: int = 0
    series_start: int = 0
    lease_until: datetime | None = None
    next_at: datetime | None = None
    tries: list[Try] = Field(default_factory=list)
    created_at: datetime
    finished_at: datetime | None = None
    expires_at: datetime
