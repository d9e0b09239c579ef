"""What clients say of pictures that they are about to upload."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from shared.domain.requests import Strict
from shared.domain.texts import Visible


class ReferenceCreate(Strict):
    """A picture that is about to be uploaded: what the client says of it; the content decides."""

    filename: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), Visible]
    media_type: Literal["image/png", "image/jpeg", "image/webp"]
    bytes: Annotated[int, Field(ge=1, strict=True)]
