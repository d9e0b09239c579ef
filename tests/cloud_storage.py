"""Cloud Storage's real client on the stand-in, without a key: IAM's face of the stand-in signs."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from google.auth.credentials import Credentials
from starlette.types import ASGIApp

from infra.local.cloud_storage import StoredObjects, ThrowAwayAccount, storage_app
from shared.adapters.google.objects import CloudStorageObjectStore
from shared.adapters.google.sessions import authorized_session, storage_client
from shared.adapters.google.signers import IamSigner
from shared.adapters.system import SystemIds
from tests.clocks import ManualClock
from tests.servers import serve

BUCKET = "fanfold-test"
TOKEN = "an-access-token"


class MachineCredentials(Credentials):
    """Credentials as a machine of Google's gives them: neither token nor account are known before they are refreshed."""

    def __init__(self, email: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.service_account_email = "default"
        self.refreshed = 0
        self._email = email

    def refresh(self, request: object) -> None:
        self.token = TOKEN
        self.service_account_email = self._email
        self.refreshed += 1


@dataclass(frozen=True)
class Cloud:
    url: str
    store: CloudStorageObjectStore
    clock: ManualClock
    objects: StoredObjects
    account: ThrowAwayAccount
    credentials: MachineCredentials


@contextmanager
def cloud_storage(
    file: Path | str = ":memory:",
    *,
    bucket: str = BUCKET,
    email: str = "",
    patience_seconds: float = 20,
    before: Callable[[ASGIApp], ASGIApp] = lambda app: app,
) -> Iterator[Cloud]:
    """A bucket and a store on it; `before` may stand between them."""
    clock = ManualClock()
    account = ThrowAwayAccount()
    credentials = MachineCredentials(account.signer_email)
    objects = StoredObjects(file, buckets=[BUCKET], clock=clock)
    with serve() as server:
        signer = IamSigner(lambda: authorized_session(credentials), email=email, url=server.url)
        server.mount("", before(storage_app(objects, account, clock=clock, token=TOKEN)))
        store = CloudStorageObjectStore(
            lambda: storage_client("fanfold-test", credentials=credentials, url=server.url),
            bucket,
            clock=clock,
            ids=SystemIds(),
            signer=signer,
            url=server.url,
            patience_seconds=patience_seconds,
        )
        try:
            yield Cloud(server.url, store, clock, objects, account, credentials)
        finally:
            store.close()
            signer.close()
            objects.close()
