"""Who signs for a service account: whatever holds its key, or IAM when nobody holds one."""

import base64
from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING, Protocol

from shared.adapters.google.sessions import check_address
from shared.domain.errors import ConfigurationWrong

if TYPE_CHECKING:
    from google.auth.transport.requests import AuthorizedSession

IAM_URL = "https://iamcredentials.googleapis.com"
_TIMEOUT_SECONDS = 10.0
_PATIENCE_SECONDS = 30.0
# What the metadata server's credentials call their account before they were refreshed once.
_UNKNOWN_EMAIL = "default"


class Signer(Protocol):
    """Signs for a service account by RSA and SHA-256; the service account credentials of google-auth do so by their key."""

    @property
    def signer_email(self) -> str:
        """The e-mail address of the account."""
        ...

    def sign_bytes(self, message: bytes) -> bytes:
        """The signature of the message."""
        ...


class IamSigner:
    """A Signer without a key: IAM signs, at a request each, for an account that may create tokens for itself.

    `connect` makes a session authorised by that account, once; `email` is asked of its credentials when it is not given.
    `url` is where IAM answers; ConfigurationWrong when that is neither https nor on this machine. What Google signs so stays valid for at least twelve hours.
    """

    def __init__(self, connect: "Callable[[], AuthorizedSession]", *, email: str = "", url: str = IAM_URL) -> None:
        check_address(url)
        self._connect = connect
        self._url = url.rstrip("/")
        self._email = email
        self._lock = Lock()
        self._made: AuthorizedSession | None = None

    @property
    def signer_email(self) -> str:
        """The e-mail address of the account; raises ConfigurationWrong when the credentials do not know it."""
        with self._lock:
            if not self._email:
                self._email = self._ask()
            return self._email

    def sign_bytes(self, message: bytes) -> bytes:
        """The signature of the message; raises an error of google-auth, google-api-core or requests."""
        from google.cloud.storage.retry import DEFAULT_RETRY  # type: ignore[import-untyped]

        payload = base64.b64encode(message).decode()
        signed: str = DEFAULT_RETRY.with_timeout(_PATIENCE_SECONDS)(self._call)(payload)
        return base64.b64decode(signed)

    def close(self) -> None:
        """Let go of the connections."""
        if self._made is not None:
            self._made.close()  # type: ignore[no-untyped-call]

    @property
    def _session(self) -> "AuthorizedSession":
        if self._made is None:
            self._made = self._connect()
        return self._made

    def _ask(self) -> str:
        credentials = self._session.credentials
        if getattr(credentials, "service_account_email", "") in {"", _UNKNOWN_EMAIL}:
            from google.auth.transport.requests import Request

            credentials.refresh(Request())
        email = str(getattr(credentials, "service_account_email", ""))
        if email in {"", _UNKNOWN_EMAIL}:
            raise ConfigurationWrong(
                "Links cannot be signed: these credentials belong to no service account. Run as one, or name the account that signs."
            )
        return email

    def _call(self, payload: str) -> str:
        from google.api_core.exceptions import from_http_response

        response = self._session.post(
            f"{self._url}/v1/projects/-/serviceAccounts/{self.signer_email}:signBlob",
            json={"payload": payload},
            timeout=_TIMEOUT_SECONDS,
        )
        if response.status_code != 200:
            raise from_http_response(response)  # type: ignore[no-untyped-call]
        return str(response.json()["signedBlob"])
