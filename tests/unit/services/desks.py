"""The library services over the embedded adapters, with an engine that makes real batches, and two organisations."""

import io
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import argon2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PIL import Image

from shared.adapters.embedded.accounts import LocalAccounts
from shared.adapters.embedded.passwords import Argon2PasswordHasher
from shared.adapters.pictures import PillowPictureStudio
from shared.adapters.system import SystemIds
from shared.domain.callers import Caller
from shared.domain.library import Asset, AssetObjects
from shared.domain.modes import Role
from shared.domain.money import LedgerEntry, LedgerKind
from shared.domain.references import Reference
from shared.domain.search import terms
from shared.domain.uploads import ReferenceCreate
from shared.ports.documents import CommitResult, Create, Data, DocumentStore, Query, Write
from shared.ports.identity import Accounts
from shared.ports.objects import ObjectStore
from shared.ports.providers import ImageModel
from shared.repositories import paths
from shared.repositories.pages import PageTokens
from shared.services.asset_changes import AssetChangeService
from shared.services.assets import AssetService
from shared.services.audit import AuditService
from shared.services.batches import BatchService
from shared.services.bills import BillService
from shared.services.drafts import DraftService
from shared.services.keys import KeyService
from shared.services.organisations import Begun, OrganisationCreate, OrganisationService
from shared.services.references import ReferenceService, UploadLimits
from shared.services.sign_ins import SignInService
from shared.services.submit_limits import SubmitLimitService
from shared.services.usage import UsageService
from tests.engine.worlds import World

MAX_BYTES, MAX_PIXELS = 50_000, 40_000
SUBMITS = 3
PASSWORD = "correct horse"


