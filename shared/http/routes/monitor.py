"""The monitor: an organisation's work at one moment, for its admins."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import AwareDatetime, Field

from shared.domain.callers import Caller
from shared.domain.modes import BatchStatus, Priority
from shared.domain.overviews import Breaker
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
    """How a model is asked now, by everybody together; an open breaker lets no call through until `closed_until`."""

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
    spend: SpendView | None
    slow_batches: list[SlowBatchView] | None
    failing_webhooks: list[FailingWebhookView] | None
    is_partial: bool = Field(
        description="Lanes and slow batches tell of the 200 oldest live batches only: there are more."
    )
    unavailable: list[str]


@router.get("")
def show_monitor(caller: Annotated[Caller, Depends(ADMIN)], services: Services) -> MonitorView:
    """What waits, runs, fails and costs in the organisation now, and how the models are asked."""
    return MonitorView.model_validate(services.monitor.overview(caller))
