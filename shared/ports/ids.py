"""Fresh identifiers and secrets."""

from typing import Protocol


class Ids(Protocol):
    """The only source of randomness that names things."""

    def new(self, prefix: str) -> str:
        """A new random id: `prefix`, an underscore and 20 base32 characters (a-z, 2-7), never ordered by time."""
        ...

    def secret(self) -> str:
        """A new secret of 256 bits in URL-safe characters."""
        ...

    def jitter(self) -> float:
        """A number evenly spread over [0, 1), for backoff."""
        ...