class Desk:
    """What an organisation's people work with; `ours` and `theirs` are admins of two organisations."""

    def __init__(self, folder: Path, *, provider: ImageModel | None = None) -> None:
        self.world = World(folder, provider=provider)
        self.clock, self.store, self.files = self.world.clock, self.world.store, self.world.files
        self.ids = SystemIds()
        self.pages = PageTokens(bytes(range(32)))
        self.accounts = LocalAccounts(
            self.store,
            passwords=Argon2PasswordHasher(argon2=argon2.PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)),
            key=Ed25519PrivateKey.generate(),
            clock=self.clock,
            lifetime=timedelta(hours=12),
        )
        self.audit = AuditService(self.clock, self.ids)
        self.keys = KeyService(self.store, audit=self.audit, clock=self.clock, ids=self.ids)
        self.sign_ins = SignInService(self.store, accounts=self.accounts, clock=self.clock)
        self.organisations = self.new_organisations(self.store)
        self.usage = UsageService(self.store, offer=self.world.offer, clock=self.clock)
        self.bills = BillService(self.store, pages=self.pages, audit=self.audit, clock=self.clock, ids=self.ids)
        self.submits = self.new_submits()
        self.drafts = DraftService(self.store, clock=self.clock, ids=self.ids)
        self.assets = self.new_assets()
        self.asset_changes = self.new_asset_changes(self.store)
        self.references = self.new_references(self.files)
        self.batches = BatchService(
            self.store,
            submissions=self.world.engine.submissions,
            rows=self.world.engine.rows,
            requests=self.world.engine.requests,
            pages=self.pages,
            audit=self.audit,
            clock=self.clock,
            ids=self.ids,
        )
        self.begun = self.begin("ana@example.org")
        self.ours = admin(self.begun)
        self.theirs = admin(self.begin("bo@example.org"))
        self.editor = colleague(self.ours, Role.EDITOR)
        self.evaluator = colleague(self.ours, Role.EVALUATOR)
        self.viewer = colleague(self.ours, Role.VIEWER)

    def new_assets(self) -> AssetService:
        """An asset service as another instance would make it."""
        return AssetService(
            self.store, objects=self.files, pages=self.pages, audit=self.audit, clock=self.clock, ids=self.ids
        )

    def new_asset_changes(self, store: DocumentStore) -> AssetChangeService:
        """What people decide about images, over this store."""
        return AssetChangeService(store, audit=self.audit, clock=self.clock, ids=self.ids)

    def new_references(self, objects: ObjectStore) -> ReferenceService:
        """A reference service over this object store."""
        return ReferenceService(
            self.store,
            objects=objects,
            studio=PillowPictureStudio(),
            pages=self.pages,
            audit=self.audit,
            clock=self.clock,
            ids=self.ids,
            limits=UploadLimits(bytes=MAX_BYTES, pixels=MAX_PIXELS),
        )

    def new_organisations(self, store: DocumentStore, accounts: Accounts | None = None) -> OrganisationService:
        """An organisation service over this store."""
        return OrganisationService(store, accounts=accounts or self.accounts, clock=self.clock, ids=self.ids)

    def new_submits(self) -> SubmitLimitService:
        """A counter as another instance would make it."""
        return SubmitLimitService(self.store, clock=self.clock, ids=self.ids, per_minute=SUBMITS)

    def begin(self, email: str, password: str = PASSWORD) -> Begun:
        """A new organisation with its admin."""
        create = OrganisationCreate(name="Acme", email=email, member_name="Ana", password=password)
        return self.organisations.create(create)

    def batch(self, *prompts: str, caller: Caller | None = None, run: bool = False, **fields: Any) -> str:
        """A submitted batch of these prompts, finished if wanted; later ones are newer."""
        self.clock.advance(1)
        rows = [{"prompt": prompt} for prompt in prompts or ("A walker",)]
        batch = self.world.submit(*rows, caller=caller or self.ours, **fields)
        if run:
            self.world.run()
        return batch

    def asset(
        self, prompt: str, *, caller: Caller | None = None, tags: list[str] | None = None, **fields: Any
    ) -> Asset:
        """A stored asset; later ones are newer."""
        self.clock.advance(1)
        who, new = caller or self.ours, self.ids.new("ast")
        values: dict[str, Any] = {
            "id": new,
            "batch": "bat_a",
            "item": "itm_a",
            "row": 0,
            "variant": 1,
            "prompt": prompt,
            "model": "scripted-1",
            "provider": "scripted",
            "aspect_ratio": "1:1",
            "size": "1K",
            "tags": tags or [],
            "width": 8,
            "height": 8,
            "media_type": "image/png",
            "bytes": 9,
            "objects": AssetObjects(original=f"o/{new}", optimised=f"o/{new}_web", thumbnail=f"o/{new}_thumb"),
            "recipe": {},
            "recipe_hash": "h",
            "created_at": self.clock.now(),
            "created_by": who.member,
            "terms": terms(prompt, tags=tags or []),
        }
        asset = Asset(**(values | fields))
        self.store.commit([Create(paths.asset(who.org, new), asset.written())])
        return asset

    def charge(self, at: datetime, cost: int, *, caller: Caller | None = None, **fields: Any) -> None:
        """A ledger entry."""
        who, new = caller or self.ours, self.ids.new("led")
        values: dict[str, Any] = {
            "id": new,
            "kind": LedgerKind.CHARGE,
            "at": at,
            "batch": "bat_a",
            "item": "itm_a",
            "attempt": 1,
            "member": who.member,
            "provider": "scripted",
            "model": "scripted-1",
            "images": 1,
            "cost_micros": cost,
        }
        entry = LedgerEntry(**(values | fields))
        self.store.commit([Create(paths.ledger_entry(who.org, new), entry.written())])

    def reference(self, data: bytes | None = None, *, caller: Caller | None = None) -> Reference:
        """A reference, with these bytes uploaded to it if there are any."""
        self.clock.advance(1)
        create = ReferenceCreate(
            filename="walker.png", media_type="image/png", bytes=min(max(len(data or b""), 1), MAX_BYTES)
        )
        made, _ = self.references.create(caller or self.ours, create, idempotency_key=None, fingerprint="f")
        if data is not None:
            self.files.put(made.upload, data, media_type="image/png")
        return made

    def audited(self, caller: Caller | None = None) -> list[Data]:
        """What was remembered, in no order."""
        return [document.data for document in self.store.query(Query(paths.audit((caller or self.ours).org)))]


class Overtaken:
    """A store beside which somebody else commits first, once."""

    def __init__(self, store: DocumentStore, first: Callable[[], object]) -> None:
        self._store, self._first = store, [first]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def commit(self, writes: Sequence[Write]) -> CommitResult:
        while self._first:
            self._first.pop()()
        return self._store.commit(writes)


def admin(begun: Begun) -> Caller:
    """The first admin of an organisation."""
    return Caller(org=begun.organisation.id, id=begun.member.id, member=begun.member.id, role=Role.ADMIN)


def colleague(caller: Caller, role: Role) -> Caller:
    """Somebody else of the same organisation."""
    member = f"mem_{role.value.ljust(20, 'a')}"
    return Caller(org=caller.org, id=member, member=member, role=role)


def png(width: int = 40, height: int = 30, **options: Any) -> bytes:
    """A picture."""
    data = io.BytesIO()
    Image.new("RGB", (width, height), (200, 80, 20)).save(data, "PNG", **options)
    return data.getvalue()
