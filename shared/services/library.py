"""The services around the engine, wired: what people and machines see, bring, find and count."""

from dataclasses import dataclass

from shared.domain.offers import Offer
from shared.ports.identity import IdentityProvider, PasswordHasher
from shared.repositories.pages import PageTokens
from shared.services.assets import AssetService
from shared.services.audit import AuditService
from shared.services.batches import BatchService
from shared.services.engine import Engine, Ports
from shared.services.keys import KeyService
from shared.services.live import LiveService
from shared.services.models import ModelService
from shared.services.organisations import OrganisationService
from shared.services.references import ReferenceService, UploadLimits
from shared.services.sign_ins import SignInService
from shared.services.submit_limits import SubmitLimitService
from shared.services.usage import UsageService


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryRules:
    """The library's settings; `page_key` are 32 secret bytes."""

    uploads: UploadLimits
    link_hours: int
    submits_a_minute: int
    page_key: bytes


class Library:
    """One of each service."""

    def __init__(
        self,
        ports: Ports,
        engine: Engine,
        offer: Offer,
        *,
        identity: IdentityProvider,
        passwords: PasswordHasher,
        rules: LibraryRules,
    ) -> None:
        documents, clock, ids = ports.documents, ports.clock, ports.ids
        pages, audit = PageTokens(rules.page_key), AuditService(clock, ids)
        self.batches = BatchService(
            documents,
            submissions=engine.submissions,
            rows=engine.rows,
            pages=pages,
            audit=audit,
            clock=clock,
            ids=ids,
        )
        self.references = ReferenceService(
            documents,
            objects=ports.objects,
            studio=ports.studio,
            pages=pages,
            audit=audit,
            clock=clock,
            ids=ids,
            limits=rules.uploads,
        )
        self.assets = AssetService(
            documents,
            objects=ports.objects,
            pages=pages,
            audit=audit,
            clock=clock,
            ids=ids,
            link_hours=rules.link_hours,
        )
        self.keys = KeyService(documents, audit=audit, clock=clock, ids=ids)
        self.sign_ins = SignInService(documents, identity=identity, passwords=passwords, clock=clock)
        self.submit_limits = SubmitLimitService(documents, clock=clock, ids=ids, per_minute=rules.submits_a_minute)
        self.usage = UsageService(documents, offer=offer)
        self.models = ModelService(offer, clock=clock)
        self.live = LiveService(documents, clock=clock)
        self.organisations = OrganisationService(documents, passwords=passwords, clock=clock, ids=ids)
