"""Local pictures named in rows: checked before anything is sent, known by their content."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

MAX_PICTURE_BYTES = 20 * 1024 * 1024
KINDS = "PNG, JPEG or WebP"


class PictureRefused(Exception):
    """A file that cannot be a reference; `str()` says why."""


@dataclass(frozen=True)
class Picture:
    """A file that may be uploaded as a reference."""

    path: Path
    media_type: str
    size_bytes: int
    sha256: str

    @property
    def filename(self) -> str:
        """The name that the reference will carry."""
        name = "".join(letter for letter in self.path.name if letter.isprintable())
        return name[-200:] or "reference"

    def read(self) -> bytes:
        """The bytes that were checked; raises PictureRefused when the file has changed since."""
        data = _bytes_of(self.path)
        if hashlib.sha256(data).hexdigest() != self.sha256:
            raise PictureRefused(f"{self.path} changed while it was about to be uploaded: run again")
        return data


def check_picture(path: Path) -> Picture:
    """The picture at that path; raises PictureRefused with the reason when it cannot be a reference."""
    data = _bytes_of(path)
    media_type = _media_type(data)
    if media_type is None:
        raise PictureRefused(f"is not a picture that can be used ({KINDS})")
    return Picture(path, media_type, len(data), hashlib.sha256(data).hexdigest())


def _bytes_of(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise PictureRefused("is a folder, not a picture")
        if not path.exists():
            raise PictureRefused("no such file")
        if not path.is_file():
            raise PictureRefused("is not an ordinary file")
        size = path.stat().st_size
        if size == 0:
            raise PictureRefused("is empty")
        if size > MAX_PICTURE_BYTES:
            raise PictureRefused(f"has {size / 1024**2:.1f} MB; at most {MAX_PICTURE_BYTES // 1024**2} MB are taken")
        with path.open("rb") as file:
            return file.read(MAX_PICTURE_BYTES + 1)
    except OSError as error:
        raise PictureRefused(f"cannot be read ({os.strerror(error.errno) if error.errno else error})") from None
    except ValueError:
        raise PictureRefused("is not a file's name") from None


def _media_type(data: bytes) -> str | None:
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return None
