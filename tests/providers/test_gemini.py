"""Gemini over the wire: what is asked, and what is made of an answer."""

import base64
import io
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pydantic import SecretStr

from shared.adapters.providers.gemini import GeminiImageModel
from shared.adapters.system import SystemClock
from shared.domain.catalogue import INSTRUCTION_TOKENS_CEILING, find
from shared.domain.errors import ConfigurationWrong, ErrorKind, ProviderError
from shared.domain.modes import ReferenceMode
from shared.ports.providers import GeneratedImage
from tests.providers import gemini_replies as replies
from tests.providers.gemini_models import KEY, MODEL, reference, request, speaking_to
from tests.providers.gemini_server import GeminiServer, draw
from tests.providers.replies import Reply, of_json, picture

Generate: TypeAlias = Callable[..., GeneratedImage]
STYLE = ReferenceMode.STYLE_ONLY
COMPOSITION = ReferenceMode.STYLE_AND_COMPOSITION
PNG = picture()


@pytest.fixture(scope="module")
def running() -> Iterator[GeminiServer]:
    with GeminiServer() as server:
        yield server


@pytest.fixture(scope="module")
def model(running: GeminiServer) -> Iterator[GeminiImageModel]:
    with speaking_to(running.url) as model:
        yield model


@pytest.fixture
def server(running: GeminiServer) -> GeminiServer:
    """The running server as it was at first."""
    running.script = draw
    running.requests.clear()
    return running


@pytest.fixture
def generate(server: GeminiServer, model: GeminiImageModel) -> Generate:
    def generate(reply: Reply | None = None, **changes: object) -> GeneratedImage:
        if reply is not None:
            server.script = lambda _: reply
        return model.generate(request(**changes))

    return generate


# --- What is asked ---------------------------------------------------------------------------------------------------


def test_the_call_is_one_post_with_the_key_in_its_header(server: GeminiServer, generate: Generate) -> None:
    generate()
    (received,) = server.requests
    assert received.path == f"/v1/models/{MODEL}:generateContent"
    assert received.headers["x-goog-api-key"] == KEY
    assert received.headers["accept-encoding"] == "identity"
    assert received.headers["x-server-timeout"] == "30"


def test_one_image_of_the_shape_size_and_seed_is_asked_for_and_nothing_else(
    server: GeminiServer, generate: Generate
) -> None:
    image = generate(aspect_ratio="16:9", size="2K", seed=7)
    (received,) = server.requests
    assert received.config == {
        "candidateCount": 1,
        "seed": 7,
        "responseModalities": ["IMAGE"],
        "imageConfig": {"aspectRatio": "16:9", "imageSize": "2K"},
    }
    assert set(received.json) == {"contents", "generationConfig"}
    assert image.seed == 7


def test_a_model_of_one_size_is_not_told_it(server: GeminiServer, generate: Generate) -> None:
    generate(model="gemini-3.1-flash-lite-image")
    assert server.requests[0].image_config == {"aspectRatio": "1:1"}


def test_without_a_seed_none_is_sent_or_claimed(server: GeminiServer, generate: Generate) -> None:
    assert generate().seed is None
    assert "seed" not in server.requests[0].config


def test_without_references_the_words_are_the_prompt_alone(server: GeminiServer, generate: Generate) -> None:
    generate(prompt="ein Topf „für“ 🌱")
    assert server.requests[0].parts == [{"text": "ein Topf „für“ 🌱"}]


def test_references_come_first_in_their_order_and_the_words_last(server: GeminiServer, generate: Generate) -> None:
    first, second = picture(colour=(1, 2, 3)), picture(colour=(4, 5, 6))
    generate(references=(reference(first), reference(second)))
    (received,) = server.requests
    assert received.pictures == [("image/png", first), ("image/png", second)]
    assert ["text" in part for part in received.parts] == [False, False, True]
    assert received.text.endswith("\na red pot")


def test_style_only_takes_the_look_and_forbids_layout_and_objects(server: GeminiServer, generate: Generate) -> None:
    generate(references=(reference(PNG, STYLE),))
    words = server.requests[0].text
    assert "Reference image 1, style only: take palette, texture, materials and light" in words
    assert "do not take layout" in words
    assert "none of the objects" in words
    assert "composition" not in words


def test_style_and_composition_takes_the_layout_too(server: GeminiServer, generate: Generate) -> None:
    generate(references=(reference(PNG, COMPOSITION),))
    words = server.requests[0].text
    assert "Reference image 1, style and composition:" in words
    assert "also the layout" in words
    assert "do not" not in words


