"""Keys that are made once, in the state folder, for its owner alone."""

import os
import re
import secrets
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.domain.errors import ConfigurationWrong

SECRET_BYTES = 32
_NAME = re.compile(r"[a-z][a-z0-9_]{0,40}")


class KeyFolder:
    """Keys by name, each a file of mode 0600; whoever asks first makes it, and everybody gets the same one.

    Raises ConfigurationWrong when a key cannot be read, made or trusted.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def secret(self, name: str) -> bytes:
        """32 random bytes, for HMAC."""
        data = self._load_or_make(name, "secret", lambda: secrets.token_bytes(SECRET_BYTES))
        if len(data) != SECRET_BYTES:
            raise self._damaged(f"{name}.secret")
        return data

    def signing_key(self, name: str) -> Ed25519PrivateKey:
        """An Ed25519 private key, kept as PEM."""
        data = self._load_or_make(name, "pem", _new_pem)
        try:
            key = serialization.load_pem_private_key(data, password=None)
        except (ValueError, TypeError):
            raise self._damaged(f"{name}.pem") from None
        if not isinstance(key, Ed25519PrivateKey):
            raise self._damaged(f"{name}.pem")
        return key

    def _load_or_make(self, name: str, kind: str, make: Callable[[], bytes]) -> bytes:
        if _NAME.fullmatch(name) is None:
            raise ValueError(f"{name!r} is no name of a key")
        path = self._path / f"{name}.{kind}"
        try:
            self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not path.exists():
                self._make(path, make())
            return self._read(path)
        except OSError as error:
            raise ConfigurationWrong(
                f"The key {path} can be neither read nor made ({error.strerror}). Give this user the folder and free space on its disk."
            ) from error

    def _make(self, path: Path, data: bytes) -> None:
        """Linked when whole, so that a crash leaves no half key and of two makers at once one wins."""
        descriptor, temporary = tempfile.mkstemp(dir=self._path, prefix=".new-")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            try:
                os.link(temporary, path)
            except FileExistsError:
                return
        finally:
            Path(temporary).unlink()
        folder = os.open(self._path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _read(self, path: Path) -> bytes:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
        with os.fdopen(descriptor, "rb") as file:
            if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
                raise ConfigurationWrong(f"Others may read the key {path}. Run: chmod 600 {path}")
            return file.read(64 * 1024)

    def _damaged(self, file_name: str) -> ConfigurationWrong:
        return ConfigurationWrong(
            f"The key {self._path / file_name} is damaged. Restore it, or remove it and a new one is made: sign-ins and links end then."
        )


def _new_pem() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
