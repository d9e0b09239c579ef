"""What the embedded stack's links refuse, and how it is said."""

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from shared.adapters.embedded.object_app import object_app
from shared.adapters.embedded.object_headers import Span, byte_range
from shared.adapters.embedded.objects import FileObjectStore
from shared.domain.errors import Unavailable
from tests.clocks import ManualClock
from tests.servers import serve

BODY = bytes(range(256)) * 4_000


@dataclass
class Stack:
    store: FileObjectStore
    clock: ManualClock
    folder: Path
    web: httpx.Client

    def upload(self, name: str, *, max_bytes: int = len(BODY)) -> str:
        expires_at = self.clock.now() + timedelta(hours=1)
        return self.store.sign_upload(name, media_type="image/png", max_bytes=max_bytes, expires_at=expires_at).url

    def download(self, name: str) -> str:
        return self.store.sign_downloads([name], expires_at=self.clock.now() + timedelta(hours=1))[0]

    def leftovers(self) -> list[Path]:
        return list((self.folder / "incoming").iterdir())


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    clock = ManualClock()
    with serve() as server, httpx.Client(trust_env=False) as web:
        store = FileObjectStore(tmp_path, clock=clock, key=b"k" * 32, base_url=f"{server.url}/objects")
        server.mount("/objects", object_app(store))
        yield Stack(store, clock, tmp_path, web)


def assert_problem(response: httpx.Response, status: int, words: str) -> None:
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert (response.status_code, problem["status"]) == (status, status)
    assert words in problem["detail"]
    assert "signature" not in response.text


PNG = {"Content-Type": "image/png"}


def test_each_refusal_of_an_upload_says_why(stack: Stack) -> None:
    url = stack.upload("o/a", max_bytes=10)
    assert_problem(stack.web.put(url, content=b"x" * 11, headers=PNG), 413, "at most 10 bytes")
    assert_problem(stack.web.put(url, content=iter([b"x" * 6, b"x" * 5]), headers=PNG), 413, "at most 10 bytes")
    assert_problem(stack.web.put(url, content=b"x", headers={"Content-Type": "text/html"}), 415, "takes image/png")
    assert_problem(stack.web.put(url, content=b"x"), 415, "absent")
    assert_problem(stack.web.put(url, content=b"x", headers=PNG | {"Content-Encoding": "gzip"}), 415, "as it is")
    assert_problem(stack.web.post(url, content=b"x", headers=PNG), 405, "made by PUT")
    assert stack.store.list("") == []
    assert stack.web.put(url, content=iter([b"x" * 6, b"x" * 4]), headers=PNG).status_code == 201
    assert_problem(stack.web.put(url, content=b"x", headers=PNG), 412, "already")
    assert stack.store.get("o/a") == b"x" * 10
    stack.clock.advance(3600)
    assert_problem(stack.web.put(url, content=b"x", headers=PNG), 403, "expired")
    assert stack.leftovers() == []


def test_each_object_that_a_client_put_is_told_of_and_nothing_else(tmp_path: Path) -> None:
    clock = ManualClock()
    told: list[str] = []

    def hear(name: str) -> None:
        told.append(name)
        raise Unavailable("The queue is away.")

    with serve() as server:
        store = FileObjectStore(tmp_path, clock=clock, key=bytes(32), base_url=f"{server.url}/objects")
        server.mount("/objects", object_app(store, uploaded=hear))
        store.put("o/ours", BODY, media_type="image/png")
        expires_at = clock.now() + timedelta(hours=1)
        url = store.sign_upload("o/a", media_type="image/png", max_bytes=10, expires_at=expires_at).url
        with httpx.Client(trust_env=False) as web:
            assert web.put(url, content=b"x" * 11, headers=PNG).status_code == 413
            assert web.put(url, content=b"x", headers=PNG).status_code == 201
            assert web.put(url, content=b"x", headers=PNG).status_code == 412
    assert told == ["o/a"]


def test_a_refused_upload_of_many_megabytes_still_hears_why(stack: Stack) -> None:
    refused = stack.web.put(stack.upload("o/a"), content=b"x" * 30_000_000, headers=PNG)
    assert_problem(refused, 413, "at most")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("o/a?", "o/b?"),
        ("image%2Fpng", "text%2Fhtml"),
        ("max_bytes=10", "max_bytes=9999"),
        ("expires=1", "expires=9"),
        ("signature=", "signature=A"),
        ("&signature=", "&unsigned="),
        ("&max_bytes=10", ""),
    ],
)
def test_a_link_that_was_changed_in_any_part_is_refused(stack: Stack, old: str, new: str) -> None:
    url = stack.upload("o/a", max_bytes=10)
    assert old in url
    changed = stack.web.put(url.replace(old, new), content=b"x", headers={"Content-Type": "image/png"})
    assert_problem(changed, 403, "does not permit this upload")
    assert stack.store.list("") == []


