"""One object as one file: its bytes, then a footer that describes them, so that neither exists without the other."""

import os
import struct
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import orjson

from shared.domain.errors import Unavailable
from shared.ports.objects import ObjectInfo

# No character of a name: an object `a` and a folder of an object `a/b` stand side by side.
SUFFIX = "~"
MAX_FOOTER_BYTES = 32 * 1024
_MAGIC = b"FANFOLD-OBJECT-1"
_END = struct.Struct("<I16s")
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
_MAX_KNOWN_FOLDERS = 10_000


def encode_footer(*, size: int, media_type: str, metadata: Mapping[str, str], created_at: datetime) -> bytes:
    """What follows an object's bytes in its file."""
    described = orjson.dumps(
        {"bytes": size, "media_type": media_type, "metadata": dict(metadata), "created_at": created_at.isoformat()}
    )
    return described + _END.pack(len(described), _MAGIC)


def read_info(descriptor: int, name: str) -> ObjectInfo:
    """What an open object's footer says of it; raises Unavailable when the file was damaged."""
    whole = os.fstat(descriptor).st_size
    start = max(0, whole - MAX_FOOTER_BYTES)
    tail = os.pread(descriptor, MAX_FOOTER_BYTES, start)
    try:
        length, magic = _END.unpack(tail[-_END.size :])
        footer = orjson.loads(tail[-_END.size - length : -_END.size])
        size = int(footer["bytes"])
        if magic != _MAGIC or size + length + _END.size != whole:
            raise ValueError("the lengths do not add up")
        return ObjectInfo(
            name=name,
            bytes=size,
            media_type=footer["media_type"],
            metadata=footer["metadata"],
            created_at=datetime.fromisoformat(footer["created_at"]),
        )
    except (struct.error, ValueError, KeyError, TypeError) as error:
        raise Unavailable(f"The stored object {name} is damaged: restore it from a backup, or delete it.") from error


def write_all(descriptor: int, data: bytes | memoryview) -> None:
    """Write all of it, however little the system takes at once."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def sync_folder(path: Path) -> None:
    """Make the names in this folder durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class ObjectFolders:
    """The tree of folders below `root`, walked part by part without following symbolic links."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._synced: set[tuple[str, ...]] = set()

    @contextmanager
    def open(self, parts: Sequence[str]) -> Iterator[int]:
        """A descriptor of the folder; raises FileNotFoundError or NotADirectoryError."""
        descriptor = os.open(self._root, os.O_RDONLY | os.O_DIRECTORY)
        try:
            for part in parts:
                below = os.open(part, _FOLDER, dir_fd=descriptor)
                os.close(descriptor)
                descriptor = below
            yield descriptor
        finally:
            os.close(descriptor)

    def make(self, parts: Sequence[str]) -> None:
        """Make the folder durably: each new name is synced in the folder above before this returns."""
        key = tuple(parts)
        if key in self._synced:
            return
        descriptor = os.open(self._root, os.O_RDONLY | os.O_DIRECTORY)
        try:
            for part in parts:
                with suppress(FileExistsError):
                    os.mkdir(part, 0o700, dir_fd=descriptor)
                # Also when it existed: whoever made it may not have synced it yet.
                os.fsync(descriptor)
                below = os.open(part, _FOLDER, dir_fd=descriptor)
                os.close(descriptor)
                descriptor = below
        finally:
            os.close(descriptor)
        if len(self._synced) >= _MAX_KNOWN_FOLDERS:
            self._synced.clear()
        self._synced.add(key)

    def names(self, parts: Sequence[str], *, prefix: str, start_after: str) -> Iterator[str]:
        """Names of objects below the folder that begin with `prefix`, in order, after `start_after`."""
        path = "".join(f"{part}/" for part in parts)
        try:
            with self.open(parts) as descriptor, os.scandir(descriptor) as entries:
                found = sorted(key for entry in entries if (key := _key(entry)) is not None)
        except (FileNotFoundError, NotADirectoryError):
            return
        for key in found:
            name = path + key
            if key.endswith("/"):
                reaches = name.startswith(prefix) or prefix.startswith(name)
                if reaches and (name > start_after or start_after.startswith(name)):
                    yield from self.names([*parts, key[:-1]], prefix=prefix, start_after=start_after)
            elif name.startswith(prefix) and name > start_after:
                yield name


class StoredObject:
    """An object opened for reading; it stays readable when its name is deleted or replaced meanwhile."""

    def __init__(self, descriptor: int, name: str) -> None:
        self._descriptor = descriptor
        try:
            self.info = read_info(descriptor, name)
        except BaseException:
            os.close(descriptor)
            raise
        status = os.fstat(descriptor)
        self.etag = f'"{status.st_ino:x}-{status.st_mtime_ns:x}-{self.info.bytes:x}"'

    def read(self, offset: int, length: int) -> bytes:
        """At most `length` bytes from `offset`, never past the object's end; raises Unavailable when the disk fails."""
        wanted = max(0, min(length, self.info.bytes - offset))
        parts = []
        while wanted:
            part = os.pread(self._descriptor, wanted, offset)
            if not part:
                raise Unavailable(f"The stored object {self.info.name} ended too early.")
            parts.append(part)
            offset += len(part)
            wanted -= len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def close(self) -> None:
        """Give the descriptor back."""
        os.close(self._descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _key(entry: os.DirEntry[str]) -> str | None:
    """Sorts as the whole names do: a folder stands where the names in it stand; what is neither is not ours."""
    if entry.is_dir(follow_symlinks=False):
        return f"{entry.name}/"
    if entry.name.endswith(SUFFIX) and entry.is_file(follow_symlinks=False):
        return entry.name[: -len(SUFFIX)]
    return None
