"""The contract of the image-model port, for every registered provider: real adapters, local servers for the remote."""

import io
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import date
from threading import Barrier
from typing import Any, cast

import pytest
from PIL import Image
from pydantic import SecretStr

from shared.adapters.providers.registry import PROVIDERS, build
from shared.adapters.system import SystemClock
from shared.config import Settings
from shared.domain.catalogue import MODELS
from shared.domain.errors import ErrorKind, ProviderError
from shared.domain.image_models import ImageModelSpec, ceiling_micros, cost_micros
from shared.domain.modes import ReferenceMode
from shared.domain.shapes import has_shape
from shared.ports.providers import GeneratedImage, ImageJobs, ImageModel, ImageRequest, ReferenceImage
from tests.providers.flux_models import Patient
from tests.providers.flux_server import FluxServer
from tests.providers.gemini_server import GeminiServer
from tests.providers.openai_server import OpenAIServer
from tests.providers.replies import picture
from tests.providers.servers import ProviderServer

DAY = date(2026, 11, 21)
PNG = picture(colour=(20, 90, 160))
# Where a remote provider is spoken to in these tests; one that draws here needs nothing.
WIRES: dict[str, Callable[[], AbstractContextManager[ProviderServer[Any] | None]]] = {
    "flux": FluxServer,
    "flux_server": FluxServer,
    "gemini": GeminiServer,
    "openai": OpenAIServer,
    "preview": nullcontext,
}


@dataclass
class Subject:
    """A provider under test: its adapter, one of its models that is still served, and the server behind it, if any."""

    images: ImageModel
    spec: ImageModelSpec
    server: ProviderServer[Any] | None

    def request(
        self,
        prompt: str = "three pears on a linen cloth",
        *,
        aspect_ratio: str = "1:1",
        seed: int | None = 11,
        variant: int = 1,
        references: tuple[ReferenceImage, ...] = (),
        deadline_seconds: float = 60.0,
    ) -> ImageRequest:
        return ImageRequest(
            model=self.spec.id,
            prompt=prompt,
            references=references,
            aspect_ratio=aspect_ratio,
            size=self.spec.sizes[0],
            seed=seed,
            variant=variant,
            deadline_seconds=deadline_seconds,
        )

    def calls(self) -> int | None:
        """The billable calls so far."""
        if isinstance(self.server, FluxServer):
            return len(self.server.submits)
        return None if self.server is None else self.server.calls


@pytest.fixture(params=sorted(PROVIDERS), scope="module")
def subject(request: pytest.FixtureRequest) -> Iterator[Subject]:
    name = str(request.param)
    spec = next(spec for spec in MODELS if spec.provider == name and not spec.is_shut_down(DAY))
    with WIRES[name]() as server:
        url = server.url if server else ""
        settings = Settings(
            gemini_api_key=SecretStr("a-key"),
            gemini_base_url=url,
            openai_api_key=SecretStr("a-key"),
            openai_base_url=url,
            bfl_api_key=SecretStr("a-key"),
            flux_base_url=url,
            flux_server_url=url,
        )
        made = build(name, settings, SystemClock())
        images = Patient(cast("ImageJobs", made)) if spec.job else cast("ImageModel", made)
        yield Subject(images, spec, server)


def opened(image: GeneratedImage) -> Image.Image:
    """The picture, decoded to its last pixel."""
    picture = Image.open(io.BytesIO(image.data))
    picture.load()
    return picture


def traits(subject: Subject, image: GeneratedImage) -> object:
    """What the request alone decides: all of it with a seed; without one the stand-in's red and green, said by the prompt."""
    return image.data if subject.spec.seed else opened(image).convert("RGB").getpixel((0, 0))[:2]  # type: ignore[index]


