"""Batches: submit, estimate, look, steer, keep in order."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, Field, JsonValue

from shared.domain.batch_forms import BatchAccepted, BatchCreate, BatchRetry, BatchUpdate
from shared.domain.callers import Caller
from shared.domain.estimates import Estimate
from shared.domain.item_changes import BatchPromote
from shared.domain.modes import BatchStatus
from shared.http.auth import EDITOR, VIEWER, announce
from shared.http.bodies import Body, JsonBody
from shared.http.idempotency import idempotency_key
from shared.http.pages import PageParameters, Sort
from shared.http.services import Services
from shared.http.views import BatchView

EXAMPLE = {
    "name": "Spring campaign",
    "rows": [
        {
            "prompt": "A {{product}} on a beach at sunrise",
            "variants": 2,
            "aspect_ratio": "4:5",
            "variables": {"product": "walker"},
            "tags": ["spring"],
            "metadata": {"sku": "W-17"},
        }
    ],
    "priority": "standard",
}

router = APIRouter(prefix="/v1/batches", tags=["batches"])

Viewer = Annotated[Caller, Depends(VIEWER)]
Editor = Annotated[Caller, Depends(EDITOR)]
Key = Annotated[str | None, Depends(idempotency_key)]
New = Annotated[Body[BatchCreate], Depends(JsonBody(BatchCreate, example=EXAMPLE))]
Changed = Annotated[
    Body[BatchUpdate], Depends(JsonBody(BatchUpdate, example={"name": "Spring, second try", "tags": ["spring"]}))
]
Retry = Annotated[
    Body[BatchRetry], Depends(JsonBody(BatchRetry, example={"changes": {"aspect_ratio": "1:1"}}, optional=True))
]

Promote = Annotated[Body[BatchPromote], Depends(JsonBody(BatchPromote, example={"priority": "high"}))]


class BatchFilters(PageParameters):
    """Which batches to list."""

    status: Annotated[BatchStatus | None, Field(description="Only batches in this state.")] = None
    q: Annotated[
        str, Field(max_length=200, description="Words of the name, or their beginnings from three letters on.")
    ] = ""
    tag: Annotated[str | None, Field(max_length=50, description="Only batches with this tag.")] = None
    model: Annotated[
        str | None,
        Field(max_length=100, description="Only batches with images of this model, or with it to fall back on."),
    ] = None
    archived: Annotated[bool, Field(description="Batches that were put away, instead of those in use.")] = False
    from_: Annotated[
        datetime | date | None,
        Field(alias="from", description="Submitted at or after; a time, or a day of the organisation's."),
    ] = None
    to: Annotated[
        datetime | date | None, Field(description="Submitted before; a day of the organisation's stands for its end.")
    ] = None
    sort: Annotated[Sort, Field(description="The newest first, or the oldest.")] = Sort.NEWEST


class BatchPage(BaseModel):
    """A page of batches; a short page with a token has more behind it."""

    batches: list[BatchView]
    next_page_token: str


class BatchRows(BaseModel):
    """Rows as `POST /v1/batches` takes them, with the batch's defaults merged in and models named."""

    rows: list[dict[str, JsonValue]]


@router.post("", status_code=202)
def submit_batch(request: Request, caller: Editor, body: New, key: Key, services: Services) -> BatchAccepted:
    """Accept a batch. The images are made in the background; follow them at the URLs in the answer."""
    return services.submissions.submit(
        caller,
        body.value,
        idempotency_key=key,
        fingerprint=body.fingerprint,
        admit=lambda: announce(request, services.submit_limits.take(caller)),
    )


@router.post(":estimate")
def estimate_batch(caller: Viewer, body: New, services: Services) -> Estimate:
    """What a batch would make, cost and take, and what would lower the cost. Nothing is kept or spent."""
    return services.submissions.estimate(caller, body.value)


@router.get("")
def list_batches(caller: Viewer, filters: Annotated[BatchFilters, Query()], services: Services) -> BatchPage:
    """The organisation's batches, the newest first unless asked otherwise; archived ones only where they are asked for."""
    page = services.batches.list(
        caller,
        status=filters.status,
        q=filters.q,
        tag=filters.tag,
        model=filters.model,
        archived=filters.archived,
        from_=filters.from_,
        to=filters.to,
        oldest=filters.sort is Sort.OLDEST,
        page_size=filters.page_size,
        page_token=filters.page_token,
    )
    return BatchPage(batches=[BatchView.of(batch) for batch in page.values], next_page_token=page.next_page_token)


@router.get("/{batch_id:id}")
def get_batch(batch_id: str, caller: Viewer, services: Services) -> BatchView:
    """A batch and how far it is."""
    return BatchView.of(services.batches.get(caller, batch_id))


@router.get("/{batch_id:id}/rows")
def get_rows(batch_id: str, caller: Viewer, services: Services) -> BatchRows:
    """The rows of a batch as they were accepted, to be changed and sent again."""
    rows = services.batches.rows(caller, batch_id)
    return BatchRows(rows=[row.model_dump(mode="json", exclude_none=True) for row in rows])


@router.patch("/{batch_id:id}")
def update_batch(batch_id: str, caller: Editor, body: Changed, services: Services) -> BatchView:
    """Rename, tag or archive a batch, or give it another budget; fields that are left out stay."""
    return BatchView.of(services.batches.update(caller, batch_id, body.value))


@router.delete("/{batch_id:id}", status_code=204)
def delete_batch(batch_id: str, caller: Editor, services: Services) -> Response:
    """Delete a batch that has ended; admins any, others their own. It is kept for 30 days, unseen."""
    services.batches.delete(caller, batch_id)
    return Response(status_code=204)


@router.post("/{batch_id:id}:duplicate", status_code=202)
def duplicate_batch(request: Request, batch_id: str, caller: Editor, key: Key, services: Services) -> BatchAccepted:
    """Submit the same rows and settings once more, as a batch of its own."""
    return services.batches.duplicate(
        caller,
        batch_id,
        idempotency_key=key,
        fingerprint=f"duplicate:{batch_id}",
        admit=lambda: announce(request, services.submit_limits.take(caller)),
    )


@router.post("/{batch_id:id}:pause")
def pause_batch(batch_id: str, caller: Editor, services: Services) -> BatchView:
    """Start no further images; those that run are finished and kept."""
    return BatchView.of(services.controls.pause(caller, batch_id))


@router.post("/{batch_id:id}:resume")
def resume_batch(batch_id: str, caller: Editor, services: Services) -> BatchView:
    """Go on with a paused batch."""
    return BatchView.of(services.controls.resume(caller, batch_id))


@router.post("/{batch_id:id}:cancel")
def cancel_batch(batch_id: str, caller: Editor, services: Services) -> BatchView:
    """Give up what has not started; what runs is finished, what is done is kept."""
    return BatchView.of(services.controls.cancel(caller, batch_id))


@router.post("/{batch_id:id}:promote")
def promote_batch(batch_id: str, caller: Editor, body: Promote, services: Services) -> BatchView:
    """Go on in another lane; images that have not begun go out there, what is being made is kept."""
    return BatchView.of(services.controls.promote(caller, batch_id, body.value.priority))


@router.post("/{batch_id:id}:retry")
def retry_batch(batch_id: str, caller: Editor, body: Retry, services: Services) -> BatchView:
    """Try failed items again, all or the named ones, with changed settings if given."""
    return BatchView.of(services.controls.retry(caller, batch_id, body.value))
