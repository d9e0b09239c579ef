"""What people ask of webhooks."""

from typing import Annotated, Final

from pydantic import AfterValidator, Field, StringConstraints
from pydantic.json_schema import SkipJsonSchema

from shared.domain.event_names import EventName
from shared.domain.requests import Changes, Strict
from shared.domain.texts import Printable

MAX_URL: Final = 2_000


def _each_once(names: list[EventName]) -> list[EventName]:
    return list(dict.fromkeys(names))


Url = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_URL), Printable]


EventNames = Annotated[list[EventName], Field(min_length=1, max_length=20), AfterValidator(_each_once)]


Description = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200), Printable]


class WebhookCreate(Strict):
    """A receiver to be told of events."""

    url: Url
    events: EventNames
    description: Description = ""


class WebhookUpdate(Changes):
    """What is to become different about a webhook."""

    url: Url | SkipJsonSchema[None] = None
    events: EventNames | SkipJsonSchema[None] = None
    description: Description | SkipJsonSchema[None] = None
    enabled: bool | SkipJsonSchema[None] = None
