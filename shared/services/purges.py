"""What people deleted, gone for good after thirty days: children first, the document last, for it alone leads to the rest."""

from datetime import timedelta
from typing import TypeVar

from shared.domain.batches import Batch
from shared.domain.callers import Caller
from shared.domain.documents import Stored
from shared.domain.library import Asset
from shared.domain.modes import Role
from shared.domain.references import Reference
from shared.ports.clock import Clock
from shared.ports.documents import MAX_WRITES_A_COMMIT, Create, Delete, DocumentStore, Query
from shared.ports.objects import ObjectStore
from shared.repositories import paths
from shared.repositories.batches import BatchRepository, org_of
from shared.repositories.collections import Read
from shared.repositories.leftovers import Leftovers
from shared.repositories.library import AssetRepository
from shared.repositories.money import ReservationRepository
from shared.repositories.references import ReferenceRepository
from shared.services.audit import AuditService
from shared.services.leftovers import PAGE, Step, Sweep, delete_objects, objects_of
from shared.services.rounds import Time

KEPT = timedelta(days=30)

S = TypeVar("S", bound=Stored)


class Purges:
    """Carries out deletions, each with its entry in the audit log."""

    def __init__(self, documents: DocumentStore, *, objects: ObjectStore, audit: AuditService, clock: Clock) -> None:
        self._documents = documents
        self._batches = BatchRepository(documents)
        self._assets = AssetRepository(documents)
        self._references = ReferenceRepository(documents)
        self._reservations = ReservationRepository(documents)
        self._objects = objects
        self._audit = audit
        self._clock = clock

    def steps(self) -> list[Step]:
        """Assets, references, batches."""
        clock = self._clock
        assets = Leftovers(self._assets, "assets", "deleted_at")
        batches = Leftovers(self._batches, "batches", "deleted_at")
        references = Leftovers(self._references, "references", "deleted_at")
        return [
            Sweep("deleted_assets", assets, clock, age=KEPT, remove=self._asset),
            Sweep("deleted_references", references, clock, age=KEPT, remove=self._reference),
            Sweep("deleted_batches", batches, clock, age=KEPT, remove=self._batch),
        ]

    def _batch(self, read: Read[Batch], time: Time) -> bool:
        """Purge a batch: its items, its rows, itself. Its images stay, as its deletion promised; False when the time was up."""
        org, batch = org_of(read.path), read.value.id
        reservation = self._reservations.find(paths.reservation(org, batch))
        if reservation is not None and reservation.value.reserved_micros:
            # Money is given back first, by whoever settles; without its batch nobody would know what it spent.
            return False
        while items := self._documents.query(Query(paths.items(org, batch), limit=MAX_WRITES_A_COMMIT)):
            if time.is_up:
                return False
            self._documents.commit([Delete(item.path) for item in items])
        self._objects.delete(paths.rows_object(org, batch))
        gone = [Delete(paths.step_control(org, batch)), Delete(paths.reservation(org, batch))]
        self._documents.commit([*gone, Delete(read.path, read.version), self._entry(org, "batch.purged", batch)])
        return True

    def _asset(self, read: Read[Asset], _time: Time) -> bool:
        asset, org = read.value, org_of(read.path)
        if not self._is_shared(org, asset):
            delete_objects(self._objects, [asset.objects.original, asset.objects.optimised, asset.objects.thumbnail])
        return self._gone(read, "asset.purged", asset.id)

    def _is_shared(self, org: str, asset: Asset) -> bool:
        """Whether another image stands on the same objects: an equal one that was reused, deleted or not."""
        after = ""
        while page := self._assets.of_recipe(org, asset.recipe_hash, limit=PAGE, after=after):
            if any(one.value.objects.original == asset.objects.original and one.value.id != asset.id for one in page):
                return True
            after = page[-1].path
        return False

    def _reference(self, read: Read[Reference], _time: Time) -> bool:
        reference = read.value
        delete_objects(self._objects, objects_of(org_of(read.path), reference))
        return self._gone(read, "reference.purged", reference.id)

    def _gone(self, read: Read[S], action: str, subject: str) -> bool:
        entry = self._entry(org_of(read.path), action, subject)
        self._documents.commit([Delete(read.path, read.version), entry])
        return True

    def _entry(self, org: str, action: str, subject: str) -> Create:
        caller = Caller(org=org, id="clean_up", member="", role=Role.ADMIN)
        return self._audit.entry(caller, action, subject)
