"""What people decide about finished images, one or many at a time."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from shared.domain.asset_changes import (
    AssetOutcome,
    AssetsChanged,
    AssetsDelete,
    AssetsPick,
    AssetsRate,
    AssetsTag,
    AssetUpdate,
    Outcome,
    changed,
    retagged,
)
from shared.domain.callers import Caller
from shared.domain.errors import Conflict, GuardRefused
from shared.domain.ids import is_id
from shared.domain.library import Asset
from shared.domain.modes import Role
from shared.domain.rows import MAX_TAGS
from shared.ports.clock import Clock
from shared.ports.documents import DocumentStore, Write
from shared.ports.ids import Ids
from shared.repositories import paths
from shared.repositories.collections import Read, check_id, guarded
from shared.repositories.commits import commit_groups
from shared.repositories.library import AssetRepository
from shared.services.assets import no_images
from shared.services.audit import AuditService
from shared.services.repeats import Repeats


class _Refused(Exception):
    """This image cannot be changed so."""


# The writes by which one image becomes what is wanted; none when it is so already. Raises _Refused with the reason.
_Change = Callable[[Read[Asset]], list[Write]]


class AssetChangeService:
    """Tags, picks, ratings and deletions. Many at once are changed each by itself: the answer tells what became of each."""

    def __init__(self, documents: DocumentStore, *, audit: AuditService, clock: Clock, ids: Ids) -> None:
        self._documents = documents
        self._assets = AssetRepository(documents)
        self._audit = audit
        self._repeats = Repeats(clock, ids)
        self._clock = clock

    def update(self, caller: Caller, asset: str, update: AssetUpdate, *, revision: int | None = None) -> Asset:
        """Give one image other tags. Raises Forbidden, NotFound, Conflict when it is not at this revision any more."""
        caller.require(Role.EDITOR)
        check_id("ast", asset, "image")
        self._repeats.until_unrefused(lambda: self._update(caller, asset, update, revision))
        return self._assets.one(caller.org, asset).value

    def tag(self, caller: Caller, wanted: AssetsTag) -> AssetsChanged:
        """Add and remove tags. Raises Forbidden, NotFound when none of the images exists."""
        caller.require(Role.EDITOR)

        def change(read: Read[Asset]) -> list[Write]:
            tags = retagged(read.value.tags, add=wanted.add, remove=wanted.remove)
            if len(tags) > max(MAX_TAGS, len(read.value.tags)):
                raise _Refused(f"An image has at most {MAX_TAGS} tags; this one would have {len(tags)}.")
            return _writes(read, {"tags": tags})

        return self._each(caller, wanted.ids, change)

    def pick(self, caller: Caller, wanted: AssetsPick) -> AssetsChanged:
        """Pick winners, or take picks back; who picked first stays named. Raises Forbidden, NotFound when none exists."""
        caller.require(Role.EVALUATOR)

        def change(read: Read[Asset]) -> list[Write]:
            if read.value.picked == wanted.picked:
                return []
            return _writes(read, _by(caller, "picked", self._clock.now() if wanted.picked else None))

        return self._each(caller, wanted.ids, change)

    def rate(self, caller: Caller, wanted: AssetsRate) -> AssetsChanged:
        """Rate images, or take ratings back. Raises Forbidden, NotFound when none exists."""
        caller.require(Role.EVALUATOR)

        def change(read: Read[Asset]) -> list[Write]:
            if read.value.rating == wanted.rating:
                return []
            at = None if wanted.rating is None else self._clock.now()
            return _writes(read, {"rating": wanted.rating, **_by(caller, "rated", at)})

        return self._each(caller, wanted.ids, change)

    def delete(self, caller: Caller, wanted: AssetsDelete) -> AssetsChanged:
        """Delete images: unseen from now on, kept for 30 days. Raises Forbidden, NotFound when none exists."""
        caller.require(Role.ADMIN)
        fields = {"deleted_at": self._clock.now(), "deleted_by": caller.member}

        def change(read: Read[Asset]) -> list[Write]:
            return [guarded(read, fields), self._audit.entry(caller, "asset.deleted", read.value.id)]

        return self._each(caller, wanted.ids, change)

    def _update(self, caller: Caller, asset: str, update: AssetUpdate, revision: int | None) -> None:
        read = self._assets.one(caller.org, asset)
        if revision is not None and read.value.revision != revision:
            raise Conflict(
                f"The image is at revision {read.value.revision} now, not at {revision}. Look at it again.",
                code="changed-meanwhile",
            )
        if update.tags is not None and (writes := _writes(read, {"tags": list(update.tags)})):
            self._documents.commit(writes)

    def _each(self, caller: Caller, ids: tuple[str, ...], change: _Change) -> AssetsChanged:
        known: dict[str, AssetOutcome] = {}
        self._repeats.until_unrefused(lambda: self._attempt(caller, ids, change, known))
        return AssetsChanged(outcomes=tuple(known[asset] for asset in ids))

    def _attempt(self, caller: Caller, ids: tuple[str, ...], change: _Change, known: dict[str, AssetOutcome]) -> None:
        """Change what is not known of yet; raises GuardRefused when somebody else changed some of it meanwhile."""
        waiting = [asset for asset in ids if asset not in known]
        found = self._found(caller.org, waiting)
        if not found and not known:
            raise no_images(waiting)
        groups: dict[str, list[Write]] = {}
        for asset in waiting:
            if asset not in found:
                known[asset] = AssetOutcome(id=asset, outcome=Outcome.MISSING)
                continue
            try:
                groups[asset] = change(found[asset])
            except _Refused as refused:
                known[asset] = AssetOutcome(id=asset, outcome=Outcome.REFUSED, detail=str(refused))
        self._commit(groups, known)

    def _commit(self, groups: dict[str, list[Write]], known: dict[str, AssetOutcome]) -> None:
        known |= {
            asset: AssetOutcome(id=asset, outcome=Outcome.UNCHANGED) for asset, group in groups.items() if not group
        }
        changing = {asset: group for asset, group in groups.items() if group}
        held = commit_groups(self._documents, list(changing.values()))
        known |= {
            asset: AssetOutcome(id=asset, outcome=Outcome.DONE)
            for asset, went in zip(changing, held, strict=True)
            if went
        }
        if not all(held):
            raise GuardRefused("Some of the images were changed by somebody else.")

    def _found(self, org: str, ids: list[str]) -> dict[str, Read[Asset]]:
        reads = self._assets.get_many(paths.asset(org, asset) for asset in ids if is_id("ast", asset))
        return {read.value.id: read for read in reads.values() if read.value.deleted_at is None}


def _writes(read: Read[Asset], fields: dict[str, Any]) -> list[Write]:
    different = changed(read.value, fields)
    return [guarded(read, different)] if different else []


def _by(caller: Caller, act: str, at: datetime | None) -> dict[str, Any]:
    return {f"{act}_at": at, f"{act}_by": None if at is None else caller.member}
