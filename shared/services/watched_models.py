"""Calls to providers, watched: the pace of each model is learned from how they end."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar, cast

from shared.domain.errors import ProviderError
from shared.domain.items import ProviderJob
from shared.domain.offers import Offer
from shared.ports.providers import GeneratedImage, ImageJobs, ImageModel, ImageProvider, ImageRequest, StillRunning
from shared.services.pacers import PacerService

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class WatchedModel:
    """A provider of either kind, whose calls that begin an image are told to the pacers; otherwise as the provider itself."""

    provider: ImageProvider
    offer: Offer
    pacers: PacerService

    def generate(self, request: ImageRequest) -> GeneratedImage:
        """The image that the provider makes; raises ProviderError as it does."""
        return self._watched(request, lambda: cast("ImageModel", self.provider).generate(request))

    def submit(self, request: ImageRequest) -> ProviderJob:
        """The job that the provider begins; raises ProviderError as it does."""
        return self._watched(request, lambda: cast("ImageJobs", self.provider).submit(request))

    def poll(self, job: ProviderJob, *, deadline_seconds: float) -> GeneratedImage | StillRunning:
        """What became of a job: of the model's pace this tells nothing."""
        return cast("ImageJobs", self.provider).poll(job, deadline_seconds=deadline_seconds)

    def _watched(self, request: ImageRequest, call: Callable[[], T]) -> T:
        spec = self.offer.find(request.model)
        if spec is None:
            return call()
        started_at = self.pacers.started(spec)
        try:
            answer = call()
        except ProviderError as error:
            image = str(hash((request.prompt, request.variant, request.seed, request.aspect_ratio)))
            self.pacers.refused(spec, error, started_at, image=image)
            raise
        self.pacers.answered(spec, started_at)
        return answer
