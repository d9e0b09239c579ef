"""What Cloud Scheduler does elsewhere: a call to a function at every interval, with a signed token."""

from collections.abc import Callable
from threading import Event, Thread

import httpx

from shared.logging import logger

_TIMEOUT_SECONDS = 60.0

_log = logger(__name__)


class Schedule:
    """Calls one address every `seconds` until it is stopped; a call that fails is logged, the next one comes anyway."""

    def __init__(self, url: str, *, seconds: float, token: Callable[[str], str]) -> None:
        self._url = url
        self._seconds = seconds
        self._token = token
        self._stopped = Event()
        self._thread = Thread(target=self._run, name="schedule", daemon=True)

    def start(self) -> None:
        """Begin; the first call is made at once."""
        self._thread.start()

    def stop(self) -> None:
        """End; waits for a call under way."""
        self._stopped.set()
        self._thread.join(timeout=_TIMEOUT_SECONDS)

    def _run(self) -> None:
        with httpx.Client(timeout=_TIMEOUT_SECONDS, trust_env=False) as client:
            while True:
                self._call(client)
                if self._stopped.wait(self._seconds):
                    return

    def _call(self, client: httpx.Client) -> None:
        try:
            answer = client.post(self._url, json={}, headers={"Authorization": f"Bearer {self._token(self._url)}"})
            answer.raise_for_status()
        except httpx.HTTPError as error:
            _log.warning("schedule_failed", function=self._url.rpartition("/")[2], error=type(error).__name__)
