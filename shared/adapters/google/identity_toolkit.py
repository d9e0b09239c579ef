"""Firebase Authentication's HTTP interface: the few calls that accounts need."""

from collections.abc import Mapping
from threading import Lock
from typing import TYPE_CHECKING, Any

from shared.adapters.google.sessions import authorized_session, check_address
from shared.domain.errors import Unavailable

if TYPE_CHECKING:
    from google.auth.credentials import Credentials
    from requests import Response, Session

URL = "https://identitytoolkit.googleapis.com"
_TIMEOUT_SECONDS = 10.0
_PUBLIC = "public"
_ADMIN = "admin"


class Refused(Exception):
    """Firebase refused a call; `code` is its word for the reason, such as EMAIL_EXISTS."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class IdentityToolkit:
    """Calls of one project's accounts; raises Unavailable when Firebase does not answer as it should.

    `url` is where Firebase answers, and `emulator_host` (`host:port`) where its emulator does instead: ConfigurationWrong when that is
    neither https nor on this machine. Accounts are managed by `credentials`, or the process's own when none are given; an
    emulator asks for none. The public key travels in a header, never in an address.
    """

    def __init__(
        self,
        project: str,
        *,
        api_key: str,
        url: str = URL,
        emulator_host: str = "",
        credentials: "Credentials | None" = None,
    ) -> None:
        self._project = project
        self._api_key = api_key
        self._is_emulated = bool(emulator_host)
        self._credentials = credentials
        self._url = f"http://{emulator_host}/identitytoolkit.googleapis.com" if emulator_host else url.rstrip("/")
        check_address(self._url)
        self._lock = Lock()
        self._sessions: dict[str, Session] = {}

    def sign_in(self, email: str, password: str) -> str:
        """The ID token of whoever has this address and password; raises Refused."""
        said = {"email": email, "password": password, "returnSecureToken": True}
        answer = self._call(_PUBLIC, "accounts:signInWithPassword", said)
        token = answer.get("idToken")
        if not isinstance(token, str):
            raise Unavailable("Firebase Authentication gave no token.")
        return token

    def find(self, uid: str) -> Mapping[str, Any] | None:
        """The account of this id, or None; raises Refused."""
        users = self._manage(":lookup", {"localId": [uid]}).get("users") or [None]
        found: Mapping[str, Any] | None = users[0]
        return found

    def create(self, uid: str, said: Mapping[str, Any]) -> None:
        """A new account; raises Refused."""
        self._manage("", {"localId": uid, **said})

    def update(self, uid: str, said: Mapping[str, Any]) -> None:
        """Change an account; raises Refused."""
        self._manage(":update", {"localId": uid, **said})

    def delete(self, uid: str) -> None:
        """Remove an account; raises Refused."""
        self._manage(":delete", {"localId": uid})

    def close(self) -> None:
        """Let go of the connections."""
        for session in self._sessions.values():
            session.close()

    def _manage(self, verb: str, said: Mapping[str, Any]) -> Mapping[str, Any]:
        return self._call(_ADMIN, f"projects/{self._project}/accounts{verb}", said)

    def _call(self, kind: str, path: str, said: Mapping[str, Any]) -> Mapping[str, Any]:
        import requests
        from google.auth.exceptions import GoogleAuthError

        try:
            answer = self._session(kind).post(
                f"{self._url}/v1/{path}", json=dict(said), timeout=_TIMEOUT_SECONDS, allow_redirects=False
            )
            body = answer.json()
        except (requests.RequestException, GoogleAuthError, ValueError) as error:
            raise Unavailable(f"Firebase Authentication does not answer ({type(error).__name__}).") from None
        if answer.status_code == 200 and isinstance(body, dict):
            return body
        raise _problem(answer, body)

    def _session(self, kind: str) -> "Session":
        with self._lock:
            if kind not in self._sessions:
                self._sessions[kind] = self._connected(kind)
            return self._sessions[kind]

    def _connected(self, kind: str) -> "Session":
        import requests

        if kind == _ADMIN and not self._is_emulated:
            session = authorized_session(self._credentials)
            session.credentials = _billed(session.credentials, self._project)
            return session
        made = requests.Session()
        # What the emulator takes for an administrator, and what tells a web client's project.
        made.headers.update({"Authorization": "Bearer owner"} if kind == _ADMIN else {"X-Goog-Api-Key": self._api_key})
        # No credentials of a .netrc, no proxies between us and an emulator.
        made.trust_env = not self._is_emulated
        return made


def _billed(credentials: "Credentials", project: str) -> "Credentials":
    """Credentials of a person, who deploys, must name the project whose quota is used; those of a function do by themselves."""
    from google.oauth2.credentials import Credentials as PersonsCredentials

    if isinstance(credentials, PersonsCredentials) and credentials.quota_project_id is None:
        named: Credentials = credentials.with_quota_project(project)
        return named
    return credentials


def _problem(answer: "Response", body: Any) -> Exception:
    """What a refusal means: Refused with Firebase's word for it, or Unavailable when the call itself was wrong."""
    said = body.get("error") if isinstance(body, dict) else None
    message = said.get("message") if isinstance(said, dict) else None
    code = str(message or "").partition(" : ")[0].strip()
    if answer.status_code == 400 and code and code.replace("_", "").isalpha() and code.isupper():
        return Refused(code)
    # Anything else (a wrong API key, missing rights) is the operator's to mend; its words may name what callers need not know.
    return Unavailable(f"Firebase Authentication does not answer as it should (status {answer.status_code}).")
