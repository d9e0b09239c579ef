"""Passwords, kept as Argon2id hashes."""

import unicodedata
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from shared.domain.errors import FieldError, Invalid
from shared.logging import logger

MAX_PASSWORD_BYTES = 1024
_log = logger(__name__)


class Argon2PasswordHasher:
    """A PasswordHasher by Argon2id (RFC 9106, low memory: 64 MiB each, at most `at_once` at a time)."""

    def __init__(self, *, at_once: int = 2, argon2: PasswordHasher | None = None) -> None:
        self._argon2 = argon2 or PasswordHasher()
        self._slots = BoundedSemaphore(at_once)
        self._nobody = ""

    def hash(self, password: str) -> str:
        """A hash to keep; raises Invalid for an empty password or one of more than 1,024 bytes."""
        data = _normal(password)
        if not 1 <= len(data) <= MAX_PASSWORD_BYTES:
            raise Invalid([FieldError("/password", f"must have 1 to {MAX_PASSWORD_BYTES} bytes")])
        with self._slots:
            return self._argon2.hash(data)

    def matches(self, password: str, hashed: str) -> bool:
        """Whether the password is the one that was hashed; as slow for a wrong one, and for an empty hash (no such account)."""
        data = _normal(password)[: MAX_PASSWORD_BYTES + 1]
        # Made at the first sign-in of anybody, not at every start: it takes as long as a sign-in.
        nobody = self._nobody = self._nobody or self._argon2.hash("nobody's password")
        with self._slots:
            try:
                self._argon2.verify(hashed or nobody, data)
            except InvalidHashError:
                _log.error("password_hash_unreadable")
                return False
            except VerificationError:
                return False
        return bool(hashed) and len(data) <= MAX_PASSWORD_BYTES


def _normal(password: str) -> bytes:
    """The same bytes however a keyboard composes an accent."""
    return unicodedata.normalize("NFC", password).encode(errors="replace")
