"""Asking for the next try of a delivery: one task each, so that a slow receiver holds up nobody else."""

from shared.domain.documents import SCHEMA
from shared.domain.ids import derived
from shared.domain.lanes import WEBHOOKS
from shared.domain.webhooks import WebhookDelivery
from shared.ports.tasks import Task, TaskQueue

FUNCTION = "send_webhook"
_DEADLINE_SECONDS = 60


class WebhookTasks:
    """Creates the tasks of tries; the same try is the same task."""

    def __init__(self, tasks: TaskQueue) -> None:
        self._tasks = tasks

    def ask(self, org: str, delivery: WebhookDelivery) -> None:
        """Have the delivery's next try carried out when it is due. Raises Unavailable: asking again is safe."""
        attempt = delivery.attempts + 1
        self._tasks.create(
            [
                Task(
                    name=derived("try", delivery.id, attempt),
                    queue=WEBHOOKS,
                    function=FUNCTION,
                    payload={
                        "schema": SCHEMA,
                        "org": org,
                        "webhook": delivery.webhook,
                        "delivery": delivery.id,
                        "attempt": attempt,
                    },
                    deadline_seconds=_DEADLINE_SECONDS,
                    schedule_at=delivery.next_at,
                )
            ]
        )
