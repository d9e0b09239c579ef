"""Requests to Fanfold: time limits, bounded retries, refusals as ProblemError."""

import ipaddress
import json
from collections.abc import Mapping
from enum import Enum
from typing import Any
from urllib.parse import urlsplit

import httpx

from client.backoff import PATIENCE_SECONDS, delay_seconds, retry_after_seconds
from client.clocks import Clock
from client.errors import ClientError, ProblemError, Unreachable
from client.problems import problem_of

TRIES = 5
TIMEOUT = httpx.Timeout(30.0, connect=5.0)
STREAM_TIMEOUT = httpx.Timeout(45.0, connect=5.0)
USER_AGENT = "fanfold-client/1"


class Repeat(Enum):
    """When a request may be sent again."""

    SAFE = "safe"
    """It changes nothing the second time (reads, deletes, creates with their Idempotency-Key)."""
    REFUSED = "refused"
    """Only when the server surely did nothing: not reached, 429 or 503."""
    NEVER = "never"


RETRIED = {
    Repeat.SAFE: frozenset({429, 500, 502, 503, 504}),
    Repeat.REFUSED: frozenset({429, 503}),
    Repeat.NEVER: frozenset[int](),
}


def plain_client(url: str, *, timeout: httpx.Timeout = TIMEOUT) -> httpx.Client:
    """An HTTP client for that address without any credential; proxies are not asked for this very machine."""
    return httpx.Client(
        timeout=timeout,
        headers={"User-Agent": USER_AGENT},
        trust_env=not _is_loopback(url),
        limits=httpx.Limits(max_connections=32),
    )


class Transport:
    """One server, one credential. Safe to use from several threads; never shows the credential."""

    def __init__(self, url: str, credential: Mapping[str, str], clock: Clock, *, tries: int = TRIES) -> None:
        self.url = url.rstrip("/").removesuffix("/v1")
        self.clock = clock
        self._credential = dict(credential)
        self._tries = tries
        self._http = plain_client(self.url)

    def __repr__(self) -> str:
        return f"Transport({self.url!r})"

    def close(self) -> None:
        """Close all connections."""
        self._http.close()

    def json(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        body: object = None,
        headers: Mapping[str, str] | None = None,
        repeat: Repeat = Repeat.SAFE,
        tries: int | None = None,
    ) -> Any:
        """The JSON answer to a request (None when empty); raises ProblemError, Unreachable or ClientError."""
        content = None if body is None else json.dumps(body, ensure_ascii=False, allow_nan=False).encode()
        sent = {**self._credential, "Accept": "application/json", **(headers or {})}
        if content is not None:
            sent["Content-Type"] = "application/json"
        request = self._http.build_request(method, self.url + path, params=params, content=content, headers=sent)
        response = self._send(request, repeat, tries or self._tries)
        return self._read(response)

    def stream_client(self) -> tuple[httpx.Client, dict[str, str]]:
        """A client with a stream's time limits and the headers to use with it; the caller closes it."""
        return plain_client(self.url, timeout=STREAM_TIMEOUT), dict(self._credential)

    def _send(self, request: httpx.Request, repeat: Repeat, tries: int) -> httpx.Response:
        doubtful = False
        for number in range(1, tries + 1):
            try:
                response = self._http.send(request)
            except httpx.TransportError as error:
                lost = self.unreachable(error)
                may_repeat = repeat is Repeat.SAFE or (repeat is Repeat.REFUSED and not lost.sent)
                doubtful = lost.sent = doubtful or lost.sent
                if number == tries or not may_repeat:
                    raise lost from None
                self.clock.sleep(delay_seconds(number))
                continue
            if response.is_success:
                return response
            asked = retry_after_seconds(response)
            if number == tries or not _again(response, repeat, doubtful) or (asked or 0) > PATIENCE_SECONDS:
                problem = problem_of(response)
                problem.in_doubt = doubtful
                raise problem
            doubtful = doubtful or (repeat is Repeat.SAFE and response.status_code >= 500)
            self.clock.sleep(max(asked or 0.0, delay_seconds(number)))
        raise AssertionError("a request is tried at least once")

    def unreachable(self, error: httpx.TransportError) -> Unreachable:
        """The Unreachable that tells of a broken connection in words."""
        if isinstance(error, httpx.ConnectTimeout):
            return Unreachable(self.url, "no connection within 5 s", sent=False)
        if isinstance(error, httpx.ConnectError | httpx.UnsupportedProtocol | httpx.PoolTimeout):
            return Unreachable(self.url, "connection refused" if "refused" in str(error) else _words(error), sent=False)
        if isinstance(error, httpx.TimeoutException):
            return Unreachable(self.url, "no answer in time", sent=True)
        return Unreachable(self.url, _words(error), sent=True)

    def _read(self, response: httpx.Response) -> Any:
        if not response.content:
            return None
        try:
            return response.json()
        except (json.JSONDecodeError, UnicodeDecodeError, RecursionError):
            raise ClientError(
                f"What answers at {self.url} is not Fanfold's API (no JSON). Check FANFOLD_URL."
            ) from None


def _again(response: httpx.Response, repeat: Repeat, doubtful: bool) -> bool:
    if response.status_code in RETRIED[repeat]:
        return True
    in_progress = response.status_code == 409 and (doubtful or "Retry-After" in response.headers)
    return in_progress and "Idempotency-Key" in response.request.headers and "idempotency" in _kind(response)


def _kind(response: httpx.Response) -> str:
    problem: ProblemError = problem_of(response)
    return f"{problem.kind} {problem.title}".lower()


def _words(error: Exception) -> str:
    text = str(error).strip().rstrip(".")
    return text[:200] if text else type(error).__name__


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
