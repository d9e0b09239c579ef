"""Jobs that run on a provider's side: kept as soon as they are submitted, looked at by later tasks, never bought again while they run."""

from datetime import datetime, timedelta

from shared import telemetry, traces
from shared.domain import item_machine
from shared.domain.errors import ErrorKind, GuardRefused, ProviderError, Unavailable
from shared.domain.failures import severity
from shared.domain.ids import derived
from shared.domain.image_models import ImageModelSpec, JobPace
from shared.domain.items import Item, ProviderJob, RunningJob
from shared.domain.lanes import IMAGE_FUNCTION
from shared.domain.offers import Offer
from shared.logging import logger
from shared.ports.clock import Clock
from shared.ports.documents import DocumentStore, Write
from shared.ports.ids import Ids
from shared.ports.providers import StillRunning
from shared.ports.tasks import Task, TaskQueue
from shared.repositories.collections import Read, guarded
from shared.repositories.items import ItemRepository
from shared.retry import exponential_delay_seconds
from shared.services.image_handler import ImageHandler, Made
from shared.services.outcomes import OutcomeService

MOST_LOST_LOOKS = 3
_SOONEST_SECONDS = 0.5
_LATEST_SECONDS = 60.0
_UNKNOWN_LEASE = timedelta(seconds=60)
_TURNS = 8
_STORE_TRIES = 4

_log = logger(__name__)


