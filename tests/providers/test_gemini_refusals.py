"""Gemini over the wire: refusals, and answers that hold no image."""

import pytest

from shared.domain.errors import ErrorKind, RefusalStage
from tests.providers import gemini_replies as replies
from tests.providers.gemini_models import Wire, failed, reference
from tests.providers.replies import of_json, picture

PNG = picture()


@pytest.mark.parametrize("reason", ["SAFETY", "OTHER", "BLOCKLIST", "PROHIBITED_CONTENT", "IMAGE_SAFETY", "JAILBREAK"])
def test_a_blocked_prompt_is_refused_with_its_reason_and_its_bill(wired: Wire, reason: str) -> None:
    failure = failed(wired, replies.blocked(reason))
    assert (failure.kind, failure.stage) == (ErrorKind.REFUSED, RefusalStage.PROMPT)
    assert reason in failure.detail
    assert failure.usage == {"input_text_tokens": 12}
    assert failure.outcome_known


def test_a_prompt_blocked_without_a_reason_is_refused(wired: Wire) -> None:
    failure = failed(wired, replies.blocked(None))
    assert (failure.kind, failure.stage) == (ErrorKind.REFUSED, RefusalStage.PROMPT)


@pytest.mark.parametrize(("reason", "stage"), [("IMAGE_SAFETY", "reference"), ("SAFETY", "prompt")])
def test_with_references_an_unsafe_image_is_one_of_them(wired: Wire, reason: str, stage: str) -> None:
    failure = failed(wired, replies.blocked(reason), references=(reference(PNG),))
    assert failure.stage is RefusalStage(stage)


@pytest.mark.parametrize(
    "reason",
    [
        "SAFETY",
        "RECITATION",
        "BLOCKLIST",
        "PROHIBITED_CONTENT",
        "SPII",
        "IMAGE_SAFETY",
        "IMAGE_PROHIBITED_CONTENT",
        "IMAGE_RECITATION",
        "MODEL_ARMOR",
        "ESCALATION",
    ],
)
def test_a_blocked_image_is_refused_as_output_and_paid_for(wired: Wire, reason: str) -> None:
    failure = failed(wired, replies.answer(finish=reason, billed=replies.usage(image=900)))
    assert (failure.kind, failure.stage) == (ErrorKind.REFUSED, RefusalStage.OUTPUT)
    assert failure.usage["output_image_tokens"] == 900
    assert reason in failure.detail


def test_an_image_that_comes_with_a_refusal_is_not_used(wired: Wire) -> None:
    failure = failed(wired, replies.answer(replies.inline(PNG), finish="IMAGE_SAFETY"))
    assert (failure.kind, failure.stage) == (ErrorKind.REFUSED, RefusalStage.OUTPUT)


@pytest.mark.parametrize("reason", ["STOP", "NO_IMAGE", "IMAGE_OTHER", "OTHER", "MAX_TOKENS", "CONTINUATION"])
def test_words_instead_of_an_image_are_no_image_and_asked_for_once(wired: Wire, reason: str) -> None:
    failure = failed(wired, replies.answer(replies.text("I cannot draw that."), finish=reason))
    assert (failure.kind, failure.outcome_known) == (ErrorKind.NO_IMAGE, True)
    assert failure.usage
    assert "cannot draw" not in failure.detail


@pytest.mark.parametrize(
    "parts",
    [
        (replies.inline(""),),
        (replies.inline(PNG, thought=True),),
        (replies.inline(b"RIFF", "audio/wav"),),
        ({"fileData": {"fileUri": "https://elsewhere/x.png", "mimeType": "image/png"}},),
        (),
    ],
)
def test_parts_that_hold_no_picture_are_no_image(wired: Wire, parts: tuple[dict[str, object], ...]) -> None:
    assert failed(wired, replies.answer(*parts)).kind is ErrorKind.NO_IMAGE


def test_no_candidate_but_a_bill_is_no_image(wired: Wire) -> None:
    failure = failed(wired, of_json({"candidates": [], "usageMetadata": {"promptTokenCount": 9}}))
    assert (failure.kind, failure.usage) == (ErrorKind.NO_IMAGE, {"input_text_tokens": 9})


def test_an_empty_answer_is_unknown_and_may_have_been_paid_for(wired: Wire) -> None:
    failure = failed(wired, of_json({}))
    assert (failure.kind, failure.outcome_known) == (ErrorKind.UNKNOWN, False)


@pytest.mark.filterwarnings("ignore:.*is not a valid FinishReason:UserWarning")
@pytest.mark.parametrize("reason", ["MALFORMED_RESPONSE", "UNEXPECTED_TOOL_CALL", "A_REASON_OF_TOMORROW"])
def test_a_reason_that_nobody_foresaw_is_unknown_with_its_bill(wired: Wire, reason: str) -> None:
    failure = failed(wired, replies.answer(finish=reason))
    assert failure.kind is ErrorKind.UNKNOWN
    assert reason in failure.detail
    assert failure.usage


def test_a_language_that_is_not_taken_is_a_refused_prompt(wired: Wire) -> None:
    failure = failed(wired, replies.answer(finish="LANGUAGE"))
    assert (failure.kind, failure.stage) == (ErrorKind.REFUSED, RefusalStage.PROMPT)


def test_a_limited_account_is_unauthorised(wired: Wire) -> None:
    assert failed(wired, replies.answer(finish="PUP_LIMITED_DISABLED")).kind is ErrorKind.UNAUTHORISED
