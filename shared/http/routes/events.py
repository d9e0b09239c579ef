"""The event stream of a batch: server-sent events that hold no thread while nothing happens."""

import asyncio
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, NamedTuple

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Header, Query, Request, Response
from starlette.types import Receive, Scope, Send

from shared.domain.batches import Batch
from shared.domain.callers import Caller
from shared.domain.errors import FanfoldError, FieldError, Invalid, Unavailable
from shared.domain.items import Item
from shared.http.auth import VIEWER, authenticate
from shared.http.services import ApiSettings, Services, Settings
from shared.http.views import BatchView, ItemView
from shared.logging import logger
from shared.services.live import Change, LiveService

MAX_WAITING = 5_000
MAX_INDEX = 1_000_000
EARLIEST = datetime.fromtimestamp(0, UTC)
_ID = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?Z),([a-z]{3}_[a-z2-7]{20})", re.ASCII)

router = APIRouter(prefix="/v1/batches", tags=["batches"])

log = logger(__name__)


@router.get(
    "/{batch_id:id}/events",
    response_class=Response,
    responses={
        200: {
            "description": "Events `batch` (a Batch) and `item` (an Item without links), each with an id. Lines that begin with a "
            "colon keep the connection alive. After five minutes the stream closes: connect again with `Last-Event-ID`. "
            "It ends by itself with a last `batch` event once the batch has ended. Events may be repeated: apply one only if "
            "its `revision` is higher than what you have. With `from_index` and `to_index`, only items of these places are "
            "told.",
            "content": {"text/event-stream": {"schema": {"type": "string"}}},
        }
    },
)
def stream_events(
    request: Request,
    batch_id: str,
    caller: Annotated[Caller, Depends(VIEWER)],
    services: Services,
    settings: Settings,
    last_event_id: Annotated[
        str | None,
        Header(
            alias="Last-Event-ID",
            description="The id of the last event that was seen: what changed since then comes first.",
        ),
    ] = None,
    from_index: Annotated[
        int, Query(ge=0, le=MAX_INDEX, description="Only items from this place in the batch on.")
    ] = 0,
    to_index: Annotated[
        int | None, Query(ge=0, le=MAX_INDEX, description="Only items before this place; 0 for the batch alone.")
    ] = None,
) -> Response:
    """The batch now, then every change of it and its items, live."""
    since = None if last_event_id is None else position(last_event_id)
    services.batches.get(caller, batch_id)
    live = services.live
    if live.watchers >= settings.max_streams or live.watchers_of(caller.org) >= settings.max_streams_an_organisation:
        raise Unavailable("Too many streams are open here. Poll the batch instead, or try again later.")
    watched = Watched(caller.org, batch_id, from_index, to_index)
    return EventStream(live, watched, since, settings, admit=partial(authenticate, request))


def position(event_id: str) -> datetime:
    """The moment in an event's id; raises Invalid."""
    match = _ID.fullmatch(event_id.strip())
    try:
        if match is not None:
            # What lies before every event is no place to look two seconds back from.
            return max(datetime.fromisoformat(match[1]), EARLIEST)
    except ValueError:
        pass
    raise Invalid([FieldError("/headers/Last-Event-ID", "Give the id of an event of this stream, or leave it out.")])


def encode(value: Batch | Item) -> bytes:
    """One server-sent event."""
    moment = (value.changed_at or EARLIEST).astimezone(UTC).isoformat().replace("+00:00", "Z")
    kind, view = ("batch", BatchView.of(value)) if isinstance(value, Batch) else ("item", ItemView.of(value, {}))
    return f"event: {kind}\nid: {moment},{value.id}\ndata: {view.model_dump_json()}\n\n".encode()


class Watched(NamedTuple):
    """What one watcher looks at: a batch, and its items from one place up to, not including, another one (None: to the last)."""

    org: str
    batch: str
    from_index: int = 0
    to_index: int | None = None

    def of(self, changes: Sequence[Change]) -> list[Change]:
        """Those of a batch's changes that are looked at."""
        return [one for one in changes if isinstance(one.value, Batch) or self._holds(one.value.index)]

    def _holds(self, index: int) -> bool:
        return self.from_index <= index and (self.to_index is None or index < self.to_index)


