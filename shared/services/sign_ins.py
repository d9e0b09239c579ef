"""Who is calling: people by password and token, machines by key."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil
from threading import Lock

from shared.domain.callers import Caller, lesser
from shared.domain.errors import GuardRefused, RateLimited, Unauthenticated, Unavailable
from shared.domain.ids import is_id
from shared.domain.keys import KeyHash
from shared.domain.organisations import Organisation
from shared.domain.people import Member
from shared.domain.windows import Window, policy
from shared.logging import logger
from shared.ports.clock import Clock
from shared.ports.documents import DocumentStore, Update
from shared.ports.identity import Accounts
from shared.repositories import paths
from shared.repositories.collections import Read, guarded
from shared.repositories.keys import KeyHashRepository, secret_hash
from shared.repositories.members import MemberRepository, email_hash
from shared.repositories.organisations import OrganisationRepository
from shared.services.recollections import Recollection

ATTEMPTS_A_MINUTE = 10
REMEMBERED_SECONDS = 3.0
MAX_KEY_CHARACTERS = 256
# A key's last use is known to this: one write in so long a time, however often it is used.
USE_NOTED_EVERY = timedelta(hours=1)
_REMEMBERED = 10_000
_WRONG = "The e-mail address or the password is wrong."
_NO_KEY = "This key is not valid: it is mistyped or was revoked."
_SIGNED_OUT = "This sign-in was ended. Sign in again."
_NO_MEMBER = "This account does not exist any more or was disabled. Ask an admin of your organisation."

_log = logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A bearer token and whose it is."""

    token: str = field(repr=False)
    expires_at: datetime
    member: Member
    organisation: Organisation


class SignInService:
    """Turns credentials into a Caller. What it found is remembered for three seconds, so that a revoked key, a disabled member and an ended sign-in die within them."""

    def __init__(self, documents: DocumentStore, *, accounts: Accounts, clock: Clock) -> None:
        self._documents = documents
        self._organisations = OrganisationRepository(documents)
        self._members = MemberRepository(documents)
        self._hashes = KeyHashRepository(documents)
        self._accounts = accounts
        self._clock = clock
        self._present: Recollection[Member] = Recollection(clock, seconds=REMEMBERED_SECONDS, most=_REMEMBERED)
        self._callers: Recollection[Caller] = Recollection(clock, seconds=REMEMBERED_SECONDS, most=_REMEMBERED)
        self._attempts: Recollection[Window] = Recollection(clock, seconds=120, most=_REMEMBERED)
        self._attempting = Lock()

    def login(self, email: str, password: str) -> SignedIn:
        """A token for a person. Raises Unauthenticated, in the same words and time for a wrong address and a wrong password,
        and RateLimited after ten attempts a minute on one address."""
        self._count_attempt(email_hash(email))
        return self.come_in(email, password)

    def come_in(self, email: str, password: str) -> SignedIn:
        """As `login`, for who has proved just now who they are: no attempt, and not held up by those of others."""
        session = self._accounts.sign_in(email, password)
        if session is None:
            raise Unauthenticated(_WRONG)
        member = self._enabled(session.org, session.member)
        organisation = self._organisations.one(session.org).value
        return SignedIn(token=session.token, expires_at=session.expires_at, member=member, organisation=organisation)

    def authenticate_token(self, token: str) -> Caller:
        """The person whom this token names, in their role of now; raises Unauthenticated, also when they may not come in any more."""
        bearer = self._accounts.verify(token)
        name = f"{bearer.org}/{bearer.member}"
        member = self._present.find(name)
        if member is None:
            member = self._enabled(bearer.org, bearer.member)
            self._present.put(name, member)
        if member.tokens_valid_after is not None and bearer.signed_in_at < member.tokens_valid_after:
            raise Unauthenticated(_SIGNED_OUT)
        return Caller(org=bearer.org, id=member.id, member=member.id, role=member.role)

    def authenticate_key(self, key: str) -> Caller:
        """The machine whose key this is; raises Unauthenticated, also while the member who made it may not come in."""
        if len(key) > MAX_KEY_CHARACTERS:
            raise Unauthenticated(_NO_KEY)
        name = secret_hash(key)
        known = self._callers.find(name)
        if known is None:
            known = self._of_key(key)
            self._callers.put(name, known)
        return known

    def _of_key(self, key: str) -> Caller:
        """A key may no more than the member who made it, and nothing while they may not come in."""
        found = self._hashes.of_secret(key)
        if found is None or found.value.revoked_at is not None:
            raise Unauthenticated(_NO_KEY)
        leads_to = found.value
        member = self._members.one(leads_to.org, leads_to.member)
        if member is None or member.value.disabled_at is not None:
            raise Unauthenticated(_NO_KEY)
        role = lesser(leads_to.role, member.value.role)
        self._note_use(found)
        return Caller(org=leads_to.org, id=leads_to.key, member=leads_to.member, role=role)

    def _note_use(self, read: Read[KeyHash]) -> None:
        """Let the organisation see that its key is in use; who noted it just now, or revokes it, comes first."""
        key, now = read.value, self._clock.now()
        if key.last_used_at is not None and now - key.last_used_at < USE_NOTED_EVERY:
            return
        used = {"last_used_at": now}
        try:
            self._documents.commit([guarded(read, used), Update(paths.key(key.org, key.key), used)])
        except GuardRefused:
            return
        except Unavailable as error:
            _log.warning("key_use_not_noted", org=key.org, key=key.key, detail=error.detail)

    def _enabled(self, org: str, member: str) -> Member:
        if not (is_id("org", org) and is_id("mem", member)):
            raise Unauthenticated(_NO_MEMBER)
        found = self._members.one(org, member)
        if found is None or found.value.disabled_at is not None:
            raise Unauthenticated(_NO_MEMBER)
        return found.value

    def _count_attempt(self, address: str) -> None:
        now = self._clock.monotonic()
        with self._attempting:
            window = (self._attempts.find(address) or Window(minute=int(now // 60))).at(now)
            wait = window.wait_seconds(now, ATTEMPTS_A_MINUTE)
            if wait > 0:
                raise RateLimited(
                    f"Too many attempts with this e-mail address. Try again in {ceil(wait)} seconds.",
                    retry_after_seconds=wait,
                    policy=policy("sign-ins", ATTEMPTS_A_MINUTE),
                )
            self._attempts.put(address, window.with_one())
