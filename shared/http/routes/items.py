"""Items of a batch: one image each."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from shared.domain.callers import Caller
from shared.domain.item_changes import ItemsMoved, ItemsPromote, ItemsReorder, ItemUpdate
from shared.domain.modes import ItemStatus
from shared.http.auth import EDITOR, VIEWER
from shared.http.bodies import Body, JsonBody
from shared.http.pages import PageParameters
from shared.http.revisions import revision
from shared.http.services import Services
from shared.http.views import ItemView, PlacedItemView

router = APIRouter(prefix="/v1/batches/{batch_id:id}/items", tags=["items"])

Viewer = Annotated[Caller, Depends(VIEWER)]
Editor = Annotated[Caller, Depends(EDITOR)]
Revision = Annotated[int | None, Depends(revision)]
Changed = Annotated[
    Body[ItemUpdate], Depends(JsonBody(ItemUpdate, example={"prompt": "A walker by the sea", "aspect_ratio": "4:5"}))
]
Promote = Annotated[
    Body[ItemsPromote], Depends(JsonBody(ItemsPromote, example={"items": ["itm_abcdefghijklmnopqrst"]}))
]
Reorder = Annotated[
    Body[ItemsReorder],
    Depends(
        JsonBody(ItemsReorder, example={"items": ["itm_abcdefghijklmnopqrst"], "before": "itm_tsrqponmlkjihgfedcba"})
    ),
]


class ItemFilters(PageParameters):
    """Which items to list."""

    status: Annotated[ItemStatus | None, Field(description="Only items in this state.")] = None
    from_index: Annotated[
        int, Field(ge=0, le=1_000_000, description="Only images from this place in the batch on; 0 is the first.")
    ] = 0


class ItemPage(BaseModel):
    """A page of items in the order of the rows, with fresh links to their images."""

    items: list[ItemView]
    next_page_token: str


@router.get("")
def list_items(batch_id: str, caller: Viewer, filters: Annotated[ItemFilters, Query()], services: Services) -> ItemPage:
    """The items of a batch, in the order of its rows."""
    page = services.batches.items(
        caller,
        batch_id,
        status=filters.status,
        from_index=filters.from_index,
        page_size=filters.page_size,
        page_token=filters.page_token,
    )
    links = services.assets.links_of_items(caller, page.values)
    return ItemPage(items=[ItemView.of(item, links) for item in page.values], next_page_token=page.next_page_token)


@router.get("/{item_id:id}")
def get_item(batch_id: str, item_id: str, caller: Viewer, services: Services) -> PlacedItemView:
    """One item with all its tries and, while it waits, its place in the queue."""
    item = services.batches.item(caller, batch_id, item_id)
    links = services.assets.links_of_items(caller, [item])
    return PlacedItemView.placed(item, links, services.batches.queue_of(caller, item))


@router.patch("/{item_id:id}")
def update_item(
    batch_id: str, item_id: str, caller: Editor, body: Changed, revision: Revision, services: Services
) -> ItemView:
    """Change an image that waits; fields that are left out stay. Of a failed one use the batch's `:retry` with changes.

    409 when it does not wait any more, or, with `If-Match`, when it is not at that revision any more.
    """
    item = services.edits.edit(caller, batch_id, item_id, body.value, revision=revision)
    return ItemView.of(item, services.assets.links_of_items(caller, [item]))


@router.post(":promote")
def promote_items(batch_id: str, caller: Editor, body: Promote, services: Services) -> ItemsMoved:
    """Make these images before all others of the batch that wait, in this order; those that are on their way keep their place."""
    return services.item_orders.promote(caller, batch_id, body.value.items)


@router.post(":reorder")
def reorder_items(batch_id: str, caller: Editor, body: Reorder, services: Services) -> ItemsMoved:
    """Make these images in this order: in the places that they hold together, right before or after another one that waits,
    or last of all that wait.
    """
    wanted = body.value
    if wanted.last:
        return services.item_orders.make_last(caller, batch_id, wanted.items)
    return services.item_orders.reorder(caller, batch_id, wanted.items, before=wanted.before, after=wanted.after)
