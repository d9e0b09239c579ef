"""OpenAI over the wire: what is asked, and what is made of an answer."""

import base64
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from shared.adapters.providers.openai import OpenAIImageModel
from shared.adapters.system import SystemClock
from shared.domain.catalogue import find
from shared.domain.errors import ConfigurationWrong, ErrorKind, ProviderError
from shared.domain.modes import ReferenceMode
from shared.ports.providers import GeneratedImage
from tests.providers import openai_replies as replies
from tests.providers.gemini_models import reference
from tests.providers.openai_models import KEY, MODEL, OpenAIWire, request, speaking_to
from tests.providers.openai_server import OpenAIServer, Received, draw
from tests.providers.replies import Reply, of_json, picture

PNG = picture()


@pytest.fixture
def wired(openai_wired: OpenAIWire) -> OpenAIWire:
    """The running server as it was at first."""
    openai_wired.server.script = draw
    openai_wired.server.requests.clear()
    return openai_wired


def made(wired: OpenAIWire, reply: Reply | None = None, **changes: Any) -> GeneratedImage:
    if reply is not None:
        wired.server.script = lambda _: reply
    return wired.model.generate(request(**changes))


def asked(wired: OpenAIWire) -> Received:
    (received,) = wired.server.requests
    return received


# --- What is asked ---------------------------------------------------------------------------------------------------


def test_the_call_is_one_post_with_the_key_in_its_header(wired: OpenAIWire) -> None:
    made(wired)
    assert asked(wired).path == "/v1/images/generations"
    assert asked(wired).headers["authorization"] == f"Bearer {KEY}"
    assert asked(wired).headers["accept-encoding"] == "identity"
    assert asked(wired).headers["x-stainless-retry-count"] == "0"


def test_one_image_of_the_shape_and_the_models_quality_is_asked_for_and_nothing_else(wired: OpenAIWire) -> None:
    image = made(wired, aspect_ratio="16:9", size="4K", seed=7)
    assert asked(wired).wishes == {
        "model": MODEL,
        "prompt": "a red pot",
        "size": "3840x2160",
        "n": 1,
        "quality": "medium",
        "output_format": "png",
    }
    assert image.seed is None


def test_a_model_of_three_shapes_is_asked_for_one_of_them(wired: OpenAIWire) -> None:
    made(wired, model="gpt-image-1.5", aspect_ratio="2:3")
    assert asked(wired).wishes["size"] == "1024x1536"


def test_what_the_environment_says_to_the_sdk_is_not_sent(wired: OpenAIWire, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "OPENAI_ADMIN_KEY", "OPENAI_BASE_URL", "OPENAI_API_KEY"):
        monkeypatch.setenv(name, "somebody-elses")
    with speaking_to(wired.server.url) as model:
        model.generate(request())
    assert "somebody-elses" not in str(asked(wired).headers)


def test_references_make_it_an_edit_with_a_file_each_in_their_order(wired: OpenAIWire) -> None:
    first, second = picture(colour=(1, 2, 3)), b"--\r\nnot the boundary\r\n\x00\xff" + PNG
    made(wired, references=(reference(first), reference(second)))
    received = asked(wired)
    assert received.path == "/v1/images/edits"
    assert [(file.part, file.name, file.media_type) for file in received.uploads] == [
        ("image[]", "reference-1.png", "image/png"),
        ("image[]", "reference-2.png", "image/png"),
    ]
    assert [file.data for file in received.uploads] == [first, second]
    assert {name: received.wishes[name] for name in ("model", "n", "quality", "size", "output_format")} == {
        "model": MODEL,
        "n": "1",
        "quality": "medium",
        "size": "1024x1024",
        "output_format": "png",
    }


def test_one_reference_is_sent_like_several(wired: OpenAIWire) -> None:
    made(wired, references=(reference(PNG),))
    assert [file.part for file in asked(wired).uploads] == ["image[]"]


def test_the_words_say_how_far_each_reference_guides(wired: OpenAIWire) -> None:
    modes = (ReferenceMode.STYLE_ONLY, ReferenceMode.STYLE_AND_COMPOSITION, ReferenceMode.STYLE_ONLY)
    made(wired, references=tuple(reference(PNG, mode) for mode in modes))
    words = asked(wired).wishes["prompt"]
    assert "Reference images 1 and 3, style only:" in words
    assert "Reference image 2, style and composition:" in words
    assert words.endswith("\na red pot")


def test_without_references_the_words_are_the_prompt_alone(wired: OpenAIWire) -> None:
    made(wired, prompt="ein Topf „für“ 🌱")
    assert asked(wired).wishes["prompt"] == "ein Topf „für“ 🌱"


@pytest.mark.parametrize(
    "changes",
    [
        {"model": "gpt-image-of-tomorrow"},
        {"references": (type(reference(PNG))(data=b"GIF89a", media_type="image/gif", mode=ReferenceMode.STYLE_ONLY),)},
    ],
)
def test_what_cannot_be_asked_is_refused_before_anything_is_sent(wired: OpenAIWire, changes: dict[str, Any]) -> None:
    calls = wired.server.calls
    with pytest.raises(ProviderError) as raised:
        made(wired, **changes)
    assert (raised.value.kind, raised.value.outcome_known) == (ErrorKind.INVALID, True)
    assert wired.server.calls == calls


# --- What is made of an answer ---------------------------------------------------------------------------------------


def test_the_image_comes_back_byte_for_byte_with_its_request(wired: OpenAIWire) -> None:
    image = made(wired, replies.answer(PNG))
    assert (image.data, image.media_type) == (PNG, "image/png")
    assert (image.model_version, image.request_id) == (MODEL, "req_0123456789")


