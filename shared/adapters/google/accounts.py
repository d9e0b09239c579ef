"""People's accounts in Firebase Authentication: `uid` is the member's id, custom claims say `org` and `role`."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import orjson

from shared.adapters.google.certificates import FIREBASE_URL, Certificates
from shared.adapters.google.identity_toolkit import IdentityToolkit, Refused
from shared.adapters.google.signatures import unsigned, verified
from shared.domain.errors import Conflict, FieldError, Invalid, NotFound, RateLimited, Unauthenticated, Unavailable
from shared.domain.tokens import LEEWAY_SECONDS, check_expiry, texts
from shared.domain.windows import policy
from shared.ports.clock import Clock
from shared.ports.identity import Bearer, Person, Session
from shared.services.recollections import Recollection

if TYPE_CHECKING:
    from google.auth.credentials import Credentials

TOKEN_SECONDS = 3600
MIN_PASSWORD = 6
MAX_PASSWORD_BYTES = 1_024
_MAX_REMEMBERED = 2_000
_WAIT_SECONDS = 60.0
_CLAIMS = ("sub", "org")
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_WRONG = frozenset({
    "EMAIL_NOT_FOUND",
    "INVALID_PASSWORD",
    "INVALID_LOGIN_CREDENTIALS",
    "INVALID_EMAIL",
    "MISSING_PASSWORD",
    # Firebase says so before it has looked at the password: told on, it would tell which addresses exist.
    "USER_DISABLED",
})  # fmt: skip


class FirebaseAccounts:
    """Accounts of one Firebase project. Tokens are verified here, by Google's certificates at `certs_url`, and remembered.

    With `emulator_host` (on this machine, else ConfigurationWrong) only the emulator's unsigned tokens are taken; without it none.
    `api_key` is the web API key; accounts are managed by `credentials`, or the process's own when none are given.
    """

    def __init__(
        self,
        project: str,
        *,
        api_key: str,
        clock: Clock,
        emulator_host: str = "",
        certs_url: str = FIREBASE_URL,
        credentials: "Credentials | None" = None,
    ) -> None:
        self._project = project
        self._issuer = f"https://securetoken.google.com/{project}"
        self._api_key = api_key
        self._toolkit = IdentityToolkit(project, api_key=api_key, emulator_host=emulator_host, credentials=credentials)
        self._clock = clock
        self._certificates = None if emulator_host else Certificates(certs_url, clock=clock)
        self._verified: Recollection[tuple[Bearer, int]] = Recollection(
            clock, seconds=TOKEN_SECONDS, most=_MAX_REMEMBERED
        )

    def credentials(self, email: str, password: str) -> str:
        """Nothing: Firebase keeps the password. Raises Invalid naming /email or /password when it would refuse them."""
        wrong = []
        if _EMAIL.fullmatch(email.strip()) is None:
            wrong.append(FieldError("/email", "Give a whole e-mail address, such as ada@example.com."))
        if len(password) < MIN_PASSWORD or len(_typed(password).encode()) > MAX_PASSWORD_BYTES:
            wrong.append(
                FieldError("/password", f"Give a password of {MIN_PASSWORD} characters to {MAX_PASSWORD_BYTES} bytes.")
            )
        if wrong:
            raise Invalid(wrong)
        return ""

    def follow(
        self,
        person: Person,
        *,
        password: str | None = None,
        is_disabled: bool = False,
        valid_after: datetime | None = None,
    ) -> None:
        """Bring the account to these facts, and make it when it is not there; again is fine.

        Raises NotFound when there is no account and no password to make one, Conflict `email-taken`, Unavailable.
        """
        said: dict[str, object] = {"email": person.email.strip(), "displayName": person.name}
        if password is not None:
            said["password"] = _typed(password)
        try:
            if self._toolkit.find(person.member) is None:
                if password is None:
                    raise NotFound("This person has no account yet: give a password to make one.")
                self._create(person.member, said)
            more: dict[str, object] = {"customAttributes": _claims(person), "disableUser": is_disabled}
            if valid_after is not None:
                more["validSince"] = str(int(valid_after.timestamp()))
            self._toolkit.update(person.member, {**said, **more})
        except Refused as refused:
            raise _meaning(refused) from None

    def follows(self, person: Person) -> bool:
        """Whether the account is there, with this address and these claims; raises Unavailable."""
        try:
            found = self._toolkit.find(person.member)
        except Refused as refused:
            raise _meaning(refused) from None
        if found is None or str(found.get("email", "")).casefold() != person.email.strip().casefold():
            return False
        return bool(found.get("customAttributes") == _claims(person))

    def forget(self, member: str) -> None:
        """Remove the account, if there is one; raises Unavailable."""
        try:
            self._toolkit.delete(member)
        except Refused as refused:
            if refused.code != "USER_NOT_FOUND":
                raise _meaning(refused) from None

    def sign_in(self, email: str, password: str) -> Session | None:
        """A new ID token, or None when the address or the password is wrong. Raises Unauthenticated, RateLimited, Unavailable."""
        if not self._api_key:
            raise Unavailable("Nobody can sign in here: FANFOLD_FIREBASE_API_KEY is not set.")
        try:
            token = self._toolkit.sign_in(_sendable(email.strip()), _typed(password))
        except Refused as refused:
            if refused.code in _WRONG:
                return None
            raise _meaning(refused) from None
        bearer, expires = self._read(token)
        return Session(
            token=token, org=bearer.org, member=bearer.member, expires_at=datetime.fromtimestamp(expires, UTC)
        )

    def verify(self, token: str) -> Bearer:
        """Whom this ID token names; raises Unauthenticated when it is forged, expired or for something else, Unavailable."""
        return self._read(token)[0]

    def close(self) -> None:
        """Let go of the connections."""
        self._toolkit.close()

    def _create(self, uid: str, said: Mapping[str, object]) -> None:
        try:
            self._toolkit.create(uid, said)
        except Refused as refused:
            # Somebody else makes the same account at this moment: what remains to be done is the same.
            if refused.code != "DUPLICATE_LOCAL_ID":
                raise

    def _read(self, token: str) -> tuple[Bearer, int]:
        now = self._clock.now()
        known = self._verified.find(token)
        if known is not None:
            check_expiry(known[1], now=now)
            return known
        if self._certificates is None:
            claims, expires = unsigned(
                token, audience=self._project, issuer=self._issuer, now=now, longest_seconds=TOKEN_SECONDS
            )
        else:
            claims, expires = verified(
                token,
                self._certificates,
                audience=self._project,
                issuer=self._issuer,
                now=now,
                longest_seconds=TOKEN_SECONDS,
            )
        read = (_bearer(claims, now), expires)
        self._verified.put(token, read)
        return read


def _bearer(claims: Mapping[str, Any], now: datetime) -> Bearer:
    """Whom the claims name; raises Unauthenticated."""
    signed_in = claims.get("auth_time")
    if type(signed_in) is not int or not 0 < signed_in <= now.timestamp() + LEEWAY_SECONDS:
        raise Unauthenticated("This token does not say when its owner signed in. Sign in again.")
    if "org" not in claims:
        raise Unauthenticated("This account belongs to no organisation. Ask an admin of yours.")
    said = texts(claims, _CLAIMS)
    return Bearer(org=said["org"], member=said["sub"], signed_in_at=datetime.fromtimestamp(signed_in, UTC))


def _claims(person: Person) -> str:
    """The custom claims: what security rules know of the person."""
    return orjson.dumps({"org": person.org, "role": person.role}).decode()


def _typed(password: str) -> str:
    """A password however its accents were typed."""
    return _sendable(unicodedata.normalize("NFC", password))


def _sendable(text: str) -> str:
    """What no JSON can carry is replaced: it matches nobody's."""
    return text.encode(errors="replace").decode()


def _meaning(refused: Refused) -> Exception:
    """Our error for a refusal of Firebase's."""
    if refused.code == "EMAIL_EXISTS":
        return Conflict(
            "Firebase Authentication has another account with this e-mail address. Delete it there, or choose another address.",
            code="email-taken",
        )
    if refused.code == "TOO_MANY_ATTEMPTS_TRY_LATER":
        return RateLimited(
            "Too many attempts. Try again in a minute.",
            retry_after_seconds=_WAIT_SECONDS,
            policy=policy("firebase-sign-ins", 1),
        )
    if refused.code in {"WEAK_PASSWORD", "PASSWORD_DOES_NOT_MEET_REQUIREMENTS"}:
        return Invalid([FieldError("/password", "Firebase refuses this password: choose a longer one.")])
    if refused.code == "INVALID_EMAIL":
        return Invalid([FieldError("/email", "Firebase refuses this e-mail address.")])
    return Unavailable(f"Firebase Authentication refused: {refused.code}.")