def test_mixed_modes_are_told_apart_by_number(server: GeminiServer, generate: Generate) -> None:
    modes = (STYLE, COMPOSITION, STYLE, STYLE)
    generate(references=tuple(reference(PNG, mode) for mode in modes))
    words = server.requests[0].text
    assert "Reference images 1, 3 and 4, style only:" in words
    assert "Reference image 2, style and composition:" in words


def test_the_words_added_to_a_prompt_stay_within_what_the_price_ceiling_allows_for(
    server: GeminiServer, generate: Generate
) -> None:
    modes = [STYLE, COMPOSITION] * 7
    generate(prompt="x", references=tuple(reference(PNG, mode) for mode in modes))
    assert len(server.requests[0].text.encode()) / 3 <= INSTRUCTION_TOKENS_CEILING


# --- What is made of an answer ---------------------------------------------------------------------------------------


def test_the_image_comes_back_byte_for_byte_with_its_version_and_request(generate: Generate) -> None:
    image = generate(replies.answer(replies.inline(PNG)))
    assert (image.data, image.media_type) == (PNG, "image/png")
    assert (image.model_version, image.request_id) == ("gemini-nano-banana-2.1-001", "answer-1")


def test_text_before_and_after_the_image_is_passed_over(generate: Generate) -> None:
    parts = [replies.text("Here it is:"), replies.inline(PNG), replies.text("Enjoy!")]
    assert generate(replies.answer(*parts)).data == PNG


def test_pictures_among_the_thoughts_are_not_the_answer(generate: Generate) -> None:
    draft = replies.inline(picture(colour=(9, 9, 9)), thought=True)
    parts = [replies.text("Let me think", thought=True), draft, replies.inline(PNG), draft]
    assert generate(replies.answer(*parts)).data == PNG


def test_of_several_images_the_last_is_taken(generate: Generate) -> None:
    draft = replies.inline(picture(colour=(9, 9, 9)))
    assert generate(replies.answer(draft, replies.inline(PNG))).data == PNG


@pytest.mark.parametrize("media_type", ["image/jpeg", "image/webp", None])
def test_the_media_type_is_passed_on_as_it_came(generate: Generate, media_type: str | None) -> None:
    image = generate(replies.answer(replies.inline(b"\xff\xd8", media_type)))
    assert image.media_type == (media_type or "application/octet-stream")


def test_an_image_of_another_shape_is_left_to_the_check_that_every_image_passes(generate: Generate) -> None:
    wide = picture("21:9")
    assert generate(replies.answer(replies.inline(wide)), aspect_ratio="1:1").data == wide


def test_bytes_that_are_no_image_are_left_to_the_check_that_every_image_passes(generate: Generate) -> None:
    assert generate(replies.answer(replies.inline(b"hello"))).data == b"hello"


def test_an_image_cut_off_within_is_left_to_the_check_that_every_image_passes(generate: Generate) -> None:
    image = generate(replies.answer(replies.inline(PNG[:600])))
    with pytest.raises(OSError, match=r"truncated|broken"), Image.open(io.BytesIO(image.data)) as opened:
        opened.load()


@pytest.mark.parametrize("broken", [base64.b64encode(PNG).decode()[:1001], "%%% not base64 %%%"])
def test_an_image_whose_encoding_is_cut_off_is_unknown(generate: Generate, broken: str) -> None:
    with pytest.raises(ProviderError) as raised:
        generate(replies.answer(replies.inline(broken)))
    assert (raised.value.kind, raised.value.outcome_known) == (ErrorKind.UNKNOWN, False)


def test_both_alphabets_of_base64_are_read(generate: Generate) -> None:
    data = bytes(range(256))
    for encoded in (base64.b64encode(data).decode(), base64.urlsafe_b64encode(data).decode()):
        assert generate(replies.answer(replies.inline(encoded))).data == data


# --- What it bills ---------------------------------------------------------------------------------------------------


def test_usage_is_split_by_modality_and_thoughts_are_text(generate: Generate) -> None:
    billed = replies.usage(prompt=40, reference_tokens=258, image=1290, text_out=6, thoughts=80)
    assert generate(replies.answer(replies.inline(PNG), billed=billed)).usage == {
        "input_text_tokens": 40,
        "input_image_tokens": 258,
        "output_text_tokens": 86,
        "output_image_tokens": 1290,
    }


def test_output_without_details_is_billed_as_image(generate: Generate) -> None:
    billed = {"promptTokenCount": 10, "candidatesTokenCount": 1300, "totalTokenCount": 1310}
    image = generate(replies.answer(replies.inline(PNG), billed=billed))
    assert image.usage == {"input_text_tokens": 10, "output_image_tokens": 1300}


