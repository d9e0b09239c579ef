"""What the local OpenAI server answers: every shape of success and failure that the protocol has."""

import base64
from collections.abc import Sequence
from typing import Any

from tests.providers.replies import Reply, of_json

REQUEST_ID = ("x-request-id", "req_0123456789")


def usage(*, text: int = 12, references: int = 0, image: int = 439, text_out: int = 0) -> dict[str, Any]:
    """Token counts with their details, as the service sends them."""
    counts: dict[str, Any] = {
        "input_tokens": text + references,
        "input_tokens_details": {"text_tokens": text, "image_tokens": references},
        "output_tokens": image + text_out,
        "total_tokens": text + references + image + text_out,
    }
    return {**counts, "output_tokens_details": {"image_tokens": image, "text_tokens": text_out}}


def answer(*pictures: bytes | str, billed: dict[str, Any] | None = None, bill: bool = True, **more: object) -> Reply:
    """Pictures in base64 (a `str` is sent as it stands); `bill=False` leaves the usage out."""
    data = [{"b64_json": one if isinstance(one, str) else base64.b64encode(one).decode()} for one in pictures]
    document: dict[str, Any] = {"created": 1_795_000_000, "background": "opaque", "data": data, "output_format": "png"}
    if bill:
        document["usage"] = billed or usage()
    return of_json({**document, **more}, headers=[REQUEST_ID])


def error(
    status: int,
    message: str,
    *,
    code: str | None = None,
    kind: str = "invalid_request_error",
    param: str | None = None,
    headers: Sequence[tuple[str, str]] = (),
    **more: object,
) -> Reply:
    """An error in the service's own form."""
    body = {"message": message, "type": kind, "param": param, "code": code, **more}
    return of_json({"error": body}, status=status, headers=[REQUEST_ID, *headers])


def moderated(stage: str | None = None) -> Reply:
    """A refusal by the safety system, before or after the picture was drawn."""
    details: dict[str, Any] = (
        {"moderation_details": {"moderation_stage": stage, "categories": ["violence"]}} if stage else {}
    )
    return error(
        400,
        "Your request was rejected by the safety system. If you believe this is an error, contact us at "
        "help.openai.com and include the request ID req_0123456789. safety_violations=[violence].",
        code="moderation_blocked",
        kind="image_generation_user_error",
        **details,
    )


def too_many(message: str = "Rate limit reached.", headers: Sequence[tuple[str, str]] = ()) -> Reply:
    return error(429, message, code="rate_limit_exceeded", kind="images", headers=headers)
