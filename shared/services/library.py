"""The services around the engine, wired: what people and machines see, bring, find and count."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.repositories.pages import PageTokens
from shared.services.audit import AuditService
from shared.services.made_once import made_once
from shared.services.repeats import Repeats

if TYPE_CHECKING:
    from collections.abc import Callable

    from shared.domain.offers import Offer
    from shared.ports.identity import Accounts
    from shared.services.asset_changes import AssetChangeService
    from shared.services.assets import AssetService
    from shared.services.batches import BatchService
    from shared.services.bills import BillService
    from shared.services.credits import CreditService
    from shared.services.dead_letters import DeadLetterService
    from shared.services.discards import DiscardService
    from shared.services.drafts import DraftService
    from shared.services.engine import Engine, Ports
    from shared.services.keys import KeyService
    from shared.services.letter_acts import LetterActs
    from shared.services.limit_changes import LimitChanges
    from shared.services.limits import LimitService
    from shared.services.lines import LineService
    from shared.services.live import LiveService
    from shared.services.models import ModelService
    from shared.services.monitoring import MonitorService
    from shared.services.organisations import OrganisationService
    from shared.services.people import People
    from shared.services.references import ReferenceService, UploadLimits
    from shared.services.reports import ReportService
    from shared.services.requeues import RequeueService
    from shared.services.sign_ins import SignInService
    from shared.services.submit_limits import SubmitLimitService
    from shared.services.uploads import UploadService
    from shared.services.usage import UsageService


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryRules:
    """The library's settings; `page_key` are 32 secret bytes, `upload_bucket` is the name by which notifications call it."""

    uploads: "UploadLimits"
    link_hours: int
    submits_a_minute: int
    page_key: bytes
    upload_bucket: str


