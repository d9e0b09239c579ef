"""What HTTP says about an object that is served: which part of it, and as what it may be taken."""

import re
from dataclasses import dataclass

# What a browser only ever shows; everything else is saved, and what it could run is sent as mere bytes.
SHOWN = frozenset({"image/png", "image/jpeg", "image/webp", "image/gif", "image/avif", "video/mp4"})
SAVED = frozenset(
    {"application/json", "application/gzip", "application/zip", "application/pdf", "text/csv", "text/plain"}
)
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


@dataclass(frozen=True, slots=True)
class Span:
    """The bytes from `start` up to but not including `stop`; `partial` when a part was asked for."""

    start: int
    stop: int
    partial: bool


def byte_range(header: str, size: int) -> Span | None:
    """What a Range header asks of `size` bytes; None when it lies beyond them. What cannot be read asks for all."""
    match = _RANGE.fullmatch(header.strip())
    first, last = match.groups() if match else ("", "")
    if not first and not last:
        return Span(0, size, partial=False)
    if not first:
        start, stop = max(0, size - int(last)), size
    else:
        start, stop = int(first), min(size, int(last) + 1) if last else size
        if last and int(last) < int(first):
            return Span(0, size, partial=False)
    return Span(start, stop, partial=True) if start < stop else None


def safe_headers(media_type: str, filename: str, *, attachment: bool) -> dict[str, str]:
    """Headers under which nothing that somebody uploaded can run in a browser; `filename` is a part of an object's name."""
    plain = media_type.partition(";")[0].strip()
    shown = plain in SHOWN and not attachment
    return {
        "Content-Type": media_type if plain in SHOWN | SAVED else "application/octet-stream",
        "Content-Disposition": f'{"inline" if shown else "attachment"}; filename="{filename}"',
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Referrer-Policy": "no-referrer",
    }
