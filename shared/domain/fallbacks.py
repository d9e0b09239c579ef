"""Going on with another model: which failures allow it, and what becomes of the item."""

from collections.abc import Callable
from typing import Any, Final

from shared.domain.errors import ErrorKind
from shared.domain.items import Item
from shared.domain.recipes import hash_of

# What is wrong with the request itself would be wrong with every model: words that one refuses are not tried on the next.
FINAL: Final = frozenset({ErrorKind.REFUSED, ErrorKind.INVALID})


def next_model(item: Item, *, can_make: Callable[[str], bool], is_open: Callable[[str], bool]) -> str | None:
    """The first model of the item's list that can make it and is not shut; None when all of those are."""
    return next((model for model in item.fallback if model != item.model and can_make(model) and is_open(model)), None)


def moved(item: Item, model: str, *, provider: str) -> dict[str, Any]:
    """The fields by which an item goes on with a model of its list: all its tries again, and those before it left behind."""
    place = item.fallback.index(model)
    changed = item.model_copy(update={"model": model, "provider": provider})
    return {
        "model": model,
        "provider": provider,
        "recipe": hash_of(changed),
        "fallback": item.fallback[place + 1 :],
        "fallen_from": [*item.fallen_from, item.model, *item.fallback[:place]],
        "tries": 0,
    }


def as_asked(item: Item) -> dict[str, Any]:
    """The model that was asked for first, and the whole list after it: where a new series begins."""
    if not item.fallen_from:
        return {}
    first, *rest = item.fallen_from
    return {"model": first, "fallback": [*rest, item.model, *item.fallback], "fallen_from": []}
