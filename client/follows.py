"""Following a batch to its end: by its event stream, by asking when there is none, through restarts of the server."""

from collections.abc import Callable

from client.api import Client
from client.backoff import delay_seconds
from client.errors import ClientError, ProblemError, Unreachable
from client.models import Batch
from client.streams import EventStream

PATIENCE_SECONDS = 600.0
ASK_SECONDS = 2.0
ASKS_BETWEEN_STREAMS = 15


class _NoStream(Exception):
    """Events cannot be had for now; asking still works."""


class Follower:
    """Reports a batch whenever it changed, and connection troubles in words."""

    def __init__(
        self,
        client: Client,
        on_change: Callable[[Batch], None],
        on_trouble: Callable[[str], None],
        *,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        self._client = client
        self._clock = client.transport.clock
        self._on_change = on_change
        self._on_trouble = on_trouble
        self._patience_seconds = patience_seconds
        self._heard = self._clock.monotonic()
        self._breaks = 0
        self._latest: Batch | None = None

    def follow(self, batch_id: str) -> Batch:
        """The batch once it has ended; raises Unreachable after the patience is used up, ProblemError when refused."""
        stream = self._client.events(batch_id)
        asks_left = 0
        while True:
            try:
                batch = self._hear(self._client.batch(batch_id))
                if batch.ended:
                    return batch
                if asks_left:
                    asks_left -= 1
                    self._clock.sleep(ASK_SECONDS)
                else:
                    self._listen(stream)
            except _NoStream:
                asks_left = ASKS_BETWEEN_STREAMS
            except Unreachable as lost:
                self._wait(lost)
            except ProblemError as problem:
                if problem.status != 429 and problem.status < 500:
                    raise
                self._wait(problem)

    def _listen(self, stream: EventStream) -> None:
        """Take events until the server closes the stream or the batch has ended; raises _NoStream when none came."""
        heard = False
        try:
            for event in stream.read():
                heard = True
                if event.batch is None:
                    self._touch()
                elif self._hear(event.batch).ended:
                    return
        except ClientError as error:
            if isinstance(error, Unreachable) and heard:
                raise
            raise _NoStream from None
        self._clock.sleep(delay_seconds(1))

    def _hear(self, batch: Batch) -> Batch:
        """The latest known state; revisions older than it are dropped."""
        self._touch()
        if self._latest is None or batch.revision >= self._latest.revision:
            self._latest = batch
            self._on_change(batch)
        return self._latest

    def _touch(self) -> None:
        if self._breaks > 1:
            self._on_trouble("Connected again.")
        self._heard, self._breaks = self._clock.monotonic(), 0

    def _wait(self, lost: ClientError) -> None:
        if self._clock.monotonic() - self._heard > self._patience_seconds:
            raise lost
        self._breaks += 1
        if self._breaks == 2:
            minutes = self._patience_seconds / 60
            self._on_trouble(
                f"No answer from {self._client.transport.url}. Trying again for up to {minutes:.0f} minutes…"
            )
        self._clock.sleep(delay_seconds(self._breaks))
