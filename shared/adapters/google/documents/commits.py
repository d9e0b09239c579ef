"""Commits: sent once or repeated where that is safe, and answered truly when their answer was lost."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from google.api_core import exceptions
from google.api_core.retry import Retry, if_exception_type
from google.auth.exceptions import GoogleAuthError
from google.cloud.firestore_v1.types import firestore

from shared.adapters.google.documents.connections import DOUBTFUL, NOT_DONE, TIMEOUT_SECONDS, Connection, reason
from shared.adapters.google.documents.reads import FirestoreVersion, microseconds, read_names, revision_in
from shared.adapters.google.documents.values import TOKEN, decode_time
from shared.adapters.google.documents.writes import Prepared, known_revision, prepare, spell
from shared.domain.errors import GuardRefused, TooLarge, Unavailable
from shared.ports.clock import Clock
from shared.ports.documents import CommitResult, Create, Guard, Set, Version, Write
from shared.repositories.paths import commit_note

# How long a note of a commit is kept whose documents are all gone: far longer than anyone waits for its answer.
NOTE_LIFETIME = timedelta(days=1)
_REFUSED = (exceptions.AlreadyExists, exceptions.NotFound, exceptions.FailedPrecondition)
_TRIES_OF_A_SET = 8
_LOOKED_UP = 10
_PbCommit: Any = firestore.CommitRequest.pb()


class Committer:
    """Commits over one connection."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def commit(self, writes: Sequence[Write]) -> CommitResult:
        """Apply all writes or none; see the port. ValueError or TooLarge when one cannot be stored."""
        prepared = prepare(writes)
        if not prepared:
            return CommitResult()
        before: dict[str, Any] = {}
        for _ in range(_TRIES_OF_A_SET):
            seen = self._replaced(prepared)
            if seen == before and before:
                break
            before = seen
            try:
                return self._once([_pinned(one, seen) for one in prepared])
            except GuardRefused:
                if not any(one.counts_on and one.guard is Guard.EXISTS for one in prepared):
                    raise
        raise GuardRefused(_refusal(prepared))

    def _replaced(self, prepared: list[Prepared]) -> dict[str, FirestoreVersion]:
        """The versions of documents that are replaced and whose revision is not known; GuardRefused where one is gone."""
        unknown = [one.path for one in prepared if one.counts_on and known_revision(one) is None]
        if not unknown:
            return {}
        names = [self._connection.name(path) for path in unknown]
        found = read_names(self._connection, names, fields=("revision",), seconds=TIMEOUT_SECONDS)
        versions = {
            self._connection.path(one.name): FirestoreVersion(
                str(microseconds(one.update_time)), revision_in(one.fields)
            )
            for one in found
        }
        gone = next((path for path in unknown if path not in versions), None)
        if gone is not None:
            raise GuardRefused(f"{gone} does not exist.")
        return versions

    def _once(self, prepared: list[Prepared]) -> CommitResult:
        token = secrets.token_hex(12)
        request = _PbCommit(database=self._connection.database)
        for one in self._with_note(prepared, token):
            request.writes.append(spell(one, self._connection.name(one.path), token, known_revision(one) or 0))
        attempt = _Attempt(
            self._connection, firestore.CommitRequest.wrap(request), once=any(one.once for one in prepared)
        )
        try:
            answer = attempt.send()
        except _REFUSED as refused:
            if (won := self._looked_up(prepared, token)) is not None:
                return won
            if attempt.doubtful:
                raise Unavailable(f"It is not known whether a commit was applied: {reason(refused)}") from refused
            raise GuardRefused(_refusal(prepared)) from refused
        except exceptions.InvalidArgument as error:
            raise _invalid(error) from error
        except (exceptions.GoogleAPIError, GoogleAuthError) as error:
            if attempt.doubtful and (won := self._looked_up(prepared, token)) is not None:
                return won
            raise Unavailable(f"Firestore did not take a commit: {reason(error)}") from error
        return _result(prepared, firestore.CommitResponse.pb(answer))

    def _with_note(self, prepared: list[Prepared], token: str) -> list[Prepared]:
        """The writes, and a note where guarded deletes alone would leave no trace of who won."""
        if not any(one.guarded for one in prepared) or any(one.guarded and one.stores for one in prepared):
            return prepared
        expires_at = self._clock.now() + NOTE_LIFETIME
        return [*prepared, *prepare([Create(commit_note(token), {"expires_at": expires_at})])]

    def _looked_up(self, prepared: list[Prepared], token: str) -> CommitResult | None:
        """What a commit did by the token that it left; None when there is none of it."""
        bearers = [one.path for one in self._with_note(prepared, token) if one.guarded and one.stores]
        if not bearers:
            return None
        names = [self._connection.name(path) for path in bearers[:_LOOKED_UP]]
        fields = (TOKEN, "revision", "changed_at")
        found = read_names(self._connection, names, fields=fields, seconds=TIMEOUT_SECONDS)
        ours = [one for one in found if TOKEN in one.fields and one.fields[TOKEN].string_value == token]
        if not ours:
            return None
        # All were written at one time; a later one is that of an unguarded write since, which nobody may take for ours.
        written = str(min(microseconds(one.update_time) for one in ours))
        revisions = {self._connection.path(one.name): revision_in(one.fields) for one in ours}
        versions = {one.path: FirestoreVersion(written, revisions.get(one.path)) for one in prepared if one.stores}
        return CommitResult(versions, decode_time(ours[0].fields["changed_at"].timestamp_value))


