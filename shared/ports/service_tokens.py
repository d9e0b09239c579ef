"""Services that call: by tokens that the platform signs for them."""

from collections.abc import Mapping
from typing import Protocol


class ServiceTokens(Protocol):
    """Services' tokens: what a queue, a schedule or a push subscription shows to the function that it calls."""

    def verify(self, token: str, *, audience: str) -> Mapping[str, str]:
        """The claims `iss`, `aud`, `sub` and `email` of a service's token for this audience, never past its end.

        Raises Unauthenticated when it is forged, expired or for another audience; Unavailable when that cannot be found out now.
        """
        ...
