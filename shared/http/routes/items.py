"""Items of a batch: one image each."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from shared.domain.callers import Caller
from shared.domain.modes import ItemStatus
from shared.http.auth import VIEWER
from shared.http.pages import PageParameters
from shared.http.services import Services
from shared.http.views import ItemView

router = APIRouter(prefix="/v1/batches/{batch_id:id}/items", tags=["items"])

Viewer = Annotated[Caller, Depends(VIEWER)]


class ItemFilters(PageParameters):
    """Which items to list."""

    status: Annotated[ItemStatus | None, Field(description="Only items in this state.")] = None


class ItemPage(BaseModel):
    """A page of items in the order of the rows, with fresh links to their images."""

    items: list[ItemView]
    next_page_token: str


@router.get("")
def list_items(batch_id: str, caller: Viewer, filters: Annotated[ItemFilters, Query()], services: Services) -> ItemPage:
    """The items of a batch, in the order of its rows."""
    page = services.batches.items(
        caller, batch_id, status=filters.status, page_size=filters.page_size, page_token=filters.page_token
    )
    links = services.assets.links_of_items(caller, page.values)
    return ItemPage(items=[ItemView.of(item, links) for item in page.values], next_page_token=page.next_page_token)


@router.get("/{item_id:id}")
def get_item(batch_id: str, item_id: str, caller: Viewer, services: Services) -> ItemView:
    """One item with all its tries."""
    item = services.batches.item(caller, batch_id, item_id)
    return ItemView.of(item, services.assets.links_of_items(caller, [item]))
