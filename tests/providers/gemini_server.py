"""A server on this machine that speaks Gemini's protocol."""

import base64
import json
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.providers import gemini_replies, replies
from tests.providers.replies import Reply
from tests.providers.servers import ProviderServer


@dataclass(frozen=True, kw_only=True)
class Received:
    """One request as it came over the wire; `number` counts from 1."""

    number: int
    path: str
    headers: dict[str, str]
    json: dict[str, Any] = field(repr=False)

    @property
    def parts(self) -> list[dict[str, Any]]:
        return [part for content in self.json["contents"] for part in content["parts"]]

    @property
    def text(self) -> str:
        return "\n".join(part["text"] for part in self.parts if "text" in part)

    @property
    def pictures(self) -> list[tuple[str, bytes]]:
        """Media type and bytes of each reference, in their order."""
        blobs = [part.get("inlineData") or part["inline_data"] for part in self.parts if "text" not in part]
        return [
            (blob.get("mimeType") or blob["mime_type"], base64.urlsafe_b64decode(_alphabet(blob["data"])))
            for blob in blobs
        ]

    @property
    def config(self) -> dict[str, Any]:
        config: dict[str, Any] = self.json["generationConfig"]
        return config

    @property
    def image_config(self) -> dict[str, str]:
        config: dict[str, str] = self.config.get("imageConfig", {})
        return config


Script = Callable[[Received], Reply | int]


def draw(received: Received) -> Reply:
    """The picture that was asked for: its colour says which prompt and seed (without a seed, which call)."""
    config = received.image_config
    cause = received.config.get("seed", f"call {received.number}")
    colour = replies.colour_of(received.text, cause)
    data = replies.picture(config.get("aspectRatio", "1:1"), config.get("imageSize", "1K"), colour)
    billed = gemini_replies.usage(prompt=len(received.text) // 4 + 1, reference_tokens=258 * len(received.pictures))
    return gemini_replies.answer(gemini_replies.inline(data), billed=billed)


class GeminiServer(ProviderServer[Received]):
    """Speaks Gemini's protocol; draws what it is asked for unless the script says otherwise."""

    def __init__(
        self,
        script: Script = draw,
        *,
        latency_seconds: float = 0.0,
        per_second: float | None = None,
        tells_wait: bool = True,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        super().__init__(script, latency_seconds=latency_seconds, per_second=per_second, tells_wait=tells_wait, tls=tls)

    def received(self, number: int, path: str, headers: dict[str, str], body: bytes) -> Received:
        return Received(number=number, path=path, headers=headers, json=json.loads(body))

    def turn_away(self) -> Reply:
        quota = gemini_replies.violation("GenerateRequestsPerMinutePerProjectPerModel")
        told = (quota, gemini_replies.retry_info("1s")) if self.tells_wait else (quota,)
        return gemini_replies.too_many(*told)

    def error(self, status: int) -> Reply:
        return gemini_replies.error(status, "SCRIPTED", "scripted")


def _alphabet(data: str) -> str:
    return data.replace("+", "-").replace("/", "_")
