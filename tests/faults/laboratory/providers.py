"""A provider with moods: what a call takes, brings and costs is drawn from the seed."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cache
from random import Random

from shared.domain.errors import ErrorKind, ProviderError, RefusalStage
from shared.domain.image_models import ImageModelSpec, JobPace, Price, Unit
from shared.ports.providers import GeneratedImage, ImageRequest
from tests.engine.scripted import model, picture
from tests.faults.laboratory.plans import Plan, Spell

DEADLINE_SECONDS = 20
# Longer than a lost look goes unnoticed.
JOB_SECONDS = 200
_TOKENS: dict[str, dict[Unit, int]] = {size: {"output_image_tokens": 800} for size in ("512", "1K")}
_MOST_TOKENS: dict[str, dict[Unit, int]] = {size: {"output_image_tokens": 1_500} for size in ("512", "1K")}

SPECS = (
    replace(model("fixed", concurrency=4, rate_per_second=10), deadline_seconds=DEADLINE_SECONDS),
    replace(
        model("tokens", concurrency=3, rate_per_second=5),
        deadline_seconds=DEADLINE_SECONDS,
        prices=(Price(from_day=date(2020, 1, 1), micros_per_million={"output_image_tokens": 1_000_000}),),
        expected_units=_TOKENS,
        ceiling_units=_MOST_TOKENS,
    ),
    replace(
        model("jobs", concurrency=3, rate_per_second=5),
        deadline_seconds=JOB_SECONDS,
        job=JobPace(call_seconds=10, first_poll_seconds=1, poll_seconds=1),
    ),
)


@dataclass(frozen=True, kw_only=True)
class Reply:
    """How a call goes: when it answers, what, and what the provider bills for it in truth."""

    seconds: float
    answer: GeneratedImage | ProviderError
    units: dict[str, int] = field(default_factory=dict)
    name: str = "good"

    @property
    def is_refused_at_once(self) -> bool:
        """Whether a provider that works on its own side does not even take the job."""
        return self.name in ("storm", "outage", "quota") or self.name.startswith("silent")

    @property
    def is_picture(self) -> bool:
        """Whether it brings a picture as it was asked for."""
        return self.name in ("good", "late", "overrun")


class MoodyProvider:
    """Answers as the plan's spells and chances have it; all is well from `calm_at` on."""

    def __init__(self, plan: Plan, random: Random, now: Callable[[], datetime]) -> None:
        self._plan = plan
        self._random = random
        self._now = now
        self._began_at = now()

    def reply(self, request: ImageRequest) -> Reply:
        """What becomes of this call."""
        at = (self._now() - self._began_at).total_seconds()
        if at >= self._plan.calm_at:
            return self._made(request, seconds=0.5)
        for spell in self._plan.spells:
            if spell.model == request.model and spell.begins <= at < spell.ends:
                return self._in_spell(request, spell)
        for end, chance in self._plan.ends.items():
            if self._random.random() < chance:
                return self._ending(request, end)
        return self._made(request)

    def _in_spell(self, request: ImageRequest, spell: Spell) -> Reply:
        wish = self._random.choice([0.5, 5.0, 40.0]) if spell.says_when else None
        if spell.mood == "storm":
            error = ProviderError(ErrorKind.BUSY, "Too many requests.", retry_after_seconds=wish)
        elif spell.mood == "outage":
            error = ProviderError(ErrorKind.UNAVAILABLE, "Down.", retry_after_seconds=wish)
        elif spell.mood == "quota":
            reopens_at = self._now() + timedelta(minutes=self._random.choice([1, 90])) if spell.says_when else None
            error = ProviderError(ErrorKind.QUOTA, "Used up.", reopens_at=reopens_at)
        else:
            return self._made(request, seconds=self._random.uniform(5, DEADLINE_SECONDS))
        return Reply(seconds=0.05, answer=error, name=spell.mood)

    def _ending(self, request: ImageRequest, end: str) -> Reply:
        units = self._units(request)
        brief = self._random.uniform(0.1, 1.5)
        if end == "late":
            # The process froze: the port's own promise to end by the deadline does not help then.
            return self._made(request, seconds=self._random.choice([70.0, 85.0, 150.0]), name=end)
        if end == "late_failed":
            error = ProviderError(ErrorKind.NO_IMAGE, "Only words, and late.", usage=units)
            return Reply(seconds=self._random.choice([85.0, 150.0]), answer=error, units=units, name=end)
        if end == "overrun":
            more = {"output_image_tokens": 2_600} if request.model == "tokens" else units
            return self._made(request, units=more, name=end)
        if end in ("garbage", "wrong_shape"):
            data = b"no picture" if end == "garbage" else _picture("16:9" if request.aspect_ratio != "16:9" else "1:1")
            return Reply(seconds=brief, answer=_image(data, units), units=units, name=end)
        errors = {
            "refused": ProviderError(ErrorKind.REFUSED, "Not allowed.", stage=RefusalStage.PROMPT),
            "no_image": ProviderError(ErrorKind.NO_IMAGE, "Only words."),
            "billed": ProviderError(ErrorKind.NO_IMAGE, "Only words, for money.", usage=units),
            "unknown": ProviderError(ErrorKind.UNKNOWN, "Something else."),
            "silent": ProviderError(ErrorKind.TIMEOUT, "No answer.", outcome_known=False),
            "silent_billed": ProviderError(ErrorKind.TIMEOUT, "No answer.", outcome_known=False),
        }
        is_billed = end in ("billed", "silent_billed")
        seconds = float(DEADLINE_SECONDS) if end.startswith("silent") else brief
        return Reply(seconds=seconds, answer=errors[end], units=units if is_billed else {}, name=end)

    def _made(
        self,
        request: ImageRequest,
        *,
        seconds: float | None = None,
        units: dict[str, int] | None = None,
        name: str = "good",
    ) -> Reply:
        billed = units or self._units(request)
        took = self._random.uniform(0.2, 4) if seconds is None else seconds
        return Reply(seconds=took, answer=_image(_picture(request.aspect_ratio), billed), units=billed, name=name)

    def _units(self, request: ImageRequest) -> dict[str, int]:
        return {"output_image_tokens": self._random.randint(300, 1_500)} if request.model == "tokens" else {"images": 1}


def spec_of(name: str) -> ImageModelSpec:
    """The model of this name."""
    return next(spec for spec in SPECS if spec.id == name)


def _image(data: bytes, units: dict[str, int]) -> GeneratedImage:
    return GeneratedImage(data=data, media_type="image/png", usage=units, model_version="1")


@cache
def _picture(ratio: str) -> bytes:
    return picture(ratio)
