"""Accepting a batch: checked whole, then the same few operations whatever its size."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from shared.domain import search
from shared.domain.batch_forms import BatchAccepted, BatchCreate
from shared.domain.batches import Batch, Cost, Progress
from shared.domain.callers import Caller
from shared.domain.errors import BudgetExceeded, FieldError, Invalid
from shared.domain.estimates import Estimate
from shared.domain.items import ItemReference
from shared.domain.limit_words import too_small
from shared.domain.limits import Standing, closed_for_good
from shared.domain.modes import BatchStatus, Role
from shared.domain.offers import Offer
from shared.domain.references import Reference, as_used
from shared.domain.step_controls import StepControl
from shared.logging import logger
from shared.ports.clock import Clock
from shared.ports.documents import Create, DocumentStore, Write
from shared.ports.ids import Ids
from shared.repositories import paths
from shared.repositories.batches import BatchRepository
from shared.repositories.idempotency import IdempotencyRepository
from shared.repositories.library import AssetRepository
from shared.repositories.references import ReferenceRepository
from shared.repositories.rows import AcceptedRows, RowsRepository
from shared.services.engine_rules import Limits
from shared.services.estimating import Estimator, Priced, Reusable
from shared.services.fitting import fit
from shared.services.planning import planned_recipe
from shared.services.repeats import Repeats
from shared.services.reservations import ReservationService
from shared.services.row_checks import CheckedRows, RowChecks
from shared.services.standings import Account
from shared.services.step_requests import StepRequests

ROUTE = "batches"
_FARTHEST_START = timedelta(days=30)
_RECIPES_LOOKED_UP = 600

_log = logger(__name__)


@dataclass(frozen=True, slots=True)
class _Checked:
    """A request that may be accepted."""

    rows: CheckedRows
    references: dict[str, ItemReference]
    priced: list[Priced]


class SubmissionService:
    """Submits and estimates."""

    def __init__(
        self,
        documents: DocumentStore,
        *,
        rows: RowsRepository,
        offer: Offer,
        reservations: ReservationService,
        requests: StepRequests,
        repeats: Repeats,
        clock: Clock,
        ids: Ids,
        limits: Limits,
        model_concurrency: int | None = None,
    ) -> None:
        self._documents = documents
        self._rows = rows
        self._offer = offer
        self._reservations = reservations
        self._requests = requests
        self._repeats = repeats
        self._clock = clock
        self._ids = ids
        self._limits = limits
        self._model_concurrency = model_concurrency
        self._batches = BatchRepository(documents)
        self._references = ReferenceRepository(documents)
        self._assets = AssetRepository(documents)
        self._idempotency = IdempotencyRepository(documents)

    def submit(
        self,
        caller: Caller,
        create: BatchCreate,
        *,
        idempotency_key: str | None,
        fingerprint: str,
        duplicate_of: str | None = None,
        admit: Callable[[], None] = lambda: None,
    ) -> BatchAccepted:
        """Accept a batch: once this returns, every image of it ends as done, failed with its reason, or cancelled.

        A repeated key and body gives the first answer; `admit` is asked only when there is none, and may raise. Raises Invalid naming every wrong field, BudgetExceeded when not
        one image fits, Forbidden, Unavailable; then nothing of the batch is kept.
        """
        caller.require(Role.EDITOR)
        answered = self._answered(caller, idempotency_key, fingerprint)
        if answered is not None:
            return answered
        admit()
        checked = self._check(caller, create)
        batch = self._ids.new("bat")
        self._rows.put(caller.org, batch, AcceptedRows(rows=checked.rows.rows, references=checked.references))
        try:
            accepted = self._repeats.until_unrefused(
                lambda: self._accept(caller, create, checked, batch, idempotency_key, fingerprint, duplicate_of)
            )
        except (BudgetExceeded, Invalid):
            self._rows.discard(caller.org, batch)
            raise
        if accepted.id != batch:
            self._rows.discard(caller.org, batch)
            return accepted
        self._requests.now(caller.org, batch, "accepted")
        _log.info("batch_accepted", org=caller.org, batch=batch, images=accepted.images)
        return accepted

    def estimate(self, caller: Caller, create: BatchCreate) -> Estimate:
        """What the batch would make, cost and take; nothing is kept. Raises Invalid as `submit` does."""
        caller.require(Role.VIEWER)
        checked = self._check(caller, create)
        reusable = self._reusable(caller.org, checked)
        account = Account(org=caller.org, member=caller.member, budget_micros=create.budget_micros)
        limits = fit(self._reservations.standings(account), checked.priced)
        return self._estimator().estimate(create, checked.priced, reusable=reusable, limits=limits)

    def _check(self, caller: Caller, create: BatchCreate) -> _Checked:
        now = self._clock.now()
        named = self._named_references(caller.org, create)
        rows = RowChecks(self._offer, named, day=now.date(), limits=self._limits).check(create)
        if create.start_at is not None and create.start_at > now + _FARTHEST_START:
            told = f"A batch can start at most {_FARTHEST_START.days} days from now."
            raise Invalid([FieldError("/start_at", told)])
        priced = self._estimator().priced(rows.combinations)
        return _Checked(rows, {key: as_used(value) for key, value in named.items()}, priced)

    def _named_references(self, org: str, create: BatchCreate) -> dict[str, Reference]:
        """Every reference that the request names, where it exists for this organisation."""
        named: dict[str, None] = {}
        for settings in (create.defaults, *create.rows):
            named.update(dict.fromkeys(settings.references or ()))
            for references in settings.expand.references if settings.expand else ():
                named.update(dict.fromkeys(references))
        well_formed = [reference for reference in named if reference.replace("_", "").isalnum()]
        return self._references.named(org, well_formed) if well_formed else {}

    def _accept(
        self,
        caller: Caller,
        create: BatchCreate,
        checked: _Checked,
        batch_id: str,
        idempotency_key: str | None,
        fingerprint: str,
        duplicate_of: str | None,
    ) -> BatchAccepted:
        """One commit: the batch, its reservation, its idempotency record."""
        answered = self._answered(caller, idempotency_key, fingerprint)
        if answered is not None:
            return answered
        now = self._clock.now()
        estimated = sum(one.total_micros for one in checked.priced)
        account = Account(org=caller.org, member=caller.member, batch=batch_id, budget_micros=create.budget_micros)
        images = checked.rows.images
        granted = self._reservations.reserving(account, wanted_micros=estimated, wanted_images=images)
        _refuse_what_cannot_begin(granted.standings, checked.priced)
        batch = self._batch(caller, create, checked, batch_id, now, estimated, granted.micros)
        batch = batch.model_copy(update={"duplicate_of": duplicate_of})
        writes = [
            *granted.writes,
            Create(paths.batch(caller.org, batch_id), batch.written()),
            Create(paths.step_control(caller.org, batch_id), StepControl().written()),
        ]
        if idempotency_key:
            writes.append(self._record(caller, idempotency_key, fingerprint, batch_id, now))
        self._documents.commit(writes)
        return accepted_view(batch)

    def _batch(
        self,
        caller: Caller,
        create: BatchCreate,
        checked: _Checked,
        batch_id: str,
        now: datetime,
        estimated: int,
        granted: int,
    ) -> Batch:
        is_later = create.start_at is not None and create.start_at > now
        total = checked.rows.images
        return Batch(
            id=batch_id,
            name=create.name,
            status=BatchStatus.SCHEDULED if is_later else BatchStatus.ACCEPTED,
            status_reason=f"Starts at {create.start_at:%Y-%m-%d %H:%M %Z}." if is_later and create.start_at else "",
            priority=create.priority,
            tags=list(create.tags),
            created_at=now,
            created_by=caller.member,
            start_at=create.start_at,
            progress=Progress(total=total, pending=total, message=f"0 of {total:,} images are ready."),
            cost=Cost(estimated_micros=estimated, reserved_micros=granted, budget_micros=create.budget_micros),
            rows=len(checked.rows.rows),
            models=sorted({one.spec.id for one in checked.priced} | checked.rows.fallbacks),
            reuse=create.reuse,
            next_step_at=now,
            terms=search.terms(create.name, tags=create.tags),
        )

    def _record(self, caller: Caller, key: str, fingerprint: str, batch: str, now: datetime) -> Write:
        return self._idempotency.record(
            caller.org, caller.id, ROUTE, key, fingerprint=fingerprint, resource=batch, now=now
        )

    def _answered(self, caller: Caller, key: str | None, fingerprint: str) -> BatchAccepted | None:
        """The answer that this key got before."""
        if not key:
            return None
        now = self._clock.now()
        record = self._idempotency.answered(caller.org, caller.id, ROUTE, key, fingerprint=fingerprint, now=now)
        if record is None:
            return None
        return accepted_view(self._batches.get(paths.batch(caller.org, record.resource)).value)

    def _reusable(self, org: str, checked: _Checked) -> Reusable:
        """Images whose equals exist, or come earlier in the same request; of very large batches the first few hundred recipes."""
        prices: dict[str, int] = {}
        asked: Counter[str] = Counter()
        for one in checked.priced:
            row = checked.rows.rows[one.combination.row]
            for image in one.combination.images():
                recipe = planned_recipe(image, row, checked.references)
                asked[recipe] += 1
                prices[recipe] = one.estimated_micros
        known = self._assets.made_by(org, list(asked)[:_RECIPES_LOOKED_UP])
        equal = {recipe: count if recipe in known else count - 1 for recipe, count in asked.items()}
        return Reusable(sum(equal.values()), sum(prices[recipe] * count for recipe, count in equal.items()))

    def _estimator(self) -> Estimator:
        day: date = self._clock.now().date()
        return Estimator(self._offer, day=day, model_concurrency=self._model_concurrency)


def _refuse_what_cannot_begin(standings: list[Standing], priced: Sequence[Priced]) -> None:
    """A batch is accepted whatever its estimate, unless not even its cheapest image fits, now or when a limit opens again."""
    least = min(one.ceiling_micros for one in priced)
    closed = closed_for_good(standings, least)
    if closed is not None:
        raise BudgetExceeded(too_small(closed, least))


def accepted_view(batch: Batch) -> BatchAccepted:
    """The answer to a submit, first and repeated: as it was when the batch was accepted."""
    url = f"/v1/batches/{batch.id}"
    is_later = batch.start_at is not None and batch.start_at > batch.created_at
    return BatchAccepted(
        id=batch.id,
        status=BatchStatus.SCHEDULED if is_later else BatchStatus.ACCEPTED,
        images=batch.progress.total,
        estimated_micros=batch.cost.estimated_micros,
        status_url=url,
        items_url=f"{url}/items",
        events_url=f"{url}/events",
    )
