"""Where messages of Pub/Sub are pushed to: an envelope in, acknowledged by 200, delivered again after anything else."""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Protocol

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from shared import traces
from shared.domain.errors import Malformed
from shared.domain.ids import is_id
from shared.domain.task_rules import MAX_ENVELOPE_BYTES
from shared.http.service_edge import EdgeSettings, ServiceEdge
from shared.logging import bound, logger
from shared.ports.events import Event
from shared.ports.service_tokens import ServiceTokens

MAX_ATTRIBUTES = 100

_log = logger(__name__)


class _Part(BaseModel):
    # Pub/Sub adds fields, and sends some under two names: what is not named here is passed over.
    model_config = ConfigDict(defer_build=True, frozen=True, extra="ignore")


_Key = Annotated[str, Field(min_length=1, max_length=256)]
_Text = Annotated[str, Field(max_length=1024)]


class _Message(_Part):
    id: Annotated[str, Field(alias="messageId", min_length=1, max_length=256)]
    published_at: Annotated[AwareDatetime, Field(alias="publishTime")]
    attributes: Annotated[dict[_Key, _Text], Field(max_length=MAX_ATTRIBUTES)] = {}
    data: str = ""


class _Envelope(_Part):
    message: _Message


def _of_an_organisation(value: str) -> str:
    if not is_id("org", value):
        raise ValueError("must be the id of an organisation")
    return value


class _Event(_Part):
    id: Annotated[str, Field(pattern=r"^evt_[a-z2-7]{20}$")]
    name: Annotated[str, Field(pattern=r"^[A-Z][A-Za-z]{1,63}$")]
    org: Annotated[str, AfterValidator(_of_an_organisation)]
    occurred_at: AwareDatetime
    data: dict[str, str | Annotated[int, Field(ge=-(2**63), lt=2**63)]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class PushMessage:
    """A message as it was published; `id` stays the same when it is delivered again."""

    id: str
    attributes: dict[str, str]
    data: bytes
    published_at: datetime


def event_app(handle: Callable[[PushMessage], None], services: ServiceTokens, settings: EdgeSettings) -> ServiceEdge:
    """The application of a function that messages are pushed to.

    `handle` returns to acknowledge, also what it cannot use and never will; it raises Unavailable to have it again.
    """
    return _EventEdge(lambda body: handle(_pushed(body)), services, settings, max_bytes=MAX_ENVELOPE_BYTES)


class _EventEdge(ServiceEdge):
    """A service's edge whose messages carry their trace themselves: the push has one of its own."""

    def _carrier(self, headers: Mapping[str, str], body: bytes) -> Mapping[str, str]:  # noqa: ARG002 - as said
        try:
            return _pushed(body).attributes
        except Malformed:
            return {}


class Uploads(Protocol):
    """What takes note of stored objects."""

    def arrived(self, bucket: str, name: str) -> None:
        """Judge the upload that it is; what is none is passed over."""
        ...


def on_upload_app(uploads: Uploads, services: ServiceTokens, settings: EdgeSettings) -> ServiceEdge:
    """The application of functions/on_upload: notifications of Cloud Storage about the bucket that clients upload to."""

    def handle(message: PushMessage) -> None:
        said = message.attributes
        if said.get("eventType") == "OBJECT_FINALIZE":
            uploads.arrived(said.get("bucketId", ""), said.get("objectId", ""))

    return event_app(handle, services, settings)


class Announcements(Protocol):
    """What tells the outside of events."""

    def announce(self, event: Event) -> None:
        """Begin what is to be done about it; a repeat meets itself."""
        ...


def on_event_app(announcements: Announcements, services: ServiceTokens, settings: EdgeSettings) -> ServiceEdge:
    """The application of functions/on_event: what the platform itself published."""

    def handle(message: PushMessage) -> None:
        try:
            said = _Event.model_validate_json(message.data)
        except ValidationError as error:
            # It will never be another one: to refuse it would only have it sent again and again.
            wrong = sorted({str(problem["loc"][0]) if problem["loc"] else "all of it" for problem in error.errors()})
            _log.error("event_passed_over", message=message.id, wrong=wrong)
            return
        traces.describe(org=said.org, event=said.name)
        with bound(org=said.org):
            announcements.announce(
                Event(id=said.id, name=said.name, org=said.org, occurred_at=said.occurred_at, data=said.data)
            )

    return event_app(handle, services, settings)


def _pushed(body: bytes) -> PushMessage:
    try:
        message = _Envelope.model_validate_json(body).message
    except ValidationError as error:
        wrong = ", ".join("/".join(map(str, problem["loc"])) or "all of it" for problem in error.errors())
        raise Malformed(f"The envelope is wrong: {wrong[:500]}.") from None
    try:
        data = base64.b64decode(message.data, validate=True)
    except ValueError:
        raise Malformed("The envelope is wrong: message/data must be base64.") from None
    try:
        published_at = message.published_at.astimezone(UTC)
    except OverflowError:
        raise Malformed("The envelope is wrong: message/publishTime lies outside the calendar.") from None
    return PushMessage(
        id=message.id,
        attributes=message.attributes,
        data=data,
        published_at=published_at,
    )
