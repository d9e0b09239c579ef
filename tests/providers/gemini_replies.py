"""What the local Gemini server answers: every shape of success and failure that the protocol has."""

import base64
from collections.abc import Sequence
from typing import Any

from tests.providers.replies import Reply, of_json

RPC = "type.googleapis.com/google.rpc."


def inline(data: bytes | str, media_type: str | None = "image/png", *, thought: bool = False) -> dict[str, Any]:
    """A part with a picture; a `str` is sent as it stands, so that broken base64 can be sent."""
    blob = {"data": data if isinstance(data, str) else base64.b64encode(data).decode()}
    if media_type is not None:
        blob["mimeType"] = media_type
    return {"inlineData": blob, **({"thought": True} if thought else {})}


def text(words: str, *, thought: bool = False) -> dict[str, Any]:
    return {"text": words, **({"thought": True} if thought else {})}


def usage(
    *, prompt: int = 12, reference_tokens: int = 0, image: int = 1120, text_out: int = 0, thoughts: int = 0
) -> dict[str, Any]:
    """Token counts with their details by modality, as the service sends them."""
    prompt_details = [{"modality": "TEXT", "tokenCount": prompt}]
    if reference_tokens:
        prompt_details.append({"modality": "IMAGE", "tokenCount": reference_tokens})
    details = [{"modality": "IMAGE", "tokenCount": image}]
    if text_out:
        details.append({"modality": "TEXT", "tokenCount": text_out})
    counts: dict[str, Any] = {
        "promptTokenCount": prompt + reference_tokens,
        "candidatesTokenCount": image + text_out,
        "totalTokenCount": prompt + reference_tokens + image + text_out + thoughts,
        "promptTokensDetails": prompt_details,
        "candidatesTokensDetails": details,
    }
    return {**counts, "thoughtsTokenCount": thoughts} if thoughts else counts


def answer(
    *parts: dict[str, Any], finish: str | None = "STOP", billed: dict[str, Any] | None = None, bill: bool = True
) -> Reply:
    """A candidate of these parts; `bill=False` leaves the usage out."""
    candidate: dict[str, Any] = {"index": 0, "content": {"role": "model", "parts": list(parts)}}
    if finish:
        candidate["finishReason"] = finish
    document: dict[str, Any] = {
        "candidates": [candidate],
        "modelVersion": "gemini-nano-banana-2.1-001",
        "responseId": "answer-1",
    }
    if bill:
        document["usageMetadata"] = billed or usage()
    return of_json(document)


def blocked(reason: str | None, billed: dict[str, Any] | None = None) -> Reply:
    """A prompt that was refused: feedback and no candidate."""
    feedback = {"blockReason": reason} if reason else {}
    bill = billed or {"promptTokenCount": 12, "totalTokenCount": 12}
    return of_json({"promptFeedback": feedback, "usageMetadata": bill, "responseId": "answer-1"})


def error(
    status: int,
    word: str,
    message: str,
    *details: dict[str, Any],
    headers: Sequence[tuple[str, str]] = (),
) -> Reply:
    """An error in the service's own form."""
    body: dict[str, Any] = {"code": status, "message": message, "status": word}
    if details:
        body["details"] = list(details)
    return of_json({"error": body}, status=status, headers=headers)


def retry_info(delay: str) -> dict[str, Any]:
    return {"@type": f"{RPC}RetryInfo", "retryDelay": delay}


def violation(quota_id: str, value: str | None = None) -> dict[str, Any]:
    found = {"quotaMetric": "generativelanguage.googleapis.com/generate_requests", "quotaId": quota_id}
    return {"@type": f"{RPC}QuotaFailure", "violations": [{**found, "quotaValue": value} if value else found]}


def too_many(*details: dict[str, Any], message: str = "You exceeded your current quota.", **more: Any) -> Reply:
    return error(429, "RESOURCE_EXHAUSTED", message, *details, **more)
