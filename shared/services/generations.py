"""One delivery of one image's task: claim it, do the work, write how it ended, ask for a step."""

from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta
from threading import Lock

from shared import telemetry
from shared.domain import item_machine
from shared.domain.errors import ErrorKind, GuardRefused, NotFound, ProviderError, Unavailable
from shared.domain.failures import severity
from shared.domain.fair_queues import Seat
from shared.domain.items import Item
from shared.domain.lanes import image_lane
from shared.domain.library import Asset
from shared.domain.modes import Desired, ItemStatus, Priority
from shared.domain.offers import Offer
from shared.logging import logger
from shared.ports.clock import Clock
from shared.ports.documents import Create, DocumentStore, Write
from shared.repositories import items as item_writes
from shared.repositories import paths
from shared.repositories.batches import BatchRepository
from shared.repositories.collections import Read, guarded
from shared.repositories.items import ItemRepository
from shared.repositories.library import AssetRepository, RecipeLock, RecipeRepository
from shared.services.image_handler import ImageHandler
from shared.services.model_places import ModelPlaces, Place
from shared.services.outcomes import OutcomeService
from shared.services.pacers import PacerService
from shared.services.provider_jobs import ProviderJobService
from shared.services.step_requests import StepRequests

_WISH_KEPT_SECONDS = 1.0
_WISHES_KEPT = 1_000
_UNTOLD_KEPT = 1_000
_EQUAL_WAIT = timedelta(seconds=2)
_MAKER_FIRST = timedelta(seconds=30)

_log = logger(__name__)


