"""Asking for the next try of a delivery: one task each, so that a slow receiver holds up nobody else."""

from collections.abc import Iterable

from shared import traces
from shared.domain.documents import SCHEMA
from shared.domain.ids import derived
from shared.domain.lanes import WEBHOOKS
from shared.domain.webhooks import WebhookDelivery
from shared.ports.tasks import Task, TaskQueue

FUNCTION = "send_webhook"
DEADLINE_SECONDS = 60


class WebhookTasks:
    """Creates the tasks of tries; the same try is the same task.

    A try is told by when it is due, too: one that was dropped unsent is asked for anew by the same number, and queues
    remember the names of tasks that are done.
    """

    def __init__(self, tasks: TaskQueue) -> None:
        self._tasks = tasks

    def ask(self, org: str, delivery: WebhookDelivery) -> None:
        """Have the delivery's next try carried out when it is due. Raises Unavailable: asking again is safe."""
        self._tasks.create([_task(org, delivery, _name(delivery))])

    def ask_again(self, deliveries: Iterable[tuple[str, WebhookDelivery]], *, turn: int) -> None:
        """Ask for the next tries of organisations' deliveries although that was done before: their tasks are gone.

        Each `turn` is one task more.
        """
        self._tasks.create([_task(org, delivery, _name(delivery, turn)) for org, delivery in deliveries])


def _task(org: str, delivery: WebhookDelivery, name: str) -> Task:
    return Task(
        name=name,
        queue=WEBHOOKS,
        function=FUNCTION,
        payload={
            "schema": SCHEMA,
            "org": org,
            "webhook": delivery.webhook,
            "delivery": delivery.id,
            "attempt": delivery.attempts + 1,
        },
        deadline_seconds=DEADLINE_SECONDS,
        schedule_at=delivery.next_at,
        trace=traces.carried(),
    )


def _name(delivery: WebhookDelivery, *turn: int) -> str:
    due_ms = 0 if delivery.next_at is None else int(delivery.next_at.timestamp() * 1_000)
    return derived("try", delivery.id, delivery.attempts + 1, due_ms, *turn)
