"""What Gemini answers: the image, what it billed, or why there is none."""

from collections.abc import Iterable, Iterator

from google.genai import types
from google.genai.types import BlockedReason, FinishReason, MediaModality

from shared.domain.errors import ErrorKind, ProviderError, RefusalStage
from shared.domain.image_models import ImageModelSpec, Unit
from shared.ports.providers import GeneratedImage, ImageRequest

_REFUSED_OUTPUT = (
    FinishReason.SAFETY,
    FinishReason.RECITATION,
    FinishReason.BLOCKLIST,
    FinishReason.PROHIBITED_CONTENT,
    FinishReason.SPII,
    FinishReason.IMAGE_SAFETY,
    FinishReason.IMAGE_PROHIBITED_CONTENT,
    FinishReason.IMAGE_RECITATION,
    FinishReason.MODEL_ARMOR,
    FinishReason.ESCALATION,
)
_NO_IMAGE = (
    FinishReason.STOP,
    FinishReason.MAX_TOKENS,
    FinishReason.OTHER,
    FinishReason.NO_IMAGE,
    FinishReason.IMAGE_OTHER,
    FinishReason.CONTINUATION,
)
_UNSAID = (FinishReason.FINISH_REASON_UNSPECIFIED, BlockedReason.BLOCKED_REASON_UNSPECIFIED)


def read(answer: types.GenerateContentResponse, request: ImageRequest, spec: ImageModelSpec | None) -> GeneratedImage:
    """The last image that is no thought, with the units it billed; raises ProviderError when there is none."""
    metadata = answer.usage_metadata
    units = _units(metadata, has_references=bool(request.references)) if metadata else {}
    candidates = answer.candidates or []
    reason = _said(candidates[0].finish_reason) if candidates else None
    if reason in _REFUSED_OUTPUT:
        raise ProviderError(
            ErrorKind.REFUSED,
            f"Gemini withheld what it had drawn ({reason}). Word the prompt differently.",
            stage=RefusalStage.OUTPUT,
            usage=units,
        )
    images = [blob for candidate in candidates for blob in _images(candidate)]
    if not images:
        raise _missing(answer, reason, units, has_references=bool(request.references))
    image = images[-1]
    return GeneratedImage(
        data=image.data or b"",
        media_type=image.mime_type or "application/octet-stream",
        usage=units if any(units.values()) else _expected(request, spec),
        seed=request.seed if spec is None or spec.seed else None,
        model_version=answer.model_version or "",
        request_id=answer.response_id or "",
    )


def _images(candidate: types.Candidate) -> Iterator[types.Blob]:
    parts = candidate.content.parts if candidate.content else None
    for part in parts or []:
        blob = part.inline_data
        if part.thought or blob is None or not blob.data:
            continue
        # A part without a type is taken for what was asked for; whether it is one is checked with every image.
        if blob.mime_type is None or blob.mime_type.startswith("image/"):
            yield blob


def _missing(
    answer: types.GenerateContentResponse, reason: str | None, units: dict[str, int], *, has_references: bool
) -> ProviderError:
    feedback = answer.prompt_feedback
    if feedback is not None and (not answer.candidates or _said(feedback.block_reason)):
        return _blocked(_said(feedback.block_reason), units, has_references=has_references)
    if reason == FinishReason.LANGUAGE:
        return ProviderError(
            ErrorKind.REFUSED,
            "Gemini does not take prompts in this language (LANGUAGE).",
            stage=RefusalStage.PROMPT,
            usage=units,
        )
    if reason == FinishReason.PUP_LIMITED_DISABLED:
        return ProviderError(
            ErrorKind.UNAUTHORISED,
            "Google has limited the account of this key for a breach of its policy (PUP_LIMITED_DISABLED).",
            usage=units,
        )
    if reason in _NO_IMAGE:
        return ProviderError(ErrorKind.NO_IMAGE, f"Gemini ended ({reason}) without an image.", usage=units)
    if reason is None and not answer.candidates and units:
        return ProviderError(ErrorKind.NO_IMAGE, "Gemini answered without a candidate.", usage=units)
    said = f"Gemini ended for a reason that Fanfold does not know ({reason})" if reason else "Gemini's answer is empty"
    # Without a bill and without a reason nobody can say whether the image was made and lost.
    return ProviderError(ErrorKind.UNKNOWN, f"{said}.", usage=units, outcome_known=bool(reason or units))


def _blocked(reason: str | None, units: dict[str, int], *, has_references: bool) -> ProviderError:
    if reason == BlockedReason.IMAGE_SAFETY and has_references:
        stage, what = RefusalStage.REFERENCE, "a reference image"
    else:
        stage, what = RefusalStage.PROMPT, "the prompt"
    return ProviderError(
        ErrorKind.REFUSED, f"Gemini refused {what} ({reason or 'no reason given'}).", stage=stage, usage=units
    )


def _said(reason: FinishReason | BlockedReason | None) -> str | None:
    """The reason's own word, known here or not."""
    return None if reason is None or reason in _UNSAID else str(reason.value)


def _units(metadata: types.GenerateContentResponseUsageMetadata, *, has_references: bool) -> dict[str, int]:
    """Units by the names of the price table; tokens that no detail explains are booked as the dearer sort."""
    text_in, image_in = _split(metadata.prompt_tokens_details)
    loose_in = max(0, (metadata.prompt_token_count or 0) - text_in - image_in)
    tools = metadata.tool_use_prompt_token_count or 0
    text_out, image_out = _split(metadata.candidates_tokens_details)
    loose_out = max(0, (metadata.candidates_token_count or 0) - text_out - image_out)
    thoughts = metadata.thoughts_token_count or 0
    explained = text_in + image_in + loose_in + tools + text_out + image_out + loose_out + thoughts
    unexplained = max(0, (metadata.total_token_count or 0) - explained)
    units: dict[Unit, int] = {
        "input_text_tokens": text_in + tools + (0 if has_references else loose_in),
        "input_image_tokens": image_in + (loose_in if has_references else 0),
        "output_text_tokens": text_out + thoughts,
        "output_image_tokens": image_out + loose_out + unexplained,
    }
    return {unit: count for unit, count in units.items() if count}


def _split(details: Iterable[types.ModalityTokenCount] | None) -> tuple[int, int]:
    text = other = 0
    for detail in details or []:
        count = max(0, detail.token_count or 0)
        if detail.modality is MediaModality.TEXT:
            text += count
        else:
            other += count
    return text, other


def _expected(request: ImageRequest, spec: ImageModelSpec | None) -> dict[str, int]:
    """What such an image usually bills, for an answer that says nothing: no image is free by omission."""
    units: dict[str, int] = {}
    if spec:
        units.update({unit: count for unit, count in spec.expected_units.get(request.size, {}).items() if count})
    if not units:
        raise ProviderError(
            ErrorKind.UNKNOWN,
            f"Gemini gave no usage for {request.model}, and Fanfold does not know what it bills.",
            outcome_known=False,
        )
    if request.references and spec:
        units["input_image_tokens"] = len(request.references) * spec.reference_tokens
    units["input_text_tokens"] = units.get("input_text_tokens", 0) + len(request.prompt.encode())
    return units
