"""Items of the kind `image`: from a claimed item to stored pictures."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial
from threading import BoundedSemaphore
from typing import Final, cast

from shared import telemetry, traces
from shared.domain.errors import ConfigurationWrong, ErrorKind, NotFound, ProviderError, Unavailable
from shared.domain.image_models import Asked, ImageModelSpec, ceiling_micros, cost_micros, estimate_micros
from shared.domain.items import Attempt, Item, ProviderJob
from shared.domain.library import AssetObjects
from shared.domain.offers import Offer
from shared.domain.shapes import has_shape, has_size
from shared.logging import logger
from shared.ports.clock import Clock
from shared.ports.ids import Ids
from shared.ports.objects import ObjectStore
from shared.ports.pictures import PictureStudio
from shared.ports.providers import (
    GeneratedImage,
    ImageJobs,
    ImageModel,
    ImageProvider,
    ImageRequest,
    ReferenceImage,
    StillRunning,
)
from shared.repositories import paths
from shared.retry import exponential_delay_seconds
from shared.services.made_once import made_once
from shared.services.reference_pictures import ReferencePictures

MAX_OUTPUT_PIXELS: Final = 40_000_000
_STORE_TRIES: Final = 4

_log = logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """An image that is stored: which attempt made it, where it lies, what it is and what it cost."""

    attempt: int
    objects: AssetObjects
    width: int
    height: int
    media_type: str
    bytes: int
    seed: int | None
    model_version: str
    usage: Mapping[str, int]
    cost_micros: int


class ImageHandler:
    """Calls a provider once, checks what came, stores it whole.

    At most `stores_at_a_time` images are checked and stored at once; the others wait for their turn. Answers that come
    together would otherwise all be ready at the end of the crowd, and nothing would be asked for meanwhile.
    """

    def __init__(
        self,
        *,
        offer: Offer,
        providers: Callable[[str], ImageProvider],
        objects: ObjectStore,
        studio: Callable[[], PictureStudio],
        clock: Clock,
        ids: Ids,
        stores_at_a_time: int = 4,
    ) -> None:
        self._offer = offer
        self._providers = providers
        self._objects = objects
        self._opened = studio
        self._clock = clock
        self._ids = ids
        self._references = ReferencePictures(objects)
        self._turns = BoundedSemaphore(stores_at_a_time)

    @made_once
    def _studio(self) -> PictureStudio:
        """Made for the first picture: a step asks this service for prices alone."""
        return self._opened()

    def spec(self, item: Item) -> ImageModelSpec:
        """The model of an item; raises ProviderError when it, or its size, is not known any more."""
        spec = self._offer.find(item.model)
        if spec is None:
            raise ProviderError(ErrorKind.INVALID, f"There is no model {item.model}.")
        if item.size not in spec.sizes:
            raise ProviderError(ErrorKind.INVALID, f"{spec.id} cannot make the size {item.size}.")
        return spec

    def ceiling_micros(self, item: Item) -> int:
        """The most that one call for this item can cost."""
        spec = self.spec(item)
        return ceiling_micros(spec, **self._image(item))

    def estimate_micros(self, item: Item) -> int:
        """What one call for this item probably costs."""
        spec = self.spec(item)
        return estimate_micros(spec, **self._image(item))

    def _image(self, item: Item) -> Asked:
        return Asked(
            size=item.size,
            aspect_ratio=item.aspect_ratio,
            references=len(item.references),
            prompt=item.prompt,
            day=self._day(),
        )

    def billed_micros(self, item: Item, usage: Mapping[str, int]) -> int:
        """What these units cost; the ceiling when the price table does not know one of them: nothing is free by accident."""
        try:
            return cost_micros(usage, self.spec(item).price_on(self._day()))
        except KeyError as unknown:
            _log.error("unit_without_price", item=item.id, model=item.model, unit=str(unknown.args[0])[:60])
            return self.ceiling_micros(item)

    def make(self, item: Item, *, answered: Callable[[], None] = lambda: None) -> Made:
        """Buy the image of the running attempt and store it; raises ProviderError, with the units of a billed failure.

        `answered` is called once the provider is done with it, before the storing begins.
        """
        image = self._buy(item, answered)
        try:
            return self._kept(item, image)
        except Unavailable as error:
            raise _not_stored(error, image) from error

    def submit(self, item: Item, *, answered: Callable[[], None] = lambda: None) -> ProviderJob:
        """Begin the job of the running attempt at a provider that works on its own side; raises ProviderError."""
        spec = self.spec(item)
        jobs = cast("ImageJobs", self._provider(spec))
        request = self._request(item, spec)
        with self._asked(spec, answered):
            return jobs.submit(request)

    def poll(self, item: Item, job: ProviderJob) -> Made | StillRunning:
        """What became of the running attempt's job; its picture is stored.

        Raises ProviderError, with the units of a billed failure: with `outcome_known` false when looking again may bring
        the picture, also when it could not be stored.
        """
        try:
            spec = self.spec(item)
            jobs = cast("ImageJobs", self._provider(spec))
        except ProviderError as error:
            # Nobody was asked: the job goes on without us, and is paid for.
            raise ProviderError(error.kind, error.detail, outcome_known=False) from error
        answer = jobs.poll(job, deadline_seconds=spec.call_seconds)
        if isinstance(answer, StillRunning):
            return answer
        try:
            return self._kept(item, answer)
        except Unavailable as error:
            raise _not_stored(error, answer, outcome_known=False) from error

    def _buy(self, item: Item, answered: Callable[[], None]) -> GeneratedImage:
        spec = self.spec(item)
        provider = cast("ImageModel", self._provider(spec))
        request = self._request(item, spec)
        with self._asked(spec, answered):
            return provider.generate(request)

    def _request(self, item: Item, spec: ImageModelSpec) -> ImageRequest:
        return ImageRequest(
            model=spec.id,
            prompt=item.prompt,
            references=tuple(
                ReferenceImage(data=self._references.bytes_of(one), media_type=one.media_type, mode=item.reference_mode)
                for one in item.references
            ),
            aspect_ratio=item.aspect_ratio,
            size=item.size,
            seed=item.seed,
            variant=item.variant,
            steering=item.steering,
            deadline_seconds=spec.call_seconds,
        )

    @contextmanager
    def _asked(self, spec: ImageModelSpec, answered: Callable[[], None]) -> Iterator[None]:
        """Around the one billable call: how long it took and how it ended is measured, then `answered` is called."""
        began, outcome = self._clock.monotonic(), telemetry.LOST
        try:
            with traces.span("provider.call", provider=spec.provider, model=spec.id):
                yield
            outcome = telemetry.SUCCEEDED
        except ProviderError as error:
            outcome = error.kind.value
            raise
        finally:
            telemetry.provider_answered(spec.provider, spec.id, outcome, self._clock.monotonic() - began)
            answered()

    def _kept(self, item: Item, image: GeneratedImage) -> Made:
        """Checked and stored in its turn; raises ProviderError with the image's units, and Unavailable."""
        try:
            with self._turns:
                return self._store(item, image)
        except ProviderError as error:
            raise ProviderError(error.kind, error.detail, stage=error.stage, usage=dict(image.usage)) from error

    def recover(self, item: Item) -> Made | None:
        """What an earlier attempt stored and could not report, the latest first; None when there is nothing of this recipe.

        Raises ProviderError when the store does not answer: then nothing is known, and nothing may be bought.
        """
        try:
            return self._recovered(item)
        except (Unavailable, NotFound) as error:
            told = f"What an earlier try had stored could not be read: {error.detail}"
            raise ProviderError(ErrorKind.UNAVAILABLE, told) from error

    def _recovered(self, item: Item) -> Made | None:
        for attempt in reversed(item.attempts):
            if not may_have_stored(attempt):
                continue
            info = self._objects.find(paths.image_object(item.org, item.batch, item.id, attempt.number))
            # A retry by hand may have changed what is wanted since.
            if info is None or info.metadata.get("recipe") != item.recipe:
                continue
            data = self._objects.get(info.name)
            told = info.metadata
            image = GeneratedImage(
                data=data,
                media_type=info.media_type,
                usage=json.loads(told.get("usage", "{}")),
                seed=int(told["seed"]) if told.get("seed") else None,
                model_version=told.get("model_version", ""),
            )
            return self._renditions(item, attempt.number, image, info.media_type)
        return None

    def _store(self, item: Item, image: GeneratedImage) -> Made:
        facts = self._studio.check_output(image.data, max_pixels=MAX_OUTPUT_PIXELS)
        if not has_shape(facts.width, facts.height, item.aspect_ratio):
            told = f"The picture came back as {facts.width} × {facts.height}, not {item.aspect_ratio}."
            raise ProviderError(ErrorKind.WRONG_SHAPE, told)
        if not has_size(facts.width, facts.height, self.spec(item).edges[item.size]):
            told = f"The picture came back as {facts.width} × {facts.height}: too small for {item.size}."
            raise ProviderError(ErrorKind.WRONG_SHAPE, told)
        metadata = {
            "recipe": item.recipe,
            "usage": json.dumps(dict(image.usage)),
            "seed": "" if image.seed is None else str(image.seed),
            "model_version": image.model_version[:200],
        }
        name = paths.image_object(item.org, item.batch, item.id, item.attempt)
        self._put(name, image.data, facts.media_type, metadata)
        return self._renditions(item, item.attempt, image, facts.media_type)

    def _renditions(self, item: Item, attempt: int, image: GeneratedImage, media_type: str) -> Made:
        """The smaller pictures beside a stored original."""
        shown = self._studio.renditions(image.data)
        objects = AssetObjects(
            original=paths.image_object(item.org, item.batch, item.id, attempt),
            optimised=paths.optimised_object(item.org, item.batch, item.id, attempt),
            thumbnail=paths.thumbnail_object(item.org, item.batch, item.id, attempt),
        )
        self._put(objects.optimised, shown.optimised, "image/jpeg", {})
        self._put(objects.thumbnail, shown.thumbnail, "image/jpeg", {})
        return Made(
            attempt=attempt,
            objects=objects,
            width=shown.width,
            height=shown.height,
            media_type=media_type,
            bytes=len(image.data),
            seed=image.seed,
            model_version=image.model_version,
            usage=dict(image.usage),
            cost_micros=self.billed_micros(item, image.usage),
        )

    def _put(self, name: str, data: bytes, media_type: str, metadata: Mapping[str, str]) -> None:
        """Store, patiently: what is paid for is not thrown away for a hiccup."""
        put = partial(self._objects.put, name, data, media_type=media_type, metadata=metadata)
        for turn in range(1, _STORE_TRIES):
            try:
                put()
            except Unavailable:
                jitter = self._ids.jitter()
                self._clock.sleep(exponential_delay_seconds(turn, base_seconds=0.5, max_seconds=4, jitter=jitter))
            else:
                return
        put()

    def _provider(self, spec: ImageModelSpec) -> ImageProvider:
        """Who makes this model's images; raises ProviderError when a key that was there on acceptance is gone."""
        try:
            return self._providers(spec.provider)
        except ConfigurationWrong as error:
            raise ProviderError(ErrorKind.UNAUTHORISED, error.detail) from error

    def _day(self) -> date:
        return self._clock.now().date()


def _not_stored(error: Unavailable, image: GeneratedImage, *, outcome_known: bool = True) -> ProviderError:
    told = f"The image was made and could not be stored: {error.detail}"
    return ProviderError(ErrorKind.UNAVAILABLE, told, usage=dict(image.usage), outcome_known=outcome_known)


def may_have_stored(attempt: Attempt) -> bool:
    """Whether an attempt that brought no success may have left its picture: its worker was lost, or it was billed."""
    return attempt.lost or attempt.cost_micros > 0
