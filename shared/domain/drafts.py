"""Batches that are being written and not yet submitted."""

import base64
import hashlib
import json
import zlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from pydantic import Field

from shared.domain.documents import Stored
from shared.domain.errors import TooLarge

MAX_CONTENT_BYTES = 8 * 2**20
# Firestore takes 1 MiB a document; what one commit may carry bounds how many there are.
PART_CHARACTERS = 700_000
MAX_PARTS = 4
KEPT: Final = timedelta(days=180)


class Draft(Stored):
    """A draft without its content, at `orgs/{org}/drafts/{id}`; its author's alone. `bytes` and `digest` are of the content."""

    id: str
    name: str
    rows: int
    bytes: int
    digest: str
    parts: int
    created_at: datetime
    created_by: str


class DraftPart(Stored):
    """Some of a draft's content, packed, at `orgs/{org}/drafts/{id}/parts/{number}`."""

    data: str = Field(repr=False)


class Packed:
    """A content as it is stored: JSON, compressed, in parts that documents can hold."""

    def __init__(self, content: dict[str, Any]) -> None:
        """Raises TooLarge."""
        data = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
        text = base64.b64encode(zlib.compress(data, 6)).decode() if len(data) <= MAX_CONTENT_BYTES else ""
        self.parts = [text[start : start + PART_CHARACTERS] for start in range(0, len(text), PART_CHARACTERS)]
        if not 1 <= len(self.parts) <= MAX_PARTS:
            raise TooLarge(
                f"This draft has {len(data) / 2**20:.1f} MiB and is too large to be kept. Submit some of its rows, or make two of it."
            )
        self.bytes = len(data)
        self.digest = hashlib.sha256(data).hexdigest()


def unpacked(parts: Sequence[str]) -> dict[str, Any]:
    """The content of these parts, in order."""
    data = zlib.decompressobj().decompress(base64.b64decode("".join(parts)), MAX_CONTENT_BYTES)
    content: dict[str, Any] = json.loads(data)
    return content
