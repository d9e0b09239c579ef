"""The pace of one model: how often and how many at once it may be asked, and until when not at all."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Paced:
    """The pace that a model's calls keep to now; while `closed_until` lies ahead none starts, and `reason` says why in words."""

    rate_per_second: float
    concurrency: int
    closed_until: datetime | None = None
    reason: str = ""