@pytest.mark.parametrize("aspect_ratio", ["1:1", "9:16", "16:9", "21:9"])
def test_one_call_makes_one_image_of_the_shape_that_was_asked_for(subject: Subject, aspect_ratio: str) -> None:
    before = subject.calls()
    image = subject.images.generate(subject.request(aspect_ratio=aspect_ratio))
    picture = opened(image)
    assert has_shape(picture.width, picture.height, aspect_ratio)
    assert picture.get_format_mimetype() == image.media_type  # type: ignore[attr-defined]
    if before is not None:
        assert subject.calls() == before + 1


def test_what_it_bills_has_a_price_and_stays_within_the_ceiling(subject: Subject) -> None:
    request = subject.request(
        references=(ReferenceImage(data=PNG, media_type="image/png", mode=ReferenceMode.STYLE_ONLY),)
    )
    image = subject.images.generate(request)
    assert any(image.usage.values())
    most = ceiling_micros(subject.spec, size=request.size, references=1, prompt=request.prompt, day=DAY)
    assert cost_micros(image.usage, subject.spec.price_on(DAY)) <= most


def test_the_seed_that_was_used_is_told_and_none_by_a_model_that_takes_none(subject: Subject) -> None:
    assert subject.images.generate(subject.request(seed=0)).seed == (0 if subject.spec.seed else None)


def test_variants_without_a_seed_are_different_images(subject: Subject) -> None:
    variants = [subject.images.generate(subject.request(seed=None, variant=number)) for number in (1, 2, 3)]
    assert len({image.data for image in variants}) == 3


@pytest.mark.parametrize("mode", list(ReferenceMode))
def test_as_many_references_as_the_model_takes_are_taken(subject: Subject, mode: ReferenceMode) -> None:
    references = tuple(
        ReferenceImage(data=picture("3:2", "512", (number * 15, 80, 80)), media_type="image/png", mode=mode)
        for number in range(subject.spec.max_references)
    )
    assert opened(subject.images.generate(subject.request(references=references))).width


def test_many_threads_at_once_each_get_what_they_would_get_alone(subject: Subject) -> None:
    requests = [subject.request(f"picture number {number}", seed=number) for number in range(32)]
    start = Barrier(len(requests))

    def together(request: ImageRequest) -> GeneratedImage:
        start.wait(60)
        return subject.images.generate(request)

    with ThreadPoolExecutor(len(requests)) as pool:
        at_once = list(pool.map(together, requests))
    alone = [subject.images.generate(request) for request in requests]
    assert [traits(subject, image) for image in at_once] == [traits(subject, image) for image in alone]
    assert len({traits(subject, image) for image in at_once}) == len(requests)


def test_a_call_without_time_ends_in_a_timeout_or_an_image(subject: Subject) -> None:
    try:
        assert opened(subject.images.generate(subject.request(deadline_seconds=0.000_001))).width
    except ProviderError as error:
        outcome = error.kind
    else:
        outcome = ErrorKind.TIMEOUT
    assert outcome is ErrorKind.TIMEOUT


@pytest.mark.parametrize("data", [b"", b"not a picture", PNG[:200]])
def test_a_reference_that_is_no_picture_ends_in_a_provider_error_or_an_image(subject: Subject, data: bytes) -> None:
    reference = ReferenceImage(data=data, media_type="image/png", mode=ReferenceMode.STYLE_AND_COMPOSITION)
    try:
        assert opened(subject.images.generate(subject.request(references=(reference,)))).width
    except ProviderError as error:
        kind = error.kind
    else:
        kind = ErrorKind.INVALID
    assert kind is ErrorKind.INVALID


@pytest.mark.parametrize(
    "prompt", ["x" * 4_000, "🌱" * 500, "line\nbreak\ttab\u0000nul", "'; -- <b>&amp;", "\u202eright to left עברית"]
)
def test_any_prompt_that_a_row_may_hold_makes_an_image(subject: Subject, prompt: str) -> None:
    assert opened(subject.images.generate(subject.request(prompt))).width