class ProviderJobService:
    """Each look at a job is one delivery with its own number: a repeated or late one changes nothing."""

    def __init__(
        self,
        documents: DocumentStore,
        tasks: TaskQueue,
        *,
        offer: Offer,
        handler: ImageHandler,
        outcomes: OutcomeService,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._documents = documents
        self._items = ItemRepository(documents)
        self._tasks = tasks
        self._offer = offer
        self._handler = handler
        self._outcomes = outcomes
        self._clock = clock
        self._ids = ids

    def keep(self, claimed: Read[Item], job: ProviderJob, *, lane: str) -> None:
        """Store the job of the running attempt, before anything else is done with it, and ask for the first look."""
        pace = self._pace(claimed.value)
        current: Read[Item] | None = claimed
        for _ in range(_TURNS):
            if current is None:
                return
            now = self._clock.now()
            poll_at = now + timedelta(seconds=pace.first_poll_seconds if pace else _SOONEST_SECONDS)
            fields = item_machine.submitted(
                current.value,
                attempt=claimed.value.attempt,
                job=job,
                lane=lane,
                now=now,
                poll_at=poll_at,
                lease_until=self._lease_until(current.value, poll_at),
            )
            if fields is None:
                # Taken back meanwhile: the purchase is in the ledger as one whose outcome is not known.
                _log.warning("job_abandoned", item=claimed.value.id, attempt=claimed.value.attempt)
                return
            try:
                self._store(guarded(current, fields))
            except GuardRefused:
                current = self._items.one(current.value.org, current.value.batch, current.value.id)
                continue
            self._ask(current.value, RunningJob.model_validate(fields["job"]))
            return
        raise GuardRefused("The item changed too often while the job of its attempt was being stored.")

    def look(self, read: Read[Item], poll: int) -> bool:
        """Look at the job of a running item for the `poll`-th time; whether that ended the attempt."""
        item, job = read.value, read.value.job
        if job is None or poll not in (job.polls, job.polls + 1):
            return False
        if poll == job.polls:
            # The delivery that did this comes again: it may have ended before it asked for the next look.
            self._ask(item, job)
            return False
        try:
            answer = self._handler.poll(item, job.provider_job)
        except ProviderError as error:
            if error.outcome_known or self._is_over(item, job):
                return self._fail(read, error)
            self._again(read, poll, error.retry_after_seconds)
            return False
        if isinstance(answer, Made):
            self._outcomes.finish(read, answer)
            _log.info("image_made", item=item.id, attempt=item.attempt, model=item.model, micros=answer.cost_micros)
            self._ended(item, telemetry.SUCCEEDED)
            return True
        return self._wait(read, job, poll, answer)

    def is_taken_up(self, item: Item) -> bool:
        """Whether a job whose look was lost is looked at again: always in its time, and then until looking was in vain too often."""
        return item.job is not None and not (item.job.lost >= MOST_LOST_LOOKS and self._is_over(item, item.job))

    def taking_up(self, item: Item) -> dict[str, object]:
        """The fields by which the look that was lost is over, and the next one due at once."""
        now = self._clock.now()
        poll = item.job.polls + 1 if item.job else 0
        return (
            item_machine.polled(item, poll=poll, poll_at=now, lease_until=self._lease_until(item, now), lost=True) or {}
        )

    def ask_after(self, item: Item) -> None:
        """Ask for the look that follows the one that this item, as it was read, had lost."""
        if item.job is not None:
            self._ask(item, item.job.model_copy(update={"polls": item.job.polls + 1, "poll_at": self._clock.now()}))

    def _wait(self, read: Read[Item], job: RunningJob, poll: int, answer: StillRunning) -> bool:
        item = read.value
        if self._is_over(item, job):
            told = "The provider's job had not ended when its time was over."
            return self._fail(read, ProviderError(ErrorKind.TIMEOUT, told, outcome_known=False))
        self._again(read, poll, answer.ask_again_seconds)
        return False

    def _fail(self, read: Read[Item], error: ProviderError) -> bool:
        item = read.value
        _log.log(
            severity(error.kind),
            "image_failed",
            item=item.id,
            kind=error.kind.value,
            attempt=item.attempt,
            model=item.model,
        )
        self._outcomes.fail(read, error)
        self._ended(item, error.kind.value)
        return True

    def _ended(self, item: Item, outcome: str) -> None:
        took = self._clock.now() - (item.attempts[-1].started_at if item.attempts else self._clock.now())
        telemetry.attempt_ended(item.provider, item.model, outcome, took.total_seconds())

    def _again(self, read: Read[Item], poll: int, wished_seconds: float | None) -> None:
        pace = self._pace(read.value)
        usual = pace.poll_seconds if pace else _LATEST_SECONDS
        wait = min(max(wished_seconds or usual, usual, _SOONEST_SECONDS), _LATEST_SECONDS)
        poll_at = self._clock.now() + timedelta(seconds=wait)
        fields = item_machine.polled(
            read.value, poll=poll, poll_at=poll_at, lease_until=self._lease_until(read.value, poll_at)
        )
        if fields is None:
            return
        try:
            self._documents.commit([guarded(read, fields)])
        except GuardRefused:
            # Another delivery of this look was quicker.
            return
        self._ask(read.value, RunningJob.model_validate(fields["job"]))

    def _store(self, write: Write) -> None:
        """Commit, patiently: a job that nobody knows of is bought in vain."""
        for turn in range(1, _STORE_TRIES):
            try:
                self._documents.commit([write])
            except Unavailable:
                jitter = self._ids.jitter()
                self._clock.sleep(exponential_delay_seconds(turn, base_seconds=0.5, max_seconds=4, jitter=jitter))
            else:
                return
        self._documents.commit([write])

    def _ask(self, item: Item, job: RunningJob) -> None:
        spec = self._offer.find(item.model)
        poll = job.polls + 1
        task = Task(
            name=derived("gen", item.id, item.attempt, "poll", poll),
            queue=job.lane,
            function=IMAGE_FUNCTION,
            payload={
                "schema": 1,
                "org": item.org,
                "batch": item.batch,
                "item": item.id,
                "attempt": item.attempt,
                "dispatch": item.dispatch,
                "poll": poll,
            },
            schedule_at=job.poll_at,
            trace=traces.carried(),
            deadline_seconds=spec.dispatch_deadline_seconds if spec else 60,
        )
        self._tasks.create([task])

    def _is_over(self, item: Item, job: RunningJob) -> bool:
        spec = self._offer.find(item.model)
        runs = timedelta(seconds=spec.deadline_seconds if spec else 0)
        return self._clock.now() >= job.submitted_at + runs

    def _lease_until(self, item: Item, poll_at: datetime) -> datetime:
        spec = self._offer.find(item.model)
        return poll_at + (timedelta(seconds=spec.lease_seconds) if spec else _UNKNOWN_LEASE)

    def _pace(self, item: Item) -> JobPace | None:
        spec: ImageModelSpec | None = self._offer.find(item.model)
        return spec.job if spec else None
