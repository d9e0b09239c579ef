"""Why a call to Gemini failed, in Fanfold's words: every error of the SDK and of the wire becomes a ProviderError."""

from datetime import datetime

from google.genai.errors import APIError

from shared.adapters.providers import breakages, wire
from shared.adapters.providers.explanations import retry_after
from shared.adapters.providers.gemini import quotas
from shared.adapters.providers.gemini.details import Details, explain
from shared.domain.errors import ErrorKind, ProviderError

NAME = "Gemini"
ADDRESS = "FANFOLD_GEMINI_BASE_URL"


def translate(error: Exception, *, call: wire.Call, now: datetime, secret: str) -> ProviderError:
    """The ProviderError for whatever was raised; `secret` never appears in its detail."""
    if isinstance(error, APIError):
        return _from_answer(error, now=now, secret=secret)
    return breakages.translate(error, call, name=NAME, address=ADDRESS)


def _from_answer(error: APIError, *, now: datetime, secret: str) -> ProviderError:
    details = explain(error, secret=secret, now=now)
    if details is None:
        wait = retry_after(error.response.headers, now)
        return breakages.unexplained(error.code, wait, name=NAME, address=ADDRESS)
    if error.code == 429:
        return quotas.exceeded(details, now=now)
    kind = _kind(error.code, details)
    detail = f"Gemini answered {error.code} {details.status}: {details.message}"
    if kind in breakages.ADVICE:
        detail = f"{detail} {breakages.ADVICE[kind]}"
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
    return breakages.kind_of(status)
