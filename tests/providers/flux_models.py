"""Flux pointed at a local server, and requests for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pydantic import SecretStr

from shared.adapters.providers.flux import FluxImageJobs
from shared.adapters.system import SystemClock
from shared.domain.items import ProviderJob
from shared.ports.clock import Clock
from shared.ports.providers import GeneratedImage, ImageJobs, ImageRequest, StillRunning
from tests.providers import gemini_models

KEY = "bfl_NotAKeyButShapedLikeOne0123456789"
MODEL = "flux-2-pro"
LOOKS = 200


def request(**changes: Any) -> ImageRequest:
    return gemini_models.request(**{"model": MODEL, **changes})


@contextmanager
def speaking_to(url: str, clock: Clock | None = None, *, key: str | None = KEY) -> Iterator[FluxImageJobs]:
    secret = None if key is None else SecretStr(key)
    jobs = FluxImageJobs(
        secret,
        base_url=url,
        clock=clock or SystemClock(),
        key_setting="BFL_API_KEY",
        address_setting="FANFOLD_FLUX_BASE_URL",
    )
    try:
        yield jobs
    finally:
        jobs.close()


class Patient:
    """An ImageModel made of ImageJobs: it waits for its own job, which the engine never does."""

    def __init__(self, jobs: ImageJobs) -> None:
        self._jobs = jobs

    def generate(self, request: ImageRequest) -> GeneratedImage:
        """Submit, and look until the picture is there."""
        return made(self._jobs, self._jobs.submit(request), request.deadline_seconds)


def made(jobs: ImageJobs, job: ProviderJob, deadline_seconds: float = 60) -> GeneratedImage:
    """The picture of a job that ends soon."""
    for _ in range(LOOKS):
        answer = jobs.poll(job, deadline_seconds=deadline_seconds)
        if not isinstance(answer, StillRunning):
            return answer
    raise AssertionError("the job does not end")
