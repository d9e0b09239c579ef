"""The outermost layer of the API: request ids, security headers, one log line a request, and the last resort for errors."""

import re
from collections.abc import Callable

import structlog
from opentelemetry.trace import Span
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared import telemetry, traces
from shared.domain.callers import Caller
from shared.http.problems import INTERNAL, internal_detail, problem
from shared.logging import logger
from shared.ports.clock import Clock

SLOW_SECONDS = 1.0

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_CLOUD_TRACE = re.compile(r"([0-9a-f]{32})/(\d{1,20})(?:;.*)?")
_ALWAYS = {
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"strict-transport-security": b"max-age=63072000; includeSubDomains",
    b"x-frame-options": b"DENY",
    b"cross-origin-resource-policy": b"same-site",
    b"permissions-policy": b"camera=(), geolocation=(), microphone=()",
}
_UNLESS_SAID = {
    b"content-security-policy": b"default-src 'none'; frame-ancestors 'none'",
    b"cache-control": b"no-store",
}

log = logger("fanfold.http")


class Edge:
    """Pure ASGI middleware: nothing is buffered, so event streams pass through it at no cost."""

    def __init__(self, app: ASGIApp, *, clock: Clock, new_id: Callable[[], str]) -> None:
        self._app = app
        self._clock = clock
        self._new_id = new_id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; never raises for an error of the application."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        state = scope.setdefault("state", {})
        state["request_id"] = self._request_id(headers.get("x-request-id", ""))
        started, has_begun = self._clock.monotonic(), False
        telemetry.request_begins()

        async def answer(message: Message) -> None:
            nonlocal has_begun
            if message["type"] == "http.response.start":
                has_begun = True
                message["headers"] = _completed(message.get("headers", []), scope)
                self._log(scope, span, message["status"], self._clock.monotonic() - started)
            await send(message)

        with (
            structlog.contextvars.bound_contextvars(request_id=state["request_id"]),
            traces.request(_carrier(headers)) as span,
        ):
            try:
                await self._app(scope, receive, answer)
            except ClientDisconnect:
                log.info("client_gone", method=scope["method"], path=scope["path"])
            except Exception:
                log.exception("request_failed", method=scope["method"], path=scope["path"])
                if has_begun:
                    raise
                request = Request(scope)
                await problem(request, INTERNAL, internal_detail(request))(scope, receive, answer)

    def _request_id(self, offered: str) -> str:
        return offered if _REQUEST_ID.fullmatch(offered) else self._new_id()

    def _log(self, scope: Scope, span: Span, status: int, seconds: float) -> None:
        """The line is written when the answer begins: an event stream's length says nothing of its speed."""
        caller: Caller | None = scope["state"].get("caller")
        # Templates of routes are few; a path would be a series of its own for each batch.
        route = getattr(scope.get("route"), "path_format", "none")
        is_known = scope["method"] in telemetry.METHODS
        # As OpenTelemetry's conventions for HTTP spans say: whatever a stranger calls a method is no name of ours.
        span.update_name(f"{scope['method'] if is_known else 'HTTP'} {route}")
        span.set_attribute("http.request.method", scope["method"] if is_known else "_OTHER")
        span.set_attribute("http.response.status_code", status)
        telemetry.request_answered(route=route, method=scope["method"], status=status, seconds=seconds)
        fields: dict[str, object] = {
            "method": scope["method"],
            "path": scope["path"],
            "status": status,
            "duration_ms": round(seconds * 1000, 1),
        }
        if caller is not None:
            fields |= {"org": caller.org, "caller": caller.id}
        if seconds > SLOW_SECONDS:
            log.warning("slow_request", **fields)
        else:
            log.info("request", **fields)


def _carrier(headers: Headers) -> dict[str, str]:
    """The trace that a request names; Google's front ends say it in a header of their own, too."""
    if not headers.get("traceparent") and (said := _CLOUD_TRACE.fullmatch(headers.get("x-cloud-trace-context", ""))):
        return {"traceparent": f"00-{said[1]}-{int(said[2]) % 2**64:016x}-00"}
    return {name: value for name in traces.HEADERS if (value := headers.get(name))}


def _completed(headers: list[tuple[bytes, bytes]], scope: Scope) -> list[tuple[bytes, bytes]]:
    """The answer's headers with those that every answer carries."""
    state = scope["state"]
    given = {name.lower() for name, _ in headers}
    whole = list(headers)
    whole += _ALWAYS.items()
    whole += [(name, value) for name, value in _UNLESS_SAID.items() if name not in given]
    whole.append((b"x-request-id", state["request_id"].encode("ascii")))
    for key, name in (("rate_limit_policy", b"ratelimit-policy"), ("rate_limit", b"ratelimit")):
        if value := state.get(key):
            whole.append((name, value.encode("ascii")))
    return whole
