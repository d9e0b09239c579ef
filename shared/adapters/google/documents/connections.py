"""One connection to a Firestore database, and how its errors are told."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Lock
from typing import Any, TypeAlias, TypeVar

import grpc
from google.api_core import exceptions
from google.api_core.retry import Retry, if_exception_type
from google.auth.exceptions import GoogleAuthError
from google.cloud.firestore_v1.services.firestore import FirestoreClient
from google.cloud.firestore_v1.services.firestore.transports import FirestoreGrpcTransport

from shared.domain.errors import Unavailable
from shared.logging import logger

TIMEOUT_SECONDS = 30.0
# The request was not carried out: trying again is always right.
NOT_DONE = (exceptions.Aborted, exceptions.ResourceExhausted)
# Nobody knows whether the request was carried out.
DOUBTFUL = (exceptions.ServerError, exceptions.Cancelled)
_RETRIED = if_exception_type(*NOT_DONE, *DOUBTFUL)

_log = logger(__name__)

T = TypeVar("T")
Interceptor: TypeAlias = grpc.UnaryUnaryClientInterceptor | grpc.UnaryStreamClientInterceptor


class Connection:
    """Google's generated client for one database, made at the first use.

    `emulator_host` (`127.0.0.1:8080`) leads to an emulator, without credentials and beside its security rules.
    """

    def __init__(
        self,
        project: str,
        database: str,
        emulator_host: str | None,
        interceptors: Sequence[Interceptor],
    ) -> None:
        self.database = f"projects/{project}/databases/{database}"
        self.root = f"{self.database}/documents"
        self.metadata: list[tuple[str, str]] = [("google-cloud-resource-prefix", self.database)]
        if emulator_host is not None:
            self.metadata.append(("authorization", "Bearer owner"))
        self.emulated = emulator_host is not None
        self._emulator_host = emulator_host
        self._interceptors = interceptors
        self._lock = Lock()
        self._client: FirestoreClient | None = None

    @property
    def api(self) -> FirestoreClient:
        """The client; its calls are given `metadata` and are retried by `read` only."""
        with self._lock:
            if self._client is None:
                self._client = self._connect()
            return self._client

    def name(self, path: str) -> str:
        """The full name of a document."""
        return f"{self.root}/{path}"

    def path(self, name: str) -> str:
        """The path of a document by its full name."""
        return name[len(self.root) + 1 :]

    def read(self, ask: Callable[[], T], *, patience_seconds: float = TIMEOUT_SECONDS) -> T:
        """What `ask` gives; tried again while Firestore is busy or away. Raises Unavailable or ValueError."""
        retry = Retry(_RETRIED, initial=0.05, maximum=2.0, timeout=patience_seconds)
        with border():
            return retry(ask)()

    def call(self, seconds: float = TIMEOUT_SECONDS) -> dict[str, Any]:
        """What every call is given: no retries of the client's own, a time limit, and whose database is meant."""
        return {"retry": None, "timeout": seconds, "metadata": self.metadata}

    def close(self) -> None:
        """Close the connection; it is made anew when it is used again."""
        with self._lock:
            if self._client is not None:
                self._client.transport.close()  # type: ignore[no-untyped-call]
            self._client = None

    def _connect(self) -> FirestoreClient:
        if self._emulator_host is None:
            transport = FirestoreGrpcTransport(channel=self._channel)
        else:
            plain = grpc.insecure_channel(self._emulator_host)
            transport = FirestoreGrpcTransport(channel=grpc.intercept_channel(plain, *self._interceptors))
        return FirestoreClient(transport=transport)

    def _channel(self, *args: Any, **options: Any) -> grpc.Channel:
        channel = FirestoreGrpcTransport.create_channel(*args, **options)
        return grpc.intercept_channel(channel, *self._interceptors)


@contextmanager
def border() -> Iterator[None]:
    """Tell the client's errors as ours: ValueError for what cannot be asked, otherwise Unavailable."""
    try:
        yield
    except exceptions.InvalidArgument as error:
        raise ValueError(f"Firestore refuses this: {error.message}") from error
    except exceptions.FailedPrecondition as error:
        raise Unavailable(f"Firestore cannot answer this yet; is an index missing? {error.message}") from error
    except (exceptions.GoogleAPIError, GoogleAuthError, grpc.RpcError) as error:
        _log.error("documents_not_answering", reason=reason(error))
        raise Unavailable(f"Firestore does not answer: {reason(error)}") from error


def reason(error: Exception) -> str:
    """The cause of a failed call in a few words."""
    if isinstance(error, exceptions.RetryError) and error.cause is not None:
        error = error.cause
    if isinstance(error, exceptions.GoogleAPICallError):
        return f"{type(error).__name__}: {error.message}"
    return f"{type(error).__name__}: {error}"
