"""Why a call to Gemini failed, in Fanfold's words: every error of the SDK and of the wire becomes a ProviderError."""

from datetime import datetime

import httpcore2
import httpx2
from google.genai.errors import APIError

from shared.adapters.providers.gemini import quotas, wire
from shared.adapters.providers.gemini.details import Details, explain, retry_after
from shared.domain.errors import ErrorKind, ProviderError

_KINDS = {
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
}
_ADVICE = {
    ErrorKind.UNAUTHORISED: "Check the key, its project's billing and what it may use.",
    ErrorKind.INVALID: "Trying the same again will not help.",
}


def translate(error: Exception, *, call: wire.Call, now: datetime, secret: str) -> ProviderError:
    """The ProviderError for whatever was raised; `secret` never appears in its detail."""
    if isinstance(error, APIError):
        return _from_answer(error, now=now, secret=secret)
    if isinstance(error, httpcore2.TimeoutException | httpx2.TimeoutException):
        said = "did not answer in time" if call.sent else "could not be reached in time"
        return ProviderError(ErrorKind.TIMEOUT, f"Gemini {said}.", outcome_known=not call.sent)
    if isinstance(error, httpcore2.ConnectError | httpx2.ConnectError):
        return ProviderError(ErrorKind.UNAVAILABLE, "Gemini cannot be reached: the connection was refused or failed.")
    if isinstance(error, wire.AnswerTooLarge | wire.AnswerEncoded):
        how = "too large" if isinstance(error, wire.AnswerTooLarge) else "compressed, which was not asked for"
        return ProviderError(ErrorKind.UNKNOWN, f"Gemini's answer is {how}; it was not read.", outcome_known=False)
    if call.status is not None and call.status != 200:
        return _unreadable(call.status)
    if isinstance(error, httpcore2.NetworkError | httpcore2.ProtocolError | httpx2.TransportError):
        return ProviderError(
            ErrorKind.UNAVAILABLE, "The connection to Gemini broke during the call.", outcome_known=not call.sent
        )
    if call.sent:
        return ProviderError(
            ErrorKind.UNKNOWN, f"Gemini's answer cannot be read ({type(error).__name__}).", outcome_known=False
        )
    return ProviderError(ErrorKind.UNKNOWN, f"The request to Gemini could not be made ({type(error).__name__}).")


def _from_answer(error: APIError, *, now: datetime, secret: str) -> ProviderError:
    details = explain(error, secret=secret, now=now)
    if details is None:
        return _unreadable(error.code, retry_after(error, now))
    if error.code == 429:
        return quotas.exceeded(details, now=now)
    kind = _kind(error.code, details)
    detail = f"Gemini answered {error.code} {details.status}: {details.message}"
    if kind in _ADVICE:
        detail = f"{detail} {_ADVICE[kind]}"
    return ProviderError(
        kind,
        detail,
        retry_after_seconds=details.retry_after_seconds if kind is ErrorKind.UNAVAILABLE else None,
        # Who ran out of time may have been carried out all the same.
        outcome_known=kind is not ErrorKind.TIMEOUT,
    )


def _kind(status: int, details: Details) -> ErrorKind:
    if status == 400 and details.is_about_the_account:
        return ErrorKind.UNAUTHORISED
    if status in _KINDS:
        return _KINDS[status]
    if 400 <= status < 500:
        return ErrorKind.INVALID
    return ErrorKind.UNAVAILABLE if status >= 500 else ErrorKind.UNKNOWN


def _unreadable(status: int, wait: float | None = None) -> ProviderError:
    """For a status without Gemini's own words: something between here and there spoke."""
    detail = f"Something between Fanfold and Gemini answered {status} without an explanation."
    if status == 429:
        return ProviderError(ErrorKind.BUSY, detail, retry_after_seconds=wait)
    if status < 400:
        return ProviderError(ErrorKind.UNKNOWN, f"{detail} Check FANFOLD_GEMINI_BASE_URL.", outcome_known=False)
    if status < 500:
        kind = _KINDS.get(status, ErrorKind.INVALID)
        return ProviderError(
            kind, f"{detail} Check FANFOLD_GEMINI_BASE_URL.", outcome_known=kind is not ErrorKind.TIMEOUT
        )
    kind = ErrorKind.TIMEOUT if status == 504 else ErrorKind.UNAVAILABLE
    # A gateway that gave up does not know what became of the call behind it.
    return ProviderError(kind, detail, retry_after_seconds=wait, outcome_known=status not in {502, 504})
