"""Encoded pictures: what people upload, what providers answer, and what is shown of it."""

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanPicture:
    """An uploaded picture made safe: upright, in sRGB, without metadata; `sha256` is the hex digest of `data`."""

    data: bytes = field(repr=False)
    media_type: str
    width: int
    height: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureFacts:
    """What a picture truly is, whatever its sender called it; sizes in pixels."""

    media_type: str
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Renditions:
    """A picture as it is shown: a progressive JPEG of the same size, and a square JPEG thumbnail of 300 pixels.

    `width` and `height` are those of the original, in pixels.
    """

    optimised: bytes = field(repr=False)
    thumbnail: bytes = field(repr=False)
    width: int
    height: int


class PictureStudio(Protocol):
    """Reads and makes encoded pictures (PNG, JPEG, WebP). Safe to call from many threads at once.

    At most two large pictures are decoded at a time in an instance; further callers wait for their turn.
    """

    def inspect_upload(self, data: bytes, *, max_bytes: int, max_pixels: int) -> CleanPicture:
        """A still picture of a person, checked by its content and re-encoded without visible loss.

        Raises UnsupportedMedia (not a still PNG, JPEG or WebP), TooLarge (bytes or pixels), Malformed (damaged).
        """
        ...

    def check_output(self, data: bytes, *, max_pixels: int) -> PictureFacts:
        """The facts of a provider's answer, decoded to its last row.

        Raises ProviderError: NO_IMAGE when it is no picture, UNKNOWN when it is cut off or larger than the limit.
        """
        ...

    def renditions(self, data: bytes) -> Renditions:
        """The optimised picture and its thumbnail; transparency is laid on white.

        Raises Malformed when the bytes are not a whole picture: check_output comes first.
        """
        ...
