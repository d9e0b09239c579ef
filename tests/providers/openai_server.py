"""A server on this machine that speaks the protocol of OpenAI's images."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.providers import openai_replies
from tests.providers.replies import Reply, colour_of, painted
from tests.providers.servers import ProviderServer

_NAME = re.compile(r'; name="([^"]*)"(?:; filename="([^"]*)")?')


@dataclass(frozen=True, kw_only=True)
class Upload:
    """One file of a form."""

    part: str
    name: str
    media_type: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Received:
    """One request as it came over the wire: the wishes of its JSON or of its form, and the form's files."""

    number: int
    path: str
    headers: dict[str, str]
    wishes: dict[str, Any]
    uploads: list[Upload]

    @property
    def shape(self) -> tuple[int, int]:
        width, _, height = str(self.wishes["size"]).partition("x")
        return int(width), int(height)


Script = Callable[[Received], Reply | int]


def draw(received: Received) -> Reply:
    """The picture that was asked for: red and green say which prompt, blue says which call."""
    red, green, _ = colour_of(received.wishes["prompt"])
    picture = painted(*received.shape, (red, green, received.number % 256))
    prompt = str(received.wishes["prompt"])
    billed = openai_replies.usage(text=len(prompt.encode()) // 4 + 6, references=1024 * len(received.uploads))
    return openai_replies.answer(picture, billed=billed)


class OpenAIServer(ProviderServer[Received]):
    """Speaks the protocol of OpenAI's images; draws what it is asked for unless the script says otherwise."""

    def __init__(self, script: Script = draw, *, per_second: float | None = None, tells_wait: bool = True) -> None:
        super().__init__(script, per_second=per_second, tells_wait=tells_wait)

    def received(self, number: int, path: str, headers: dict[str, str], body: bytes) -> Received:
        media_type, _, boundary = headers["content-type"].partition("; boundary=")
        if media_type != "multipart/form-data":
            return Received(number=number, path=path, headers=headers, wishes=json.loads(body), uploads=[])
        wishes, uploads = _form(body, boundary.encode())
        return Received(number=number, path=path, headers=headers, wishes=wishes, uploads=uploads)

    def turn_away(self) -> Reply:
        return openai_replies.too_many(headers=[("retry-after-ms", "1000")] if self.tells_wait else ())

    def error(self, status: int) -> Reply:
        return openai_replies.error(status, "scripted")


def _form(body: bytes, boundary: bytes) -> tuple[dict[str, Any], list[Upload]]:
    """The fields and files of a multipart form, in their order."""
    wishes: dict[str, Any] = {}
    uploads = []
    for part in body.split(b"--" + boundary)[1:-1]:
        head, _, data = part.removeprefix(b"\r\n").removesuffix(b"\r\n").partition(b"\r\n\r\n")
        lines = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        name, file = _NAME.search(lines["Content-Disposition"]).groups()  # type: ignore[union-attr]
        if file is None:
            wishes[name] = data.decode()
        else:
            uploads.append(Upload(part=name, name=file, media_type=lines["Content-Type"], data=data))
    return wishes, uploads
