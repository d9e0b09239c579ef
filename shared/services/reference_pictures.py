"""The bytes of reference pictures, kept for the next image that shows the same ones."""

from collections import OrderedDict
from threading import Lock
from typing import Final

from shared.domain.errors import ErrorKind, NotFound, ProviderError, Unavailable
from shared.domain.items import ItemReference
from shared.ports.objects import ObjectStore

MAX_KEPT_BYTES: Final = 128 * 1024 * 1024


class ReferencePictures:
    """Reads pictures from the store; keeps the latest used ones, `most_bytes` of them together at most."""

    def __init__(self, objects: ObjectStore, *, most_bytes: int = MAX_KEPT_BYTES) -> None:
        self._objects = objects
        self._most_bytes = most_bytes
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._kept_bytes = 0
        self._lock = Lock()

    def bytes_of(self, reference: ItemReference) -> bytes:
        """The picture; raises ProviderError when it was deleted or the store does not answer."""
        with self._lock:
            kept = self._kept.get(reference.object)
            if kept is not None:
                self._kept.move_to_end(reference.object)
                return kept
        try:
            data = self._objects.get(reference.object)
        except NotFound:
            raise ProviderError(ErrorKind.INVALID, f"The reference {reference.id} was deleted.") from None
        except Unavailable as error:
            raise ProviderError(ErrorKind.UNAVAILABLE, f"The reference {reference.id}: {error.detail}") from error
        self._keep(reference.object, data)
        return data

    def _keep(self, name: str, data: bytes) -> None:
        with self._lock:
            # Two may have read it at once: the one before gives its room back.
            self._kept_bytes += len(data) - len(self._kept.get(name, b""))
            self._kept[name] = data
            while self._kept_bytes > self._most_bytes:
                self._kept_bytes -= len(self._kept.popitem(last=False)[1])
