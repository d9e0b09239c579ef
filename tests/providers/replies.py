"""What a provider's local server answers, whatever its protocol: answers, manners of sending them, pictures."""

import hashlib
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from PIL import Image

from shared.domain.shapes import pixels

Manner = Literal["whole", "cut", "drop", "hang", "dribble", "dribble_headers"]


@dataclass(frozen=True, kw_only=True)
class Reply:
    """One answer and the manner of sending it: `cut` ends amid the body, `drop` closes without a byte, `hang` sends
    nothing until the server stops, `dribble` and `dribble_headers` send a byte now and then for ever."""

    status: int = 200
    body: bytes = field(default=b"", repr=False)
    media_type: str = "application/json; charset=UTF-8"
    headers: tuple[tuple[str, str], ...] = ()
    manner: Manner = "whole"


def of_json(document: object, *, status: int = 200, headers: Sequence[tuple[str, str]] = ()) -> Reply:
    return Reply(status=status, body=json.dumps(document).encode(), headers=tuple(headers))


@lru_cache(maxsize=512)
def picture(aspect_ratio: str = "1:1", size: str = "1K", colour: tuple[int, int, int] = (180, 90, 40)) -> bytes:
    """A PNG of one colour in the shape that was asked for."""
    return painted(*pixels(aspect_ratio, size), colour)


def painted(width: int, height: int, colour: tuple[int, int, int]) -> bytes:
    """A PNG of one colour and so many pixels."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, "PNG", compress_level=1)
    return out.getvalue()


def colour_of(*causes: object) -> tuple[int, int, int]:
    """A colour that tells one request's picture from another's."""
    digest = hashlib.sha256(repr(causes).encode()).digest()
    return digest[0], digest[1], digest[2]


def html(status: int) -> Reply:
    """The page of a gateway in front of the service, in an encoding that is not UTF-8."""
    page = f"<html><title>Error {status}</title><p>Désolé, the server is on fire</p></html>".encode("latin-1")
    return Reply(status=status, body=page, media_type="text/html")
