"""What can go wrong between a caller and Fanfold, each with a sentence for a person."""

from collections.abc import Sequence
from dataclasses import dataclass

STOPPED = 1
WRONG_USE = 2


class ClientError(Exception):
    """Anything that went wrong; `str()` is a sentence, `exit_code` is what the command ends with."""

    exit_code = STOPPED


class WrongUse(ClientError):
    """What was asked for cannot be done; nothing was sent."""

    exit_code = WRONG_USE


class Unreachable(ClientError):
    """No complete answer came; `sent` tells whether the request may have reached the server, at this try or an earlier one."""

    def __init__(self, url: str, reason: str, *, sent: bool) -> None:
        self.url = url
        self.sent = sent
        if sent:
            sentence = f"The connection to {url} broke off: {reason}."
        else:
            sentence = f"Nothing answers at {url} ({reason}). Is it running? Start it with: make run"
        super().__init__(sentence)


@dataclass(frozen=True)
class Problem:
    """One wrong field of a request: a JSON pointer and what is wrong with it."""

    pointer: str
    detail: str


class ProblemError(ClientError):
    """The server refused: its problem details (RFC 9457), with every wrong field.

    `existing_id` is what the first request with the same idempotency key made; empty in every other case. `in_doubt` tells
    whether an earlier try of the same request may have been carried out.
    """

    in_doubt = False

    def __init__(
        self,
        status: int,
        title: str,
        detail: str = "",
        *,
        kind: str = "about:blank",
        errors: Sequence[Problem] = (),
        retry_after_seconds: float | None = None,
        request_id: str = "",
        existing_id: str = "",
    ) -> None:
        self.status = status
        self.title = title
        self.detail = detail
        self.kind = kind
        self.errors = tuple(errors)
        self.retry_after_seconds = retry_after_seconds
        self.request_id = request_id
        self.existing_id = existing_id
        if status in (400, 413, 422):
            self.exit_code = WRONG_USE
        super().__init__(self._sentence())

    def _sentence(self) -> str:
        lines = [f"{self.title}: {self.detail}" if self.detail else self.title]
        named = [f"{problem.pointer}: {problem.detail}" for problem in self.errors]
        lines += [f"  {one}" for one in named if one not in self.detail]
        return "\n".join(lines)

    @property
    def advice(self) -> str:
        """What to do next, in a sentence; empty when the detail says it all."""
        if self.status == 401:
            return "Check FANFOLD_API_KEY; `make run` prints a key."
        if self.status == 403:
            return "This key's role does not allow that: ask an admin for another key."
        if self.status == 404 and self.detail.startswith("There is no batch"):
            return "List your batches: fanfold batches"
        if self.status == 429 and self.retry_after_seconds is not None:
            return f"Try again in {self.retry_after_seconds:.0f} s."
        if self.status >= 500:
            suffix = f" (request {self.request_id})" if self.request_id else ""
            return f"The server failed, not your request: try again, then look at its log{suffix}."
        return ""
