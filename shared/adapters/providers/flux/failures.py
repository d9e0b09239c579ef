"""Why a call to Flux failed, in Fanfold's words."""

import json
import re
from collections.abc import Mapping
from datetime import datetime

import httpx2

from shared.adapters.providers import breakages
from shared.adapters.providers.explanations import one_line, retry_after
from shared.domain.errors import ErrorKind, ProviderError, RefusalStage

NAME = "Flux"
_KEY = re.compile(r"bfl_[\w-]{16,}")
_NO_CREDIT = 402


def of_submit(answer: httpx2.Response, *, now: datetime, secret: str, address: str) -> ProviderError:
    """Why a job was not taken."""
    status = answer.status_code
    told, wait = explanation(answer.content, secret), retry_after(answer.headers, now)
    if status < 400 or not told:
        return breakages.unexplained(status, wait, name=NAME, address=address)
    if status == 429:
        return ProviderError(ErrorKind.BUSY, f"Flux has too many jobs of ours: {told}", retry_after_seconds=wait)
    if status == _NO_CREDIT:
        return ProviderError(ErrorKind.QUOTA, f"Flux's credit is used up: {told}")
    if status < 500 and "moderated" in told.lower():
        return ProviderError(ErrorKind.REFUSED, f"Flux refused it: {told}", stage=RefusalStage.PROMPT)
    kind = breakages.kind_of(status)
    advice = breakages.ADVICE.get(kind, "")
    return ProviderError(
        kind,
        f"Flux answered {status}: {told} {advice}".strip(),
        retry_after_seconds=wait if kind is ErrorKind.UNAVAILABLE else None,
        outcome_known=status < 500 or (kind is ErrorKind.UNAVAILABLE and status not in {502, 520}),
    )


def of_look(answer: httpx2.Response, *, now: datetime, secret: str) -> ProviderError:
    """Why nothing was learned of a job: whatever it was, the job goes on."""
    status = answer.status_code
    told = explanation(answer.content, secret)
    kind = ErrorKind.BUSY if status == 429 else breakages.kind_of(status)
    return ProviderError(
        kind,
        f"Flux answered {status} when it was asked for the job. {told}".strip(),
        retry_after_seconds=retry_after(answer.headers, now),
        outcome_known=False,
    )


def explanation(body: bytes, secret: str) -> str:
    """What a body says of an error, in one line; nothing when it does not explain itself."""
    try:
        found = json.loads(body)
    except ValueError:
        return ""
    return words_of(found, secret)


def words_of(said: object, secret: str) -> str:
    """The words of an answer's error, wherever its versions put them."""
    if not isinstance(said, Mapping):
        return ""
    places = [said.get("detail"), said.get("error"), said.get("message")]
    for inner in (said.get("details"), said.get("result")):
        places += [inner.get("error"), inner.get("message")] if isinstance(inner, Mapping) else []
    return next((_line(place, secret) for place in places if place), "")


def _line(found: object, secret: str) -> str:
    if isinstance(found, list):
        found = "; ".join(_problem(each) for each in found[:5])
    return one_line(found, secret, _KEY)


def _problem(each: object) -> str:
    """One problem of a validation answer: its field and what is wrong."""
    if not isinstance(each, Mapping):
        return str(each)
    where = each.get("loc")
    field = ".".join(str(part) for part in where if part != "body") if isinstance(where, list) else ""
    return f"{field}: {each.get('msg', '')}" if field else str(each.get("msg", ""))
