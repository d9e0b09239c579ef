"""What every function that a service calls shares: one POST, a service's token, a limit, an answer that says whether to repeat.

Pure ASGI without a framework: this is part of every image's own processor time.
"""

from asyncio import get_running_loop
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass

from starlette.types import Receive, Scope, Send

from shared import telemetry, traces
from shared.domain.errors import FanfoldError, Forbidden, Unauthenticated
from shared.http.problems import kind_of
from shared.logging import logger
from shared.ports.service_tokens import ServiceTokens

RETRY_AFTER_SECONDS = 5

log = logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeSettings:
    """Which function it is, whose tokens it takes, for which address, and how many deliveries it handles at once."""

    audience: str
    accounts: frozenset[str]
    concurrency: int
    function: str = "delivery"


class ServiceEdge:
    """An ASGI application: 200 when handled, 401 or 403 for strangers, 400 for what cannot be read, 503 when a part is away.

    `handle` gets the body, of at most `max_bytes`; what is larger is answered by 413.
    """

    def __init__(
        self, handle: Callable[[bytes], None], services: ServiceTokens, settings: EdgeSettings, *, max_bytes: int
    ) -> None:
        self._handle = handle
        self._services = services
        self._settings = settings
        self._max_bytes = max_bytes
        # A plain pool: a framework's own way into a thread costs several times as much.
        self.concurrency = settings.concurrency
        self._threads = ThreadPoolExecutor(settings.concurrency, thread_name_prefix="delivery")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one delivery; the work runs in one of at most `concurrency` threads of this application."""
        if scope["type"] != "http":
            raise RuntimeError("This application answers HTTP only.")
        if scope["path"].removeprefix(scope.get("root_path", "")) not in ("/", ""):
            await _answer(send, 404)
        elif scope["method"] != "POST":
            await _answer(send, 405, (b"allow", b"POST"))
        elif (body := await _read(receive, self._max_bytes)) is None:
            await _answer(send, 413)
        else:
            headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
            work = copy_context().run
            status = await get_running_loop().run_in_executor(self._threads, work, self._serve, headers, body)
            await _answer(send, status, *((_RETRY_AFTER,) if status == 503 else ()))

    def _serve(self, headers: Mapping[str, str], body: bytes) -> int:
        """The status that tells the sender what to do, in the trace that the delivery of an admitted sender carries."""
        status = self._answered(lambda: self._admit(_bearer(headers)))
        if status != 200:
            return status
        with traces.delivery(self._settings.function, self._carrier(headers, body)) as span:
            status = self._answered(lambda: self._handle(body))
            span.set_attribute("http.response.status_code", status)
        telemetry.delivery_ends()
        return status

    def _carrier(self, headers: Mapping[str, str], body: bytes) -> Mapping[str, str]:  # noqa: ARG002 - for edges whose messages carry it
        """Where a delivery says which trace it belongs to."""
        return headers

    def _answered(self, work: Callable[[], None]) -> int:
        """The status of this work; whatever goes wrong is logged here, where it ends."""
        try:
            work()
        except FanfoldError as error:
            status = kind_of(error).status
            # A strange answer of ours must never look like an end of the delivery.
            status = status if status in (400, 401, 403, 503) else 500
            log.warning("delivery_not_handled", status=status, error=type(error).__name__, detail=error.detail)
            return status
        except Exception:
            log.exception("delivery_failed")
            return 500
        return 200

    def _admit(self, token: str) -> None:
        if not token:
            raise Unauthenticated("A delivery brings its service's token.")
        claims = self._services.verify(token, audience=self._settings.audience)
        if claims.get("email") not in self._settings.accounts:
            raise Forbidden("This service may not call this function.")


_RETRY_AFTER = (b"retry-after", str(RETRY_AFTER_SECONDS).encode())


def _bearer(headers: Mapping[str, str]) -> str:
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


async def _read(receive: Receive, max_bytes: int) -> bytes | None:
    """The body, or None when it is larger than anything of ours."""
    body = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += bytes(message.get("body", b""))
        if len(body) > max_bytes:
            return None
        if not message.get("more_body", False):
            return body


async def _answer(send: Send, status: int, *headers: tuple[bytes, bytes]) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-length", b"0"), *headers]})
    await send({"type": "http.response.body", "body": b""})
