"""The monitor: an organisation's work at one moment, for its admins."""

from typing import Annotated, Self

from fastapi import APIRouter, Depends
from pydantic import AwareDatetime, Field

from shared.domain.callers import Caller
from shared.domain.limit_words import named
from shared.domain.limits import Standing
from shared.domain.modes import BatchStatus, Priority
from shared.domain.overviews import Breaker, Overview
from shared.http.auth import ADMIN
from shared.http.services import Services
from shared.http.views import View

router = APIRouter(prefix="/v1/monitor", tags=["monitor"])


class LaneView(View):
    """A lane: batches that are not finished, images that wait and run, seconds that its oldest waiting batch has waited."""

    lane: Priority
    batches: int
    waiting: int
    running: int
    oldest_waiting_seconds: int
    images_per_minute: float


class LeaseView(View):
    """An image that a worker holds."""

    batch: str
    item: str
    model: str
    claimed_at: AwareDatetime | None
    lease_until: AwareDatetime | None


class LeasesView(View):
    """Images that workers hold now; `oldest` is the one whose lease ends first."""

    running: int
    oldest: LeaseView | None


class ModelPaceView(View):
    """How a model is asked now, by everybody together; none is asked before `closed_until`, for the reason that is said."""

    provider: str
    model: str
    breaker: Breaker
    rate_per_second: float
    concurrency: int
    closed_until: AwareDatetime | None
    reason: str


class SpendView(View):
    """Micros of US dollars spent today and this month in the organisation's time zone."""

    time_zone: str
    today_micros: int
    month_micros: int


class LimitStandingView(View):
    """A limit of the organisation that is in force, in its unit: spent of it, set aside by batches, left."""

    name: str
    limit: int
    spent: int
    reserved: int
    left: int

    @classmethod
    def of(cls, standing: Standing) -> Self:
        """The view of a limit."""
        return cls(
            name=named(standing),
            limit=standing.limit,
            spent=standing.spent,
            reserved=standing.reserved,
            left=max(standing.room, 0),
        )


class FailuresView(View):
    """Dead letters that nobody discarded: in all, by kind of error, by model. They are listed at `/v1/dead-letters`."""

    total: int
    by_kind: dict[str, int]
    by_model: dict[str, int]


class SlowBatchView(View):
    """A batch that made no image for five minutes, or takes three times as long as expected, and why."""

    id: str
    name: str
    status: BatchStatus
    waiting: int
    running: int
    last_image_at: AwareDatetime | None
    reason: str


class FailingWebhookView(View):
    """A webhook whose tries fail or that was disabled for it; of its address only the beginning is shown."""

    id: str
    url: str
    enabled: bool
    failing_since: AwareDatetime | None
    reason: str


class MonitorView(View):
    """Everything together, at most five seconds old. Sections that could not be read are null and named in `unavailable`."""

    at: AwareDatetime
    lanes: list[LaneView] | None
    leases: LeasesView | None
    models: list[ModelPaceView] | None
    dead_letters: FailuresView | None
    spend: SpendView | None
    limits: list[LimitStandingView] | None
    slow_batches: list[SlowBatchView] | None
    failing_webhooks: list[FailingWebhookView] | None
    is_partial: bool = Field(
        description="Lanes and slow batches tell of the 200 oldest live batches only: there are more."
    )
    unavailable: list[str]

    @classmethod
    def of(cls, overview: Overview) -> Self:
        """The view of an overview."""
        limits = None if overview.limits is None else [LimitStandingView.of(one) for one in overview.limits]
        return cls.model_validate({**{name: getattr(overview, name) for name in cls.model_fields}, "limits": limits})


@router.get("")
def show_monitor(caller: Annotated[Caller, Depends(ADMIN)], services: Services) -> MonitorView:
    """What waits, runs, fails and costs in the organisation now, and how the models are asked."""
    return MonitorView.of(services.monitor.overview(caller))
