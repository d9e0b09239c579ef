"""Answers about all that is not a batch: references, links, models, usage, keys, sign-in, health."""

from datetime import date, datetime
from typing import Any

from pydantic import ConfigDict, Field

from client.models import Answer


class Open(Answer):
    """An answer whose further fields are kept as they came."""

    model_config = ConfigDict(extra="allow", frozen=True)


class Upload(Answer):
    """Where and how the bytes of a reference are to be sent."""

    method: str = "PUT"
    url: str
    headers: dict[str, str] = Field(default_factory=dict)


class ReferenceTicket(Answer):
    """A reference that waits for its bytes."""

    id: str
    upload: Upload


class Reference(Open):
    """A checked reference picture, usable in rows by its id."""

    id: str


class AssetLink(Answer):
    """Signed links of one asset."""

    url: str
    thumbnail_url: str | None = None
    expires_at: datetime | None = None


class AssetRecord(Open):
    """One image of the history."""

    id: str


class Capabilities(Open):
    """What a model can make."""

    aspect_ratios: list[str] = Field(default_factory=list)
    sizes: list[str] = Field(default_factory=list)
    max_references: int | None = None
    seed: bool | None = None


class Price(Open):
    """What one image without references probably costs, by its size, in micros of US dollars."""

    estimated_micros: dict[str, int] = Field(default_factory=dict)


class Model(Open):
    """A model that rows may name; `warning` says when it ends soon and what to use instead."""

    id: str
    provider: str = ""
    is_default: bool = False
    capabilities: Capabilities = Capabilities()
    price: Price = Price()
    shutdown_on: date | None = None
    replacement: str | None = None
    warning: str | None = None


class UsageRow(Open):
    """Spending of one day, model, member or batch."""


class LimitSet(Open):
    """Limits as they are set, in micros of US dollars; None where there is none."""

    day_micros: int | None = None
    month_micros: int | None = None
    total_micros: int | None = None
    month_images: int | None = None


class Standing(Open):
    """A limit in force, in its unit (micros or images): what was spent of it, what is set aside, what is left."""

    name: str = ""
    unit: str = "micros"
    limit: int = 0
    spent: int = 0
    reserved: int = 0
    left: int = 0
    resets_at: datetime | None = None
    warned: bool = False


class Limits(Open):
    """What binds a member's work; `own` are the member's own limits, which stand instead of `members`."""

    member: str = ""
    time_zone: str = ""
    warn_percent: int | None = None
    organisation: LimitSet = LimitSet()
    members: LimitSet = LimitSet()
    batches: LimitSet = LimitSet()
    own: LimitSet | None = None
    in_force: list[Standing] = Field(default_factory=list)


class Credits(Open):
    """Credits of the organisation (`organisation`) or of a member (its id), in micros of US dollars."""

    holder: str
    amount_micros: int = 0
    spent_micros: int = 0
    reserved_micros: int = 0
    left_micros: int = 0
    resets_at: datetime | None = None
    renewal_micros: int | None = None
    monthly: bool = False


class Monitor(Open):
    """The organisation's work at one moment; sections that could not be read are null and named in `unavailable`."""

    lanes: list[dict[str, Any]] | None = None
    leases: dict[str, Any] | None = None
    models: list[dict[str, Any]] | None = None
    dead_letters: dict[str, Any] | None = None
    spend: dict[str, Any] | None = None
    limits: list[dict[str, Any]] | None = None
    slow_batches: list[dict[str, Any]] | None = None
    failing_webhooks: list[dict[str, Any]] | None = None
    unavailable: list[str] = Field(default_factory=list)


class Key(Open):
    """An API key as it is listed: never the key itself."""

    id: str
    name: str = ""
    role: str = ""
    hint: str = ""
    created_at: datetime | None = None
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None


class KeyCreated(Key):
    """A new key; `key` is shown this once (None when an earlier try had made it), and hidden in every printed form."""

    key: str | None = Field(default=None, repr=False)


class User(Answer):
    """Who signed in."""

    id: str
    email: str = ""
    name: str | None = None
    role: str = ""


class Organisation(Answer):
    """Where they belong."""

    id: str
    name: str = ""


class Login(Answer):
    """A bearer token and whose it is; the token is hidden in every printed form of this object."""

    token: str = Field(repr=False)
    expires_at: datetime | None = None
    user: User
    organisation: Organisation


class Health(Open):
    """Whether the process lives, and its parts when it was asked for readiness."""

    status: str = ""


class Configuration(Open):
    """What a client may know before it signs in."""

    limits: dict[str, int] = Field(default_factory=dict)
