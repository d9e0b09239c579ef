"""What holds for every signed token, whoever signed it; signatures are the adapters' to check."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from shared.domain.errors import Unauthenticated

LEEWAY_SECONDS = 10
MAX_TOKEN_CHARACTERS = 8 * 1024


def check_shape(token: str) -> None:
    """Raise Unauthenticated for what is too long or too strange to be worth reading."""
    if len(token) > MAX_TOKEN_CHARACTERS or not token.isascii():
        raise Unauthenticated("This is not a token of Fanfold's. Sign in again.")


def check_times(claims: Mapping[str, Any], *, now: datetime, longest_seconds: int) -> int:
    """When the token ends, in seconds of the epoch; raises Unauthenticated when it is not valid at `now` or lives too long."""
    issued, expires, begins = claims.get("iat"), claims.get("exp"), claims.get("nbf", 0)
    if type(issued) is not int or type(expires) is not int or type(begins) is not int:
        raise Unauthenticated("This token has no times. Sign in again.")
    latest = now.timestamp() + LEEWAY_SECONDS
    if max(issued, begins) > latest or not 0 < expires - issued <= longest_seconds:
        raise Unauthenticated("This token is of another time. Sign in again.")
    check_expiry(expires, now=now)
    return expires


def check_expiry(expires: int, *, now: datetime) -> None:
    """Raise Unauthenticated when a token that ends at `expires` has ended."""
    if now.timestamp() >= expires + LEEWAY_SECONDS:
        raise Unauthenticated("This token has expired. Sign in again.")


def texts(claims: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, str]:
    """These claims, all of them texts; raises Unauthenticated when one is missing or empty."""
    found = {name: claims.get(name) for name in names}
    if not all(isinstance(text, str) and text for text in found.values()):
        raise Unauthenticated("This token lacks a claim. Sign in again.")
    return {name: str(text) for name, text in found.items()}