class _Attempt:
    """One commit on its way, and whether it may have been applied although no answer came."""

    def __init__(self, connection: Connection, request: Any, *, once: bool) -> None:
        self._connection = connection
        self._request = request
        # What is refused the second time may be repeated without a fear of doubling it.
        repeated = if_exception_type(*NOT_DONE, *DOUBTFUL) if once else if_exception_type(*NOT_DONE)
        self._retry = Retry(repeated, initial=0.05, maximum=2.0, timeout=TIMEOUT_SECONDS)
        self.doubtful = False

    def send(self) -> Any:
        """The answer; raises the client's errors."""
        return self._retry(self._send)()

    def _send(self) -> Any:
        try:
            return self._connection.api.commit(self._request, **self._connection.call())
        except DOUBTFUL:
            self.doubtful = True
            raise


def _pinned(prepared: Prepared, seen: dict[str, FirestoreVersion]) -> Prepared:
    """The write, with the version that it replaces where that had to be read."""
    version, guard = seen.get(prepared.path), prepared.guard
    if version is None or not isinstance(prepared.write, Set):
        return prepared
    if isinstance(guard, Version) and guard.value != version.value:
        raise GuardRefused(f"{prepared.path} was changed since it was read.")
    write = Set(prepared.path, prepared.write.data, version)
    return Prepared(prepared.path, write, True, prepared.fields, prepared.named, prepared.operations)


def _result(prepared: list[Prepared], answer: Any) -> CommitResult:
    committed_at = decode_time(answer.commit_time)
    versions: dict[str, Version] = {}
    for one, result in zip(prepared, answer.write_results, strict=False):
        revision = _revision(one, result)
        if one.stores:
            versions[one.path] = FirestoreVersion(str(microseconds(result.update_time)), revision)
        committed_at = _server_time(result) or committed_at
    return CommitResult(versions, committed_at)


def _server_time(result: Any) -> datetime | None:
    """The time that the store filled in, which may be told less finely than the commit's."""
    times = (
        one.timestamp_value for one in result.transform_results if one.WhichOneof("value_type") == "timestamp_value"
    )
    found = next(times, None)
    return found and decode_time(found)


def _revision(prepared: Prepared, result: Any) -> int | None:
    if not prepared.stores:
        return None
    if prepared.guarded and isinstance(prepared.write, Set | Create):
        return (known_revision(prepared) or 0) + 1
    if prepared.guarded:
        # The last of an update's transforms.
        return int(result.transform_results[-1].integer_value)
    if isinstance(prepared.write, Set):
        return revision_in(prepared.fields)
    return None


def _refusal(prepared: list[Prepared]) -> str:
    promised = [one.path for one in prepared if one.guarded or not isinstance(one.write, Set)]
    named = ", ".join(promised[:3]) + (" …" if len(promised) > 3 else "")
    return f"Not as it was promised (made, gone or changed meanwhile): {named}."


def _invalid(error: exceptions.InvalidArgument) -> Exception:
    told = error.message.lower()
    if "maximum" in told and ("size" in told or "bytes" in told):
        return TooLarge(f"A document or commit is larger than Firestore takes: {error.message}")
    return ValueError(f"Firestore refuses a commit: {error.message}")
