"""What people ask to have kept of a batch that they are writing."""

from typing import Annotated

from pydantic import Field, JsonValue, StringConstraints

from shared.domain.requests import Strict
from shared.domain.texts import Visible

BatchName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), Visible]


class DraftSave(Strict):
    """A draft as its author's client leaves it; what `content` means is the client's own matter, `rows` is for the list."""

    name: BatchName = "Untitled batch"
    rows: Annotated[int, Field(ge=0, le=1_000_000, strict=True)] = 0
    content: dict[str, JsonValue]
