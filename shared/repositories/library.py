"""Assets, and who is making what recipe."""

from collections.abc import Sequence
from datetime import datetime

from shared.domain.documents import Stored
from shared.domain.errors import NotFound
from shared.domain.library import Asset
from shared.ports.documents import DocumentStore, Query, Where
from shared.repositories import paths
from shared.repositories.collections import Collection, Read

_IN = 30


class AssetRepository(Collection[Asset]):
    """Finished images."""

    def __init__(self, documents: DocumentStore) -> None:
        super().__init__(documents, Asset, "image")

    def one(self, org: str, asset: str) -> Read[Asset]:
        """The image; raises NotFound, also when it was deleted."""
        found = self.get(paths.asset(org, asset))
        if found.value.deleted_at is not None:
            raise NotFound(f"There is no image {asset}.")
        return found

    def named(self, org: str, ids: Sequence[str]) -> dict[str, Asset]:
        """Those of these ids that exist and are not deleted, by id."""
        found = self.get_many(paths.asset(org, asset) for asset in ids)
        return {read.value.id: read.value for read in found.values() if read.value.deleted_at is None}

    def last_of_batch(self, org: str, batch: str) -> Read[Asset] | None:
        """The image that a batch made last, deleted or not."""
        return next(iter(self.newest(paths.assets(org), (Where("batch", "==", batch),), limit=1)), None)

    def of_recipe(self, org: str, recipe_hash: str, *, limit: int, after: str = "") -> list[Read[Asset]]:
        """Images of this recipe, deleted ones too, by their paths, those after this one."""
        where = (Where("recipe_hash", "==", recipe_hash),)
        start_after = (after,) if after else None
        return self.query(Query(paths.assets(org), where, limit=limit, start_after=start_after))

    def made_by(self, org: str, recipe_hashes: Sequence[str]) -> dict[str, Asset]:
        """For each of these recipes that has one, an image that is not deleted, by the recipe's hash."""
        found: dict[str, Asset] = {}
        for start in range(0, len(recipe_hashes), _IN):
            part = list(recipe_hashes[start : start + _IN])
            where = (Where("recipe_hash", "in", part), Where("deleted_at", "==", None))
            for read in self.query(Query(paths.assets(org), where)):
                found.setdefault(read.value.recipe_hash, read.value)
        return found


class RecipeLock(Stored):
    """The item that is making a recipe now; others that ask for the same wait for its result."""

    item: str
    batch: str
    lease_until: datetime


class RecipeRepository(Collection[RecipeLock]):
    """Recipes that are being made."""

    def __init__(self, documents: DocumentStore) -> None:
        super().__init__(documents, RecipeLock, "recipe")

    def one(self, org: str, recipe_hash: str) -> Read[RecipeLock] | None:
        """Who is making it, or None."""
        return self.find(paths.recipe(org, recipe_hash))