class Library:
    """One of each service, made when it is first asked for."""

    def __init__(
        self,
        ports: "Ports",
        engine: "Engine",
        offer: "Callable[[], Offer]",
        *,
        accounts: "Callable[[], Accounts]",
        rules: LibraryRules,
    ) -> None:
        self._ports = ports
        self._engine = engine
        self._offered = offer
        self._entered = accounts
        self._rules = rules
        self._pages = PageTokens(rules.page_key)
        self._audit = AuditService(ports.clock, ports.ids)

    @made_once
    def _offer(self) -> "Offer":
        return self._offered()

    @made_once
    def _accounts(self) -> "Accounts":
        return self._entered()

    @made_once
    def batches(self) -> "BatchService":
        """Batches and items: seen, renamed, duplicated, deleted."""
        from shared.services.batches import BatchService

        ports = self._ports
        return BatchService(
            ports.documents,
            submissions=self._engine.submissions,
            rows=self._engine.rows,
            requests=self._engine.requests,
            pages=self._pages,
            audit=self._audit,
            clock=ports.clock,
            ids=ports.ids,
        )

    @made_once
    def lines(self) -> "LineService":
        """What waits, in its order."""
        from shared.services.lines import LineService

        return LineService(self._ports.documents, pages=self._pages, clock=self._ports.clock)

    @made_once
    def dead_letters(self) -> "DeadLetterService":
        """Images that failed for good: seen and counted."""
        from shared.services.dead_letters import DeadLetterService

        return DeadLetterService(
            self._ports.documents, offer=self._offer, orders=self._engine.orders, pages=self._pages
        )

    @made_once
    def requeues(self) -> "RequeueService":
        """Dead letters tried again."""
        from shared.services.requeues import RequeueService

        return RequeueService(acts=self._letter_acts, controls=self._engine.controls, audit=self._audit)

    @made_once
    def discards(self) -> "DiscardService":
        """Dead letters given up."""
        from shared.services.discards import DiscardService

        ports = self._ports
        return DiscardService(
            ports.documents,
            acts=self._letter_acts,
            audit=self._audit,
            repeats=Repeats(ports.clock, ports.ids),
            clock=ports.clock,
        )

    @made_once
    def _letter_acts(self) -> "LetterActs":
        from shared.services.letter_acts import LetterActs

        return LetterActs(self._ports.documents, letters=self.dead_letters, clock=self._ports.clock)

    @made_once
    def references(self) -> "ReferenceService":
        """Reference pictures."""
        from shared.services.references import ReferenceService

        ports = self._ports
        return ReferenceService(
            ports.documents,
            objects=ports.objects,
            studio=ports.studio(),
            pages=self._pages,
            audit=self._audit,
            clock=ports.clock,
            ids=ports.ids,
            limits=self._rules.uploads,
            link_hours=self._rules.link_hours,
        )

    @made_once
    def uploads(self) -> "UploadService":
        """What clients sent straight to the object store."""
        from shared.services.uploads import UploadService

        return UploadService(self.references, objects=self._ports.objects, bucket=self._rules.upload_bucket)

    @made_once
    def assets(self) -> "AssetService":
        """Finished images and their links."""
        from shared.services.assets import AssetService

        ports = self._ports
        return AssetService(
            ports.documents,
            objects=ports.objects,
            pages=self._pages,
            audit=self._audit,
            clock=ports.clock,
            ids=ports.ids,
            link_hours=self._rules.link_hours,
        )

    @made_once
    def asset_changes(self) -> "AssetChangeService":
        """What people decide about finished images."""
        from shared.services.asset_changes import AssetChangeService

        ports = self._ports
        return AssetChangeService(ports.documents, audit=self._audit, clock=ports.clock, ids=ports.ids)

    @made_once
    def drafts(self) -> "DraftService":
        """Batches that are being written."""
        from shared.services.drafts import DraftService

        return DraftService(self._ports.documents, clock=self._ports.clock, ids=self._ports.ids)

    @made_once
    def keys(self) -> "KeyService":
        """Machines' keys."""
        from shared.services.keys import KeyService

        return KeyService(self._ports.documents, audit=self._audit, clock=self._ports.clock, ids=self._ports.ids)

    @made_once
    def limits(self) -> "LimitService":
        """What may be spent by whom."""
        from shared.services.limits import LimitService

        return LimitService(self._ports.documents, reservations=self._engine.reservations, changes=self._limit_changes)

    @made_once
    def credits(self) -> "CreditService":
        """Amounts that are granted and spent down."""
        from shared.services.credits import CreditService

        return CreditService(
            self._ports.documents,
            reservations=self._engine.reservations,
            changes=self._limit_changes,
            clock=self._ports.clock,
        )

    @made_once
    def _limit_changes(self) -> "LimitChanges":
        from shared.services.limit_changes import LimitChanges

        return LimitChanges(
            self._ports.documents,
            requests=self._engine.requests,
            audit=self._audit,
            repeats=Repeats(self._ports.clock, self._ports.ids),
        )

    @made_once
    def sign_ins(self) -> "SignInService":
        """Who is calling."""
        from shared.services.sign_ins import SignInService

        return SignInService(self._ports.documents, accounts=self._accounts, clock=self._ports.clock)

    @made_once
    def people(self) -> "People":
        """Who belongs to the organisation."""
        from shared.services.people import People

        return People(
            self._ports,
            accounts=self._accounts,
            pages=self._pages,
            audit=self._audit,
            sign_ins=lambda: self.sign_ins,
            limit_changes=lambda: self._limit_changes,
        )

    @made_once
    def submit_limits(self) -> "SubmitLimitService":
        """How many batches a caller may submit a minute."""
        from shared.services.submit_limits import SubmitLimitService

        per_minute = self._rules.submits_a_minute
        return SubmitLimitService(
            self._ports.documents, clock=self._ports.clock, ids=self._ports.ids, per_minute=per_minute
        )

    @made_once
    def usage(self) -> "UsageService":
        """What was made and spent."""
        from shared.services.usage import UsageService

        return UsageService(self._ports.documents, offer=self._offer, clock=self._ports.clock)

    @made_once
    def reports(self) -> "ReportService":
        """What finished days cost."""
        from shared.services.reports import ReportService

        ports = self._ports
        return ReportService(
            ports.documents,
            objects=ports.objects,
            pages=self._pages,
            clock=ports.clock,
            link_hours=self._rules.link_hours,
        )

    @made_once
    def bills(self) -> "BillService":
        """What providers billed."""
        from shared.services.bills import BillService

        ports = self._ports
        return BillService(ports.documents, pages=self._pages, audit=self._audit, clock=ports.clock, ids=ports.ids)

    @made_once
    def models(self) -> "ModelService":
        """The models on offer."""
        from shared.services.models import ModelService

        return ModelService(self._offer, clock=self._ports.clock)

    @made_once
    def monitor(self) -> "MonitorService":
        """The organisation's work at one moment."""
        from shared.services.monitored_parts import MonitoredParts
        from shared.services.monitored_work import MonitoredWork
        from shared.services.monitoring import MonitorService

        documents = self._ports.documents
        return MonitorService(
            MonitoredWork(documents, offer=self._offer),
            MonitoredParts(
                documents,
                offer=self._offer,
                pacers=self._engine.pacers,
                letters=self.dead_letters,
                limits=self.limits,
            ),
            clock=self._ports.clock,
        )

    @made_once
    def live(self) -> "LiveService":
        """Batches as they change."""
        from shared.services.live import LiveService

        return LiveService(self._ports.documents, clock=self._ports.clock)

    @made_once
    def organisations(self) -> "OrganisationService":
        """Organisations and their first admins."""
        from shared.services.organisations import OrganisationService

        return OrganisationService(
            self._ports.documents, accounts=self._accounts, clock=self._ports.clock, ids=self._ports.ids
        )

    def close(self) -> None:
        """Hang up on those who watch."""
        if "live" in self.__dict__:
            self.live.close()
