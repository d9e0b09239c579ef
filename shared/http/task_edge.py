"""Where tasks and schedules arrive: one POST, a service's token, ids, an answer that tells the queue what to do.

Pure ASGI without a framework: this is part of every image's own processor time.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Generic, Protocol, TypeVar

import orjson
from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from starlette.types import Receive, Scope, Send

from shared.domain.documents import SCHEMA
from shared.domain.errors import FanfoldError, Forbidden, Malformed, Unauthenticated, Unavailable
from shared.domain.ids import is_id
from shared.http.problems import kind_of
from shared.logging import bound, logger
from shared.ports.identity import IdentityProvider

MAX_PAYLOAD_BYTES = 4_096
RETRY_AFTER_SECONDS = 5

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
ItemId = Annotated[str, _id("itm")]
Number = Annotated[int, Field(ge=0, le=2**31)]


class Payload(BaseModel):
    """What a task brings: ids only. Fields of a later version are passed over, a later schema is left to a later instance."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    schema_number: Annotated[int, Field(alias="schema", ge=1)] = SCHEMA


class StepPayload(Payload):
    """A step of a batch."""

    org: OrgId
    batch: BatchId


class ItemPayload(Payload):
    """A delivery of an item's attempt."""

    org: OrgId
    batch: BatchId
    item: ItemId
    attempt: Annotated[Number, Field(ge=1)]
    dispatch: Number


class SweepPayload(Payload):
    """A sweep over everything."""


class Steps(Protocol):
    """What carries out a batch's step."""

    def advance(self, org: str, batch: str) -> None:
        """Do what is missing."""
        ...


class Generations(Protocol):
    """What carries out an item's attempt."""

    def generate(self, org: str, batch: str, item: str, attempt: int) -> None:
        """Claim it, make it, finish it; a void delivery is dropped."""
        ...


class Sweeps(Protocol):
    """What finds overdue batches."""

    def sweep(self) -> int:
        """Ask for their steps; how many."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskEdgeSettings:
    """Whose tokens a task function takes, for which address, and how many tasks it handles at once."""

    audience: str
    accounts: frozenset[str]
    concurrency: int


def advance_batch_app(steps: Steps, identity: IdentityProvider, settings: TaskEdgeSettings) -> "TaskEdge[StepPayload]":
    """The application of functions/advance_batch."""

    def handle(payload: StepPayload) -> None:
        with bound(org=payload.org, batch=payload.batch):
            steps.advance(payload.org, payload.batch)

    return TaskEdge(StepPayload, handle, identity, settings)


def generate_image_app(
    generations: Generations, identity: IdentityProvider, settings: TaskEdgeSettings
) -> "TaskEdge[ItemPayload]":
    """The application of functions/generate_image."""

    def handle(payload: ItemPayload) -> None:
        with bound(org=payload.org, batch=payload.batch, item=payload.item):
            generations.generate(payload.org, payload.batch, payload.item, payload.attempt)

    return TaskEdge(ItemPayload, handle, identity, settings)


def reconcile_app(sweeps: Sweeps, identity: IdentityProvider, settings: TaskEdgeSettings) -> "TaskEdge[SweepPayload]":
    """The application of functions/reconcile."""

    def handle(payload: SweepPayload) -> None:  # noqa: ARG001 - there is nothing in it that a sweep needs
        if found := sweeps.sweep():
            log.info("overdue_batches_found", count=found)

    return TaskEdge(SweepPayload, handle, identity, settings)


class TaskEdge(Generic[P]):
    """An ASGI application: 200 when handled, 401 or 403 for strangers, 400 for what is no payload, 503 when a part is away."""

    def __init__(
        self, model: type[P], handle: Callable[[P], None], identity: IdentityProvider, settings: TaskEdgeSettings
    ) -> None:
        self._model = model
        self._handle = handle
        self._identity = identity
        self._settings = settings
        self._limiter = CapacityLimiter(settings.concurrency)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one delivery; the work runs in one of at most `concurrency` threads of this application."""
        if scope["type"] != "http":
            raise RuntimeError("This application answers HTTP only.")
        if scope["path"].removeprefix(scope.get("root_path", "")) not in ("/", ""):
            await _answer(send, 404)
        elif scope["method"] != "POST":
            await _answer(send, 405, (b"allow", b"POST"))
        elif (body := await _read(receive)) is None:
            await _answer(send, 413)
        else:
            token = _bearer(scope)
            status = await run_sync(self._serve, token, body, limiter=self._limiter)
            await _answer(send, status, *((_RETRY_AFTER,) if status == 503 else ()))

    def _serve(self, token: str, body: bytes) -> int:
        """The status that tells the queue what to do; whatever goes wrong is logged here, where it ends."""
        try:
            self._admit(token)
            self._handle(self._payload(body))
        except FanfoldError as error:
            status = kind_of(error).status
            # A strange answer of ours must never look like an end of the task.
            status = status if status in (400, 401, 403, 503) else 500
            log.warning("task_not_handled", status=status, error=type(error).__name__, detail=error.detail)
            return status
        except Exception:
            log.exception("task_failed")
            return 500
        return 200

    def _admit(self, token: str) -> None:
        if not token:
            raise Unauthenticated("A task brings its service's token.")
        claims = self._identity.verify_service(token, audience=self._settings.audience)
        if claims.get("email") not in self._settings.accounts:
            raise Forbidden("This service may not send tasks here.")

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


_RETRY_AFTER = (b"retry-after", str(RETRY_AFTER_SECONDS).encode())


def _bearer(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"authorization":
            scheme, _, token = value.partition(b" ")
            return str(token.decode("latin-1").strip()) if scheme.lower() == b"bearer" else ""
    return ""


async def _read(receive: Receive) -> bytes | None:
    """The body, or None when it is larger than any payload of ours."""
    body = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += bytes(message.get("body", b""))
        if len(body) > MAX_PAYLOAD_BYTES:
            return None
        if not message.get("more_body", False):
            return body


async def _answer(send: Send, status: int, *headers: tuple[bytes, bytes]) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-length", b"0"), *headers]})
    await send({"type": "http.response.body", "body": b""})
