"""Calls that end without the provider's own words: broken connections, late answers, gateways that speak for it."""

import httpcore2
import httpx2

from shared.adapters.providers import wire
from shared.domain.errors import ErrorKind, ProviderError

# By status, for answers whose sender says nothing more about them.
KINDS = {
    401: ErrorKind.UNAUTHORISED,
    402: ErrorKind.UNAUTHORISED,
    403: ErrorKind.UNAUTHORISED,
    407: ErrorKind.UNAUTHORISED,
    408: ErrorKind.TIMEOUT,
    409: ErrorKind.UNAVAILABLE,
    425: ErrorKind.UNAVAILABLE,
    499: ErrorKind.TIMEOUT,
    501: ErrorKind.INVALID,
    504: ErrorKind.TIMEOUT,
    # A content network's own: the service behind it did not answer in time.
    524: ErrorKind.TIMEOUT,
}
ADVICE = {
    ErrorKind.UNAUTHORISED: "Check the key, its project's billing and what it may use.",
    ErrorKind.INVALID: "Trying the same again will not help.",
}
# A gateway that gave up does not know what became of the call behind it.
_GAVE_UP = frozenset({502, 504, 520, 524})


def kind_of(status: int) -> ErrorKind:
    """What a status means by itself, 429 apart."""
    if status in KINDS:
        return KINDS[status]
    if 400 <= status < 500:
        return ErrorKind.INVALID
    return ErrorKind.UNAVAILABLE if status >= 500 else ErrorKind.UNKNOWN


def translate(error: Exception, call: wire.Call, *, name: str, address: str) -> ProviderError:
    """The ProviderError for what an SDK or the wire raised; `name` is the provider's, `address` its setting's."""
    if isinstance(error, httpcore2.TimeoutException | httpx2.TimeoutException):
        said = "did not answer in time" if call.sent else "could not be reached in time"
        return ProviderError(ErrorKind.TIMEOUT, f"{name} {said}.", outcome_known=not call.sent)
    if isinstance(error, httpcore2.ConnectError | httpx2.ConnectError):
        return ProviderError(ErrorKind.UNAVAILABLE, f"{name} cannot be reached: the connection was refused or failed.")
    if isinstance(error, wire.AnswerTooLarge | wire.AnswerEncoded):
        how = "too large" if isinstance(error, wire.AnswerTooLarge) else "compressed, which was not asked for"
        return ProviderError(ErrorKind.UNKNOWN, f"{name}'s answer is {how}; it was not read.", outcome_known=False)
    if call.status is not None and call.status != 200:
        return unexplained(call.status, name=name, address=address)
    if isinstance(error, httpcore2.NetworkError | httpcore2.ProtocolError | httpx2.TransportError):
        return ProviderError(
            ErrorKind.UNAVAILABLE, f"The connection to {name} broke during the call.", outcome_known=not call.sent
        )
    if call.sent:
        return ProviderError(
            ErrorKind.UNKNOWN, f"{name}'s answer cannot be read ({type(error).__name__}).", outcome_known=False
        )
    return ProviderError(ErrorKind.UNKNOWN, f"The request to {name} could not be made ({type(error).__name__}).")


def unexplained(status: int, wait: float | None = None, *, name: str, address: str) -> ProviderError:
    """For a status without the provider's own words: something between here and there spoke."""
    detail = f"Something between Fanfold and {name} answered {status} without an explanation."
    if status == 429:
        return ProviderError(ErrorKind.BUSY, detail, retry_after_seconds=wait)
    kind = kind_of(status)
    if status < 400:
        return ProviderError(kind, f"{detail} Check {address}.", outcome_known=False)
    if status < 500:
        return ProviderError(kind, f"{detail} Check {address}.", outcome_known=kind is not ErrorKind.TIMEOUT)
    kind = ErrorKind.TIMEOUT if kind is ErrorKind.TIMEOUT else ErrorKind.UNAVAILABLE
    return ProviderError(kind, detail, retry_after_seconds=wait, outcome_known=status not in _GAVE_UP)
