"""Assets: finished images, their history and their links."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, Field

from shared.domain.callers import Caller
from shared.domain.rows import Strict
from shared.http.auth import ADMIN, VIEWER
from shared.http.bodies import Body, JsonBody
from shared.http.pages import PageParameters
from shared.http.services import Services
from shared.http.views import AssetView, View
from shared.services.assets import MAX_LINKS

router = APIRouter(prefix="/v1/assets", tags=["assets"])

Viewer = Annotated[Caller, Depends(VIEWER)]
Admin = Annotated[Caller, Depends(ADMIN)]


class AssetFilters(PageParameters):
    """Which images to list."""

    q: Annotated[
        str, Field(max_length=200, description="Words of the prompt, or their beginnings from three letters on.")
    ] = ""
    model: Annotated[str | None, Field(max_length=100, description="Only images of this model.")] = None
    tag: Annotated[str | None, Field(max_length=50, description="Only images with this tag.")] = None
    batch: Annotated[str | None, Field(max_length=64, description="Only images of this batch.")] = None
    from_: Annotated[datetime | date | None, Field(alias="from", description="Made at or after; a date or a time.")] = (
        None
    )
    to: Annotated[datetime | date | None, Field(description="Made before; a date stands for its end.")] = None


class AssetPage(BaseModel):
    """A page of images, the newest first, with fresh links; a short page with a token has more behind it."""

    assets: list[AssetView]
    next_page_token: str


class LinksWanted(Strict):
    """Images to make links for."""

    ids: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=64)], ...], Field(min_length=1, max_length=MAX_LINKS)
    ]


class LinksView(View):
    """Signed links to one image and when they end."""

    url: str
    thumbnail_url: str
    expires_at: datetime


class LinksMade(BaseModel):
    """Links by asset id."""

    urls: dict[str, LinksView]


Wanted = Annotated[Body[LinksWanted], Depends(JsonBody(LinksWanted, example={"ids": ["ast_abcdefghijklmnopqrst"]}))]


@router.post(":urls")
def make_links(caller: Viewer, body: Wanted, services: Services) -> LinksMade:
    """Fresh signed links, at most 100 images at a time; 404 names those that are unknown or deleted."""
    links = services.assets.links(caller, body.value.ids)
    return LinksMade(urls={asset: LinksView.model_validate(link) for asset, link in links.items()})


@router.get("")
def list_assets(caller: Viewer, filters: Annotated[AssetFilters, Query()], services: Services) -> AssetPage:
    """The history of finished images, the newest first."""
    page = services.assets.list(
        caller,
        q=filters.q,
        model=filters.model,
        tag=filters.tag,
        batch=filters.batch,
        from_=filters.from_,
        to=filters.to,
        page_size=filters.page_size,
        page_token=filters.page_token,
    )
    links = services.assets.links_of(page.values)
    return AssetPage(assets=[AssetView.of(asset, links) for asset in page.values], next_page_token=page.next_page_token)


@router.get("/{asset_id:id}")
def get_asset(asset_id: str, caller: Viewer, services: Services) -> AssetView:
    """One image with its recipe and fresh links."""
    asset = services.assets.get(caller, asset_id)
    return AssetView.of(asset, services.assets.links_of([asset]))


@router.delete("/{asset_id:id}", status_code=204)
def delete_asset(asset_id: str, caller: Admin, services: Services) -> Response:
    """Delete one image; it is kept for 30 days, unseen."""
    services.assets.delete(caller, asset_id)
    return Response(status_code=204)
