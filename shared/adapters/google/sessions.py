"""Connections to Google's HTTP services that many threads share."""

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from shared.domain.errors import ConfigurationWrong

if TYPE_CHECKING:
    from google.auth.credentials import Credentials
    from google.auth.transport.requests import AuthorizedSession
    from google.cloud.storage import Client  # type: ignore[import-untyped]

STORAGE_URL = "https://storage.googleapis.com"
_SCOPE = "https://www.googleapis.com/auth/cloud-platform"
_CONNECTIONS = 64
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def authorized_session(credentials: "Credentials | None" = None) -> "AuthorizedSession":
    """A session that authorises its requests; with the process's own credentials when none are given."""
    import google.auth
    from google.auth.transport.requests import AuthorizedSession
    from requests.adapters import HTTPAdapter

    if credentials is None:
        credentials, _ = google.auth.default(scopes=[_SCOPE])
    made = AuthorizedSession(credentials)  # type: ignore[no-untyped-call]
    for scheme in ("https://", "http://"):
        made.mount(scheme, HTTPAdapter(pool_connections=4, pool_maxsize=_CONNECTIONS))
    return made


def storage_client(project: str, *, credentials: "Credentials | None" = None, url: str = STORAGE_URL) -> "Client":
    """A client of Cloud Storage at `url`; with the process's own credentials when none are given.

    Raises ConfigurationWrong for an address that is neither https nor on this machine.
    """
    check_address(url)
    from google.cloud.storage import Client

    made = authorized_session(credentials)
    return Client(project, credentials=made.credentials, _http=made, client_options={"api_endpoint": url})


def check_address(url: str) -> None:
    """Raises ConfigurationWrong when what is sent to `url` could be read on the way."""
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise ConfigurationWrong(
            f"Google's services are spoken to by https; a stand-in must be on this machine, not at {url}."
        )
