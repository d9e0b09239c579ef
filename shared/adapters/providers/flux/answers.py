"""What Flux answers, read with suspicion: the job, where it stands, the picture."""

import json
from collections.abc import Mapping
from math import ceil
from typing import Any

import httpx2

from shared.adapters.providers.flux.addresses import Addresses
from shared.domain.errors import ErrorKind, ProviderError, RefusalStage
from shared.domain.image_models import ImageModelSpec
from shared.domain.items import ProviderJob
from shared.ports.providers import ImageRequest

READY = "Ready"
_REFUSED = {"Request Moderated": RefusalStage.PROMPT, "Content Moderated": RefusalStage.OUTPUT}
_FAILED = frozenset({"Error", "Failed"})
# A region that has not heard of a job yet says this too.
_NOT_FOUND = "Task not found"
_MAX_ID = 200
_MOST_CREDITS = 1_000_000


def document(answer: httpx2.Response) -> Mapping[str, Any]:
    """The JSON object of an answer; raises ProviderError for anything else."""
    try:
        found = json.loads(answer.content)
    except ValueError:
        found = None
    if not isinstance(found, Mapping):
        raise ProviderError(ErrorKind.UNKNOWN, "Flux's answer has no known form.", outcome_known=False)
    return found


def job(
    said: Mapping[str, Any], request: ImageRequest, spec: ImageModelSpec, addresses: Addresses, seed: int
) -> ProviderJob:
    """The job that was submitted; raises ProviderError when it cannot be asked for."""
    name = said.get("id")
    if not isinstance(name, str) or not 0 < len(name) <= _MAX_ID or not name.isprintable():
        raise ProviderError(ErrorKind.UNKNOWN, "Flux took the job and named none.", outcome_known=False)
    named = said.get("polling_url")
    place = "" if named is None else addresses.place_of(named, name)
    return ProviderJob(id=name, place=place, seed=seed, usage=_usage(said, request, spec))


def standing(said: Mapping[str, Any], job: ProviderJob, problem: str) -> Mapping[str, Any] | None:
    """The result of a job that is ready, None while it runs; raises ProviderError when it ended otherwise."""
    status = said.get("status")
    if status == READY:
        result = said.get("result")
        return result if isinstance(result, Mapping) else {}
    if status in _REFUSED:
        stage = _REFUSED[status]
        if stage is RefusalStage.OUTPUT:
            # What was drawn and withheld is booked: nothing is free by accident.
            told = f"Flux withheld what it had drawn. {problem}".strip()
            raise ProviderError(ErrorKind.REFUSED, told, stage=stage, usage=dict(job.usage))
        raise ProviderError(
            ErrorKind.REFUSED, f"Flux refused the prompt or a reference. {problem}".strip(), stage=stage
        )
    if status in _FAILED:
        raise ProviderError(ErrorKind.UNKNOWN, f"Flux could not make the image. {problem}".strip())
    if status == _NOT_FOUND:
        raise ProviderError(ErrorKind.UNKNOWN, "Flux does not know the job.", outcome_known=False)
    # Pending, Reasoning, Generating, or a word of a later version.
    return None


def seed_of(result: Mapping[str, Any], job: ProviderJob) -> int | None:
    """The seed that was used: as the answer says, otherwise as it was asked for."""
    seed = result.get("seed")
    return seed if isinstance(seed, int) and not isinstance(seed, bool) and 0 <= seed < 2**63 else job.seed


def _usage(said: Mapping[str, Any], request: ImageRequest, spec: ImageModelSpec) -> dict[str, int]:
    """What the job bills: as the answer says in credits, otherwise as such an image usually does."""
    credit = _credits(said)
    if credit and "millicredits" in spec.prices[0].micros_per_million:
        return {"millicredits": ceil(credit * 1_000)}
    usage: dict[str, int] = {unit: count for unit, count in spec.expected_units[request.size].items() if count}
    if request.references and spec.reference_megapixels:
        usage["input_megapixels"] = len(request.references) * spec.reference_megapixels
    return usage


def _credits(said: Mapping[str, Any]) -> float:
    """What the answer says that the job costs; 0 when it says nothing that can be believed."""
    cost = said.get("cost")
    if not isinstance(cost, int | float) or isinstance(cost, bool) or not 0 < cost < _MOST_CREDITS:
        return 0.0
    return float(cost)
