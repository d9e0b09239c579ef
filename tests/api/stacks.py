"""The whole API on the embedded adapters: two organisations, a key for each role, and time in the test's hands."""

import socket
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
from argon2 import PasswordHasher
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from starlette.routing import Mount, Router
from starlette.testclient import TestClient

from shared.adapters.embedded.accounts import LocalAccounts
from shared.adapters.embedded.events import InProcessEventBus
from shared.adapters.embedded.object_app import object_app
from shared.adapters.embedded.passwords import Argon2PasswordHasher
from shared.adapters.embedded.pushes import UPLOAD_BUCKET
from shared.adapters.outbound import SafeOutbound
from shared.adapters.pictures import PillowPictureStudio
from shared.adapters.system import SystemClock
from shared.domain.callers import Caller
from shared.domain.errors import ErrorKind, ProviderError, RefusalStage
from shared.domain.keys import KeyCreate
from shared.domain.modes import Role
from shared.domain.people import Member
from shared.http.app import create_app
from shared.http.services import ApiServices, ApiSettings
from shared.ports.providers import GeneratedImage, ImageRequest
from shared.services.engine import Ports
from shared.services.library import Library, LibraryRules
from shared.services.live import LiveService
from shared.services.made_once import made_once
from shared.services.notifications import Notifications
from shared.services.organisations import OrganisationCreate
from shared.services.references import UploadLimits
from tests.engine.scripted import ScriptedProvider, made, picture
from tests.engine.worlds import Delivery, World

PASSWORD = "correct horse battery staple"
GENEROUS = 1_000_000
MAX_UPLOAD_BYTES = 20 * 2**20
MAX_UPLOAD_PIXELS = 50_000_000


@dataclass(frozen=True)
class Tenant:
    """An organisation: its admin and a key for each role."""

    org: str
    admin: Member
    keys: Mapping[Role, str]

    def headers(self, role: Role) -> dict[str, str]:
        """The headers of a machine with this role."""
        return {"X-API-Key": self.keys[role]}

    @property
    def caller(self) -> Caller:
        """The admin as services know them."""
        return Caller(org=self.org, id=self.admin.id, member=self.admin.id, role=Role.ADMIN)


def local_names(host: str, port: int, *_: Any) -> list[tuple[Any, ...]]:
    """A name server that knows loopback only."""
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]


def refusing(request: ImageRequest, _earlier: int) -> GeneratedImage:
    """A picture of everything, but for prompts that ask to be refused."""
    if "refuse" in request.prompt:
        raise ProviderError(ErrorKind.REFUSED, "The prompt was refused.", stage=RefusalStage.PROMPT)
    return made(request)


class _QuickLibrary(Library):
    """Looks often at what is watched."""

    @made_once
    def live(self) -> LiveService:
        """Batches as they change."""
        return LiveService(self._ports.documents, clock=self._ports.clock, poll_seconds=0.01)


