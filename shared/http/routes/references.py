"""References: pictures that guide images, uploaded straight to storage."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, Field

from shared.domain.callers import Caller
from shared.domain.uploads import ReferenceCreate
from shared.http.auth import EDITOR, VIEWER
from shared.http.bodies import Body, JsonBody
from shared.http.idempotency import idempotency_key
from shared.http.pages import PageParameters
from shared.http.services import Services
from shared.http.views import ReferenceCreatedView, ReferenceView

EXAMPLE = {"filename": "walker.jpg", "media_type": "image/jpeg", "bytes": 183_044}

router = APIRouter(prefix="/v1/references", tags=["references"])

Viewer = Annotated[Caller, Depends(VIEWER)]
Editor = Annotated[Caller, Depends(EDITOR)]
Key = Annotated[str | None, Depends(idempotency_key)]
New = Annotated[Body[ReferenceCreate], Depends(JsonBody(ReferenceCreate, example=EXAMPLE))]


class ReferenceFilters(PageParameters):
    """Which reference pictures to list."""

    q: Annotated[
        str, Field(max_length=200, description="Words of the file's name, or their beginnings from three letters on.")
    ] = ""


class ReferencePage(BaseModel):
    """A page of reference pictures, the newest first."""

    references: list[ReferenceView]
    next_page_token: str


@router.post("", status_code=201)
def create_reference(caller: Editor, body: New, key: Key, services: Services) -> ReferenceCreatedView:
    """A place for a picture. Send its bytes to the upload URL, then complete it."""
    reference, upload = services.references.create(
        caller, body.value, idempotency_key=key, fingerprint=body.fingerprint
    )
    return ReferenceCreatedView.waiting(reference, upload)


@router.get("")
def list_references(
    caller: Viewer, parameters: Annotated[ReferenceFilters, Query()], services: Services
) -> ReferencePage:
    """The organisation's reference pictures, searched, the newest first."""
    page = services.references.list(
        caller, q=parameters.q, page_size=parameters.page_size, page_token=parameters.page_token
    )
    links = services.references.links_of(page.values)
    views = [ReferenceView.of(reference, links) for reference in page.values]
    return ReferencePage(references=views, next_page_token=page.next_page_token)


@router.get("/{reference_id:id}")
def get_reference(reference_id: str, caller: Viewer, services: Services) -> ReferenceView:
    """One reference picture."""
    reference = services.references.get(caller, reference_id)
    return ReferenceView.of(reference, services.references.links_of([reference]))


@router.post("/{reference_id:id}:complete")
def complete_reference(reference_id: str, caller: Editor, services: Services) -> ReferenceView:
    """Have the uploaded bytes checked by their content; from then on rows may use the id. Twice is harmless."""
    reference = services.references.complete(caller, reference_id)
    return ReferenceView.of(reference, services.references.links_of([reference]))


@router.delete("/{reference_id:id}", status_code=204)
def delete_reference(reference_id: str, caller: Editor, services: Services) -> Response:
    """Delete a reference picture; images made with it stay."""
    services.references.delete(caller, reference_id)
    return Response(status_code=204)
