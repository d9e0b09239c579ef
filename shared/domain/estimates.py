"""What a batch would make, cost and take, before anything is spent."""

from datetime import datetime
from typing import Any

from shared.domain.requests import Strict


class ModelShare(Strict):
    """One model's part of an estimate."""

    model: str
    images: int
    estimated_micros: int


class Suggestion(Strict):
    """A change that lowers the cost: what it saves, in words, and as the change to make to the request.

    `change` holds fields of the batch, and under `each_row` fields that every row takes instead of its own.
    """

    saves_micros: int
    text: str
    change: dict[str, Any]


class ReuseShare(Strict):
    """Images whose equals exist already or are asked for twice, and what it saves to take those, whether that is asked for or not."""

    images: int = 0
    saves_micros: int = 0


class LimitFit(Strict):
    """Whether all images may begin under the limits in force; else how many may, which limit is hit then, and when it begins anew."""

    fits: bool = True
    images: int
    limit: str | None = None
    resets_at: datetime | None = None


class Estimate(Strict):
    """The answer to a dry run; nothing is kept or spent. The cost is without what is reused, where that is asked for."""

    images: int
    estimated_micros: int
    estimated_seconds: int
    by_model: list[ModelShare]
    reuse: ReuseShare
    suggestions: list[Suggestion]
    limits: LimitFit
