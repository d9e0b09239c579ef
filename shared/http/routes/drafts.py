"""Drafts: batches that are being written."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, JsonValue

from shared.domain.callers import Caller
from shared.domain.draft_forms import DraftSave
from shared.http.auth import EDITOR
from shared.http.bodies import Body, JsonBody
from shared.http.idempotency import idempotency_key
from shared.http.pages import PageParameters, only_page
from shared.http.revisions import revision
from shared.http.services import Services
from shared.http.views import View

router = APIRouter(prefix="/v1/drafts", tags=["drafts"])

EXAMPLE = {"name": "Spring campaign", "rows": 1, "content": {"rows": [{"prompt": "A walker on a beach"}]}}

Editor = Annotated[Caller, Depends(EDITOR)]
Key = Annotated[str | None, Depends(idempotency_key)]
Revision = Annotated[int | None, Depends(revision)]
Saved = Annotated[Body[DraftSave], Depends(JsonBody(DraftSave, example=EXAMPLE))]


class DraftView(View):
    """A draft without its content; send its `revision` as `If-Match` with the next save."""

    id: str
    name: str
    rows: int
    bytes: int
    created_at: datetime
    revision: int
    changed_at: datetime | None


class DraftWholeView(DraftView):
    """A draft and its content as it was saved."""

    content: dict[str, JsonValue]


class DraftList(BaseModel):
    """Your drafts, the one that was saved last first, on one page."""

    drafts: list[DraftView]
    next_page_token: str


@router.post("", status_code=201)
def create_draft(caller: Editor, body: Saved, key: Key, services: Services) -> DraftView:
    """Begin a draft: yours alone, and kept until you delete it or leave it alone for half a year; at most 100 of them, of 8 MiB each."""
    made = services.drafts.create(caller, body.value, idempotency_key=key, fingerprint=body.fingerprint)
    return DraftView.model_validate(made)


@router.get("")
def list_drafts(caller: Editor, parameters: Annotated[PageParameters, Query()], services: Services) -> DraftList:
    """Your drafts."""
    only_page(parameters)
    return DraftList(drafts=[DraftView.model_validate(one) for one in services.drafts.list(caller)], next_page_token="")


@router.get("/{draft_id:id}")
def get_draft(draft_id: str, caller: Editor, services: Services) -> DraftWholeView:
    """One of your drafts with its content."""
    draft, content = services.drafts.get(caller, draft_id)
    return DraftWholeView.model_validate({**vars(draft), "content": content})


@router.put("/{draft_id:id}")
def save_draft(draft_id: str, caller: Editor, body: Saved, revision: Revision, services: Services) -> DraftView:
    """Replace a draft. 409, with `If-Match`, when it is not at that revision any more: another window or device has saved it."""
    return DraftView.model_validate(services.drafts.save(caller, draft_id, body.value, revision=revision))


@router.delete("/{draft_id:id}", status_code=204)
def delete_draft(draft_id: str, caller: Editor, services: Services) -> Response:
    """Delete a draft for good: do so once you have submitted it."""
    services.drafts.delete(caller, draft_id)
    return Response(status_code=204)
