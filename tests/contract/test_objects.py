"""What every object store promises, its signed links included."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from shared.adapters.embedded.object_app import object_app
from shared.adapters.embedded.objects import FileObjectStore
from shared.domain.errors import Invalid, NotFound, TooLarge
from shared.ports.clock import Clock
from shared.ports.objects import ObjectStore
from tests.clocks import ManualClock
from tests.cloud_storage import cloud_storage
from tests.servers import serve

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40


@dataclass(frozen=True)
class Stack:
    store: ObjectStore
    clock: Clock


def embedded(folder: Path) -> Iterator[Stack]:
    clock = ManualClock()
    with serve() as server:
        store = FileObjectStore(folder, clock=clock, key=b"k" * 32, base_url=f"{server.url}/objects")
        server.mount("/objects", object_app(store))
        yield Stack(store, clock)


def google(folder: Path) -> Iterator[Stack]:
    with cloud_storage(folder / "objects.sqlite") as cloud:
        yield Stack(cloud.store, cloud.clock)


STACKS: dict[str, Callable[[Path], Iterator[Stack]]] = {"embedded": embedded, "google": google}


@pytest.fixture(scope="module", params=STACKS)
def stack(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    yield from STACKS[request.param](tmp_path_factory.mktemp("objects"))


@pytest.fixture
def store(stack: Stack) -> ObjectStore:
    return stack.store


@pytest.fixture
def place() -> str:
    return f"orgs/org_{uuid4().hex[:12]}"


@pytest.fixture(scope="module")
def web() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False) as client:
        yield client


def test_what_was_put_is_there_with_all_that_was_said_of_it(stack: Stack, place: str) -> None:
    name = f"{place}/a.png"
    assert stack.store.put(name, PNG, media_type="image/png", metadata={"recipe": "ünï", "usage": "12"}) is True
    assert stack.store.get(name) == PNG
    info = stack.store.find(name)
    assert info is not None
    assert (info.name, info.bytes, info.media_type) == (name, len(PNG), "image/png")
    assert dict(info.metadata) == {"recipe": "ünï", "usage": "12"}
    assert info.created_at.utcoffset() == timedelta(0)


def test_an_empty_object_is_an_object(store: ObjectStore, place: str) -> None:
    store.put(f"{place}/empty", b"", media_type="text/plain")
    info = store.find(f"{place}/empty")
    assert store.get(f"{place}/empty") == b""
    assert info is not None
    assert (info.bytes, dict(info.metadata)) == (0, {})


def test_a_name_that_is_taken_keeps_its_first_object(store: ObjectStore, place: str) -> None:
    assert store.put(f"{place}/a", b"first", media_type="text/plain", metadata={"by": "first"})
    assert store.put(f"{place}/a", b"second", media_type="text/csv") is False
    info = store.find(f"{place}/a")
    assert store.get(f"{place}/a") == b"first"
    assert info is not None
    assert (info.media_type, dict(info.metadata)) == ("text/plain", {"by": "first"})


def test_a_put_that_may_replace_does_so_with_bytes_and_metadata(store: ObjectStore, place: str) -> None:
    store.put(f"{place}/a", b"first", media_type="text/plain", metadata={"by": "first"})
    assert store.put(f"{place}/a", b"2", media_type="text/csv", absent=False) is True
    info = store.find(f"{place}/a")
    assert store.get(f"{place}/a") == b"2"
    assert info is not None
    assert (info.bytes, info.media_type, dict(info.metadata)) == (1, "text/csv", {})


def test_of_many_puts_of_one_name_exactly_one_wins_and_is_whole(store: ObjectStore, place: str) -> None:
    start = threading.Barrier(8)

    def put(number: int) -> bool:
        start.wait()
        return store.put(f"{place}/contested", bytes([number]) * 200_000, media_type="image/png")

    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(put, range(8)))
    assert won.count(True) == 1
    assert store.get(f"{place}/contested") == bytes([won.index(True)]) * 200_000


def test_what_is_absent_is_not_found_and_may_be_deleted(store: ObjectStore, place: str) -> None:
    with pytest.raises(NotFound):
        store.get(f"{place}/none")
    assert store.find(f"{place}/none") is None
    store.delete(f"{place}/none")


def test_a_deleted_object_is_gone_and_its_name_free(store: ObjectStore, place: str) -> None:
    store.put(f"{place}/a", b"1", media_type="text/plain")
    store.delete(f"{place}/a")
    assert store.find(f"{place}/a") is None
    assert store.list(f"{place}/") == []
    assert store.put(f"{place}/a", b"2", media_type="text/plain") is True


def test_reading_stops_at_the_limit(store: ObjectStore, place: str) -> None:
    store.put(f"{place}/a", b"12345", media_type="text/plain")
    assert store.get(f"{place}/a", max_bytes=5) == b"12345"
    with pytest.raises(TooLarge, match="5 bytes"):
        store.get(f"{place}/a", max_bytes=4)


def test_a_list_is_in_the_order_of_names_and_goes_on_where_it_stopped(store: ObjectStore, place: str) -> None:
    ends = ["a", "a-b", "a.b", "a/b", "a/b/c", "a0", "aB", "b/1", "b/10", "b/2", "c"]
    names = [f"{place}/{end}" for end in ends]
    for name in reversed(names):
        store.put(name, b"x", media_type="text/plain")
    assert sorted(names) == names
    assert [info.name for info in store.list(f"{place}/")] == names
    for after in range(len(names)):
        rest = store.list(f"{place}/", start_after=names[after], limit=3)
        assert [info.name for info in rest] == names[after + 1 : after + 4]


def test_a_list_holds_only_what_begins_with_the_prefix(store: ObjectStore, place: str) -> None:
    for end in ("batch/1", "batch/2", "batch2/1", "batc", "other/batch/1"):
        store.put(f"{place}/{end}", b"x", media_type="text/plain")

    def listed(prefix: str) -> list[str]:
        return [info.name.removeprefix(f"{place}/") for info in store.list(f"{place}/{prefix}")]

    assert listed("batch/") == ["batch/1", "batch/2"]
    assert listed("batch") == ["batch/1", "batch/2", "batch2/1"]
    assert listed("nothing/here/") == []


@pytest.mark.parametrize(
    "name",
    [
        "",
        "/",
        "/etc/passwd",
        "a//b",
        "a/",
        "../a",
        "a/../b",
        "a/./b",
        "a\\b",
        "a\x00b",
        "a b",
        "ä",
        "a\n",
        "a~",
        "x" * 201,
        "/".join(["part"] * 200),
    ],
)
def test_a_name_that_could_lead_elsewhere_is_refused(store: ObjectStore, name: str) -> None:
    with pytest.raises(Invalid, match="/name"):
        store.put(name, b"x", media_type="text/plain")
    for act in (store.get, store.find, store.delete):
        with pytest.raises(Invalid, match="/name"):
            act(name)
    with pytest.raises(Invalid, match="/name"):
        store.sign_downloads([name], expires_at=ManualClock().now())


@pytest.mark.parametrize("prefix", ["../", "a/../b", "/a", "a//", "a\0", "a\\b"])
def test_a_prefix_that_could_lead_elsewhere_is_refused(store: ObjectStore, prefix: str) -> None:
    with pytest.raises(Invalid, match="/prefix"):
        store.list(prefix)


@pytest.mark.parametrize("media_type", ["", "image", "image/png\r\nX: y", "IMAGE/PNG", "image/" + "x" * 100])
def test_a_media_type_that_is_none_is_refused(store: ObjectStore, place: str, media_type: str) -> None:
    with pytest.raises(Invalid, match="/media_type"):
        store.put(f"{place}/a", b"x", media_type=media_type)
    assert store.find(f"{place}/a") is None


def test_metadata_has_a_limit(store: ObjectStore, place: str) -> None:
    store.put(f"{place}/a", b"x", media_type="text/plain", metadata={"recipe": "é" * 4_000})
    assert store.find(f"{place}/a") is not None
    with pytest.raises(Invalid, match="/metadata"):
        store.put(f"{place}/b", b"x", media_type="text/plain", metadata={"recipe": "é" * 4_100})


def test_a_store_that_works_answers(store: ObjectStore) -> None:
    store.ping()


# --- Links -----------------------------------------------------------------------------------------------------------


def upload_link(stack: Stack, name: str, *, max_bytes: int = 20_000, seconds: float = 60) -> tuple[str, dict[str, str]]:
    expires_at = stack.clock.now() + timedelta(seconds=seconds)
    link = stack.store.sign_upload(name, media_type="image/png", max_bytes=max_bytes, expires_at=expires_at)
    assert link.method == "PUT"
    return link.url, dict(link.headers)


def download_link(stack: Stack, name: str, *, seconds: float = 60) -> str:
    [url] = stack.store.sign_downloads([name], expires_at=stack.clock.now() + timedelta(seconds=seconds))
    return url


def test_a_client_uploads_once_by_a_link(stack: Stack, place: str, web: httpx.Client) -> None:
    url, headers = upload_link(stack, f"{place}/ref.png")
    assert web.put(url, content=PNG, headers=headers).is_success
    assert stack.store.get(f"{place}/ref.png") == PNG
    info = stack.store.find(f"{place}/ref.png")
    assert info is not None
    assert info.media_type == "image/png"
    assert web.put(url, content=b"another", headers=headers).status_code == 412
    assert stack.store.get(f"{place}/ref.png") == PNG


def test_an_upload_of_exactly_the_limit_is_taken_and_one_byte_more_is_not(
    stack: Stack, place: str, web: httpx.Client
) -> None:
    url, headers = upload_link(stack, f"{place}/a.png", max_bytes=len(PNG) - 1)
    refused = web.put(url, content=PNG, headers=headers)
    assert refused.is_client_error
    assert stack.store.find(f"{place}/a.png") is None
    url, headers = upload_link(stack, f"{place}/a.png", max_bytes=len(PNG))
    assert web.put(url, content=PNG, headers=headers).is_success


def test_an_upload_of_another_type_is_refused(stack: Stack, place: str, web: httpx.Client) -> None:
    url, headers = upload_link(stack, f"{place}/a.png")
    assert web.put(url, content=PNG, headers=headers | {"Content-Type": "text/html"}).is_client_error
    assert stack.store.find(f"{place}/a.png") is None


def test_a_client_reads_by_a_link_whole_in_part_and_only_its_head(stack: Stack, place: str, web: httpx.Client) -> None:
    stack.store.put(f"{place}/a.png", PNG, media_type="image/png")
    url = download_link(stack, f"{place}/a.png")
    whole = web.get(url)
    assert (whole.status_code, whole.content, whole.headers["content-type"]) == (200, PNG, "image/png")
    assert whole.headers["etag"]
    part = web.get(url, headers={"Range": "bytes=8-17"})
    assert (part.status_code, part.content) == (206, PNG[8:18])
    assert part.headers["content-range"] == f"bytes 8-17/{len(PNG)}"
    head = web.head(url)
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", str(len(PNG)))


def test_links_to_read_keep_their_order_and_equal_input_gives_equal_links(stack: Stack, place: str) -> None:
    expires_at = stack.clock.now() + timedelta(hours=6)
    names = [f"{place}/{end}" for end in ("b", "a", "c")]
    first = stack.store.sign_downloads(names, expires_at=expires_at)
    assert list(first) == list(stack.store.sign_downloads(names, expires_at=expires_at))
    assert all(name in url for name, url in zip(names, first, strict=True))
    assert len(set(first)) == 3


def test_a_link_that_expired_permits_nothing(stack: Stack, place: str, web: httpx.Client) -> None:
    stack.store.put(f"{place}/a.png", PNG, media_type="image/png")
    assert web.get(download_link(stack, f"{place}/a.png", seconds=-1)).is_client_error
    url, headers = upload_link(stack, f"{place}/b.png", seconds=-1)
    assert web.put(url, content=PNG, headers=headers).is_client_error
    assert stack.store.find(f"{place}/b.png") is None


def test_a_link_opens_nothing_but_what_it_names(stack: Stack, place: str, web: httpx.Client) -> None:
    for end in ("a.png", "b.png"):
        stack.store.put(f"{place}/{end}", PNG, media_type="image/png")
    url = download_link(stack, f"{place}/a.png")
    assert web.get(url.replace("a.png", "b.png")).status_code == 403
    assert web.get(url.partition("?")[0]).is_client_error
    assert web.delete(url).is_client_error
    assert web.put(url, content=b"x", headers={"Content-Type": "image/png"}).is_client_error
    assert stack.store.get(f"{place}/a.png") == PNG


def test_a_link_to_upload_does_not_read(stack: Stack, place: str, web: httpx.Client) -> None:
    stack.store.put(f"{place}/a.png", PNG, media_type="image/png")
    url, _ = upload_link(stack, f"{place}/a.png")
    assert web.get(url).is_client_error


def test_a_link_to_what_is_absent_finds_nothing(stack: Stack, place: str, web: httpx.Client) -> None:
    assert web.get(download_link(stack, f"{place}/none.png")).status_code == 404


def test_a_browser_of_another_origin_may_use_links(stack: Stack, place: str, web: httpx.Client) -> None:
    url, headers = upload_link(stack, f"{place}/a.png")
    asked = {
        "Origin": "http://localhost:5173",
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": ",".join(name.lower() for name in headers),
    }
    assert web.options(url, headers=asked).is_success
    put = web.put(url, content=PNG, headers=headers | {"Origin": "http://localhost:5173"})
    got = web.get(download_link(stack, f"{place}/a.png"), headers={"Origin": "http://localhost:5173"})
    assert {put.headers["access-control-allow-origin"], got.headers["access-control-allow-origin"]} <= {
        "*",
        "http://localhost:5173",
    }