class GenerationService:
    """What a worker does with a delivery. Late, early, doubled and void deliveries are dropped without harm."""

    def __init__(
        self,
        documents: DocumentStore,
        *,
        handler: ImageHandler,
        outcomes: OutcomeService,
        provider_jobs: ProviderJobService,
        requests: StepRequests,
        places: ModelPlaces,
        offer: Offer,
        pacers: PacerService,
        clock: Clock,
        worker: str,
    ) -> None:
        self._documents = documents
        self._items = ItemRepository(documents)
        self._batches = BatchRepository(documents)
        self._assets = AssetRepository(documents)
        self._recipes = RecipeRepository(documents)
        self._handler = handler
        self._outcomes = outcomes
        self._jobs = provider_jobs
        self._requests = requests
        self._places = places
        self._offer = offer
        self._pacers = pacers
        self._clock = clock
        self._worker = worker
        self._running: dict[tuple[str, str], float] = {}
        self._seats: dict[tuple[str, str], Seat] = {}
        self._untold: dict[tuple[str, int], tuple[Read[Item], ProviderError]] = {}
        self._lock = Lock()

    def generate(self, org: str, batch: str, item: str, attempt: int, poll: int = 0) -> None:
        """Make the image of this attempt unless somebody else did, does, or nobody wants it any more.

        `poll` counts, from 1, the looks at a job that runs on a provider's side; a running job is kept whatever anybody
        wants now. Raises Unavailable when the store does not answer: the delivery is then made again.
        """
        if self._told_at_last(item, attempt):
            self._requests.soon(org, batch)
            return
        read = self._items.one(org, batch, item)
        if read is None or read.value.attempt != attempt:
            return
        if read.value.status is ItemStatus.RUNNING:
            if self._jobs.look(read, poll):
                self._requests.soon(org, batch)
            return
        if read.value.status is not ItemStatus.PENDING or poll:
            return
        with self._places.one(read.value.model, self._seat(org, batch)) as place:
            wish = self._wish(org, batch)
            if wish is not Desired.RUN:
                if wish is Desired.PAUSE:
                    self._leave(read)
                return
            with self._admission(read.value) as is_admitted:
                if not is_admitted:
                    self._leave(read)
                    return
                lane = image_lane(self._seat(org, batch).priority)
                claimed = self._claim(read, attempt)
                if claimed is None:
                    return
                self._work(claimed, place, lane)
        self._requests.soon(org, batch)

    def _admission(self, item: Item) -> AbstractContextManager[bool]:
        """Whether the item's model may be called now: it may have been closed since the item was sent out."""
        spec = self._offer.find(item.model)
        return nullcontext(enter_result=True) if spec is None else self._pacers.admission(spec)

    def _leave(self, read: Read[Item]) -> None:
        """Not now, and this delivery does not come again: the item must not wait for it, only for its next time."""
        if not read.value.in_flight:
            return
        fields = item_machine.recalled(read.value, now=self._clock.now())
        try:
            self._documents.commit([guarded(read, fields or {})])
        except GuardRefused:
            return
        self._requests.soon(read.value.org, read.value.batch)

    def _claim(self, read: Read[Item], attempt: int) -> Read[Item] | None:
        item = read.value
        now = self._clock.now()
        try:
            spec = self._handler.spec(item)
            lease, attempt_lasts = timedelta(seconds=spec.lease_seconds), timedelta(seconds=spec.attempt_seconds)
        except ProviderError:
            lease = attempt_lasts = timedelta(seconds=60)
        lease_until = now + lease
        fields = item_machine.claimed(item, attempt=attempt, now=now, owner=self._worker, lease_until=lease_until)
        if fields is None:
            return None
        writes: list[Write] = [guarded(read, fields)]
        if item.reuse:
            locking = self._locking(item, now + attempt_lasts)
            if locking is None:
                self._wait_for_equal(read)
                return None
            writes.append(locking)
        try:
            result = self._documents.commit(writes)
        except GuardRefused:
            self._overtaken(read)
            return None
        return item_writes.after(read, fields, result.versions)

    def _overtaken(self, read: Read[Item]) -> None:
        """Another delivery has the item, which ends this one; or another item took the recipe, which is waited for."""
        if not read.value.reuse:
            return
        current = self._items.one(read.value.org, read.value.batch, read.value.id)
        if current is not None and current.version == read.version:
            self._wait_for_equal(current)

    def _locking(self, item: Item, lease_until: datetime) -> Write | None:
        """The write that makes this item the maker of its recipe; None while another one is."""
        # A maker that is lost tries again before others may: what it stored is then found, not bought again.
        lock = RecipeLock(item=item.id, batch=item.batch, lease_until=lease_until + _MAKER_FIRST)
        held = self._recipes.one(item.org, item.recipe)
        if held is None:
            return Create(paths.recipe(item.org, item.recipe), lock.written())
        if held.value.item != item.id and held.value.lease_until > self._clock.now():
            return None
        return guarded(held, lock.written())

    def _wait_for_equal(self, read: Read[Item]) -> None:
        fields = item_machine.waiting_for_equal(read.value, not_before=self._clock.now() + _EQUAL_WAIT)
        try:
            self._documents.commit([guarded(read, fields or {})])
        except GuardRefused:
            return
        self._requests.at(read.value.org, read.value.batch, self._clock.now() + _EQUAL_WAIT)

    def _work(self, claimed: Read[Item], place: Place, lane: str) -> None:
        item, began = claimed.value, self._clock.monotonic()
        try:
            earlier = self._earlier(item)
            if earlier is not None:
                self._outcomes.reuse(claimed, earlier)
                self._ended(item, telemetry.REUSED, began)
                return
            made = self._handler.recover(item)
            if made is None and self._handler.spec(item).job is not None:
                self._jobs.keep(claimed, self._handler.submit(item, answered=place.give_back), lane=lane)
                return
            made = made or self._handler.make(item, answered=place.give_back)
        except ProviderError as error:
            _log.log(
                severity(error.kind),
                "image_failed",
                item=item.id,
                kind=error.kind.value,
                attempt=item.attempt,
                model=item.model,
            )
            self._fail(claimed, error)
            self._ended(item, error.kind.value, began)
        else:
            self._outcomes.finish(claimed, made)
            _log.info("image_made", item=item.id, attempt=item.attempt, model=item.model, micros=made.cost_micros)
            self._ended(item, telemetry.SUCCEEDED, began)

    def _fail(self, claimed: Read[Item], error: ProviderError) -> None:
        """Write the failure down; where the store does not answer it is kept for the next delivery, with what the call cost."""
        try:
            self._outcomes.fail(claimed, error)
        except (Unavailable, GuardRefused):
            with self._lock:
                if len(self._untold) < _UNTOLD_KEPT:
                    self._untold[claimed.value.id, claimed.value.attempt] = (claimed, error)
            raise

    def _told_at_last(self, item: str, attempt: int) -> bool:
        """Whether this attempt had failed here before and that is written down now. Raises Unavailable."""
        with self._lock:
            untold = self._untold.pop((item, attempt), None)
        if untold is None:
            return False
        self._fail(*untold)
        return True

    def _ended(self, item: Item, outcome: str, began: float) -> None:
        telemetry.attempt_ended(item.provider, item.model, outcome, self._clock.monotonic() - began)

    def _earlier(self, item: Item) -> Asset | None:
        """An equal image that exists; looked for after the recipe was locked, so that none can slip in between.

        Raises ProviderError when the store does not answer: nothing was bought, and that is known.
        """
        if not item.reuse:
            return None
        try:
            return self._assets.made_by(item.org, [item.recipe]).get(item.recipe)
        except Unavailable as error:
            told = f"Whether there is an equal image already could not be read: {error.detail}"
            raise ProviderError(ErrorKind.UNAVAILABLE, told) from error

    def _seat(self, org: str, batch: str) -> Seat:
        """In whose turn an image of this batch is made; its lane as it was when the batch was last looked at."""
        with self._lock:
            seat = self._seats.get((org, batch))
        if seat is None:
            self._wish(org, batch)
            with self._lock:
                seat = self._seats.get((org, batch))
        return seat or Seat(org, batch, Priority.STANDARD)

    def _wish(self, org: str, batch: str) -> Desired:
        """What people want of the batch, at most a second old; only "run" is remembered, so that a resume is seen at once."""
        key = (org, batch)
        now = self._clock.monotonic()
        with self._lock:
            running_since = self._running.get(key)
        if running_since is not None and now - running_since <= _WISH_KEPT_SECONDS:
            return Desired.RUN
        try:
            found = self._batches.one(org, batch).value
        except NotFound:
            return Desired.CANCEL
        with self._lock:
            if len(self._seats) >= _WISHES_KEPT:
                self._seats.clear()
                self._running.clear()
            self._seats[key] = Seat(org, batch, found.priority)
            if found.desired is Desired.RUN:
                self._running[key] = now
            else:
                self._running.pop(key, None)
        return found.desired