@pytest.mark.parametrize(
    ("told", "media_type"), [("jpeg", "image/jpeg"), ("webp", "image/webp"), ("svg", "image/png"), (5, "image/png")]
)
def test_the_media_type_is_the_one_that_the_answer_names(wired: OpenAIWire, told: object, media_type: str) -> None:
    assert made(wired, replies.answer(b"\xff\xd8", output_format=told)).media_type == media_type


def test_usage_is_split_by_sort(wired: OpenAIWire) -> None:
    billed = replies.usage(text=40, references=1024, image=1756, text_out=6)
    assert made(wired, replies.answer(PNG, billed=billed)).usage == {
        "input_text_tokens": 40,
        "input_image_tokens": 1024,
        "output_text_tokens": 6,
        "output_image_tokens": 1756,
    }


def test_tokens_without_details_are_billed_as_the_dearer_sort(wired: OpenAIWire) -> None:
    billed = {"input_tokens": 300, "output_tokens": 400, "total_tokens": 750}
    assert made(wired, replies.answer(PNG, billed=billed), references=(reference(PNG),)).usage == {
        "input_image_tokens": 300,
        "output_image_tokens": 450,
    }
    assert made(wired, replies.answer(PNG, billed=billed)).usage["input_text_tokens"] == 300


@pytest.mark.parametrize("billed", [None, {"input_tokens": -5, "output_tokens": True, "input_tokens_details": 3}])
def test_an_answer_without_usage_is_billed_at_what_such_an_image_usually_bills(
    wired: OpenAIWire, billed: dict[str, object] | None
) -> None:
    spec = find(MODEL)
    assert spec is not None
    usage = made(wired, replies.answer(PNG, billed=billed, bill=billed is not None), references=(reference(PNG),)).usage
    assert usage["output_image_tokens"] == spec.shape_tokens["1K", "1:1"]
    assert usage["input_image_tokens"] == spec.reference_tokens
    assert usage["input_text_tokens"] > 0


@pytest.mark.parametrize("document", [{"data": []}, {"data": None}, {"data": [{"url": "https://elsewhere/x.png"}]}])
def test_an_answer_that_billed_and_holds_no_image_is_a_failed_charge(
    wired: OpenAIWire, document: dict[str, object]
) -> None:
    with pytest.raises(ProviderError) as raised:
        made(wired, of_json({**document, "usage": replies.usage()}))
    assert (raised.value.kind, raised.value.outcome_known) == (ErrorKind.NO_IMAGE, True)
    assert raised.value.usage["output_image_tokens"] == 439


@pytest.mark.parametrize("document", [{}, [], "words", {"data": [{"b64_json": ""}]}])
def test_an_answer_without_image_and_bill_leaves_the_outcome_unknown(wired: OpenAIWire, document: object) -> None:
    with pytest.raises(ProviderError) as raised:
        made(wired, of_json(document))
    assert (raised.value.kind, raised.value.outcome_known) == (ErrorKind.UNKNOWN, False)


@pytest.mark.parametrize("broken", [base64.b64encode(PNG).decode()[:1001], "%%% not base64 %%%", "AAAA%%%%", "Zürich"])
def test_an_image_whose_encoding_is_broken_is_unknown_and_paid_for(wired: OpenAIWire, broken: str) -> None:
    with pytest.raises(ProviderError) as raised:
        made(wired, replies.answer(broken))
    assert (raised.value.kind, raised.value.outcome_known) == (ErrorKind.UNKNOWN, True)
    assert raised.value.usage


# --- How it is spoken to ---------------------------------------------------------------------------------------------


def test_many_threads_share_one_client_and_none_waits_for_another() -> None:
    threads = 32
    together = Barrier(threads)

    def meet(_: object) -> Reply:
        together.wait(60)
        return replies.answer(PNG)

    # The answers are sent only when all the calls have arrived: one at a time they would never be.
    with OpenAIServer(meet) as server, speaking_to(server.url) as model, ThreadPoolExecutor(threads) as pool:
        images = list(pool.map(model.generate, [request() for _ in range(threads)]))
    assert [image.data for image in images] == [PNG] * threads


def test_after_close_the_next_call_connects_again(wired: OpenAIWire) -> None:
    with speaking_to(wired.server.url) as model:
        model.generate(request())
        model.close()
        assert model.generate(request()).media_type == "image/png"


@pytest.mark.parametrize("key", ["", "  ", "two words", "schlüssel", "line\nbreak"])
def test_a_key_that_cannot_be_sent_stops_the_start_without_being_shown(key: str) -> None:
    with pytest.raises(ConfigurationWrong, match="OPENAI_API_KEY") as raised:
        OpenAIImageModel(SecretStr(key), base_url=None, clock=SystemClock())
    assert not key.strip() or key not in raised.value.detail


@pytest.mark.parametrize("url", ["ftp://host", "host:80", "https://", "https://me:pass@host", "https://host?key=1"])
def test_an_address_that_cannot_be_called_stops_the_start(url: str) -> None:
    with pytest.raises(ConfigurationWrong, match="FANFOLD_OPENAI_BASE_URL"):
        OpenAIImageModel(SecretStr(KEY), base_url=url, clock=SystemClock())


FIELDS = st.sampled_from(
    (
        *("data", "b64_json", "usage", "input_tokens", "output_tokens", "total_tokens", "input_tokens_details"),
        *("error", "code", "type", "message", "param", "moderation_details", "moderation_stage", "output_format"),
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
    openai_wired: OpenAIWire, status: int, body: object
) -> None:
    openai_wired.server.script = lambda _: of_json(body, status=status)
    try:
        said = openai_wired.model.generate(request()).data
    except ProviderError as error:
        said = error.detail.encode()
    assert said
