"""What Cloud Storage tells Pub/Sub of new objects in a bucket, told by the stand-in."""

from typing import TYPE_CHECKING

import orjson

from infra.local.cloud_storage.objects import Stored
from shared.logging import logger

if TYPE_CHECKING:
    from google.pubsub_v1 import PublisherClient

_TIMEOUT_SECONDS = 10.0

_log = logger(__name__)


class Notifications:
    """A notification on `bucket` (event OBJECT_FINALIZE, payload JSON_API_V1) to `topic` (projects/…/topics/…)."""

    def __init__(self, publisher: "PublisherClient", *, bucket: str, topic: str) -> None:
        self._publisher = publisher
        self._bucket = bucket
        self._topic = topic

    def finalized(self, stored: Stored) -> None:
        """A new object: published when it is in the bucket. That Pub/Sub does not answer is logged, and stops no upload."""
        from google.api_core.exceptions import GoogleAPIError
        from google.pubsub_v1.types import PubsubMessage

        if stored.bucket != self._bucket:
            return
        attributes = {
            "notificationConfig": f"projects/_/buckets/{stored.bucket}/notificationConfigs/1",
            "eventType": "OBJECT_FINALIZE",
            "payloadFormat": "JSON_API_V1",
            "bucketId": stored.bucket,
            "objectId": stored.name,
            "objectGeneration": str(stored.generation),
            "eventTime": stored.said("timeCreated"),
        }
        message = PubsubMessage(data=orjson.dumps(dict(stored.described)), attributes=attributes)
        try:
            self._publisher.publish(topic=self._topic, messages=[message], timeout=_TIMEOUT_SECONDS)
        except GoogleAPIError as error:
            _log.warning("notification_not_published", bucket=stored.bucket, error=type(error).__name__)