def test_input_without_details_is_billed_as_image_when_there_are_references(generate: Generate) -> None:
    billed = {"promptTokenCount": 300, "candidatesTokenCount": 1300}
    image = generate(replies.answer(replies.inline(PNG), billed=billed), references=(reference(PNG),))
    assert image.usage == {"input_image_tokens": 300, "output_image_tokens": 1300}


def test_tokens_that_only_the_total_shows_are_billed_as_image(generate: Generate) -> None:
    image = generate(
        replies.answer(replies.inline(PNG), billed={"promptTokenCount": 10, "totalTokenCount": 1400}),
    )
    assert image.usage == {"input_text_tokens": 10, "output_image_tokens": 1390}


@pytest.mark.parametrize("billed", [None, {"promptTokenCount": 0}])
def test_an_answer_without_usage_is_billed_at_what_such_an_image_usually_bills(
    generate: Generate, billed: dict[str, int] | None
) -> None:
    spec = find(MODEL)
    assert spec is not None
    reply = replies.answer(replies.inline(PNG), billed=billed, bill=billed is not None)
    usage = generate(reply, references=(reference(PNG),)).usage
    assert usage["output_image_tokens"] == spec.expected_units["1K"]["output_image_tokens"]
    assert usage["input_image_tokens"] == spec.reference_tokens
    assert usage["input_text_tokens"] > 0


def test_an_answer_without_usage_from_a_model_without_prices_is_not_free_but_unknown(generate: Generate) -> None:
    with pytest.raises(ProviderError) as raised:
        generate(replies.answer(replies.inline(PNG), bill=False), model="gemini-of-tomorrow")
    assert (raised.value.kind, raised.value.outcome_known) == (ErrorKind.UNKNOWN, False)


# --- How it is spoken to ---------------------------------------------------------------------------------------------


def test_many_threads_share_one_client_and_none_waits_for_another() -> None:
    threads = 32
    together = Barrier(threads)

    def meet(_: object) -> Reply:
        together.wait(60)
        return replies.answer(replies.inline(PNG))

    # The answers are sent only when all the calls have arrived: one at a time they would never be.
    with GeminiServer(meet) as server, speaking_to(server.url) as model, ThreadPoolExecutor(threads) as pool:
        images = list(pool.map(model.generate, [request() for _ in range(threads)]))
    assert [image.data for image in images] == [PNG] * threads


def test_after_close_the_next_call_connects_again(server: GeminiServer) -> None:
    with speaking_to(server.url) as model:
        model.generate(request())
        model.close()
        assert model.generate(request()).media_type == "image/png"


@pytest.mark.parametrize("key", ["", "  ", "two words", "schlüssel", "line\nbreak"])
def test_a_key_that_cannot_be_sent_stops_the_start_without_being_shown(key: str) -> None:
    with pytest.raises(ConfigurationWrong, match="GEMINI_API_KEY") as raised:
        GeminiImageModel(SecretStr(key), base_url=None, clock=SystemClock())
    assert not key.strip() or key not in raised.value.detail


@pytest.mark.parametrize("url", ["ftp://host", "host:80", "https://", "https://me:pass@host", "https://host?key=1"])
def test_an_address_that_cannot_be_called_stops_the_start(url: str) -> None:
    with pytest.raises(ConfigurationWrong, match="FANFOLD_GEMINI_BASE_URL"):
        GeminiImageModel(SecretStr(KEY), base_url=url, clock=SystemClock())


FIELDS = st.sampled_from(
    (
        *("candidates", "content", "parts", "inlineData", "data", "mimeType", "text", "thought", "finishReason"),
        *("promptFeedback", "blockReason", "usageMetadata", "promptTokenCount", "totalTokenCount"),
        *("error", "code", "status", "message", "details", "@type", "retryDelay", "violations", "quotaId"),
    )
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(FIELDS, inner, max_size=4),
    max_leaves=12,
)


@given(status=st.sampled_from([200, 200, 200, 201, 302, 400, 403, 429, 500]), body=JSON)
@settings(max_examples=200)
def test_whatever_the_server_says_an_image_or_a_provider_error_comes_of_it(
    running: GeminiServer, model: GeminiImageModel, status: int, body: object
) -> None:
    running.script = lambda _: of_json(body, status=status)
    try:
        made = model.generate(request()).data
    except ProviderError as error:
        made = error.detail.encode()
    assert made
