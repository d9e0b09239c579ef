"""Names derived from their causes, so that a repeat meets itself."""

import base64
import hashlib
import re

LENGTH = 20
_PREFIX = re.compile(r"[a-z][a-z0-9]{0,15}")
_BODY = re.compile(r"[a-z2-7]{20}")


def derived(prefix: str, *causes: str | int) -> str:
    """`prefix`, an underscore and 20 base32 characters of a SHA-256 over the causes, in order; raises ValueError without a cause.

    Different causes never meet by their writing: each is hashed with its type and its length, so `("ab", "c")`, `("a", "bc")`,
    `("1",)` and `(1,)` all differ. The prefix is no part of the hash.
    """
    if not causes:
        raise ValueError("a derived id needs at least one cause")
    digest = hashlib.sha256()
    for cause in causes:
        kind = b"i" if isinstance(cause, int) else b"s"
        text = str(int(cause)).encode() if isinstance(cause, int) else cause.encode()
        digest.update(b"%s%d:%s" % (kind, len(text), text))
    return compose(prefix, digest.digest())


def compose(prefix: str, entropy: bytes) -> str:
    """The id of a prefix (a lowercase letter, then at most 15 letters or digits) and the first 100 bits of `entropy`; raises ValueError."""
    if _PREFIX.fullmatch(prefix) is None:
        raise ValueError(f"{prefix!r} is no prefix of an id")
    if len(entropy) < 13:
        raise ValueError("an id needs at least 13 bytes")
    return f"{prefix}_{base64.b32encode(entropy)[:LENGTH].decode().lower()}"


def is_id(prefix: str, text: str) -> bool:
    """Whether `text` has the form of an id with this prefix; says nothing of its existence."""
    head, _, body = text.partition("_")
    return head == prefix and _BODY.fullmatch(body) is not None
