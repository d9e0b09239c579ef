"""Keys for machines."""

from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, Field

from shared.domain.callers import Caller
from shared.domain.keys import ApiKey, KeyCreate
from shared.domain.modes import Role
from shared.http.auth import ADMIN
from shared.http.bodies import Body, JsonBody
from shared.http.idempotency import idempotency_key
from shared.http.pages import PageParameters, only_page
from shared.http.services import Services
from shared.http.views import View

router = APIRouter(prefix="/v1/keys", tags=["keys"])

Admin = Annotated[Caller, Depends(ADMIN)]
Key = Annotated[str | None, Depends(idempotency_key)]
New = Annotated[Body[KeyCreate], Depends(JsonBody(KeyCreate, example={"name": "Sheets", "role": "editor"}))]


class KeyView(View):
    """A key without the key itself; `hint` is how it begins."""

    id: str
    name: str
    role: Role
    hint: str
    created_at: datetime
    created_by: str
    last_used_at: datetime | None = Field(description="When it was last used, within an hour; null until it is.")
    revoked_at: datetime | None


class KeyCreatedView(KeyView):
    """A new key."""

    key: str | None = Field(description="The key itself, shown this once: null when an Idempotency-Key is repeated.")

    @classmethod
    def once(cls, key: ApiKey, secret: str | None) -> Self:
        """The view of a new key with its secret."""
        return cls.model_validate({**vars(key), "key": secret})


class KeyList(BaseModel):
    """All keys of the organisation, on one page."""

    keys: list[KeyView]
    next_page_token: str


@router.post("", status_code=201)
def create_key(caller: Admin, body: New, key: Key, services: Services) -> KeyCreatedView:
    """A new key. It is shown in this answer and never again."""
    made, secret = services.keys.create(caller, body.value, idempotency_key=key, fingerprint=body.fingerprint)
    return KeyCreatedView.once(made, secret)


@router.get("")
def list_keys(caller: Admin, parameters: Annotated[PageParameters, Query()], services: Services) -> KeyList:
    """The organisation's keys, revoked ones included."""
    only_page(parameters)
    keys = [KeyView.model_validate(key) for key in services.keys.list(caller)]
    return KeyList(keys=keys, next_page_token="")


@router.delete("/{key_id:id}", status_code=204)
def revoke_key(key_id: str, caller: Admin, services: Services) -> Response:
    """Revoke a key at once; twice is harmless."""
    services.keys.revoke(caller, key_id)
    return Response(status_code=204)
