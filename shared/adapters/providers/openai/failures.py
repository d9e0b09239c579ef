"""Why a call to OpenAI failed, in Fanfold's words: every error of the SDK and of the wire becomes a ProviderError."""

from datetime import datetime, timedelta

from openai import APIStatusError

from shared.adapters.providers import breakages, wire
from shared.adapters.providers.openai.details import Details, explain, wait
from shared.domain.errors import ErrorKind, ProviderError, RefusalStage

NAME = "OpenAI"
ADDRESS = "FANFOLD_OPENAI_BASE_URL"

_REFUSALS = frozenset({"moderation_blocked", "content_policy_violation", "sensitive_content"})
# Only a person opens these again: no moment is told at which they do.
_NO_CREDIT = frozenset({"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"})
_KEY_AT_FAULT = frozenset({"invalid_api_key", "unsupported_country_region_territory", "account_deactivated"})
# A wait of more than this is a day's or a month's limit, not a crowd.
_LONG_SECONDS = 600.0


def translate(error: Exception, *, call: wire.Call, now: datetime, secret: str) -> ProviderError:
    """The ProviderError for whatever was raised; `secret` never appears in its detail."""
    if isinstance(error, APIStatusError):
        return _from_answer(error, now=now, secret=secret)
    return breakages.translate(error, call, name=NAME, address=ADDRESS)


def _from_answer(error: APIStatusError, *, now: datetime, secret: str) -> ProviderError:
    status = error.status_code
    details = explain(error, secret=secret, now=now)
    if details is None:
        return breakages.unexplained(status, wait(error.response.headers, now), name=NAME, address=ADDRESS)
    if details.code in _REFUSALS or (status == 400 and "safety system" in details.said):
        return _refused(details)
    if details.code in _NO_CREDIT or "insufficient_quota" in details.said:
        return ProviderError(ErrorKind.QUOTA, f"OpenAI's credit or spending limit is used up: {details.message}")
    if status == 429:
        return _too_often(details, now)
    kind = ErrorKind.UNAUTHORISED if details.code in _KEY_AT_FAULT else breakages.kind_of(status)
    detail = f"OpenAI answered {status} {details.code}: {details.message}"
    if kind in breakages.ADVICE:
        detail = f"{detail} {breakages.ADVICE[kind]}"
    return ProviderError(
        kind,
        detail,
        retry_after_seconds=details.retry_after_seconds if kind is ErrorKind.UNAVAILABLE else None,
        # Who ran out of time may have been carried out all the same.
        outcome_known=kind is not ErrorKind.TIMEOUT,
    )


def _refused(details: Details) -> ProviderError:
    if details.moderation_stage == "output":
        return ProviderError(
            ErrorKind.REFUSED,
            f"OpenAI withheld what it had drawn: {details.message} Word the prompt differently.",
            stage=RefusalStage.OUTPUT,
        )
    return ProviderError(
        ErrorKind.REFUSED, f"OpenAI refused the prompt or a reference: {details.message}", stage=RefusalStage.PROMPT
    )


def _too_often(details: Details, now: datetime) -> ProviderError:
    seconds = details.retry_after_seconds
    if "per day" in details.said or (seconds is not None and seconds > _LONG_SECONDS):
        reopens_at = None if seconds is None else now + timedelta(seconds=seconds)
        return ProviderError(
            ErrorKind.QUOTA, f"OpenAI's limit of the day is used up: {details.message}", reopens_at=reopens_at
        )
    return ProviderError(ErrorKind.BUSY, f"OpenAI is asked too often: {details.message}", retry_after_seconds=seconds)