def test_a_client_that_leaves_in_the_middle_leaves_nothing(stack: Stack) -> None:
    parts = urlsplit(stack.upload("o/a"))
    with socket.create_connection((parts.hostname, parts.port)) as wire:
        head = f"PUT {parts.path}?{parts.query} HTTP/1.1\r\nHost: x\r\nContent-Type: image/png\r\nContent-Length: 1000000\r\n\r\n"
        wire.sendall(head.encode() + b"x" * 600_000)
        while not stack.leftovers():
            pass
    while stack.leftovers():
        pass
    assert stack.store.find("o/a") is None
    assert stack.web.put(stack.upload("o/a"), content=BODY, headers=PNG).status_code == 201


@pytest.mark.parametrize(
    ("stored", "sent", "disposition"),
    [
        ("image/png", "image/png", "inline"),
        ("text/html", "application/octet-stream", "attachment"),
        ("image/svg+xml", "application/octet-stream", "attachment"),
        ("application/xhtml+xml", "application/octet-stream", "attachment"),
        ("text/csv; charset=utf-8", "text/csv; charset=utf-8", "attachment"),
    ],
)
def test_nothing_that_was_stored_runs_in_a_browser(stack: Stack, stored: str, sent: str, disposition: str) -> None:
    stack.store.put("o/page.html", b"<script>1</script>", media_type=stored)
    got = stack.web.get(stack.download("o/page.html"))
    assert got.headers["content-type"] == sent
    assert got.headers["content-disposition"] == f'{disposition}; filename="page.html"'
    assert got.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in got.headers["content-security-policy"]
    assert got.headers["cache-control"] == "private, max-age=3600"


def test_a_download_may_be_asked_to_be_saved(stack: Stack) -> None:
    stack.store.put("o/a.png", BODY, media_type="image/png")
    got = stack.web.get(stack.download("o/a.png") + "&download=1")
    assert got.headers["content-disposition"] == 'attachment; filename="a.png"'
    assert got.content == BODY


def test_what_a_client_has_is_not_sent_again_until_it_is_replaced(stack: Stack) -> None:
    stack.store.put("o/a.png", BODY, media_type="image/png")
    url = stack.download("o/a.png")
    etag = stack.web.get(url).headers["etag"]
    assert stack.web.get(url, headers={"If-None-Match": etag}).status_code == 304
    assert stack.web.get(url, headers={"Range": "bytes=0-9", "If-Range": etag}).status_code == 206
    stack.store.put("o/a.png", BODY[::-1], media_type="image/png", absent=False)
    assert stack.web.get(url, headers={"If-None-Match": etag}).content == BODY[::-1]
    assert stack.web.get(url, headers={"Range": "bytes=0-9", "If-Range": etag}).content == BODY[::-1]


def test_a_part_that_does_not_exist_is_refused(stack: Stack) -> None:
    stack.store.put("o/a.png", b"12345", media_type="image/png")
    got = stack.web.get(stack.download("o/a.png"), headers={"Range": "bytes=5-"})
    assert (got.status_code, got.headers["content-range"], got.content) == (416, "bytes */5", b"")


def test_a_damaged_object_is_unavailable_and_to_be_asked_for_later(stack: Stack) -> None:
    stack.store.put("o/a.png", BODY, media_type="image/png")
    (stack.folder / "data" / "o" / "a.png~").write_bytes(BODY)
    got = stack.web.get(stack.download("o/a.png"))
    assert_problem(got, 503, "damaged")
    assert got.headers["retry-after"] == "5"


@pytest.mark.parametrize(
    ("header", "span"),
    [
        ("", Span(0, 10, partial=False)),
        ("bytes=0-0", Span(0, 1, partial=True)),
        ("bytes=3-", Span(3, 10, partial=True)),
        ("bytes=3-99", Span(3, 10, partial=True)),
        ("bytes=-4", Span(6, 10, partial=True)),
        ("bytes=-99", Span(0, 10, partial=True)),
        ("bytes=10-", None),
        ("bytes=-0", None),
        ("bytes=5-2", Span(0, 10, partial=False)),
        ("bytes=-", Span(0, 10, partial=False)),
        ("bytes=0-1,3-4", Span(0, 10, partial=False)),
        ("items=0-1", Span(0, 10, partial=False)),
        ("bytes=" + "9" * 50 + "-", Span(0, 10, partial=False)),
    ],
)
def test_a_range_is_read_as_http_says(header: str, span: Span | None) -> None:
    assert byte_range(header, 10) == span
