"""Pages of lists: how long they may be, and where the next one begins."""

import base64
import binascii
from typing import Any

from shared.domain.errors import FieldError, Invalid


def page_size(request: Any, most: int) -> int:
    """How many are asked for, at most `most`; raises Invalid below 0."""
    if request.page_size < 0:
        raise Invalid([FieldError("page_size", "must not be negative")])
    return min(int(request.page_size) or most, most)


def token(position: str) -> str:
    """The opaque form of the last position of a page."""
    return base64.urlsafe_b64encode(position.encode()).decode()


def position(request: Any) -> str:
    """The position that the request's page token holds, "" for the first page; raises Invalid when it holds none."""
    try:
        return base64.b64decode(request.page_token, altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        raise Invalid([FieldError("page_token", "is not one that was given out here")]) from None
