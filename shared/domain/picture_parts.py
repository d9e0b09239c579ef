"""How many parts a picture's file has: some cost their reader far more than the few bytes that they take."""

import re

from shared.domain.errors import Malformed

# Progressive pictures have about ten scans, each a pass over every pixel; PNG writers cut the pixels every few kilobytes.
MAX_SCANS = 100
MAX_CHUNKS = 20_000
_PNG = b"\x89PNG\r\n\x1a\n"
_MARKER = re.compile(rb"\xff([\x01-\xcf\xd8-\xfe])")
_BARE = frozenset({0x01, 0xD8})
_END = 0xD9
_SCAN = 0xDA


def check_parts(data: bytes) -> None:
    """Raises Malformed for a JPEG of more scans or a PNG of more chunks than any honest one has; all else passes."""
    if data.startswith(b"\xff\xd8") and _has_more_scans(data, MAX_SCANS):
        raise Malformed(f"The picture has more than {MAX_SCANS} scans. Export it again, without progressive display.")
    if data.startswith(_PNG) and _has_more_chunks(data, MAX_CHUNKS):
        raise Malformed(f"The picture has more than {MAX_CHUNKS:,} chunks. Export it again.")


def _has_more_scans(data: bytes, most: int) -> bool:
    at, scans = 2, 0
    # Bytes of pixels never look like a marker: what a segment holds may, and is passed over by its length.
    while found := _MARKER.search(data, at):
        at, marker = found.end(), found[1][0]
        if marker == _END:
            return False
        scans += marker == _SCAN
        if scans > most:
            return True
        if marker not in _BARE:
            at += int.from_bytes(data[at : at + 2])
    return False


def _has_more_chunks(data: bytes, most: int) -> bool:
    at, chunks = len(_PNG), 0
    while at < len(data) and chunks <= most:
        # Its length, four letters, what it holds, a checksum.
        at += 12 + int.from_bytes(data[at : at + 4])
        chunks += 1
    return chunks > most
