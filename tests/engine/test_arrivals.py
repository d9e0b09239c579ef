"""Uploads whose judgement is stopped, disturbed or made twice at once: one end, and nothing left over."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.adapters.pictures import PillowPictureStudio
from shared.domain.errors import Unavailable
from shared.domain.references import Reference, ReferenceStatus
from shared.ports.documents import Create, Guard, Update
from shared.repositories import paths
from shared.repositories.pages import PageTokens
from shared.services.audit import AuditService
from shared.services.references import ReferenceService, UploadLimits
from shared.services.uploads import UploadService
from tests.engine.faults import Crash, FaultyWorld
from tests.engine.scripted import picture
from tests.engine.worlds import ORG

BUCKET = "uploads"
NEW = "ref_aaaaaaaaaaaaaaaaaaaa"
UPLOAD = paths.upload_object(ORG, NEW)


def uploads(world: FaultyWorld) -> UploadService:
    """The service of a process that has just begun."""
    references = ReferenceService(
        world._documents,
        objects=world._objects,
        studio=PillowPictureStudio(),
        pages=PageTokens(bytes(32)),
        audit=AuditService(world.clock, world.ids),
        clock=world.clock,
        ids=world.ids,
        limits=UploadLimits(bytes=2**20, pixels=10**6),
    )
    return UploadService(references, objects=world._objects, bucket=BUCKET)


def sent(folder: Path, data: bytes) -> FaultyWorld:
    """A world in which these bytes were sent for a reference."""
    folder.mkdir(exist_ok=True)
    world = FaultyWorld(folder)
    reference = Reference(
        id=NEW,
        filename="a.png",
        media_type="image/png",
        bytes=len(data),
        upload=UPLOAD,
        created_at=world.clock.now(),
        created_by="mem_a",
    )
    world.store.commit([Create(paths.reference(ORG, NEW), reference.written())])
    world.files.put(UPLOAD, data, media_type="image/png")
    return world


def stored(world: FaultyWorld) -> Reference:
    document = world.store.get(paths.reference(ORG, NEW))
    assert document is not None
    return Reference.read(document.data)


@pytest.fixture
def world(folder: Path) -> Iterator[FaultyWorld]:
    world = sent(folder, picture("1:1"))
    yield world
    world.close()


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(
    ("data", "status", "left"),
    [
        (picture("1:1"), ReferenceStatus.READY, 2),
        (b"no picture at all", ReferenceStatus.REFUSED, 0),
    ],
    ids=["a picture", "no picture"],
)
def test_a_judgement_that_is_stopped_at_any_call_is_made_by_the_next_delivery(
    folder: Path, data: bytes, status: ReferenceStatus, left: int, after: bool
) -> None:
    position, was_stopped = 0, True
    while was_stopped:
        world = sent(folder / str(position), data)
        world.faults.crash(position, after=after)
        try:
            uploads(world).arrived(BUCKET, UPLOAD)
            was_stopped = False
        except Crash:
            world.restart()
            uploads(world).arrived(BUCKET, UPLOAD)
        assert stored(world).status is status
        assert world.files.find(UPLOAD) is None
        assert len(world.files.list("")) == left
        world.close()
        position += 1
    assert position > left + 1


@pytest.mark.parametrize("call", ["objects.get", "documents.get"])
def test_a_part_that_is_away_leaves_everything_for_the_next_delivery(world: FaultyWorld, call: str) -> None:
    def fail(made: str) -> None:
        if made == call:
            raise Unavailable("It is away.")

    world.faults.read = fail
    with pytest.raises(Unavailable):
        uploads(world).arrived(BUCKET, UPLOAD)
    world.faults.read = lambda _: None
    assert stored(world).status is ReferenceStatus.AWAITING_UPLOAD
    uploads(world).arrived(BUCKET, UPLOAD)
    assert stored(world).status is ReferenceStatus.READY


@pytest.mark.parametrize("call", ["objects.get", "objects.put", "documents.get"])
def test_two_deliveries_at_once_judge_once(world: FaultyWorld, call: str) -> None:
    """The second is carried out whole in the middle of the first, wherever that stands."""
    done: list[str] = []

    def meanwhile(made: str) -> None:
        if made == call and not done:
            done.append(made)
            uploads(world).arrived(BUCKET, UPLOAD)

    world.faults.read = world.faults.before = meanwhile
    uploads(world).arrived(BUCKET, UPLOAD)
    assert done == [call]
    reference = stored(world)
    assert (reference.status, reference.revision) == (ReferenceStatus.READY, 2)
    assert {one.name for one in world.files.list("")} == {reference.object, reference.thumbnail}


def test_a_reference_that_is_deleted_while_it_is_judged_stays_deleted(world: FaultyWorld) -> None:
    def delete(made: str) -> None:
        if made == "objects.get":
            path = paths.reference(ORG, NEW)
            world.store.commit([Update(path, {"deleted_at": world.clock.now()}, Guard.EXISTS)])

    world.faults.read = delete
    uploads(world).arrived(BUCKET, UPLOAD)
    assert stored(world).status is ReferenceStatus.AWAITING_UPLOAD
    assert stored(world).deleted_at is not None
    assert world.files.find(UPLOAD) is None
