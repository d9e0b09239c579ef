"""Tokens that Google signed, checked by its public keys."""

from datetime import datetime
from typing import Any

from shared.adapters.google.certificates import Certificates
from shared.domain.errors import Unauthenticated
from shared.domain.tokens import check_shape, check_times

_ALGORITHM = "RS256"
_MAX_KEY_ID = 200
_FORGED = "This token is forged, damaged or for something else. Sign in again."


def verified(
    token: str, certificates: Certificates, *, audience: str, issuer: str, now: datetime, longest_seconds: int
) -> tuple[dict[str, Any], int]:
    """The token's claims and when it ends, in seconds of the epoch; raises Unauthenticated, Unavailable.

    Everything but the times is PyJWT's to check: it reads the machine's clock, we read ours.
    """
    import jwt

    check_shape(token)
    try:
        header = jwt.get_unverified_header(token)
        name = header.get("kid")
        # Looked at before the key, so that no forger's token makes us fetch certificates without need.
        if header.get("alg") != _ALGORITHM or not isinstance(name, str) or len(name) > _MAX_KEY_ID:
            raise Unauthenticated(_FORGED)
        key = certificates.find(name)
        if key is None:
            raise Unauthenticated(_FORGED)
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
        raise Unauthenticated(_FORGED) from None
    return claims, check_times(claims, now=now, longest_seconds=longest_seconds)


def unsigned(
    token: str, *, audience: str, issuer: str, now: datetime, longest_seconds: int
) -> tuple[dict[str, Any], int]:
    """The same of a token of the Auth emulator, which signs nothing; a token with a signature is refused. Never for production."""
    import jwt

    check_shape(token)
    try:
        header = jwt.get_unverified_header(token)
        claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise Unauthenticated(_FORGED) from None
    if header.get("alg") != "none" or not token.endswith("."):
        raise Unauthenticated(_FORGED)
    if claims.get("iss") != issuer or claims.get("aud") != audience:
        raise Unauthenticated(_FORGED)
    return claims, check_times(claims, now=now, longest_seconds=longest_seconds)
