"""The object store of the embedded stack: a file an object, whole and durable or not there."""

import errno
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Self

from shared.adapters.embedded.object_files import (
    SUFFIX,
    ObjectFolders,
    StoredObject,
    encode_footer,
    sync_folder,
    write_all,
)
from shared.adapters.embedded.object_links import ObjectLinks
from shared.domain.errors import NotFound, TooLarge, Unavailable
from shared.domain.object_names import check_media_type, check_metadata, object_parts, prefix_parts
from shared.ports.clock import Clock
from shared.ports.objects import ObjectInfo, SignedUpload

_REASONS = {
    errno.ENOSPC: "the disk is full: free some space",
    errno.EDQUOT: "this user's share of the disk is used up: free some space",
    errno.EFBIG: "the file is larger than this system takes",
    errno.EROFS: "its disk is read-only: mount it for writing",
    errno.EACCES: "this user may not use its folder: give it back to this user",
    errno.EPERM: "this user may not use its folder: give it back to this user",
    errno.EMFILE: "this process has too many files open: raise its limit",
    errno.ENFILE: "this machine has too many files open",
    errno.EIO: "the disk fails: check it",
}


class FileObjectStore:
    """An ObjectStore of files under `root`, whose links are served by `object_app` at `base_url`.

    One process owns `root` at a time: a store that starts removes what a crash left half written.
    """

    def __init__(self, root: Path, *, clock: Clock, key: bytes, base_url: str) -> None:
        self._clock = clock
        self._objects = root / "data"
        self._incoming = root / "incoming"
        self._folders = ObjectFolders(self._objects)
        self.links = ObjectLinks(key=key, base_url=base_url, clock=clock)
        with _translated():
            self._objects.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._incoming.mkdir(mode=0o700, exist_ok=True)
            sync_folder(root)
            sync_folder(root.parent)
            for leftover in self._incoming.iterdir():
                leftover.unlink()

    def put(
        self, name: str, data: bytes, *, media_type: str, metadata: Mapping[str, str] | None = None, absent: bool = True
    ) -> bool:
        """Store durably and whole, or not at all; False when `absent` was asked and it is there already."""
        object_parts(name)
        with self.draft(name, media_type=media_type, metadata=metadata) as draft:
            draft.write(data)
            return draft.commit(absent=absent)

    def draft(self, name: str, *, media_type: str, metadata: Mapping[str, str] | None = None) -> "ObjectDraft":
        """An object to be written piece by piece; it does not exist until it is committed."""
        object_parts(name)
        check_media_type(media_type)
        described = dict(metadata or {})
        check_metadata(described)
        return ObjectDraft(
            self._incoming,
            describe=lambda size: encode_footer(
                size=size, media_type=media_type, metadata=described, created_at=self._clock.now()
            ),
            place=lambda path, absent: self._place(name, path, absent=absent),
        )

    def get(self, name: str, *, max_bytes: int | None = None) -> bytes:
        """The bytes; raises NotFound, or TooLarge when there are more than `max_bytes`."""
        with self.open(name) as stored:
            if max_bytes is not None and stored.info.bytes > max_bytes:
                raise TooLarge(f"The object has {stored.info.bytes} bytes; at most {max_bytes} are taken here.")
            with _translated():
                return stored.read(0, stored.info.bytes)

    def open(self, name: str) -> StoredObject:
        """The object, opened for reading in parts; raises NotFound."""
        *parents, leaf = object_parts(name)
        with _translated():
            try:
                with self._folders.open(parents) as folder:
                    descriptor = os.open(leaf + SUFFIX, os.O_RDONLY | os.O_NOFOLLOW, dir_fd=folder)
            except (FileNotFoundError, NotADirectoryError):
                raise NotFound(f"There is no object {name}.") from None
            return StoredObject(descriptor, name)

    def find(self, name: str) -> ObjectInfo | None:
        """What is known of it, or None."""
        try:
            with self.open(name) as stored:
                return stored.info
        except NotFound:
            return None

    def delete(self, name: str) -> None:
        """Remove it durably; an absent one is fine."""
        *parents, leaf = object_parts(name)
        with _translated(), suppress(FileNotFoundError, NotADirectoryError), self._folders.open(parents) as folder:
            os.unlink(leaf + SUFFIX, dir_fd=folder)
            os.fsync(folder)

    def list(self, prefix: str, *, limit: int = 1000, start_after: str = "") -> list[ObjectInfo]:
        """At most `limit` objects whose names begin with `prefix`, by name, after `start_after`."""
        if limit < 1:
            raise ValueError("a list of less than one object is no list")
        parts, _ = prefix_parts(prefix)
        with _translated():
            names = self._folders.names(parts, prefix=prefix, start_after=start_after)
            # Deleted between the walk and the look: as if it had been deleted before.
            found = (info for name in names if (info := self.find(name)) is not None)
            return [*islice(found, limit)]

    def sign_upload(self, name: str, *, media_type: str, max_bytes: int, expires_at: datetime) -> SignedUpload:
        """A link by which a client may create this object once, of this type and at most this size, until it expires."""
        return self.links.upload(name, media_type=media_type, max_bytes=max_bytes, expires_at=expires_at)

    def sign_downloads(self, names: Sequence[str], *, expires_at: datetime) -> Sequence[str]:
        """Links by which these objects may be read until they expire, in the order asked; equal input gives equal links."""
        return [self.links.download(name, expires_at=expires_at) for name in names]

    def ping(self) -> None:
        """Return when the store takes a file; raise Unavailable otherwise."""
        with _translated(), tempfile.TemporaryFile(dir=self._incoming, buffering=0) as file:
            file.write(b"\0")
            next(self._objects.iterdir(), None)

    def _place(self, name: str, path: Path, *, absent: bool) -> bool:
        *parents, leaf = object_parts(name)
        self._folders.make(parents)
        with self._folders.open(parents) as folder:
            if absent:
                try:
                    os.link(path, leaf + SUFFIX, dst_dir_fd=folder, follow_symlinks=False)
                except FileExistsError:
                    # Who is told that it is there may rely on it, even if its writer has not synced the name yet.
                    os.fsync(folder)
                    return False
            else:
                os.replace(path, leaf + SUFFIX, dst_dir_fd=folder)
            os.fsync(folder)
        return True


class ObjectDraft:
    """An object that is being written; leaving its block without a commit discards it. Raises Unavailable."""

    def __init__(
        self, incoming: Path, *, describe: Callable[[int], bytes], place: Callable[[Path, bool], bool]
    ) -> None:
        self.bytes = 0
        self._describe = describe
        self._place = place
        with _translated():
            self._descriptor, path = tempfile.mkstemp(dir=incoming)
        self._path = Path(path)

    def write(self, data: bytes) -> None:
        """Append."""
        with _translated():
            write_all(self._descriptor, data)
        self.bytes += len(data)

    def commit(self, *, absent: bool = True) -> bool:
        """Sync it and give it its name; False when `absent` was asked and the name is taken."""
        with _translated():
            write_all(self._descriptor, self._describe(self.bytes))
            os.fsync(self._descriptor)
            return self._place(self._path, absent)

    def discard(self) -> None:
        """Remove what was written beside its name; to be called once, at the end, in any case."""
        os.close(self._descriptor)
        with _translated():
            self._path.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.discard()


@contextmanager
def _translated() -> Iterator[None]:
    """What the system says of a file, in a sentence for whoever runs Fanfold; paths stay out of it."""
    try:
        yield
    except OSError as error:
        reason = _REASONS.get(error.errno or 0, error.strerror or "the disk does not answer")
        raise Unavailable(f"The object store does not work now: {reason}.") from error
