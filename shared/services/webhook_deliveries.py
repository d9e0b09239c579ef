"""What receivers were told, for people: seen, tried out, sent again."""

from shared.domain.callers import Caller
from shared.domain.errors import Conflict
from shared.domain.modes import Role
from shared.domain.webhooks import KEPT, TESTED, DeliveryStatus, Webhook, WebhookDelivery
from shared.ports.clock import Clock
from shared.ports.documents import DocumentStore
from shared.ports.events import Event
from shared.ports.ids import Ids
from shared.ports.tasks import TaskQueue
from shared.repositories.collections import Position, Read, check_id, guarded
from shared.repositories.pages import Listing, Page, PageTokens, checked_size, gather
from shared.repositories.webhooks import WebhookDeliveryRepository, WebhookRepository
from shared.services.repeats import Repeats
from shared.services.webhook_events import WebhookEventService
from shared.services.webhook_tasks import WebhookTasks


class WebhookDeliveryService:
    """The deliveries of an organisation's webhooks; only admins see them or send them again."""

    def __init__(
        self,
        documents: DocumentStore,
        *,
        tasks: TaskQueue,
        events: WebhookEventService,
        pages: PageTokens,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._documents = documents
        self._webhooks = WebhookRepository(documents)
        self._deliveries = WebhookDeliveryRepository(documents)
        self._tasks = WebhookTasks(tasks)
        self._events = events
        self._pages = pages
        self._repeats = Repeats(clock, ids)
        self._clock = clock
        self._ids = ids

    def list(self, caller: Caller, webhook: str, *, page_size: int | None, page_token: str) -> Page[WebhookDelivery]:
        """A webhook's deliveries of the last 30 days, the newest first. Raises Forbidden, NotFound, Invalid, Malformed."""
        self._own(caller, webhook)
        listing = Listing(org=caller.org, resource=f"webhooks/{webhook}/deliveries", sort="-created_at")

        def read(position: Position | None, limit: int) -> list[Read[WebhookDelivery]]:
            return self._deliveries.page(caller.org, webhook, limit=limit, start_after=position)

        found, position = gather(
            read,
            size=checked_size(page_size),
            start=self._pages.position(listing, page_token),
            position_of=lambda one: (one.value.created_at, one.path),
            keep=lambda _: True,
        )
        return Page([one.value for one in found], self._pages.token(listing, position))

    def get(self, caller: Caller, webhook: str, delivery: str) -> WebhookDelivery:
        """One delivery. Raises Forbidden, NotFound."""
        self._own(caller, webhook)
        check_id("dlv", delivery, "delivery")
        return self._deliveries.one(caller.org, webhook, delivery).value

    def redeliver(self, caller: Caller, webhook: str, delivery: str) -> WebhookDelivery:
        """Send it again, as a new series of tries; one that still waits for its next try is left as it is.

        Raises Forbidden, NotFound, Conflict (the webhook is disabled).
        """
        self._own(caller, webhook, enabled=True)
        check_id("dlv", delivery, "delivery")
        begun = self._repeats.until_unrefused(lambda: self._begin_again(caller.org, webhook, delivery))
        self._tasks.ask(caller.org, begun)
        return begun

    def test(self, caller: Caller, webhook: str) -> WebhookDelivery:
        """Send the webhook an event of its own, whatever events it wants. Raises Forbidden, NotFound, Conflict."""
        found = self._own(caller, webhook, enabled=True)
        event = Event(
            id=self._ids.new("evt"),
            name=TESTED,
            org=caller.org,
            occurred_at=self._clock.now(),
            data={"webhook": webhook},
        )
        return self._events.begin(found, event)

    def _own(self, caller: Caller, webhook: str, *, enabled: bool = False) -> Webhook:
        caller.require(Role.ADMIN)
        check_id("whk", webhook, "webhook")
        found = self._webhooks.one(caller.org, webhook).value
        if enabled and not found.enabled:
            raise Conflict(f"The webhook is disabled. {found.disabled_reason} Enable it first.", code="disabled")
        return found

    def _begin_again(self, org: str, webhook: str, delivery: str) -> WebhookDelivery:
        read = self._deliveries.one(org, webhook, delivery)
        if not read.value.status.is_terminal:
            return read.value
        now = self._clock.now()
        fields = {
            "status": DeliveryStatus.PENDING.value,
            "status_reason": "",
            "series_start": read.value.attempts,
            "next_at": now,
            "lease_until": None,
            "finished_at": None,
            "expires_at": now + KEPT,
        }
        self._documents.commit([guarded(read, fields)])
        return self._deliveries.one(org, webhook, delivery).value