class Mailbox:
    """What one watcher has not been sent yet: the latest of each thing, and never more than MAX_WAITING of them."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._waiting: dict[str, Change] = {}
        self._news = asyncio.Event()
        self.ended = False
        self.overflowed = False
        self.gone = False

    def deliver(self, changes: Sequence[Change], ended: bool) -> None:
        """Put changes in from any thread."""
        # A loop that was closed has no reader any more.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self.put, changes, ended)

    def put(self, changes: Sequence[Change], ended: bool) -> None:
        """Put changes in from the reader's own loop; a newer state replaces an older one that still waits."""
        for change in changes:
            self._waiting.pop(change.id, None)
            self._waiting[change.id] = change
        if len(self._waiting) > MAX_WAITING:
            self.overflowed = True
            self._waiting.clear()
        self.ended = self.ended or ended
        self._news.set()

    def leave(self) -> None:
        """The reader's connection is gone."""
        self.gone = True
        self._news.set()

    async def take(self, seconds: float) -> list[Change]:
        """All that waits, as soon as there is something; nothing when the time is up or the reader has gone."""
        try:
            async with asyncio.timeout(seconds):
                await self._news.wait()
        except TimeoutError:
            return []
        self._news.clear()
        changes = list(self._waiting.values())
        self._waiting.clear()
        return changes


class EventStream(Response):
    """The answer: what was missed, the batch as it is now, then what changes.

    What was missed comes first: the batch's own id is later than all of it, and a reader resumes from the last id.
    Who may not come in any more, as `admit` says by raising, is told nothing more from the next heartbeat's time on.
    """

    def __init__(
        self,
        live: LiveService,
        watched: Watched,
        since: datetime | None,
        settings: ApiSettings,
        *,
        admit: Callable[[], object],
    ) -> None:
        super().__init__(media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._live, self._watched, self._since, self._admit = live, watched, since, admit
        self._heartbeat_seconds = settings.heartbeat_seconds
        self._stream_seconds = settings.stream_seconds
        self._send_seconds = settings.send_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI gives all three
        """Serve the stream until it ends, its time is up, or its reader leaves or reads too slowly."""
        mailbox = Mailbox()
        leaving = asyncio.create_task(_notice_leaving(receive, mailbox))

        def deliver(changes: Sequence[Change], ended: bool) -> None:
            looked_at = self._watched.of(changes)
            if looked_at or ended:
                mailbox.deliver(looked_at, ended)

        watching = self._live.watch(self._watched.org, self._watched.batch, deliver)
        try:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            words = await self._send_events(mailbox, send)
            await self._send(send, f": {words}\n\n".encode(), more=False)
        except TimeoutError:
            log.warning("slow_reader_dropped", org=self._watched.org, batch=self._watched.batch)
        except FanfoldError as error:
            await self._send(send, f": {error.detail}\n\n".encode(), more=False)
        finally:
            watching.close()
            leaving.cancel()

    async def _send_events(self, mailbox: Mailbox, send: Send) -> str:
        """Send until there is a reason to stop, and return it in words."""
        now = asyncio.get_running_loop().time
        until, admitted_until = now() + self._stream_seconds, now() + self._heartbeat_seconds
        org, batch_id = self._watched.org, self._watched.batch
        batch = await run_sync(self._live.batch, org, batch_id)
        if self._since is not None:
            missed = self._live.missed(org, batch_id, self._since)
            while (page := await run_sync(next, missed, None)) is not None:
                await self._send_changes(send, self._watched.of(page))
        await self._send_changes(send, [batch])
        while not mailbox.gone:
            left = until - now()
            if left <= 0:
                return "This stream has lasted long enough. Connect again with Last-Event-ID."
            changes = await mailbox.take(min(left, max(admitted_until - now(), 0)))
            if now() >= admitted_until:
                # A store that does not answer says nothing against anybody.
                with suppress(Unavailable):
                    await run_sync(self._admit)
                admitted_until = now() + self._heartbeat_seconds
            if mailbox.overflowed:
                return "You read too slowly, and changes were left out. Connect again with Last-Event-ID."
            await self._send_changes(send, changes)
            if mailbox.ended:
                return "This stream is over."
        return "You have gone."

    async def _send_changes(self, send: Send, changes: Sequence[Change]) -> None:
        """One write for all of them; without any, a comment that keeps the connection alive."""
        frames = b"".join(change.frame(encode) for change in changes)
        await self._send(send, frames or b":\n\n", more=True)

    async def _send(self, send: Send, chunk: bytes, *, more: bool) -> None:
        """Raises TimeoutError when the reader does not take it in."""
        async with asyncio.timeout(self._send_seconds):
            await send({"type": "http.response.body", "body": chunk, "more_body": more})


async def _notice_leaving(receive: Receive, mailbox: Mailbox) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    mailbox.leave()
