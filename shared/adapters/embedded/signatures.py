"""Tokens signed and checked with a key of this machine."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from shared.domain.errors import Unauthenticated
from shared.domain.tokens import check_shape, check_times

_ALGORITHM = "EdDSA"


def signed(claims: Mapping[str, str | int | bool], key: Ed25519PrivateKey) -> str:
    """A token with these claims."""
    return jwt.encode(dict(claims), key, algorithm=_ALGORITHM)


def verified(
    token: str, key: Ed25519PublicKey, *, audience: str, issuer: str, now: datetime, longest_seconds: int
) -> tuple[dict[str, Any], int]:
    """The token's claims and when it ends, in seconds of the epoch; raises Unauthenticated.

    Everything but the times is PyJWT's to check: it reads the machine's clock, we read ours.
    """
    check_shape(token)
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=[_ALGORITHM],
            audience=audience,
            issuer=issuer,
            options={
                "require": ["iss", "aud", "sub", "iat", "exp"],
                "verify_exp": False,
                "verify_iat": False,
                "verify_nbf": False,
                "strict_aud": True,
            },
        )
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise Unauthenticated("This token is forged, damaged or for something else. Sign in again.") from None
    return claims, check_times(claims, now=now, longest_seconds=longest_seconds)
