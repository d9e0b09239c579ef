"""Webhooks: receivers outside that admins name, change and remove."""

from typing import Any

from shared.domain.callers import Caller
from shared.domain.errors import Conflict, FieldError, Invalid
from shared.domain.modes import Role
from shared.domain.webhook_forms import WebhookCreate, WebhookUpdate
from shared.domain.webhooks import ROTATION, SealedSecret, Webhook
from shared.ports.clock import Clock
from shared.ports.documents import Delete, DocumentStore, Write
from shared.ports.ids import Ids
from shared.ports.outbound import Outbound, OutboundFailed
from shared.repositories.collections import check_id, guarded
from shared.repositories.idempotency import IdempotencyRepository
from shared.repositories.webhooks import WebhookRepository
from shared.services.audit import AuditService
from shared.services.repeats import Repeats
from shared.services.webhook_secrets import WebhookSecrets, in_force

ROUTE = "webhooks"
# Each in force signs every message.
MAX_SECRETS = 4
MAX_WEBHOOKS = 20
# Two creates at once may pass the limit together; what is there is shown.
_LISTED = 200


class WebhookService:
    """The receivers of an organisation's events; only admins see or change them."""

    def __init__(
        self,
        documents: DocumentStore,
        *,
        outbound: Outbound,
        secrets: WebhookSecrets,
        audit: AuditService,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._documents = documents
        self._webhooks = WebhookRepository(documents)
        self._idempotency = IdempotencyRepository(documents)
        self._outbound = outbound
        self._secrets = secrets
        self._audit = audit
        self._repeats = Repeats(clock, ids)
        self._clock = clock
        self._ids = ids

    def create(
        self, caller: Caller, create: WebhookCreate, *, idempotency_key: str | None, fingerprint: str
    ) -> tuple[Webhook, str | None]:
        """A new webhook and, this once, its signing secret; None instead of it when the request is a repeat.

        Raises Forbidden, Conflict (too many), Invalid (an address that is never sent to, or another body).
        """
        caller.require(Role.ADMIN)
        self._check(create.url)
        return self._repeats.until_unrefused(lambda: self._create(caller, create, idempotency_key, fingerprint))

    def list(self, caller: Caller) -> list[Webhook]:
        """The organisation's webhooks, the newest first. Raises Forbidden."""
        caller.require(Role.ADMIN)
        return [read.value for read in self._webhooks.all(caller.org, limit=_LISTED)]

    def get(self, caller: Caller, webhook: str) -> Webhook:
        """One webhook. Raises Forbidden, NotFound."""
        caller.require(Role.ADMIN)
        check_id("whk", webhook, "webhook")
        return self._webhooks.one(caller.org, webhook).value

    def change(self, caller: Caller, webhook: str, update: WebhookUpdate) -> Webhook:
        """Change what is named; enabling it also forgets why it was disabled. Raises Forbidden, NotFound, Invalid."""
        caller.require(Role.ADMIN)
        check_id("whk", webhook, "webhook")
        if update.url is not None:
            self._check(update.url)
        return self._repeats.until_unrefused(lambda: self._change(caller, webhook, update))

    def rotate(self, caller: Caller, webhook: str) -> tuple[Webhook, str]:
        """A new signing secret; the former ones sign beside it until a day after they were replaced. Raises Forbidden, NotFound."""
        caller.require(Role.ADMIN)
        check_id("whk", webhook, "webhook")
        return self._repeats.until_unrefused(lambda: self._rotate(caller, webhook))

    def delete(self, caller: Caller, webhook: str) -> None:
        """Remove it with its secret: nothing more is sent there. Raises Forbidden, NotFound."""
        caller.require(Role.ADMIN)
        check_id("whk", webhook, "webhook")
        self._repeats.until_unrefused(lambda: self._delete(caller, webhook))

    def _create(
        self, caller: Caller, create: WebhookCreate, idempotency_key: str | None, fingerprint: str
    ) -> tuple[Webhook, str | None]:
        now = self._clock.now()
        if idempotency_key:
            record = self._idempotency.answered(
                caller.org, caller.id, ROUTE, idempotency_key, fingerprint=fingerprint, now=now
            )
            if record is not None:
                return self._webhooks.one(caller.org, record.resource).value, None
        if len(self._webhooks.all(caller.org, limit=MAX_WEBHOOKS)) >= MAX_WEBHOOKS:
            raise Conflict(
                f"There are {MAX_WEBHOOKS} webhooks already. Delete one that is not needed.", code="too-many-webhooks"
            )
        made = self._ids.new("whk")
        shown, sealed = self._secrets.new(caller.org, made)
        webhook = Webhook(
            id=made,
            url=create.url,
            events=[name.value for name in create.events],
            description=create.description,
            secrets=[sealed],
            created_at=now,
            created_by=caller.member,
        )
        writes: list[Write] = [
            self._webhooks.create(caller.org, webhook),
            self._audit.entry(caller, "webhook.created", made, events=" ".join(webhook.events)),
        ]
        if idempotency_key:
            writes.append(
                self._idempotency.record(
                    caller.org, caller.id, ROUTE, idempotency_key, fingerprint=fingerprint, resource=made, now=now
                )
            )
        self._documents.commit(writes)
        return webhook, shown

    def _change(self, caller: Caller, webhook: str, update: WebhookUpdate) -> Webhook:
        read = self._webhooks.one(caller.org, webhook)
        fields: dict[str, Any] = update.model_dump(mode="json", exclude_unset=True)
        if not fields:
            return read.value
        if update.enabled is not None:
            fields |= {"disabled_reason": "" if update.enabled else "Disabled by an admin.", "failing_since": None}
        entry = self._audit.entry(caller, "webhook.changed", webhook, fields=" ".join(sorted(update.model_fields_set)))
        self._documents.commit([guarded(read, fields), entry])
        return self._webhooks.one(caller.org, webhook).value

    def _rotate(self, caller: Caller, webhook: str) -> tuple[Webhook, str]:
        read = self._webhooks.one(caller.org, webhook)
        now = self._clock.now()
        shown, sealed = self._secrets.new(caller.org, webhook)
        former = in_force(read.value.secrets, now)
        # Rotated twice within the day, perhaps by mistake: the receiver may still know only the first one.
        ending = [SealedSecret(sealed=one.sealed, until=one.until or now + ROTATION) for one in former]
        fields = {"secrets": [one.model_dump() for one in (sealed, *ending[: MAX_SECRETS - 1])]}
        self._documents.commit([guarded(read, fields), self._audit.entry(caller, "webhook.rotated", webhook)])
        return self._webhooks.one(caller.org, webhook).value, shown

    def _delete(self, caller: Caller, webhook: str) -> None:
        read = self._webhooks.one(caller.org, webhook)
        entry = self._audit.entry(caller, "webhook.deleted", webhook)
        self._documents.commit([Delete(read.path, read.version), entry])

    def _check(self, url: str) -> None:
        try:
            self._outbound.check(url)
        except OutboundFailed as error:
            told = f"{error.detail} Give an https address of the public internet, on port 443 or 8443."
            raise Invalid([FieldError("/url", told)]) from None
