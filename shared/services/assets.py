"""Finished images: looked at, listed, deleted, and linked to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.domain.asset_changes import PICKED, RATED, rating_mark
from shared.domain.callers import Caller
from shared.domain.errors import FieldError, Invalid, NotFound
from shared.domain.ids import is_id
from shared.domain.items import Item
from shared.domain.library import Asset
from shared.domain.modes import Role
from shared.ports.clock import Clock
from shared.ports.documents import DocumentStore
from shared.ports.ids import Ids
from shared.ports.objects import ObjectStore
from shared.repositories import paths
from shared.repositories.collections import check_id, guarded
from shared.repositories.library import AssetRepository
from shared.repositories.organisations import OrganisationRepository
from shared.repositories.pages import Page, PageTokens
from shared.services.audit import AuditService
from shared.services.links import LinkService
from shared.services.periods import Moment, between
from shared.services.repeats import Repeats
from shared.services.searches import ByAge, Search

MAX_LINKS = 100
_NAMED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetLinks:
    """Signed links to one image as it was made, to its thumbnail and, where asked for, to its smaller form; when they end, and
    what people decided about it.
    """

    url: str
    thumbnail_url: str
    expires_at: datetime
    optimised_url: str | None = None
    picked: bool = False
    rating: int | None = None


class AssetService:
    """The history of an organisation's images."""

    def __init__(
        self,
        documents: DocumentStore,
        *,
        objects: ObjectStore,
        pages: PageTokens,
        audit: AuditService,
        clock: Clock,
        ids: Ids,
        link_hours: int = 6,
    ) -> None:
        self._documents = documents
        self._assets = AssetRepository(documents)
        self._organisations = OrganisationRepository(documents)
        self._by_age = ByAge(self._assets, "assets", pages)
        self._links = LinkService(objects, clock=clock, grid=timedelta(hours=link_hours))
        self._audit = audit
        self._repeats = Repeats(clock, ids)
        self._clock = clock

    def get(self, caller: Caller, asset: str) -> Asset:
        """One image; raises NotFound."""
        caller.require(Role.VIEWER)
        check_id("ast", asset, "image")
        return self._assets.one(caller.org, asset).value

    def list(
        self,
        caller: Caller,
        *,
        q: str = "",
        model: str | None = None,
        tag: str | None = None,
        batch: str | None = None,
        from_: Moment | None = None,
        to: Moment | None = None,
        picked: bool | None = None,
        rating: int | None = None,
        rated: bool | None = None,
        oldest: bool = False,
        page_size: int | None = None,
        page_token: str = "",
    ) -> Page[Asset]:
        """The images, the newest first unless `oldest`: made at or after `from_` and before `to`; a date (or a midnight without a
        time zone) stands for the whole day as the organisation's clocks have it.

        Raises Invalid (no words, dates, size), Malformed (a token of another list).
        """
        caller.require(Role.VIEWER)
        equal = {name: value for name, value in (("model", model), ("batch", batch)) if value}
        asked = {PICKED: picked, RATED: rated, **({} if rating is None else {rating_mark(rating): True})}
        wanted = Search(
            q=q,
            tag=tag,
            marks=tuple(mark for mark, there in asked.items() if there is True),
            without=tuple(mark for mark, there in asked.items() if there is False),
            equal=equal,
            conditions=between("created_at", from_, to, zone=lambda: self._organisations.zone(caller.org)),
            oldest=oldest,
        )
        return self._by_age.page(
            caller.org, paths.assets(caller.org), wanted, page_size=page_size, page_token=page_token
        )

    def delete(self, caller: Caller, asset: str) -> None:
        """Delete one image: unseen from now on, kept for 30 days. Raises Forbidden, NotFound."""
        caller.require(Role.ADMIN)
        check_id("ast", asset, "image")
        self._repeats.until_unrefused(lambda: self._delete(caller, asset))

    def links(self, caller: Caller, ids: Sequence[str]) -> dict[str, AssetLinks]:
        """Links by the image's id. Raises Invalid for more than 100 ids, NotFound naming those that are unknown or deleted."""
        caller.require(Role.VIEWER)
        wanted = list(dict.fromkeys(ids))
        if not 1 <= len(wanted) <= MAX_LINKS:
            raise Invalid([FieldError("/ids", f"Give 1 to {MAX_LINKS} ids; there are {len(wanted)}.")])
        found = self._assets.named(caller.org, [asset for asset in wanted if is_id("ast", asset)])
        missing = [asset for asset in wanted if asset not in found]
        if missing:
            raise no_images(missing)
        return self.links_of([found[asset] for asset in wanted], optimised=True)

    def links_of(self, assets: Iterable[Asset], *, optimised: bool = False) -> dict[str, AssetLinks]:
        """Links to images that were read already, by their ids; `optimised` ones are signed only where somebody looks closely."""
        named = {asset.id: asset for asset in assets}
        stored = [asset.objects for asset in named.values()]
        names = [name for one in stored for name in (one.original, one.thumbnail)]
        urls, expires_at = self._links.downloads([*names, *(one.optimised for one in stored if optimised)])
        return {
            name: AssetLinks(
                url=urls[asset.objects.original],
                thumbnail_url=urls[asset.objects.thumbnail],
                expires_at=expires_at,
                optimised_url=urls.get(asset.objects.optimised),
                picked=asset.picked,
                rating=asset.rating,
            )
            for name, asset in named.items()
        }

    def links_of_items(self, caller: Caller, items: Iterable[Item]) -> dict[str, AssetLinks]:
        """Links to the images of a page of items, by the image's id; deleted images have none."""
        caller.require(Role.VIEWER)
        ids = [item.asset_id for item in items if item.asset_id is not None]
        return self.links_of(self._assets.named(caller.org, ids).values())

    def _delete(self, caller: Caller, asset: str) -> None:
        read = self._assets.one(caller.org, asset)
        fields = {"deleted_at": self._clock.now(), "deleted_by": caller.member}
        self._documents.commit([guarded(read, fields), self._audit.entry(caller, "asset.deleted", asset)])


def no_images(missing: Sequence[str]) -> NotFound:
    """The error for images that are unknown or deleted: it names the first ones."""
    more = f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
    return NotFound(f"There is no image {', '.join(asset[:64] for asset in missing[:_NAMED])}{more}.")
