"""Pages of lists: how many and from where on."""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from shared.domain.errors import Malformed
from shared.repositories.pages import DEFAULT_SIZE, MAX_SIZE, MAX_TOKEN_CHARACTERS


def _coerced(value: object) -> object:
    """Larger sizes become the largest one."""
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) <= 9:
        return min(int(value), MAX_SIZE)
    return value


class Sort(StrEnum):
    """What comes first in a list by age."""

    NEWEST = "newest"
    OLDEST = "oldest"


class PageParameters(BaseModel):
    """Query parameters of every list."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    page_size: Annotated[
        int,
        BeforeValidator(_coerced),
        Field(ge=1, description=f"Entries a page; more than {MAX_SIZE} are taken as {MAX_SIZE}."),
    ] = DEFAULT_SIZE
    page_token: Annotated[
        str,
        Field(
            max_length=MAX_TOKEN_CHARACTERS,
            description="The `next_page_token` of the page before; empty for the first.",
        ),
    ] = ""


def only_page(parameters: PageParameters) -> None:
    """Raise Malformed when a second page is asked of a list that fits one."""
    if parameters.page_token:
        raise Malformed("This list has one page only: leave page_token out.")
