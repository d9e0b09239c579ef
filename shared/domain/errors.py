"""Every error that Fanfold itself raises; adapters translate foreign errors into these at their border."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class FanfoldError(Exception):
    """A fact that stopped the work, in words that a person can act on."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class NotFound(FanfoldError):
    """What was asked for does not exist for this organisation."""


class Conflict(FanfoldError):
    """The state of the thing does not allow this now; `code` names the case for programs."""

    def __init__(self, detail: str, *, code: str = "conflict") -> None:
        super().__init__(detail)
        self.code = code


class BudgetExceeded(Conflict):
    """Not one image fits the money that is left."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail, code="budget-exceeded")


@dataclass(frozen=True, slots=True)
class FieldError:
    """One wrong field: a JSON pointer into the request (`/rows/3/prompt`) and what to do about it."""

    pointer: str
    detail: str


class Invalid(FanfoldError):
    """The request is understood and wrong: every wrong field is named."""

    def __init__(self, errors: Sequence[FieldError], detail: str | None = None) -> None:
        told = "; ".join(f"{error.pointer}: {error.detail.removesuffix('.')}" for error in errors[:5])
        super().__init__(detail or f"{told}.")
        self.errors = tuple(errors)


class KeyReused(Invalid):
    """An idempotency key came again with another request; `existing_id` is what its first request made, None where it made no one thing."""

    def __init__(self, existing_id: str | None) -> None:
        told = "This key was used for another request. Send a new key with a new request."
        super().__init__([FieldError("/headers/Idempotency-Key", told)])
        self.existing_id = existing_id


class Malformed(FanfoldError):
    """The request cannot be read at all (broken JSON, a bad page token)."""


class Unauthenticated(FanfoldError):
    """No credentials, or credentials that are wrong, expired or revoked."""


class Forbidden(FanfoldError):
    """The caller is known and may not do this."""


class TooLarge(FanfoldError):
    """More bytes, pixels or rows than the limit that the detail names."""


class UnsupportedMedia(FanfoldError):
    """The body or file is of a type that is not taken here."""


class RateLimited(FanfoldError):
    """Too many requests; trying again makes sense after `retry_after_seconds`."""

    def __init__(self, detail: str, *, retry_after_seconds: float, policy: str) -> None:
        super().__init__(detail)
        self.retry_after_seconds = retry_after_seconds
        self.policy = policy


class Unavailable(FanfoldError):
    """A part that is needed does not answer now; nothing was changed, or it is not known whether it was."""


class Unreadable(FanfoldError):
    """A stored document is damaged, or of a version that this one does not know."""


class GuardRefused(FanfoldError):
    """A guarded commit met another version than it was promised: nothing was written."""


class ConfigurationWrong(FanfoldError):
    """A setting is missing or wrong; the start stops with this sentence."""


class ErrorKind(StrEnum):
    """The closed list of what can go wrong with one image, decided where the provider is spoken to."""

    BUSY = "busy"
    UNAVAILABLE = "unavailable"
    TIMEOUT = "timeout"
    REFUSED = "refused"
    INVALID = "invalid"
    UNAUTHORISED = "unauthorised"
    QUOTA = "quota"
    NO_IMAGE = "no_image"
    WRONG_SHAPE = "wrong_shape"
    UNKNOWN = "unknown"


class RefusalStage(StrEnum):
    """Where a provider refused: the words, a reference picture, or what it had drawn."""

    PROMPT = "prompt"
    REFERENCE = "reference"
    OUTPUT = "output"


class ProviderError(FanfoldError):
    """One call to a provider failed.

    `retry_after_seconds` is the provider's own wish, if it said one; `reopens_at` is when a quota resets.
    `usage` holds the units of a call that was billed although it failed. `outcome_known` is false when the
    call may have been carried out and billed although no answer came (a time-out, a dropped connection).
    """

    def __init__(
        self,
        kind: ErrorKind,
        detail: str,
        *,
        stage: RefusalStage | None = None,
        retry_after_seconds: float | None = None,
        reopens_at: datetime | None = None,
        usage: dict[str, int] | None = None,
        outcome_known: bool = True,
    ) -> None:
        super().__init__(detail)
        self.kind = kind
        self.stage = stage
        self.retry_after_seconds = retry_after_seconds
        self.reopens_at = reopens_at
        self.usage = usage or {}
        self.outcome_known = outcome_known