class ApiStack(World):
    """A machine with its API; `client` speaks to it, `ours` and `theirs` live on it."""

    def __init__(self, folder: Path, *, submits_a_minute: int = GENEROUS, **settings: Any) -> None:
        self.folder = folder
        super().__init__(folder, provider=ScriptedProvider(refusing))
        self.accounts = LocalAccounts(
            self.store,
            passwords=Argon2PasswordHasher(argon2=PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)),
            key=Ed25519PrivateKey.generate(),
            clock=self.clock,
            lifetime=timedelta(hours=12),
        )
        self.library = self._library(submits_a_minute)
        self.live = self.library.live
        self.notifications = self._notifications()
        self.services = self._services()
        values: dict[str, Any] = {
            "version": "1.2.3",
            "max_body_bytes": 2**20,
            "max_rows": 1_000,
            "max_images": 10_000,
            "max_upload_bytes": MAX_UPLOAD_BYTES,
            "max_upload_pixels": MAX_UPLOAD_PIXELS,
            "submits_a_minute": submits_a_minute,
            "requests_a_minute": GENEROUS,
        }
        self.settings = ApiSettings(**(values | settings))
        self.app = create_app(self.services, self.settings)
        self.ours, self.theirs = self._tenant("Ours"), self._tenant("Theirs")
        self.client = TestClient(
            Router(routes=[Mount("/o", object_app(self.files)), Mount("/", self.app)]), base_url="http://localhost"
        )
        self.client.__enter__()

    def close(self) -> None:
        """Hang up and close the files."""
        self.client.__exit__()
        self.library.close()
        super().close()

    def ask(
        self, method: str, path: str, *, role: Role = Role.ADMIN, tenant: Tenant | None = None, **request: Any
    ) -> httpx2.Response:
        """One request with the key of that role, of ours unless another tenant is named."""
        headers = (tenant or self.ours).headers(role) | dict(request.pop("headers", {}))
        return self.client.request(method, path, headers=headers, **request)

    def batch_of(self, *rows: dict[str, Any], done: bool = False, **fields: Any) -> str:
        """A batch of ours, carried out to its end if `done`."""
        batch = self.submit(*(rows or ({"prompt": "A walker"},)), caller=self.ours.caller, **fields)
        if done:
            self.run(until=lambda: self._is_settled(batch))
        return batch

    def _is_settled(self, batch: str) -> bool:
        found = self.batch(batch, self.ours.org)
        return not found.is_live and found.next_step_at is None

    def upload(self, data: bytes, media_type: str = "image/png") -> str:
        """A reference of ours whose bytes were sent and not completed yet; its id."""
        body = {"filename": "walker.png", "media_type": media_type, "bytes": len(data)}
        made = self.ask("POST", "/v1/references", json=body).json()
        way = made["upload"]
        sent = self.client.request(way["method"], way["url"], headers=way["headers"], content=data)
        assert sent.is_success, sent.text
        return str(made["id"])

    def reference(self) -> str:
        """A reference of ours that is ready; its id."""
        reference = self.upload(picture("1:1"))
        assert self.ask("POST", f"/v1/references/{reference}:complete").json()["status"] == "ready"
        return reference

    def _services(self) -> ApiServices:
        return ApiServices(
            lambda: self.engine,
            lambda: self.library,
            lambda: self.notifications,
            parts={"documents": self.store.ping, "objects": self.files.ping, "tasks": self.queue.ping},
            clock=self.clock,
            ids=self.ids,
        )

    def waiting(self) -> list[Delivery]:
        """All tasks but the tries of webhooks, which `tries` gives."""
        return [delivery for delivery in super().waiting() if delivery.function != "send_webhook"]

    def tries(self) -> list[Delivery]:
        """The tries of webhooks that are asked for, by when they are due."""
        return [delivery for delivery in super().waiting() if delivery.function == "send_webhook"]

    def _notifications(self) -> Notifications:
        return Notifications(
            self.store,
            tasks=self.queue,
            # Real time for what is really sent; of names only this machine's lead anywhere.
            outbound=SafeOutbound(SystemClock(), allow_loopback=True, lookup=local_names, total_seconds=5.0),
            secret=lambda _: bytes(32),
            clock=self.clock,
            ids=self.ids,
        )

    def _library(self, submits_a_minute: int) -> Library:
        ports = Ports(
            documents=self.store,
            tasks=self.queue,
            objects=self.files,
            events=InProcessEventBus(),
            studio=PillowPictureStudio,
            clock=self.clock,
            ids=self.ids,
            provider=lambda _: self.provider,
            worker="api",
        )
        rules = LibraryRules(
            uploads=UploadLimits(bytes=MAX_UPLOAD_BYTES, pixels=MAX_UPLOAD_PIXELS),
            link_hours=6,
            submits_a_minute=submits_a_minute,
            page_key=bytes(32),
            upload_bucket=UPLOAD_BUCKET,
        )
        return _QuickLibrary(ports, self.engine, lambda: self.offer, accounts=lambda: self.accounts, rules=rules)

    def _tenant(self, name: str) -> Tenant:
        email = f"admin@{name.lower()}.example"
        begun = self.library.organisations.create(
            OrganisationCreate(name=name, email=email, member_name=f"{name}' admin", password=PASSWORD)
        )
        caller = Caller(org=begun.organisation.id, id=begun.member.id, member=begun.member.id, role=Role.ADMIN)
        keys = {role: self._key(caller, role) for role in Role}
        return Tenant(begun.organisation.id, begun.member, keys)

    def _key(self, caller: Caller, role: Role) -> str:
        create = KeyCreate(name=role.value, role=role)
        secret = self.library.keys.create(caller, create, idempotency_key=None, fingerprint="")[1]
        assert secret is not None
        return secret
