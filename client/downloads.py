"""Finished images to a folder: several at a time, each whole or not at all, what is there is kept."""

import os
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path

import httpx

from client.api import Client
from client.backoff import PATIENCE_SECONDS, delay_seconds, retry_after_seconds
from client.errors import ClientError, Unreachable, WrongUse
from client.models import Asset, Item
from client.problems import problem_of
from client.resources import AssetLink
from client.transport import TRIES, plain_client

THUMBNAILS = "thumbnails"
AT_ONCE = 6
MAX_IMAGE_BYTES = 128 * 1024 * 1024
DOWNLOAD_TIMEOUT = httpx.Timeout(60.0, connect=5.0)
SUFFIXES = {"image/png": ".png", "image/jpeg": ".jpg", "image/webp": ".webp", "image/avif": ".avif"}
RETRIED = frozenset({408, 429, 500, 502, 503, 504})
STALE = frozenset({400, 401, 403, 404, 410})


class Downloads:
    """The images of one batch in one folder; safe to run again after a break."""

    def __init__(self, client: Client, folder: Path, *, thumbnails: bool = False) -> None:
        self._client = client
        self._clock = client.transport.clock
        self._folder = folder
        self._thumbnails = make_folder(folder / THUMBNAILS) if thumbnails else None
        self.fetched = 0
        self.kept = 0
        self.failures: list[str] = []

    def fetch(self, items: Iterable[Item], on_done: Callable[[Item], None] = lambda _: None) -> list[tuple[Item, str]]:
        """Every item with its file's name (empty when it has no image), in the order given."""
        results: list[tuple[Item, str]] = []
        with plain_client(self._client.transport.url, timeout=DOWNLOAD_TIMEOUT) as storage:
            storage.follow_redirects = True
            with ThreadPoolExecutor(AT_ONCE) as pool:
                for some in _batched(items, AT_ONCE * 8):
                    for item, name in pool.map(lambda item: (item, self._fetch_one(storage, item)), some):
                        results.append((item, name))
                        on_done(item)
        return results

    def _fetch_one(self, storage: httpx.Client, item: Item) -> str:
        if item.status != "succeeded" or item.asset is None:
            return ""
        asset, name = item.asset, file_name(item)
        path = self._folder / name
        try:
            if self._thumbnails is not None:
                self._fetch_thumbnail(storage, asset, self._thumbnails / thumbnail_name(item))
            if _is_complete(path, asset.bytes):
                self.kept += 1
                return name
            self._write(path, storage, asset.url, lambda: self._fresh(asset).url)
        except ClientError as error:
            self.failures.append(f"{name}: {error}")
            return ""
        self.fetched += 1
        return name

    def _fetch_thumbnail(self, storage: httpx.Client, asset: Asset, path: Path) -> None:
        if not _is_complete(path, None):
            self._write(path, storage, asset.thumbnail_url, lambda: self._fresh(asset).thumbnail_url or "")

    def _write(self, path: Path, storage: httpx.Client, url: str | None, fresh: Callable[[], str]) -> None:
        part = path.with_name(path.name + ".part")
        try:
            self._receive(part, storage, url, fresh)
            part.replace(path)
        except OSError as error:
            raise ClientError(f"cannot be written ({error.strerror})") from None
        finally:
            part.unlink(missing_ok=True)

    def _receive(self, part: Path, storage: httpx.Client, url: str | None, fresh: Callable[[], str]) -> None:
        """The bytes behind a link, or behind a new one when it has expired."""
        link = url or fresh()
        for number in range(1, TRIES + 1):
            asked = 0.0
            try:
                with storage.stream("GET", self._absolute(link)) as response:
                    if response.is_success:
                        return _save(part, response)
                    response.read()
                    asked = retry_after_seconds(response) or 0.0
                    if response.status_code in STALE and number == 1:
                        link = fresh()
                        continue
                    if response.status_code not in RETRIED or number == TRIES or asked > PATIENCE_SECONDS:
                        raise problem_of(response)
            except httpx.TransportError as error:
                if number == TRIES:
                    raise Unreachable("the storage", type(error).__name__, sent=True) from None
            self._clock.sleep(max(asked, delay_seconds(number)))
        raise ClientError("no link to the image works")

    def _fresh(self, asset: Asset) -> AssetLink:
        link = self._client.asset_links([asset.id]).get(asset.id)
        if link is None:
            raise ClientError("the image is no longer there")
        return link

    def _absolute(self, url: str) -> str:
        return str(httpx.URL(self._client.transport.url + "/").join(url))


def file_name(item: Item) -> str:
    """The same name for the same item, always: its number, row, variant and the beginning of its prompt."""
    media_type = item.asset.media_type if item.asset else None
    return f"{item.index + 1:04d}-r{item.row + 1}-v{item.variant}-{slug(item.prompt or '')}{SUFFIXES.get(media_type or '', '.img')}"


def thumbnail_name(item: Item) -> str:
    """The name of an item's thumbnail, which is a JPEG, in the folder of thumbnails."""
    return f"{Path(file_name(item)).stem}_thumb.jpg"


def slug(text: str) -> str:
    """A text as a safe part of a file's name: at most 40 letters, digits and dashes."""
    plain = unicodedata.normalize("NFKD", text[:200]).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    return words[:40].strip("-") or "image"


def make_folder(path: Path) -> Path:
    """The folder, made and writable; raises WrongUse when it cannot be."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise WrongUse(f"{path} is a file: name a folder for the images.") from None
    except OSError as error:
        raise WrongUse(f"The folder {path} cannot be made: {error.strerror}.") from None
    if not os.access(path, os.W_OK | os.X_OK):
        raise WrongUse(f"The folder {path} cannot be written to.")
    return path


def _save(part: Path, response: httpx.Response) -> None:
    size = 0
    with part.open("wb") as file:
        for chunk in response.iter_bytes():
            size += len(chunk)
            if size > MAX_IMAGE_BYTES:
                raise ClientError(f"has over {MAX_IMAGE_BYTES // 1024**2} MB")
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    if size == 0:
        raise ClientError("came empty")


def _is_complete(path: Path, expected: int | None) -> bool:
    try:
        size = path.stat().st_size
    except OSError:
        return False
    return size > 0 and (expected is None or size == expected)


def _batched(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    source = iter(items)
    while some := list(islice(source, size)):
        yield some
