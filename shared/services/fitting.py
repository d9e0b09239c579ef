"""Whether a batch would fit the limits in force, and where it would stop."""

from collections.abc import Sequence

from shared.domain.estimates import LimitFit
from shared.domain.limit_words import amount, named
from shared.domain.limits import Standing, Unit, smallest
from shared.services.estimating import Priced


def fit(standings: list[Standing], priced: Sequence[Priced]) -> LimitFit:
    """How many of these images may begin, in order, before a limit is hit, and which one; money that others give back is not foreseen."""
    total = sum(one.images for one in priced)
    money, images = smallest(standings, Unit.MICROS), smallest(standings, Unit.IMAGES)
    by_money = total if money is None else _begun(priced, money.room)
    by_images = total if images is None else min(max(images.room, 0), total)
    short = money if by_money <= by_images else images
    if min(by_money, by_images) >= total or short is None:
        return LimitFit(fits=True, images=total)
    told = f"{named(short)}, {amount(short.unit, short.limit)}"
    return LimitFit(fits=False, images=min(by_money, by_images), limit=told, resets_at=short.window.resets_at)


def _begun(priced: Sequence[Priced], room_micros: int) -> int:
    """How many images begin within this: each needs its ceiling, and takes what it probably costs."""
    begun, left = 0, room_micros
    for one in priced:
        for _ in range(one.images):
            if one.ceiling_micros > left:
                return begun
            begun, left = begun + 1, left - one.estimated_micros
    return begun
