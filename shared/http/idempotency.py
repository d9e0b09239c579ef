"""The Idempotency-Key header."""

import re
from typing import Annotated

from fastapi import Header

from shared.domain.errors import FieldError, Invalid

MAX_KEY = 255
POINTER = "/headers/Idempotency-Key"
_KEY = re.compile(rf"[\x21-\x7e]{{1,{MAX_KEY}}}")


async def idempotency_key(
    idempotency_key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            description="A text of your own, new for each new request (a UUID is fine), quoted or not: a repeat with the "
            "same key and body gets the first answer again and starts nothing twice. Kept for 7 days.",
        ),
    ] = None,
) -> str | None:
    """A dependency: the key without its quotes, or None when there is none; raises Invalid."""
    if idempotency_key is None:
        return None
    key = idempotency_key.strip()
    if len(key) >= 2 and key[0] == key[-1] == '"':
        key = key[1:-1]
    if _KEY.fullmatch(key) is None or '"' in key:
        raise Invalid([FieldError(POINTER, f"Give 1 to {MAX_KEY} visible ASCII characters without quotes inside.")])
    return key
