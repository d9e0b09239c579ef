"""How a whole is divided among active batches: by lane, in it by organisation, in that by batch; nobody gets more than it can use."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TypeVar

from shared.domain.lanes import LANE_WEIGHTS
from shared.domain.modes import Priority

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One batch's wish; `demand` is the part of the whole that it can use, from 0 to 1 (more counts as 1)."""

    org: str
    batch: str
    priority: Priority
    demand: float


def divided(claims: Iterable[Claim]) -> dict[str, float]:
    """The part of the whole, by batch: max-min fair at each level, in lanes by their weights.

    The parts add up to 1, or to all demands where these are less; whoever demands anything gets something.
    """
    wanting = [claim for claim in claims if claim.demand > 0]
    parts: dict[str, float] = {}
    lanes = _grouped(wanting, lambda claim: claim.priority)
    for lane, in_lane in _shared_out(1.0, lanes, LANE_WEIGHTS):
        for org, of_org in _shared_out(in_lane, _grouped(lanes[lane], lambda claim: claim.org)):
            batches = _grouped([claim for claim in lanes[lane] if claim.org == org], lambda claim: claim.batch)
            parts.update(_shared_out(of_org, batches))
    return parts


def filled(room: float, demands: Sequence[float], weights: Sequence[float]) -> list[float]:
    """Water-filling: each gets its demand or, if that is less, a level times its weight; the level is as high as the room allows."""
    given = [0.0] * len(demands)
    order = sorted(range(len(demands)), key=lambda place: demands[place] / weights[place])
    left = room
    # From the last on: what each one and all after it weigh.
    weighed = list(accumulate(weights[place] for place in reversed(order)))
    for place, together in zip(order, reversed(weighed), strict=True):
        given[place] = min(demands[place], left * weights[place] / together)
        left = max(left - given[place], 0.0)
    return given


def _shared_out(
    room: float, groups: Mapping[K, Sequence[Claim]], weights: Mapping[K, float] | None = None
) -> list[tuple[K, float]]:
    names = list(groups)
    demands = [sum(min(claim.demand, 1.0) for claim in groups[name]) for name in names]
    return list(zip(names, filled(room, demands, [weights[name] if weights else 1.0 for name in names]), strict=True))


def _grouped(claims: Iterable[Claim], key: Callable[[Claim], K]) -> dict[K, list[Claim]]:
    groups: defaultdict[K, list[Claim]] = defaultdict(list)
    for claim in claims:
        groups[key(claim)].append(claim)
    return dict(groups)
