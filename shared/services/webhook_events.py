"""From an event to its deliveries: one for every webhook that wants it."""

import orjson

from shared.domain.errors import GuardRefused
from shared.domain.ids import derived
from shared.domain.webhooks import KEPT, Webhook, WebhookDelivery
from shared.ports.clock import Clock
from shared.ports.documents import DocumentStore
from shared.ports.events import Event
from shared.ports.tasks import TaskQueue
from shared.repositories.webhooks import WebhookDeliveryRepository, WebhookRepository
from shared.services.webhook_tasks import WebhookTasks


class WebhookEventService:
    """Begins deliveries; the same event may be announced any number of times."""

    def __init__(self, documents: DocumentStore, *, tasks: TaskQueue, clock: Clock) -> None:
        self._documents = documents
        self._webhooks = WebhookRepository(documents)
        self._deliveries = WebhookDeliveryRepository(documents)
        self._tasks = WebhookTasks(tasks)
        self._clock = clock

    def announce(self, event: Event) -> None:
        """Begin a delivery to every enabled webhook of the organisation that wants the event; a repeat meets itself.

        Raises Unavailable: announcing it again is safe, and needed.
        """
        for webhook in self._webhooks.enabled(event.org):
            if event.name in webhook.events:
                self.begin(webhook, event)

    def begin(self, webhook: Webhook, event: Event) -> WebhookDelivery:
        """The delivery of this event to this webhook, with its next try asked for unless it has ended."""
        now = self._clock.now()
        delivery = WebhookDelivery(
            id=derived("dlv", event.id, webhook.id),
            webhook=webhook.id,
            event=event.id,
            event_name=event.name,
            body=_body(event),
            next_at=now,
            created_at=now,
            expires_at=now + KEPT,
        )
        try:
            self._documents.commit([self._deliveries.create(event.org, delivery)])
        except GuardRefused:
            delivery = self._deliveries.one(event.org, webhook.id, delivery.id).value
        if not delivery.status.is_terminal:
            # Also when it was there before: whoever made it may not have come this far.
            self._tasks.ask(event.org, delivery)
        return delivery


def _body(event: Event) -> str:
    """What a receiver gets: the same bytes at every try."""
    said = {
        "id": event.id,
        "type": event.name,
        "timestamp": event.occurred_at,
        "organisation": event.org,
        "data": dict(event.data),
    }
    return orjson.dumps(said, option=orjson.OPT_UTC_Z).decode()
