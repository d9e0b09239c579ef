"""What an organisation's work depends on, as its admins see it: models, money, receivers of webhooks."""

from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from shared.domain.callers import Caller
from shared.domain.days import Day, zone_of
from shared.domain.image_models import ImageModelSpec
from shared.domain.limits import Holder, Standing
from shared.domain.offers import Offer
from shared.domain.overviews import Breaker, FailingWebhook, Failures, ModelOverview, Spend
from shared.domain.webhooks import Webhook
from shared.ports.documents import DocumentStore, Where
from shared.repositories.money import LedgerRepository
from shared.repositories.organisations import OrganisationRepository
from shared.repositories.webhooks import WebhookRepository
from shared.services.dead_letters import DeadLetterService
from shared.services.limits import LimitService
from shared.services.pacers import PacerService

MOST_WEBHOOKS: Final = 100


class MonitoredParts:
    """Reads no more than a document a model, two sums of the ledger, and the organisation's webhooks."""

    def __init__(
        self,
        documents: DocumentStore,
        *,
        offer: Offer,
        pacers: PacerService,
        letters: DeadLetterService,
        limits: LimitService,
    ) -> None:
        self._organisations = OrganisationRepository(documents)
        self._ledger = LedgerRepository(documents)
        self._webhooks = WebhookRepository(documents)
        self._offer = offer
        self._pacers = pacers
        self._letters = letters
        self._limits = limits

    def models(self, now: datetime) -> list[ModelOverview]:
        """How each model on offer is asked now: the platform's own pace, which tells nothing of anybody's work."""
        return [self._model(spec, now) for spec in self._offer.usable(now.date())]

    def closed(self, now: datetime) -> dict[str, str]:
        """The models that are not asked now, or only to try, each with the reason."""
        return {one.model: one.reason for one in self.models(now) if one.reason}

    def spend(self, org: str, now: datetime) -> Spend:
        """What was spent today and this month, by the organisation's own calendar."""
        zone = zone_of(self._organisations.one(org).value.time_zone)
        today = now.astimezone(zone).date()
        begins = {"today": Day(today, zone), "month": Day(today.replace(day=1), zone)}
        sums = self._ledger.usage(org, {name: (Where("at", ">=", day.starts_at),) for name, day in begins.items()})
        return Spend(time_zone=zone.key, today_micros=sums["today"].cost_micros, month_micros=sums["month"].cost_micros)

    def dead_letters(self, org: str) -> Failures:
        """What failed for good and was not discarded, by kind and by model."""
        found = self._letters.counts(org)
        by_model = {model: count for (_, model), count in found.by_model.items()}
        return Failures(
            total=found.total, by_kind={kind.value: count for kind, count in found.by_kind.items()}, by_model=by_model
        )

    def limits(self, caller: Caller) -> list[Standing]:
        """The organisation's own limits in force, and how they stand."""
        return [one for one in self._limits.binding(caller).in_force if one.holder is Holder.ORGANISATION]

    def failing_webhooks(self, org: str) -> list[FailingWebhook]:
        """Receivers that fail, or were disabled for it."""
        found = [read.value for read in self._webhooks.all(org, limit=MOST_WEBHOOKS)]
        return [_failing(one) for one in found if one.disabled_reason or (one.enabled and one.failing_since)]

    def _model(self, spec: ImageModelSpec, now: datetime) -> ModelOverview:
        paced = self._pacers.of(spec)
        is_closed = paced.closed_until is not None and paced.closed_until > now
        breaker = Breaker.CLOSED if not paced.is_shut else Breaker.OPEN if is_closed else Breaker.HALF_OPEN
        return ModelOverview(
            provider=spec.provider,
            model=spec.id,
            breaker=breaker,
            rate_per_second=round(paced.rate_per_second, 2),
            concurrency=paced.concurrency,
            closed_until=paced.closed_until if is_closed else None,
            reason=paced.reason,
        )


def _failing(webhook: Webhook) -> FailingWebhook:
    # The rest of an address may hold a receiver's secret.
    where = urlsplit(webhook.url)
    reason = webhook.disabled_reason or "Its tries fail; what the receiver answers is listed with its deliveries."
    return FailingWebhook(
        id=webhook.id,
        url=f"{where.scheme}://{where.netloc}",
        enabled=webhook.enabled,
        failing_since=webhook.failing_since,
        reason=reason,
    )
