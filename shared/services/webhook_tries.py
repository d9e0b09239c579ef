"""Carrying out the tries of deliveries, with growing pauses for about a day, and giving up on receivers that are gone."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from shared.domain.errors import ConfigurationWrong, GuardRefused, Unavailable
from shared.domain.webhooks import (
    FAILING_FOR,
    LEASE,
    MAX_TRIES,
    UNSIGNED,
    DeliveryStatus,
    Try,
    Webhook,
    WebhookDelivery,
)
from shared.logging import logger
from shared.ports.clock import Clock
from shared.ports.documents import DocumentStore, Write
from shared.ports.ids import Ids
from shared.ports.outbound import Outbound, OutboundFailed
from shared.ports.tasks import TaskQueue
from shared.repositories.collections import Read, guarded
from shared.repositories.webhooks import WebhookDeliveryRepository, WebhookRepository
from shared.retry import exponential_delay_seconds
from shared.services.repeats import Repeats
from shared.services.webhook_secrets import WebhookSecrets
from shared.services.webhook_tasks import WebhookTasks

# 5 s, 10 s, 20 s … 11 h: the last of the tries is made about 23 hours after the first.
_BASE_SECONDS = 5.0
_MAX_SECONDS = 43_200.0
_JITTER_SHARE = 0.1
_MAX_ANSWER_BYTES = 4_096
_MOST_WAIT_SECONDS = 3_600
_GONE = 410
_GONE_REASON = "The receiver answered 410 Gone."

_log = logger(__name__)


@dataclass(frozen=True, slots=True)
class _Outcome:
    tried: Try
    wait_seconds: float = 0.0

    @property
    def is_success(self) -> bool:
        return self.tried.status is not None and 200 <= self.tried.status <= 299


class WebhookTryService:
    """Sends, records, asks for the next try; each may be asked for any number of times."""

    def __init__(
        self,
        documents: DocumentStore,
        *,
        tasks: TaskQueue,
        outbound: Outbound,
        secrets: WebhookSecrets,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._documents = documents
        self._webhooks = WebhookRepository(documents)
        self._deliveries = WebhookDeliveryRepository(documents)
        self._tasks = WebhookTasks(tasks)
        self._outbound = outbound
        self._secrets = secrets
        self._repeats = Repeats(clock, ids)
        self._clock = clock
        self._ids = ids

    def send(self, org: str, webhook: str, delivery: str, attempt: int) -> None:
        """Carry out one try; one that was carried out, or that nobody waits for any more, is dropped.

        Raises Unavailable while another call carries out the same one.
        """
        read = self._deliveries.any(org, webhook, delivery)
        if read is None or read.value.status.is_terminal or attempt > read.value.attempts + 1:
            return
        if attempt <= read.value.attempts:
            # It was carried out and recorded, but perhaps what comes next was not asked for yet.
            self._tasks.ask(org, read.value)
            return
        found = self._webhooks.any(org, webhook)
        if found is None or not found.value.enabled:
            self._cancel(read, "The webhook was deleted." if found is None else "The webhook is disabled.")
            return
        self._claim(read)
        outcome = self._try(org, found.value, read.value, attempt)
        self._repeats.until_unrefused(lambda: self._record(org, read, outcome))
        after = self._deliveries.any(org, webhook, delivery)
        if after is not None and not after.value.status.is_terminal:
            self._tasks.ask(org, after.value)

    def _claim(self, read: Read[WebhookDelivery]) -> None:
        """Of two calls that carry out the same try at once, one waits until the other is done or dead."""
        now = self._clock.now()
        busy = Unavailable("Another call carries out this try.")
        if read.value.lease_until is not None and read.value.lease_until > now:
            raise busy
        try:
            self._documents.commit([guarded(read, {"lease_until": now + LEASE})])
        except GuardRefused:
            raise busy from None

    def _try(self, org: str, webhook: Webhook, delivery: WebhookDelivery, attempt: int) -> _Outcome:
        at, began = self._clock.now(), self._clock.monotonic()
        body = delivery.body.encode()
        status, trouble, wait = None, None, 0.0
        try:
            signed = self._secrets.signatures(org, webhook, message=delivery.event, at=at, body=body)
            headers = {"content-type": "application/json", **signed}
            answer = self._outbound.post(webhook.url, body, headers=headers, max_bytes=_MAX_ANSWER_BYTES)
            status, wait = answer.status, _asked_wait(answer.status, answer.headers.get("retry-after", ""))
        except OutboundFailed as error:
            trouble = error.trouble.value
        except ConfigurationWrong as error:
            # Nobody will mend it by trying often: it takes the tries that any failure takes.
            trouble = UNSIGNED
            _log.error("webhook_not_signed", org=org, webhook=webhook.id, detail=error.detail)
        ms = max(0, round((self._clock.monotonic() - began) * 1_000))
        _log.info("webhook_tried", org=org, webhook=webhook.id, attempt=attempt, status=status, trouble=trouble, ms=ms)
        return _Outcome(Try(number=attempt, at=at, status=status, trouble=trouble, ms=ms), wait)

    def _record(self, org: str, sent: Read[WebhookDelivery], outcome: _Outcome) -> None:
        """Write what came of a try, on the delivery and on its webhook, in one commit."""
        read = self._deliveries.find(sent.path)
        if read is None or read.value.attempts >= outcome.tried.number:
            return
        now = self._clock.now()
        writes: list[Write] = [guarded(read, self._after(read.value, outcome, now))]
        found = self._webhooks.any(org, sent.value.webhook)
        if found is not None and (fields := _standing(found.value, outcome, now)):
            writes.append(guarded(found, fields))
            if "enabled" in fields:
                _log.warning("webhook_disabled", org=org, webhook=found.value.id, reason=fields["disabled_reason"])
        self._documents.commit(writes)

    def _after(self, delivery: WebhookDelivery, outcome: _Outcome, now: datetime) -> dict[str, Any]:
        tried = outcome.tried
        fields: dict[str, Any] = {
            "attempts": tried.number,
            "tries": [one.model_dump() for one in (*delivery.tries, tried)][-MAX_TRIES:],
            "lease_until": None,
        }
        number = tried.number - delivery.series_start
        if outcome.is_success:
            return fields | _ended(DeliveryStatus.SUCCEEDED, "", now)
        if tried.status == _GONE:
            return fields | _ended(DeliveryStatus.FAILED, _GONE_REASON, now)
        if number >= MAX_TRIES:
            return fields | _ended(DeliveryStatus.FAILED, f"{MAX_TRIES} tries failed; the last one says why.", now)
        delay = exponential_delay_seconds(
            number,
            base_seconds=_BASE_SECONDS,
            max_seconds=_MAX_SECONDS,
            jitter=self._ids.jitter(),
            jitter_share=_JITTER_SHARE,
        )
        return fields | {"next_at": now + timedelta(seconds=max(delay, outcome.wait_seconds))}

    def _cancel(self, read: Read[WebhookDelivery], reason: str) -> None:
        try:
            self._documents.commit([guarded(read, _ended(DeliveryStatus.CANCELLED, reason, self._clock.now()))])
        except GuardRefused:
            raise Unavailable("The delivery changed meanwhile.") from None


def _ended(status: DeliveryStatus, reason: str, now: datetime) -> dict[str, Any]:
    return {"status": status.value, "status_reason": reason, "next_at": None, "lease_until": None, "finished_at": now}


def _standing(webhook: Webhook, outcome: _Outcome, now: datetime) -> dict[str, Any]:
    """What a try changes about the webhook itself; mostly nothing, so that many deliveries do not meet there."""
    if outcome.is_success:
        return {"failing_since": None} if webhook.failing_since is not None else {}
    since = webhook.failing_since or now
    fields: dict[str, Any] = {} if webhook.failing_since is not None else {"failing_since": since}
    if not webhook.enabled:
        return fields
    if outcome.tried.status == _GONE:
        fields |= {"enabled": False, "disabled_reason": _GONE_REASON}
    elif now - since >= FAILING_FOR:
        fields |= {"enabled": False, "disabled_reason": f"Every try failed for {FAILING_FOR.days} days."}
    return fields


def _asked_wait(status: int, retry_after: str) -> float:
    """The seconds that a receiver asks to be left alone for, within reason."""
    if status not in (429, 503) or not (retry_after.isascii() and retry_after.isdecimal() and len(retry_after) < 8):
        return 0.0
    return float(min(int(retry_after), _MOST_WAIT_SECONDS))
