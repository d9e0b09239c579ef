"""Assets: finished images, their history and their links."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, Field

from shared.domain.asset_changes import AssetsChanged, AssetsDelete, AssetsPick, AssetsRate, AssetsTag, AssetUpdate
from shared.domain.callers import Caller
from shared.domain.requests import Strict
from shared.http.auth import ADMIN, EDITOR, EVALUATOR, VIEWER
from shared.http.bodies import Body, JsonBody
from shared.http.pages import PageParameters, Sort
from shared.http.revisions import revision
from shared.http.services import Services
from shared.http.views import AssetView, View
from shared.services.assets import MAX_LINKS

EXAMPLE = {"ids": ["ast_abcdefghijklmnopqrst"]}

router = APIRouter(prefix="/v1/assets", tags=["assets"])

Viewer = Annotated[Caller, Depends(VIEWER)]
Evaluator = Annotated[Caller, Depends(EVALUATOR)]
Editor = Annotated[Caller, Depends(EDITOR)]
Admin = Annotated[Caller, Depends(ADMIN)]
Revision = Annotated[int | None, Depends(revision)]
Changed = Annotated[Body[AssetUpdate], Depends(JsonBody(AssetUpdate, example={"tags": ["spring", "hero"]}))]
Tagged = Annotated[
    Body[AssetsTag], Depends(JsonBody(AssetsTag, example={**EXAMPLE, "add": ["hero"], "remove": ["draft"]}))
]
Picked = Annotated[Body[AssetsPick], Depends(JsonBody(AssetsPick, example={**EXAMPLE, "picked": True}))]
Rated = Annotated[Body[AssetsRate], Depends(JsonBody(AssetsRate, example={**EXAMPLE, "rating": 4}))]
Deleted = Annotated[Body[AssetsDelete], Depends(JsonBody(AssetsDelete, example=EXAMPLE))]


class AssetFilters(PageParameters):
    """Which images to list."""

    q: Annotated[
        str, Field(max_length=200, description="Words of the prompt, or their beginnings from three letters on.")
    ] = ""
    model: Annotated[str | None, Field(max_length=100, description="Only images of this model.")] = None
    tag: Annotated[str | None, Field(max_length=50, description="Only images with this tag.")] = None
    batch: Annotated[str | None, Field(max_length=64, description="Only images of this batch.")] = None
    from_: Annotated[
        datetime | date | None,
        Field(alias="from", description="Made at or after; a time, or a day of the organisation's."),
    ] = None
    to: Annotated[
        datetime | date | None, Field(description="Made before; a day of the organisation's stands for its end.")
    ] = None
    picked: Annotated[bool | None, Field(description="Only winners, or only others.")] = None
    rating: Annotated[int | None, Field(ge=0, le=4, description="Only images with this rating.")] = None
    rated: Annotated[bool | None, Field(description="Only images with a rating, or only those without.")] = None
    sort: Annotated[Sort, Field(description="The newest first, or the oldest.")] = Sort.NEWEST


class AssetPage(BaseModel):
    """A page of images with fresh links; a short page with a token has more behind it."""

    assets: list[AssetView]
    next_page_token: str


class LinksWanted(Strict):
    """Images to make links for."""

    ids: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=64)], ...], Field(min_length=1, max_length=MAX_LINKS)
    ]


class LinksView(View):
    """Signed links to one image (as it was made, smaller, and very small), when they end, and what people decided about it."""

    url: str
    thumbnail_url: str
    optimised_url: str = Field(description="The whole image as a JPEG: a fraction of the original's bytes.")
    expires_at: datetime
    picked: bool
    rating: int | None


class LinksMade(BaseModel):
    """Links by asset id."""

    urls: dict[str, LinksView]


Wanted = Annotated[Body[LinksWanted], Depends(JsonBody(LinksWanted, example=EXAMPLE))]


@router.post(":urls")
def make_links(caller: Viewer, body: Wanted, services: Services) -> LinksMade:
    """Fresh signed links, at most 100 images at a time; 404 names those that are unknown or deleted."""
    links = services.assets.links(caller, body.value.ids)
    return LinksMade(urls={asset: LinksView.model_validate(link) for asset, link in links.items()})


@router.post(":tag")
def tag_assets(caller: Editor, body: Tagged, services: Services) -> AssetsChanged:
    """Add and remove tags of at most 100 images; the answer tells what became of each. 404 when none of them exists."""
    return services.asset_changes.tag(caller, body.value)


@router.post(":pick")
def pick_assets(caller: Evaluator, body: Picked, services: Services) -> AssetsChanged:
    """Pick at most 100 images as winners, or take that back. 404 when none of them exists."""
    return services.asset_changes.pick(caller, body.value)


@router.post(":rate")
def rate_assets(caller: Evaluator, body: Rated, services: Services) -> AssetsChanged:
    """Rate at most 100 images, or take their ratings back. 404 when none of them exists."""
    return services.asset_changes.rate(caller, body.value)


@router.post(":delete")
def delete_assets(caller: Admin, body: Deleted, services: Services) -> AssetsChanged:
    """Delete at most 100 images; they are kept for 30 days, unseen. 404 when none of them exists."""
    return services.asset_changes.delete(caller, body.value)


@router.get("")
def list_assets(caller: Viewer, filters: Annotated[AssetFilters, Query()], services: Services) -> AssetPage:
    """The history of finished images, the newest first unless asked otherwise."""
    page = services.assets.list(
        caller,
        q=filters.q,
        model=filters.model,
        tag=filters.tag,
        batch=filters.batch,
        from_=filters.from_,
        to=filters.to,
        picked=filters.picked,
        rating=filters.rating,
        rated=filters.rated,
        oldest=filters.sort is Sort.OLDEST,
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


@router.patch("/{asset_id:id}")
def update_asset(asset_id: str, caller: Editor, body: Changed, revision: Revision, services: Services) -> AssetView:
    """Give one image other tags; fields that are left out stay. 409, with `If-Match`, when it is not at that revision any more."""
    asset = services.asset_changes.update(caller, asset_id, body.value, revision=revision)
    return AssetView.of(asset, services.assets.links_of([asset]))


@router.delete("/{asset_id:id}", status_code=204)
def delete_asset(asset_id: str, caller: Admin, services: Services) -> Response:
    """Delete one image; it is kept for 30 days, unseen."""
    services.assets.delete(caller, asset_id)
    return Response(status_code=204)
