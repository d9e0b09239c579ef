"""Worlds with something to be cleaned up."""

import io
from pathlib import Path
from typing import Any

from PIL import Image

from shared.adapters.pictures import PillowPictureStudio
from shared.domain.library import Asset
from shared.domain.organisations import Organisation
from shared.domain.references import Reference, ReferenceStatus
from shared.ports.documents import Create, Document, Query, Update
from shared.repositories import paths
from shared.repositories.pages import PageTokens
from shared.services.audit import AuditService
from shared.services.engine_rules import EngineRules
from shared.services.references import ReferenceService, UploadLimits
from tests.engine.faults import FaultyWorld
from tests.engine.worlds import ORG, World

LONG = 600.0
DAY = 24 * 3600
ROW = {"prompt": "a walker on a beach"}
LIMITED = EngineRules(organisation_limit_micros=100_000)


def world_of(folder: Path, **settings: Any) -> FaultyWorld:
    """A world whose organisation is known."""
    world = FaultyWorld(folder, **settings)
    made = Organisation(id=ORG, name="Ours", created_at=world.clock.now())
    world.store.commit([Create(paths.organisation(ORG), made.written())])
    return world


def clean(world: World) -> int:
    return world.jobs.clean_up.run(seconds=LONG)


def mark_deleted(world: World, path: str) -> None:
    world.store.commit([Update(path, {"deleted_at": world.clock.now()})])


def documents(world: World, *names: str) -> list[Document]:
    return [document for name in names for document in world.store.query(Query(name, group=True))]


def objects(world: World, prefix: str = "") -> list[str]:
    return [one.name for one in world.files.list(prefix, limit=10_000)]


def put(world: World, *names: str) -> None:
    for name in names:
        world.files.put(name, b"x", media_type="application/octet-stream")


def reference(world: World, status: ReferenceStatus = ReferenceStatus.AWAITING_UPLOAD) -> Reference:
    """A reference and its objects."""
    new = world.ids.new("ref")
    ready = status is ReferenceStatus.READY
    made = Reference(
        id=new,
        filename="a.png",
        status=status,
        media_type="image/png",
        bytes=1,
        upload=paths.upload_object(ORG, new),
        object=paths.reference_object(ORG, new) if ready else None,
        thumbnail=paths.reference_thumbnail_object(ORG, new) if ready else None,
        created_at=world.clock.now(),
        created_by="mem_test",
    )
    world.store.commit([Create(paths.reference(ORG, new), made.written())])
    put(world, *(name for name in (made.object or made.upload, made.thumbnail) if name))
    return made


def png() -> bytes:
    """A small picture."""
    data = io.BytesIO()
    Image.new("RGB", (8, 8), "green").save(data, "PNG")
    return data.getvalue()


def references(world: World) -> ReferenceService:
    """What judges references, as another process has it."""
    return ReferenceService(
        world.store,
        objects=world.files,
        studio=PillowPictureStudio(),
        pages=PageTokens(bytes(32)),
        audit=AuditService(world.clock, world.ids),
        clock=world.clock,
        ids=world.ids,
        limits=UploadLimits(bytes=10_000, pixels=10_000),
    )


def assets(world: World) -> list[Asset]:
    return [Asset.read(document.data) for document in world.store.query(Query(paths.assets(ORG)))]


def holding(world: World, batch: str, micros: int) -> None:
    """The batch's reservation and the budget as a version that forgot to settle would have left them."""
    world.store.commit(
        [
            Update(paths.reservation(ORG, batch), {"reserved_micros": micros, "expires_at": world.clock.now()}),
            Update(paths.budget(ORG), {"reserved_micros": world.budget().reserved_micros + micros}),
        ]
    )
