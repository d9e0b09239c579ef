"""AI services that make images."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from shared.domain.items import ProviderJob
from shared.domain.modes import ReferenceMode
from shared.domain.steering import UNSAID, Steering


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceImage:
    """A picture that guides the image: encoded bytes, its true media type, and how far it guides."""

    data: bytes = field(repr=False)
    media_type: str
    mode: ReferenceMode


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageRequest:
    """One image to make; already checked against the model's capabilities.

    `aspect_ratio` is `w:h`, `size` one of the model's sizes (`1K`). `variant` counts from 1 and tells apart images of one
    row when `seed` is None. The call ends within `deadline_seconds`, whatever happens.
    """

    model: str
    prompt: str
    references: tuple[ReferenceImage, ...] = ()
    aspect_ratio: str
    size: str
    seed: int | None = None
    variant: int = 1
    steering: Steering = UNSAID
    deadline_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratedImage:
    """What a provider made: encoded bytes as they came, and the units that it bills (by the names of the price table)."""

    data: bytes = field(repr=False)
    media_type: str
    usage: Mapping[str, int]
    seed: int | None = None
    model_version: str = ""
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class StillRunning:
    """A job that has not ended; asking again makes sense after so many seconds, None where the provider says nothing."""

    ask_again_seconds: float | None = None


class ImageModel(Protocol):
    """A provider whose image models answer the call that asks them. Safe to call from many threads at once."""

    def generate(self, request: ImageRequest) -> GeneratedImage:
        """Make one image with exactly one billable call; raises ProviderError, and nothing else, when there is none."""
        ...


class ImageJobs(Protocol):
    """A provider whose image models work on its own side: one call submits a job, later ones ask what became of it.

    Safe to call from many threads at once, and from another process than the one that submitted.
    """

    def submit(self, request: ImageRequest) -> ProviderJob:
        """Begin one job with exactly one billable call; raises ProviderError, and nothing else, when there is none.

        The request's `deadline_seconds` bounds this call, not the job.
        """
        ...

    def poll(self, job: ProviderJob, *, deadline_seconds: float) -> GeneratedImage | StillRunning:
        """The picture of a job, fetched whole, or that it is still running; may be asked again and again, and bills nothing.

        Raises ProviderError, and nothing else: with `outcome_known` false when nothing was learned of the job this time,
        else when it ended without a picture.
        """
        ...


ImageProvider: TypeAlias = ImageModel | ImageJobs
