"""What only a batch's steps need."""

from datetime import datetime
from typing import Any

from pydantic import Field

from shared.domain.documents import Stored
from shared.domain.moments import EVER


class StepControl(Stored):
    """What only steps need, at `batches/{batch}/control/step`: the lease, the place in the plan, the measure of speed, the pace."""

    lease_owner: str = ""
    lease_until: datetime = EVER
    # Under which number the latest step was asked for: most often its tick.
    number: int = 0
    next_row: int = 0
    next_index: int = 0
    retried_series: int = 1
    recalls: int = 0
    published_at: datetime = EVER
    samples: list[dict[str, Any]] = Field(default_factory=list)
    # The last starting time that was given out, by model.
    booked: dict[str, datetime] = Field(default_factory=dict)
