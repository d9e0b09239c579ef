"""The services that tell the outside of events, wired: a function makes only what it uses."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from shared.repositories.pages import PageTokens
from shared.services.audit import AuditService
from shared.services.made_once import made_once
from shared.services.webhook_secrets import WebhookSecrets

if TYPE_CHECKING:
    from shared.ports.clock import Clock
    from shared.ports.documents import DocumentStore
    from shared.ports.ids import Ids
    from shared.ports.outbound import Outbound
    from shared.ports.tasks import TaskQueue
    from shared.services.webhook_deliveries import WebhookDeliveryService
    from shared.services.webhook_events import WebhookEventService
    from shared.services.webhook_sweeps import WebhookSweepService
    from shared.services.webhook_tries import WebhookTryService
    from shared.services.webhooks import WebhookService


class Notifications:
    """One of each service; `secret(name)` gives 32 secret bytes of that name."""

    def __init__(
        self,
        documents: "DocumentStore",
        *,
        tasks: "TaskQueue",
        outbound: "Outbound",
        secret: Callable[[str], bytes],
        clock: "Clock",
        ids: "Ids",
    ) -> None:
        self._documents = documents
        self._tasks = tasks
        self._outbound = outbound
        self._secret = secret
        self._clock = clock
        self._ids = ids

    @made_once
    def webhooks(self) -> "WebhookService":
        """Receivers."""
        from shared.services.webhooks import WebhookService

        return WebhookService(
            self._documents,
            outbound=self._outbound,
            secrets=self._secrets,
            audit=AuditService(self._clock, self._ids),
            clock=self._clock,
            ids=self._ids,
        )

    @made_once
    def deliveries(self) -> "WebhookDeliveryService":
        """What they were told."""
        from shared.services.webhook_deliveries import WebhookDeliveryService

        return WebhookDeliveryService(
            self._documents,
            tasks=self._tasks,
            events=self.events,
            pages=PageTokens(self._secret("pages")),
            clock=self._clock,
            ids=self._ids,
        )

    @made_once
    def events(self) -> "WebhookEventService":
        """From an event to deliveries."""
        from shared.services.webhook_events import WebhookEventService

        return WebhookEventService(self._documents, tasks=self._tasks, clock=self._clock)

    @made_once
    def tries(self) -> "WebhookTryService":
        """From a delivery to a request."""
        from shared.services.webhook_tries import WebhookTryService

        return WebhookTryService(
            self._documents,
            tasks=self._tasks,
            outbound=self._outbound,
            secrets=self._secrets,
            clock=self._clock,
            ids=self._ids,
        )

    @made_once
    def sweeps(self) -> "WebhookSweepService":
        """Tries whose tasks were lost."""
        from shared.services.webhook_sweeps import WebhookSweepService

        return WebhookSweepService(self._documents, tasks=self._tasks, clock=self._clock)

    @made_once
    def _secrets(self) -> "WebhookSecrets":
        return WebhookSecrets(self._secret("webhooks"))
