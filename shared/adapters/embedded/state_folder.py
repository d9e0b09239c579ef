"""The folder in which the embedded stack keeps everything: one process at a time, one schema."""

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from shared.domain.errors import ConfigurationWrong
from shared.ports.ids import Ids

SCHEMA = 1
# The emulators' stack keeps its own state folder in here.
EMULATORS = "emulators"
_LOCK = "lock"
_SCHEMA_FILE = "schema"
_SCHEMA_DRAFT = "schema.new"


class StateFolder:
    """The folder, made if absent and locked until `close`; raises ConfigurationWrong with what to do about it.

    `boot_id` is new at every start: what bears another one belongs to a process that is gone.
    """

    def __init__(self, path: Path, *, ids: Ids) -> None:
        self.path = path
        self.boot_id = ids.new("boot")
        self.documents = path / "documents.sqlite"
        self.tasks = path / "tasks.sqlite"
        self.objects = path / "objects"
        self.keys = path / "keys"
        with self._translated():
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Looked at before anything is written: a mistyped path must not leave our files in somebody's folder.
            self._refuse_foreign()
            self._lock = os.open(path / _LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            with self._translated():
                self._take_lock()
                self._check_schema()
                path.chmod(0o700)
        except BaseException:
            os.close(self._lock)
            raise

    def close(self) -> None:
        """Let another process have the folder."""
        os.close(self._lock)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _refuse_foreign(self) -> None:
        names = {entry.name for entry in self.path.iterdir()}
        if _SCHEMA_FILE not in names and names - {_LOCK, _SCHEMA_DRAFT, EMULATORS}:
            raise ConfigurationWrong(
                f"The folder {self.path} holds files that are not Fanfold's. Set FANFOLD_HOME to an empty or a new folder."
            )

    def _take_lock(self) -> None:
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pid = os.pread(self._lock, 32, 0).decode(errors="replace").strip()
            who = f"process {pid}" if pid.isdigit() else "another process"
            raise ConfigurationWrong(
                f"The folder {self.path} is in use by {who}. Stop that one, or set FANFOLD_HOME to another folder."
            ) from None
        os.ftruncate(self._lock, 0)
        os.pwrite(self._lock, f"{os.getpid()}\n".encode(), 0)
        # Synced so that a full disk says so here, not in the middle of the first batch.
        os.fsync(self._lock)

    def _check_schema(self) -> None:
        file = self.path / _SCHEMA_FILE
        if not file.exists():
            draft = self.path / _SCHEMA_DRAFT
            with draft.open("w") as writing:
                writing.write(f"{SCHEMA}\n")
                writing.flush()
                os.fsync(writing.fileno())
            draft.replace(file)
            self._sync()
        text = file.read_bytes()[:100].decode(errors="replace").strip()
        if not (text.isascii() and text.isdigit()):
            raise ConfigurationWrong(
                f"The file {file} is damaged. Restore the folder from a backup, or set FANFOLD_HOME to a new folder."
            )
        if int(text) != SCHEMA:
            version = "newer" if int(text) > SCHEMA else "older"
            raise ConfigurationWrong(
                f"The folder {self.path} was written by a {version} Fanfold (schema {text}, this one has {SCHEMA}). "
                f"Run that Fanfold, or set FANFOLD_HOME to a new folder."
            )

    def _sync(self) -> None:
        folder = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise ConfigurationWrong(f"{self._complaint(error)} FANFOLD_HOME names the folder.") from error

    def _complaint(self, error: OSError) -> str:
        match error.errno:
            case errno.EEXIST | errno.ENOTDIR:
                return f"{self.path} is a file, not a folder: choose another one."
            case errno.EACCES | errno.EPERM:
                return f"This user may not write in {self.path}: give it the folder, or choose another one."
            case errno.EROFS:
                return f"{self.path} is on a read-only disk: mount it for writing, or choose another folder."
            case errno.ENOSPC | errno.EDQUOT:
                return f"The disk of {self.path} is full: free some space, or choose another folder."
            case errno.ELOOP | errno.EISDIR:
                return f"{self.path} was tampered with (its lock is no plain file): choose another folder."
            case _:
                return f"{self.path} cannot be used ({error.strerror}): choose another folder."
