"""A batch's live events: one connection at a time, resumed by Last-Event-ID."""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

import httpx
import httpx_sse
from pydantic import ValidationError

from client.backoff import delay_seconds
from client.errors import ClientError, Unreachable
from client.models import Batch, Item
from client.problems import problem_of
from client.transport import Transport

RESUME_SECONDS = 600.0


@dataclass(frozen=True)
class Event:
    """A change: `batch` or `item` is set, whichever changed; `id` resumes after it."""

    id: str
    batch: Batch | None = None
    item: Item | None = None


class EventStream:
    """The events of one batch; remembers the last id over all connections."""

    def __init__(self, transport: Transport, batch_id: str, last_event_id: str = "") -> None:
        self._transport = transport
        self._path = f"/v1/batches/{batch_id}/events"
        self.last_event_id = last_event_id

    def read(self) -> Iterator[Event]:
        """Events of one connection until the server closes it; raises Unreachable when it breaks, ProblemError."""
        client, headers = self._transport.stream_client()
        if self.last_event_id:
            headers["Last-Event-ID"] = self.last_event_id
        try:
            with (
                closing(client),
                httpx_sse.connect_sse(client, "GET", self._transport.url + self._path, headers=headers) as source,
            ):
                if not source.response.is_success:
                    source.response.read()
                    raise problem_of(source.response)
                for message in source.iter_sse():
                    event = _event(message)
                    self.last_event_id = message.id or self.last_event_id
                    if event is not None:
                        yield event
        except httpx_sse.SSEError:
            raise ClientError(f"What answers at {self._transport.url} sends no events.") from None
        except httpx.TransportError as error:
            raise self._transport.unreachable(error) from None

    def resume(self, patience_seconds: float = RESUME_SECONDS) -> Iterator[Event]:
        """Events over as many connections as it takes, until the batch has ended.

        Raises Unreachable when nothing was heard for `patience_seconds`, ProblemError when the server refuses.
        """
        clock = self._transport.clock
        heard, breaks = clock.monotonic(), 0
        while True:
            try:
                for event in self.read():
                    heard, breaks = clock.monotonic(), 0
                    yield event
                    if event.batch is not None and event.batch.ended:
                        return
            except Unreachable:
                if clock.monotonic() - heard > patience_seconds:
                    raise
            breaks += 1
            clock.sleep(delay_seconds(breaks))


def _event(message: httpx_sse.ServerSentEvent) -> Event | None:
    """The typed event, or None for kinds of a later version and for data that no longer fits ours."""
    try:
        if message.event == "batch":
            return Event(message.id, batch=Batch.model_validate(json.loads(message.data)))
        if message.event == "item":
            return Event(message.id, item=Item.model_validate(json.loads(message.data)))
    except (ValidationError, json.JSONDecodeError, RecursionError):
        raise ClientError("The event stream sent something unreadable.") from None
    return None
