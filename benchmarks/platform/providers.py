"""A provider that takes exactly as long as it should, and the models that it offers."""

import io
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from threading import Lock

from PIL import Image

from benchmarks.peers.work import PROVIDER_SECONDS
from benchmarks.platform.journals import JournalWriter
from shared.domain.errors import ErrorKind, ProviderError
from shared.domain.image_models import ImageModelSpec, Price, Unit
from shared.domain.shapes import parse_ratio
from shared.ports.clock import Clock
from shared.ports.providers import GeneratedImage, ImageRequest

PROVIDER = "bench"
STEADY, QUICK, LIMITED, PEERS = "bench-steady", "bench-quick", "bench-limited", "bench-peers"
CONCURRENCY = 64
LIMIT_PER_SECOND = 20
STEADY_SECONDS = 1.0
EDGE = 64
RATIOS = ("1:1", "4:5", "16:9")


@dataclass(frozen=True, slots=True)
class Manner:
    """How a model behaves: how long a call takes, and how many calls it takes in any one second (None: any number)."""

    seconds: float
    per_second: int | None = None


MANNERS = {
    STEADY: Manner(STEADY_SECONDS),
    QUICK: Manner(0.05),
    LIMITED: Manner(0.2, LIMIT_PER_SECOND),
    PEERS: Manner(PROVIDER_SECONDS),
}


def _spec(model: str, *, rate_per_second: float) -> ImageModelSpec:
    units: dict[str, dict[Unit, int]] = {"1K": {"images": 1}}
    return ImageModelSpec(
        id=model,
        provider=PROVIDER,
        title=model,
        aspect_ratios=RATIOS,
        sizes=("1K",),
        max_references=0,
        seed=True,
        prices=(Price(from_day=date(2020, 1, 1), micros_per_million={"images": 1_000 * 1_000_000}),),
        expected_units=units,
        ceiling_units=units,
        deadline_seconds=60,
        typical_seconds=MANNERS[model].seconds,
        concurrency=CONCURRENCY,
        rate_per_second=rate_per_second,
        edges={"1K": EDGE // 2},
    )


MODELS = (
    _spec(STEADY, rate_per_second=500),
    _spec(QUICK, rate_per_second=500),
    _spec(PEERS, rate_per_second=500),
    # Nobody told the platform of the provider's limit.
    _spec(LIMITED, rate_per_second=500),
)


def picture(aspect_ratio: str, edge: int = EDGE) -> bytes:
    """A PNG of this shape whose longer side has `edge` pixels."""
    ratio = parse_ratio(aspect_ratio)
    width, height = (edge, round(edge / ratio)) if ratio >= 1 else (round(edge * ratio), edge)
    image = Image.linear_gradient("L").resize((width, height)).convert("RGB")
    data = io.BytesIO()
    image.save(data, "PNG")
    return data.getvalue()


class PunctualProvider:
    """Answers every request after its model's time with a picture of the asked shape; busy beyond the model's limit."""

    def __init__(self, journal: JournalWriter, clock: Clock, manners: Mapping[str, Manner] = MANNERS) -> None:
        self._journal = journal
        self._clock = clock
        self._manners = manners
        self._pictures = {ratio: picture(ratio) for ratio in RATIOS}
        self._recent: deque[float] = deque()
        self._lock = Lock()

    def generate(self, request: ImageRequest) -> GeneratedImage:
        """Wait, then hand out the prepared picture; raises ProviderError (busy) when too many calls came in this second."""
        key = f"{request.prompt}#{request.variant}"
        manner = self._manners[request.model]
        self._journal.note("begun", key)
        if manner.per_second is not None and not self._admits(manner.per_second):
            self._journal.note("busy", key)
            raise ProviderError(ErrorKind.BUSY, f"More than {manner.per_second} calls in a second.")
        self._clock.sleep(manner.seconds)
        self._journal.note("made", key)
        return GeneratedImage(
            data=self._pictures[request.aspect_ratio], media_type="image/png", usage={"images": 1}, seed=request.seed
        )

    def _admits(self, per_second: int) -> bool:
        """Whether fewer than `per_second` calls were admitted within the second before now: no burst is forgiven."""
        with self._lock:
            now = self._clock.monotonic()
            while self._recent and self._recent[0] <= now - 1:
                self._recent.popleft()
            if len(self._recent) >= per_second:
                return False
            self._recent.append(now)
            return True
