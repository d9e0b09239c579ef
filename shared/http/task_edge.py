"""Where tasks and schedules arrive: deliveries that bring ids only."""

from collections.abc import Callable, Sequence
from typing import Annotated, Generic, Protocol, TypeVar

import orjson
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from shared import traces
from shared.domain.documents import SCHEMA
from shared.domain.errors import Malformed, Unavailable
from shared.domain.ids import is_id
from shared.http.service_edge import EdgeSettings, ServiceEdge
from shared.logging import bound, logger
from shared.ports.service_tokens import ServiceTokens

MAX_PAYLOAD_BYTES = 4_096

P = TypeVar("P", bound="Payload")
log = logger(__name__)


def _id(prefix: str) -> AfterValidator:
    def check(value: str) -> str:
        if not is_id(prefix, value):
            raise ValueError(f"must be an id that begins with {prefix}_")
        return value

    return AfterValidator(check)


OrgId = Annotated[str, _id("org")]
BatchId = Annotated[str, _id("bat")]
WebhookId = Annotated[str, _id("whk")]
DeliveryId = Annotated[str, _id("dlv")]
ItemId = Annotated[str, _id("itm")]
Number = Annotated[int, Field(ge=0, le=2**31)]


class Payload(BaseModel):
    """What a task brings: ids only. Fields of a later version are passed over, a later schema is left to a later instance."""

    model_config = ConfigDict(defer_build=True, frozen=True, extra="ignore", strict=True)

    schema_number: Annotated[int, Field(alias="schema", ge=1)] = SCHEMA


class StepPayload(Payload):
    """A step of a batch; `number` is the one that it was asked for under, if it was asked for by the tick."""

    org: OrgId
    batch: BatchId
    number: Annotated[int, Field(ge=0, le=2**53)] = 0


class ItemPayload(Payload):
    """A delivery of an item's attempt; `poll` counts, from 1, the looks at a job that runs on a provider's side."""

    org: OrgId
    batch: BatchId
    item: ItemId
    attempt: Annotated[Number, Field(ge=1)]
    dispatch: Number
    poll: Number = 0


class TryPayload(Payload):
    """A try of a webhook's delivery."""

    org: OrgId
    webhook: WebhookId
    delivery: DeliveryId
    attempt: Annotated[Number, Field(ge=1)]


class SweepPayload(Payload):
    """A sweep over everything."""


class Steps(Protocol):
    """What carries out a batch's step."""

    def advance(self, org: str, batch: str, number: int = 0) -> None:
        """Do what is missing."""
        ...


class Generations(Protocol):
    """What carries out an item's attempt."""

    def generate(self, org: str, batch: str, item: str, attempt: int, poll: int = 0) -> None:
        """Claim it, make it, finish it; a void delivery is dropped."""
        ...


class Tries(Protocol):
    """What sends webhooks."""

    def send(self, org: str, webhook: str, delivery: str, attempt: int) -> None:
        """Carry out one try; a void one is dropped."""
        ...


class Sweeps(Protocol):
    """What finds overdue work of one kind."""

    def sweep(self) -> int:
        """Ask for it; how much there was."""
        ...


def advance_batch_app(steps: Steps, services: ServiceTokens, settings: EdgeSettings) -> "TaskEdge[StepPayload]":
    """The application of functions/advance_batch."""

    def handle(payload: StepPayload) -> None:
        traces.describe(org=payload.org, batch=payload.batch)
        with bound(org=payload.org, batch=payload.batch):
            steps.advance(payload.org, payload.batch, payload.number)

    return TaskEdge(StepPayload, handle, services, settings)


def generate_image_app(
    generations: Generations, services: ServiceTokens, settings: EdgeSettings
) -> "TaskEdge[ItemPayload]":
    """The application of functions/generate_image."""

    def handle(payload: ItemPayload) -> None:
        traces.describe(org=payload.org, batch=payload.batch, item=payload.item, attempt=payload.attempt)
        with bound(org=payload.org, batch=payload.batch, item=payload.item):
            generations.generate(payload.org, payload.batch, payload.item, payload.attempt, payload.poll)

    return TaskEdge(ItemPayload, handle, services, settings)


def send_webhook_app(tries: Tries, services: ServiceTokens, settings: EdgeSettings) -> "TaskEdge[TryPayload]":
    """The application of functions/send_webhook."""

    def handle(payload: TryPayload) -> None:
        traces.describe(org=payload.org, webhook=payload.webhook, attempt=payload.attempt)
        with bound(org=payload.org):
            tries.send(payload.org, payload.webhook, payload.delivery, payload.attempt)

    return TaskEdge(TryPayload, handle, services, settings)


def reconcile_app(
    sweeps: Sequence[Sweeps], services: ServiceTokens, settings: EdgeSettings
) -> "TaskEdge[SweepPayload]":
    """The application of functions/reconcile."""

    def handle(payload: SweepPayload) -> None:  # noqa: ARG001 - there is nothing in it that a sweep needs
        found = 0
        failed: list[tuple[str, Exception]] = []
        for each in sweeps:
            try:
                found += each.sweep()
            except Exception as error:  # noqa: BLE001 - whatever it is leaves no other kind out, and is raised at the end
                failed.append((type(each).__name__, error))
        if found:
            log.info("overdue_work_found", count=found)
        # The edge tells the first whole, which it answers with; the others are told whole here.
        for name, other in failed[1:]:
            log.error("sweep_failed", sweep=name, error=type(other).__name__, exc_info=other)
        if failed:
            log.warning("sweep_failed", sweep=failed[0][0], error=type(failed[0][1]).__name__)
            raise failed[0][1]

    return TaskEdge(SweepPayload, handle, services, settings)


def scheduled_app(run: Callable[[], int], services: ServiceTokens, settings: EdgeSettings) -> "TaskEdge[SweepPayload]":
    """The application of a scheduled function: `run` does what is due and says how much that was."""

    def handle(payload: SweepPayload) -> None:  # noqa: ARG001 - the clock says nothing but that it is time
        log.info("job_done", count=run())

    return TaskEdge(SweepPayload, handle, services, settings)


class TaskEdge(ServiceEdge, Generic[P]):
    """A service's edge whose deliveries are payloads of one model."""

    def __init__(
        self, model: type[P], handle: Callable[[P], None], services: ServiceTokens, settings: EdgeSettings
    ) -> None:
        super().__init__(lambda body: handle(self._payload(body)), services, settings, max_bytes=MAX_PAYLOAD_BYTES)
        self._model = model

    def _payload(self, body: bytes) -> P:
        try:
            payload = self._model.model_validate(orjson.loads(body or b"{}"))
        except orjson.JSONDecodeError:
            raise Malformed("The payload is not JSON.") from None
        except ValidationError as error:
            wrong = ", ".join(str(problem["loc"][0]) if problem["loc"] else "all of it" for problem in error.errors())
            raise Malformed(f"The payload is wrong: {wrong}.") from None
        if payload.schema_number > SCHEMA:
            raise Unavailable("The payload is of a later version; a later instance will take it.")
        return payload
