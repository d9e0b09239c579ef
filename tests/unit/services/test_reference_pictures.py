"""Reference pictures, read once for many images."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Barrier, Thread

import pytest

from shared.domain.errors import ErrorKind, ProviderError, Unavailable
from shared.domain.items import ItemReference
from shared.services.reference_pictures import ReferencePictures
from tests.engine.faults import FaultyWorld


@pytest.fixture
def world(tmp_path: Path) -> Iterator[FaultyWorld]:
    world = FaultyWorld(tmp_path)
    with closing(world):
        yield world


def reference(world: FaultyWorld, name: str, size: int) -> ItemReference:
    world.files.put(f"orgs/o/{name}", name[:1].encode() * size, media_type="image/png")
    return ItemReference(id=f"ref_{name}", object=f"orgs/o/{name}", media_type="image/png", sha256="s")


def reads(world: FaultyWorld) -> int:
    return world.faults.counted["objects.get"]


def pictures(world: FaultyWorld, most_bytes: int) -> ReferencePictures:
    return ReferencePictures(world._objects, most_bytes=most_bytes)


def test_the_latest_used_pictures_are_kept_up_to_so_many_bytes(world: FaultyWorld) -> None:
    kept = pictures(world, 100)
    one, two, three = (reference(world, name, 50) for name in ("a", "b", "c"))
    for each in (one, two, one):
        kept.bytes_of(each)
    assert reads(world) == 2
    kept.bytes_of(three)
    assert (kept.bytes_of(one), kept.bytes_of(three)) == (b"a" * 50, b"c" * 50)
    assert reads(world) == 3
    assert kept.bytes_of(two) == b"b" * 50
    assert reads(world) == 4


def test_a_picture_beyond_the_bound_is_shown_and_not_kept(world: FaultyWorld) -> None:
    kept = pictures(world, 99)
    large = reference(world, "a", 100)
    assert [kept.bytes_of(large), kept.bytes_of(large)] == [b"a" * 100] * 2
    assert reads(world) == 2


def test_two_that_read_one_picture_at_once_take_its_room_once(world: FaultyWorld) -> None:
    kept = pictures(world, 100)
    one, two = reference(world, "a", 50), reference(world, "b", 50)
    both = Barrier(2, timeout=60)

    def meet(name: str) -> None:
        if name == "objects.get":
            both.wait()

    world.faults.read = meet
    threads = [Thread(target=kept.bytes_of, args=[one]) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    world.faults.read = lambda _: None
    kept.bytes_of(two)
    kept.bytes_of(one)
    kept.bytes_of(two)
    assert reads(world) == 3


def test_a_deleted_picture_is_a_failure_for_good_and_a_silent_store_one_for_now(world: FaultyWorld) -> None:
    kept = pictures(world, 100)
    one = reference(world, "a", 50)

    def silent(name: str) -> None:
        raise Unavailable("The store does not answer.")

    world.faults.read = silent
    with pytest.raises(ProviderError, match="ref_a: The store does not answer") as raised:
        kept.bytes_of(one)
    assert raised.value.kind is ErrorKind.UNAVAILABLE
    world.faults.read = lambda _: None
    world.files.delete(one.object)
    with pytest.raises(ProviderError, match="ref_a was deleted") as raised:
        kept.bytes_of(one)
    assert raised.value.kind is ErrorKind.INVALID
