"""Webhooks and their deliveries."""

from datetime import datetime
from typing import Any

from shared.domain.webhooks import Webhook, WebhookDelivery
from shared.ports.documents import Create, DocumentStore, Order, Query, Where
from shared.repositories import paths
from shared.repositories.collections import Collection, Position, Read, ReadPage


class WebhookRepository(Collection[Webhook]):
    """Receivers of events."""

    def __init__(self, documents: DocumentStore) -> None:
        super().__init__(documents, Webhook, "webhook")

    def one(self, org: str, webhook: str) -> Read[Webhook]:
        """The webhook; raises NotFound."""
        return self.get(paths.webhook(org, webhook))

    def any(self, org: str, webhook: str) -> Read[Webhook] | None:
        """The webhook, or None."""
        return self.find(paths.webhook(org, webhook))

    def all(self, org: str, *, limit: int) -> list[Read[Webhook]]:
        """The organisation's webhooks, the newest first."""
        return self.newest(paths.webhooks(org), (), limit=limit)

    def enabled(self, org: str) -> list[Webhook]:
        """Those that are told of events."""
        found = self.query(Query(paths.webhooks(org), (Where("enabled", "==", True),)))
        return [read.value for read in found]

    def create(self, org: str, webhook: Webhook) -> Create:
        """The write that keeps a new one."""
        return Create(paths.webhook(org, webhook.id), webhook.written())


class WebhookDeliveryRepository(Collection[WebhookDelivery]):
    """Events on their way to receivers."""

    def __init__(self, documents: DocumentStore) -> None:
        super().__init__(documents, WebhookDelivery, "delivery")

    def one(self, org: str, webhook: str, delivery: str) -> Read[WebhookDelivery]:
        """The delivery; raises NotFound."""
        return self.get(paths.webhook_delivery(org, webhook, delivery))

    def any(self, org: str, webhook: str, delivery: str) -> Read[WebhookDelivery] | None:
        """The delivery, or None."""
        return self.find(paths.webhook_delivery(org, webhook, delivery))

    def page(self, org: str, webhook: str, *, limit: int, start_after: Position | None) -> list[Read[WebhookDelivery]]:
        """The webhook's deliveries, the newest first."""
        return self.newest(paths.webhook_deliveries(org, webhook), (), limit=limit, start_after=start_after)

    def overdue(
        self, before: datetime, *, limit: int, start_after: tuple[Any, ...] | None = None
    ) -> ReadPage[WebhookDelivery]:
        """Deliveries of every organisation whose next try should have been made by then, the longest overdue first.

        `start_after` is (`next_at`, path) of the last one.
        """
        where = (Where("next_at", "<=", before),)
        return self.readable_page(Query("deliveries", where, (Order("next_at"),), limit, start_after, group=True))

    def create(self, org: str, delivery: WebhookDelivery) -> Create:
        """The write that keeps a new one; refused when there is one already."""
        return Create(paths.webhook_delivery(org, delivery.webhook, delivery.id), delivery.written())
