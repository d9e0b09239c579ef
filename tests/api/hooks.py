"""Webhooks of the tests: made, told of events, their tries carried out one by one."""

from typing import Any

from shared.domain.ids import compose, derived
from shared.ports.events import Event
from shared.services.notifications import Notifications
from tests.api.stacks import ApiStack, Tenant
from tests.engine.worlds import Delivery

DAY = 24 * 3_600
OF_BATCHES = ["BatchCompleted"]


def hook(stack: ApiStack, url: str, *, tenant: Tenant | None = None, events: list[str] | None = None) -> dict[str, Any]:
    answer = stack.ask("POST", "/v1/webhooks", tenant=tenant, json={"url": url, "events": events or OF_BATCHES})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def look(stack: ApiStack, webhook: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = stack.ask("GET", f"/v1/webhooks/{webhook['id']}").json()
    return found


def told(stack: ApiStack, webhook: dict[str, Any]) -> list[dict[str, Any]]:
    """The deliveries of a webhook, the newest first."""
    found: list[dict[str, Any]] = stack.ask("GET", f"/v1/webhooks/{webhook['id']}/deliveries").json()["deliveries"]
    return found


def event(stack: ApiStack, number: int = 1, *, name: str = "BatchCompleted", org: str | None = None) -> Event:
    return Event(
        id=derived("evt", "cause", number),
        name=name,
        org=org or stack.ours.org,
        occurred_at=stack.clock.now(),
        data={"batch": compose("bat", b"a batch of the tests"), "status": "completed", "series": 0},
    )


def send(stack: ApiStack, *, most: int = 1_000) -> int:
    """Carry out the tries that are asked for, moving the clock to each; how many they were."""
    count = 0
    while count < most and (waiting := stack.tries()):
        one = waiting[0]
        if one.due_at > stack.clock.now():
            stack.advance_to(one.due_at)
        carry_out(stack, one)
        count += 1
    return count


def carry_out(stack: ApiStack, one: Delivery) -> None:
    attempt(stack.notifications, one)
    stack.done(one)


def attempt(notifications: Notifications, one: Delivery) -> None:
    said = one.payload
    notifications.tries.send(said["org"], said["webhook"], said["delivery"], said["attempt"])
