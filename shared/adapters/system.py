"""The machine's own clock and randomness; nothing else in Fanfold asks for them."""

import secrets
import time
from datetime import UTC, datetime

from shared.domain.ids import compose


class SystemClock:
    """A Clock that reads the machine's."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds since an arbitrary start that never go back."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Let at least `seconds` pass; nothing passes for zero or less."""
        if seconds > 0:
            time.sleep(seconds)


class SystemIds:
    """An Ids over the operating system's cryptographic randomness."""

    def __init__(self) -> None:
        self._random = secrets.SystemRandom()

    def new(self, prefix: str) -> str:
        """A new random id: `prefix`, an underscore and 20 base32 characters."""
        return compose(prefix, secrets.token_bytes(13))

    def secret(self) -> str:
        """A new secret of 256 bits in URL-safe characters."""
        return secrets.token_urlsafe(32)

    def jitter(self) -> float:
        """A number evenly spread over [0, 1)."""
        return self._random.random()
