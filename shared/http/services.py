"""What the API needs: the services it speaks to and the settings it goes by."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, TypeAlias

from fastapi import Depends, Request

from shared.ports.clock import Clock
from shared.ports.ids import Ids

if TYPE_CHECKING:
    from shared.services.asset_changes import AssetChangeService
    from shared.services.assets import AssetService
    from shared.services.batch_controls import BatchControlService
    from shared.services.batches import BatchService
    from shared.services.bills import BillService
    from shared.services.credits import CreditService
    from shared.services.dead_letters import DeadLetterService
    from shared.services.discards import DiscardService
    from shared.services.drafts import DraftService
    from shared.services.engine import Engine
    from shared.services.invitations import InvitationService
    from shared.services.item_edits import ItemEditService
    from shared.services.item_orders import ItemOrderService
    from shared.services.keys import KeyService
    from shared.services.library import Library
    from shared.services.limits import LimitService
    from shared.services.lines import LineService
    from shared.services.live import LiveService
    from shared.services.members import MemberService
    from shared.services.models import ModelService
    from shared.services.monitoring import MonitorService
    from shared.services.notifications import Notifications
    from shared.services.organisation_settings import OrganisationSettingsService
    from shared.services.references import ReferenceService
    from shared.services.reports import ReportService
    from shared.services.requeues import RequeueService
    from shared.services.selves import SelfService
    from shared.services.sign_ins import SignInService
    from shared.services.submissions import SubmissionService
    from shared.services.submit_limits import SubmitLimitService
    from shared.services.usage import UsageService
    from shared.services.webhook_deliveries import WebhookDeliveryService
    from shared.services.webhooks import WebhookService


class ApiServices:
    """The product's verbs behind the routes, each made when a route first asks; `parts` are named probes that raise when a part does not answer."""

    def __init__(
        self,
        engine: "Callable[[], Engine]",
        library: "Callable[[], Library]",
        notifications: "Callable[[], Notifications]",
        *,
        parts: Mapping[str, Callable[[], None]],
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._engine = engine
        self._library = library
        self._notifications = notifications
        self.parts = parts
        self.clock = clock
        self.ids = ids

    @property
    def submissions(self) -> "SubmissionService":
        """Accepting and estimating."""
        return self._engine().submissions

    @property
    def submit_limits(self) -> "SubmitLimitService":
        """How many batches a caller may submit a minute."""
        return self._library().submit_limits

    @property
    def controls(self) -> "BatchControlService":
        """What people want of a batch."""
        return self._engine().controls

    @property
    def edits(self) -> "ItemEditService":
        """Images that wait, made otherwise."""
        return self._engine().edits

    @property
    def item_orders(self) -> "ItemOrderService":
        """The order in which images are made."""
        return self._engine().item_orders

    @property
    def batches(self) -> "BatchService":
        """Batches and items: seen, renamed, duplicated, deleted."""
        return self._library().batches

    @property
    def lines(self) -> "LineService":
        """What waits, in its order."""
        return self._library().lines

    @property
    def dead_letters(self) -> "DeadLetterService":
        """Images that failed for good: seen and counted."""
        return self._library().dead_letters

    @property
    def requeues(self) -> "RequeueService":
        """Dead letters tried again."""
        return self._library().requeues

    @property
    def discards(self) -> "DiscardService":
        """Dead letters given up."""
        return self._library().discards

    @property
    def references(self) -> "ReferenceService":
        """Reference pictures."""
        return self._library().references

    @property
    def assets(self) -> "AssetService":
        """Finished images and their links."""
        return self._library().assets

    @property
    def asset_changes(self) -> "AssetChangeService":
        """What people decide about finished images."""
        return self._library().asset_changes

    @property
    def drafts(self) -> "DraftService":
        """Batches that are being written."""
        return self._library().drafts

    @property
    def keys(self) -> "KeyService":
        """Machines' keys."""
        return self._library().keys

    @property
    def limits(self) -> "LimitService":
        """What may be spent by whom."""
        return self._library().limits

    @property
    def credits(self) -> "CreditService":
        """Amounts that are granted and spent down."""
        return self._library().credits

    @property
    def webhooks(self) -> "WebhookService":
        """Receivers."""
        return self._notifications().webhooks

    @property
    def deliveries(self) -> "WebhookDeliveryService":
        """What they were told."""
        return self._notifications().deliveries

    @property
    def sign_ins(self) -> "SignInService":
        """Who is calling."""
        return self._library().sign_ins

    @property
    def invitations(self) -> "InvitationService":
        """Who was asked to join."""
        return self._library().people.invitations

    @property
    def members(self) -> "MemberService":
        """People of the organisation."""
        return self._library().people.members

    @property
    def selves(self) -> "SelfService":
        """What people change of themselves."""
        return self._library().people.selves

    @property
    def organisation(self) -> "OrganisationSettingsService":
        """The organisation's name and time zone."""
        return self._library().people.organisation

    @property
    def usage(self) -> "UsageService":
        """What was made and spent."""
        return self._library().usage

    @property
    def reports(self) -> "ReportService":
        """What finished days cost."""
        return self._library().reports

    @property
    def bills(self) -> "BillService":
        """What providers billed."""
        return self._library().bills

    @property
    def models(self) -> "ModelService":
        """The models on offer."""
        return self._library().models

    @property
    def live(self) -> "LiveService":
        """Batches as they change."""
        return self._library().live

    @property
    def monitor(self) -> "MonitorService":
        """The organisation's work at one moment."""
        return self._library().monitor


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
