"""Webhooks: receivers outside that are told of events."""

from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, Field

from shared.domain.callers import Caller
from shared.domain.event_names import EventName
from shared.domain.webhook_forms import WebhookCreate, WebhookUpdate
from shared.domain.webhooks import DeliveryStatus, Webhook
from shared.http.auth import ADMIN
from shared.http.bodies import Body, JsonBody
from shared.http.idempotency import idempotency_key
from shared.http.pages import PageParameters, only_page
from shared.http.services import Services
from shared.http.views import View

EXAMPLE = {"url": "https://hooks.example.com/fanfold", "events": [EventName.BATCH_COMPLETED.value]}

router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"])

Admin = Annotated[Caller, Depends(ADMIN)]
Key = Annotated[str | None, Depends(idempotency_key)]
New = Annotated[Body[WebhookCreate], Depends(JsonBody(WebhookCreate, example=EXAMPLE))]
Update = Annotated[Body[WebhookUpdate], Depends(JsonBody(WebhookUpdate, example={"enabled": True}))]


class WebhookView(View):
    """A receiver; `failing_since` is when the failures began that no success has ended."""

    id: str
    url: str
    events: list[str]
    description: str
    enabled: bool
    disabled_reason: str
    failing_since: datetime | None
    created_at: datetime
    created_by: str


class WebhookSecretView(WebhookView):
    """A receiver with its new signing secret."""

    secret: str | None = Field(
        description="Signs what is sent (Standard Webhooks); shown this once: null when an Idempotency-Key is repeated."
    )

    @classmethod
    def once(cls, webhook: Webhook, secret: str | None) -> Self:
        """The view of a webhook with its secret."""
        return cls.model_validate({**vars(webhook), "secret": secret})


class WebhookList(BaseModel):
    """All webhooks of the organisation, on one page."""

    webhooks: list[WebhookView]
    next_page_token: str


class TryView(View):
    """One request to the receiver."""

    number: int
    at: datetime
    status: int | None = Field(description="What the receiver answered; null when no answer came.")
    trouble: str | None = Field(
        description="Why no answer came: refused, name, connection, tls, timeout or protocol; secret when the "
        "signing secret cannot be read any more (rotate it); null when an answer came."
    )
    ms: int


class DeliveryView(View):
    """One event on its way to one receiver."""

    id: str
    event: str = Field(description="The event's id; the receiver gets it as `webhook-id`.")
    event_name: str
    status: DeliveryStatus
    status_reason: str
    attempts: int
    next_at: datetime | None
    tries: list[TryView] = Field(description="The last tries, the oldest first.")
    created_at: datetime
    finished_at: datetime | None


class DeliveryPage(BaseModel):
    """A page of a webhook's deliveries, the newest first."""

    deliveries: list[DeliveryView]
    next_page_token: str


@router.post("", status_code=201)
def create_webhook(caller: Admin, body: New, key: Key, services: Services) -> WebhookSecretView:
    """A new receiver. Its signing secret is shown in this answer and never again."""
    made, secret = services.webhooks.create(caller, body.value, idempotency_key=key, fingerprint=body.fingerprint)
    return WebhookSecretView.once(made, secret)


@router.get("")
def list_webhooks(caller: Admin, parameters: Annotated[PageParameters, Query()], services: Services) -> WebhookList:
    """The organisation's receivers, the newest first."""
    only_page(parameters)
    webhooks = [WebhookView.model_validate(webhook) for webhook in services.webhooks.list(caller)]
    return WebhookList(webhooks=webhooks, next_page_token="")


@router.get("/{webhook_id:id}")
def get_webhook(webhook_id: str, caller: Admin, services: Services) -> WebhookView:
    """One receiver."""
    return WebhookView.model_validate(services.webhooks.get(caller, webhook_id))


@router.patch("/{webhook_id:id}")
def update_webhook(webhook_id: str, caller: Admin, body: Update, services: Services) -> WebhookView:
    """Change a receiver; a field that is left out stays. Enabling one that was disabled forgets its failures."""
    return WebhookView.model_validate(services.webhooks.change(caller, webhook_id, body.value))


@router.post("/{webhook_id:id}:rotate")
def rotate_webhook_secret(webhook_id: str, caller: Admin, services: Services) -> WebhookSecretView:
    """A new signing secret. The former one signs beside it until 24 hours after it was replaced, so that nothing is lost while you change it."""
    webhook, secret = services.webhooks.rotate(caller, webhook_id)
    return WebhookSecretView.once(webhook, secret)


@router.post("/{webhook_id:id}:test", status_code=202)
def test_webhook(webhook_id: str, caller: Admin, services: Services) -> DeliveryView:
    """Send the receiver an event of the type WebhookTested. How it went is told by the delivery."""
    return DeliveryView.model_validate(services.deliveries.test(caller, webhook_id))


@router.delete("/{webhook_id:id}", status_code=204)
def delete_webhook(webhook_id: str, caller: Admin, services: Services) -> Response:
    """Delete a receiver with its secret; what is still on its way to it is not sent."""
    services.webhooks.delete(caller, webhook_id)
    return Response(status_code=204)


@router.get("/{webhook_id:id}/deliveries")
def list_deliveries(
    webhook_id: str, caller: Admin, parameters: Annotated[PageParameters, Query()], services: Services
) -> DeliveryPage:
    """What the receiver was told in the last 30 days and what it answered, the newest first."""
    page = services.deliveries.list(
        caller, webhook_id, page_size=parameters.page_size, page_token=parameters.page_token
    )
    views = [DeliveryView.model_validate(delivery) for delivery in page.values]
    return DeliveryPage(deliveries=views, next_page_token=page.next_page_token)


@router.get("/{webhook_id:id}/deliveries/{delivery_id:id}")
def get_delivery(webhook_id: str, delivery_id: str, caller: Admin, services: Services) -> DeliveryView:
    """One delivery."""
    return DeliveryView.model_validate(services.deliveries.get(caller, webhook_id, delivery_id))


@router.post("/{webhook_id:id}/deliveries/{delivery_id:id}:redeliver", status_code=202)
def redeliver(webhook_id: str, delivery_id: str, caller: Admin, services: Services) -> DeliveryView:
    """Send it again, with the same `webhook-id`. One that still waits for its next try is left as it is."""
    return DeliveryView.model_validate(services.deliveries.redeliver(caller, webhook_id, delivery_id))
