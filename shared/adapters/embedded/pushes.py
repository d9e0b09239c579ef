"""Messages pushed to functions where there is no Pub/Sub: durable deliveries of the same envelope by the task queue."""

import base64
from collections.abc import Mapping

import orjson

from shared.adapters.embedded.tasks import SqliteTaskQueue
from shared.adapters.embedded.tasks.records import NewTask
from shared.domain.errors import TooLarge
from shared.domain.ids import derived
from shared.domain.lanes import EVENTS
from shared.domain.task_rules import MAX_ENVELOPE_BYTES
from shared.ports.clock import Clock
from shared.ports.ids import Ids

# What stands in notifications for the bucket that clients upload to; here there are no buckets.
UPLOAD_BUCKET = "uploads"
_DEADLINE_SECONDS = 60.0


class Pushes:
    """Carries messages to functions, at least once, again after a restart too."""

    def __init__(self, queue: SqliteTaskQueue, *, clock: Clock) -> None:
        self._queue = queue
        self._clock = clock

    def push(self, function: str, *, message_id: str, attributes: Mapping[str, str], data: bytes = b"") -> None:
        """Have the function called with this message; returns when that is durable. A repeated id is one message.

        Raises Unavailable, and TooLarge for more than the functions take.
        """
        message = {
            "messageId": message_id,
            "publishTime": self._clock.now().isoformat(),
            "attributes": dict(attributes),
            "data": base64.b64encode(data).decode(),
        }
        body = orjson.dumps({"message": message, "subscription": function})
        if len(body) > MAX_ENVELOPE_BYTES:
            raise TooLarge(f"The message {message_id} has {len(body)} bytes; at most {MAX_ENVELOPE_BYTES} are taken.")
        task = NewTask(
            queue=EVENTS,
            name=derived("msg", function, message_id),
            body=body,
            function=function,
            headers={"Content-Type": "application/json"},
            deadline_seconds=_DEADLINE_SECONDS,
        )
        self._queue.engine.create_tasks([task])


class UploadNotices:
    """Tells functions/on_upload of uploads, in the words of Cloud Storage."""

    def __init__(self, pushes: Pushes, *, ids: Ids) -> None:
        self._pushes = pushes
        self._ids = ids

    def finalized(self, name: str) -> None:
        """An upload of this name is stored. Raises Unavailable."""
        attributes = {"eventType": "OBJECT_FINALIZE", "bucketId": UPLOAD_BUCKET, "objectId": name}
        # A name may be uploaded to again once its object was removed: that is another upload.
        self._pushes.push("on_upload", message_id=self._ids.new("msg"), attributes=attributes)
