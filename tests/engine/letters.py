"""A world's dead letters, as its admin sees and steers them."""

from pathlib import Path
from typing import Any, cast

from shared.domain.audit_entries import AuditEntry
from shared.domain.batch_forms import RetryChanges
from shared.domain.callers import Caller
from shared.domain.dead_letters import DeadLetter, DeadLetterFilter, Discard, LettersActed, Requeue
from shared.domain.errors import ErrorKind
from shared.domain.modes import ItemStatus, Role
from shared.ports.documents import Query
from shared.ports.identity import Accounts
from shared.ports.providers import GeneratedImage, ImageRequest
from shared.services.library import Library, LibraryRules
from shared.services.references import UploadLimits
from tests.engine.faults import FaultyWorld
from tests.engine.scripted import ScriptedProvider, made, of
from tests.engine.worlds import ORG, World

ADMIN = Caller(org=ORG, id="key_admin", member="mem_admin", role=Role.ADMIN)


def refusing(request: ImageRequest, _turn: int) -> GeneratedImage:
    """A picture of everything, but for prompts that name an error."""
    for kind in ErrorKind:
        if request.prompt.startswith(kind.value):
            error = of(kind)
            raise error()
    return made(request)


def world_of(folder: Path, **settings: Any) -> FaultyWorld:
    """A world whose provider fails as the prompt says."""
    return FaultyWorld(folder, provider=ScriptedProvider(refusing), **settings)


def failed(world: World, *prompts: str, **fields: Any) -> tuple[str, list[str]]:
    """A batch of these prompts after its end, and the ids of its failed items."""
    batch = world.submit(*({"prompt": prompt} for prompt in prompts), **fields)
    world.run(until=lambda: world.batch(batch).status.is_terminal and world.batch(batch).next_step_at is None)
    return batch, [item.id for item in world.items(batch) if item.status is ItemStatus.FAILED]


def library(world: World) -> Library:
    """The services around the engine; nobody signs in here."""
    rules = LibraryRules(
        uploads=UploadLimits(bytes=2**20, pixels=10**6),
        link_hours=6,
        submits_a_minute=1_000,
        page_key=bytes(32),
        upload_bucket="uploads",
    )
    return Library(
        world.ports(), world.engine, lambda: world.offer, accounts=lambda: cast("Accounts", None), rules=rules
    )


def listed(world: World, *, discarded: bool = False, **wanted: Any) -> list[DeadLetter]:
    """All that the list shows, read in pages of two."""
    letters, found, token = library(world).dead_letters, [], ""
    while True:
        filters = DeadLetterFilter.model_validate(wanted)
        page = letters.list(ADMIN, filters, discarded=discarded, page_size=2, page_token=token)
        found += page.values
        token = page.next_page_token
        if not token:
            return found


def prompts(world: World, **wanted: Any) -> list[str]:
    """The prompts of what the list shows, in its order."""
    return [letter.item.prompt for letter in listed(world, **wanted)]


def requeue(
    world: World, *items: str, key: str | None = None, changes: Any = None, token: str = "", **wanted: Any
) -> LettersActed:
    """Requeue these items, or what a filter finds."""
    selection = {"items": items} if items else {"filter": DeadLetterFilter.model_validate(wanted), "page_token": token}
    body = Requeue(**selection, changes=RetryChanges.model_validate(changes or {}))
    return library(world).requeues.requeue(ADMIN, body, idempotency_key=key, fingerprint=body.model_dump_json())


def discard(
    world: World, *items: str, key: str | None = None, reason: str = "Not needed.", token: str = "", **wanted: Any
) -> LettersActed:
    """Discard these items, or what a filter finds."""
    selection = {"items": items} if items else {"filter": DeadLetterFilter.model_validate(wanted), "page_token": token}
    body = Discard(**selection, reason=reason)
    return library(world).discards.discard(ADMIN, body, idempotency_key=key, fingerprint=body.model_dump_json())


def audited(world: World, action: str) -> list[AuditEntry]:
    """The entries of the audit log for this act."""
    found = [AuditEntry.read(document.data) for document in world.store.query(Query(f"orgs/{ORG}/audit"))]
    return [entry for entry in found if entry.action == action]
