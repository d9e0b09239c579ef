"""What the API needs: the services it speaks to and the settings it goes by."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, TypeAlias

from fastapi import Depends, Request

from shared.ports.clock import Clock
from shared.ports.ids import Ids
from shared.services.asset_changes import AssetChangeService
from shared.services.assets import AssetService
from shared.services.batch_controls import BatchControlService
from shared.services.batches import BatchService
from shared.services.bills import BillService
from shared.services.credits import CreditService
from shared.services.dead_letters import DeadLetterService
from shared.services.discards import DiscardService
from shared.services.item_edits import ItemEditService
from shared.services.item_orders import ItemOrderService
from shared.services.keys import KeyService
from shared.services.limits import LimitService
from shared.services.live import LiveService
from shared.services.models import ModelService
from shared.services.monitoring import MonitorService
from shared.services.references import ReferenceService
from shared.services.reports import ReportService
from shared.services.requeues import RequeueService
from shared.services.sign_ins import SignInService
from shared.services.submissions import SubmissionService
from shared.services.submit_limits import SubmitLimitService
from shared.services.usage import UsageService
from shared.services.webhook_deliveries import WebhookDeliveryService
from shared.services.webhooks import WebhookService


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiServices:
    """The product's verbs behind the routes; `parts` are named probes that raise when a part does not answer."""

    submissions: SubmissionService
    submit_limits: SubmitLimitService
    controls: BatchControlService
    edits: ItemEditService
    line: ItemOrderService
    batches: BatchService
    dead_letters: DeadLetterService
    requeues: RequeueService
    discards: DiscardService
    references: ReferenceService
    assets: AssetService
    asset_changes: AssetChangeService
    keys: KeyService
    limits: LimitService
    credits: CreditService
    webhooks: WebhookService
    deliveries: WebhookDeliveryService
    sign_ins: SignInService
    usage: UsageService
    reports: ReportService
    bills: BillService
    models: ModelService
    live: LiveService
    monitor: MonitorService
    parts: Mapping[str, Callable[[], None]]
    clock: Clock
    ids: Ids


@dataclass(frozen=True, slots=True, kw_only=True)
class FirebaseSettings:
    """What a browser needs to sign in at Firebase and to listen to Firestore; the emulators' addresses are `host:port`."""

    api_key: str
    auth_domain: str
    project_id: str
    app_id: str
    database_id: str
    auth_emulator: str = ""
    firestore_emulator: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiSettings:
    """Limits and words of the API; sizes in bytes, rates a minute and caller, times of streams and bodies in seconds."""

    version: str
    max_body_bytes: int
    max_rows: int
    max_images: int
    max_upload_bytes: int
    max_upload_pixels: int
    submits_a_minute: int
    requests_a_minute: int
    firebase: FirebaseSettings | None = None
    heartbeat_seconds: float = 15.0
    stream_seconds: float = 300.0
    send_seconds: float = 30.0
    max_streams: int = 1_000
    max_streams_an_organisation: int = 500
    body_seconds: float = 60.0


async def _services(request: Request) -> ApiServices:
    services: ApiServices = request.app.state.services
    return services


async def _settings(request: Request) -> ApiSettings:
    settings: ApiSettings = request.app.state.settings
    return settings


Services: TypeAlias = Annotated[ApiServices, Depends(_services)]
Settings: TypeAlias = Annotated[ApiSettings, Depends(_settings)]
