"""The line of a batch: what waits, in the order in which it is made."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from shared.domain.callers import Caller
from shared.http.auth import VIEWER
from shared.http.pages import PageParameters
from shared.http.services import Services
from shared.http.views import ItemView

router = APIRouter(prefix="/v1/batches/{batch_id:id}/line", tags=["items"])

Viewer = Annotated[Caller, Depends(VIEWER)]


class LinePage(BaseModel):
    """A page of the images that wait, who is made first comes first; `sent` and `resting` come with the first page."""

    items: list[ItemView] = Field(description="Images in line: these can be moved.")
    total: int = Field(ge=0, description="How many are in line.")
    sent: list[ItemView] = Field(description="Images on their way to a model: they go first, and cannot be moved.")
    sent_total: int = Field(ge=0, description="How many are on their way; `sent` holds at most 50.")
    resting: list[ItemView] = Field(description="Images that wait for their next try at `not_before`.")
    resting_total: int = Field(ge=0, description="How many wait for their next try; `resting` holds at most 50.")
    next_page_token: str


@router.get("")
def list_line(
    batch_id: str, caller: Viewer, parameters: Annotated[PageParameters, Query()], services: Services
) -> LinePage:
    """The images of a batch that wait, in the order in which they are made; `:promote` and `:reorder` change it."""
    line = services.lines.line(caller, batch_id, page_size=parameters.page_size, page_token=parameters.page_token)
    return LinePage(
        items=[ItemView.of(item, {}) for item in line.page.values],
        total=line.counts.in_line,
        sent=[ItemView.of(item, {}) for item in line.sent],
        sent_total=line.counts.sent,
        resting=[ItemView.of(item, {}) for item in line.resting],
        resting_total=line.counts.resting,
        next_page_token=line.page.next_page_token,
    )
