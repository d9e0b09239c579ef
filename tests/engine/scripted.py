"""A provider that does what the test says, and models that it makes."""

import io
from collections import Counter
from collections.abc import Callable
from datetime import date
from threading import Lock
from typing import Any

from PIL import Image

from shared.domain.errors import ErrorKind, ProviderError
from shared.domain.image_models import ImageModelSpec, JobPace, Price, Unit
from shared.domain.items import ProviderJob
from shared.domain.shapes import parse_ratio
from shared.ports.providers import GeneratedImage, ImageRequest, StillRunning

Error = Callable[[], ProviderError]
PRICE = 1_000
RATIOS = ("1:1", "4:5", "16:9")


def model(
    name: str = "scripted-1",
    *,
    price_micros: int = PRICE,
    concurrency: int = 8,
    rate_per_second: float = 100.0,
    shutdown_on: date | None = None,
    replacement: str | None = None,
    job: JobPace | None = None,
) -> ImageModelSpec:
    """A model of the scripted provider that costs the same for every image."""
    units: dict[str, dict[Unit, int]] = {size: {"images": 1} for size in ("512", "1K")}
    return ImageModelSpec(
        id=name,
        provider="scripted",
        title=name,
        aspect_ratios=RATIOS,
        sizes=("512", "1K"),
        max_references=3,
        seed=True,
        prices=(Price(from_day=date(2020, 1, 1), micros_per_million={"images": price_micros * 1_000_000}),),
        expected_units=units,
        ceiling_units=units,
        deadline_seconds=60,
        typical_seconds=1,
        edges={"512": 32, "1K": 48},
        concurrency=concurrency,
        rate_per_second=rate_per_second,
        shutdown_on=shutdown_on,
        replacement=replacement,
        job=job,
    )


def picture(aspect_ratio: str, colour: int = 0, *, width: int = 64) -> bytes:
    """A small PNG of this shape."""
    image = Image.new("RGB", (width, round(width / parse_ratio(aspect_ratio))), (colour % 256, 80, 120))
    data = io.BytesIO()
    image.save(data, "PNG")
    return data.getvalue()


class ScriptedProvider:
    """Answers each request by `answer` (a picture unless the test says otherwise) and counts what it was asked for."""

    def __init__(self, answer: Callable[[ImageRequest, int], GeneratedImage] | None = None) -> None:
        self._answer = answer or (lambda request, _: made(request))
        self._lock = Lock()
        self.requests: list[ImageRequest] = []
        self.billed: Counter[str] = Counter()

    def generate(self, request: ImageRequest) -> GeneratedImage:
        """The scripted answer; `billed` counts, by prompt and variant, the pictures that were handed out."""
        with self._lock:
            self.requests.append(request)
            earlier = sum(1 for past in self.requests if _key(past) == _key(request))
        answer = self._answer(request, earlier)
        with self._lock:
            self.billed[_key(request)] += 1
        return answer


class ScriptedJobs:
    """Works on its own side: each submitted job is `answer`ed at the look of its turn, by default the second, and kept.

    `most_running` is how many jobs it had at once at most.
    """

    def __init__(
        self, answer: Callable[[ImageRequest, int], GeneratedImage | StillRunning] | None = None, *, looks: int = 2
    ) -> None:
        self._answer = answer or (lambda request, turn: made(request) if turn >= looks else StillRunning())
        self._lock = Lock()
        self._jobs: dict[str, ImageRequest] = {}
        self.submitted: list[ImageRequest] = []
        self.billed: Counter[str] = Counter()
        self.looks: Counter[str] = Counter()
        self._running: set[str] = set()
        self.most_running = 0

    @property
    def requests(self) -> list[ImageRequest]:
        """What was asked for."""
        return self.submitted

    def submit(self, request: ImageRequest) -> ProviderJob:
        """A new job, billed at once."""
        with self._lock:
            name = f"job-{len(self.submitted) + 1}"
            self.submitted.append(request)
            self._jobs[name] = request
            self.billed[_key(request)] += 1
            self._running.add(name)
            self.most_running = max(self.most_running, len(self._running))
        return ProviderJob(id=name, place="rack.3.")

    def poll(self, job: ProviderJob, *, deadline_seconds: float) -> GeneratedImage | StillRunning:
        """The scripted answer to this look at the job."""
        with self._lock:
            self.looks[job.id] += 1
            request, turn = self._jobs[job.id], self.looks[job.id]
        answer = self._answer(request, turn)
        if not isinstance(answer, StillRunning):
            with self._lock:
                self._running.discard(job.id)
        return answer


def job_model(name: str = "scripted-1", **settings: Any) -> ImageModelSpec:
    """A model of the scripted provider of jobs: 60 seconds for a job, looked at after 2 and then each second."""
    return model(name, job=JobPace(call_seconds=30, first_poll_seconds=2, poll_seconds=1), **settings)


def made(request: ImageRequest) -> GeneratedImage:
    """A picture as asked for."""
    return GeneratedImage(
        data=picture(request.aspect_ratio, request.variant),
        media_type="image/png",
        usage={"images": 1},
        seed=request.seed,
        model_version="1",
    )


def _key(request: ImageRequest) -> str:
    return f"{request.prompt}#{request.variant}#{request.seed}"


def failing(*errors: Error | None, prompt: str = "bad") -> ScriptedProvider:
    """A provider that answers the n-th request of a prompt with the n-th of these, the last one again and again."""

    def answer(request: ImageRequest, turn: int) -> GeneratedImage:
        error = errors[min(turn, len(errors)) - 1]
        if error is not None and request.prompt == prompt:
            raise error()
        return made(request)

    return ScriptedProvider(answer)


def of(kind: ErrorKind, **facts: Any) -> Error:
    """Makes this error anew for each request."""
    return lambda: ProviderError(kind, f"It was {kind.value}.", **facts)
