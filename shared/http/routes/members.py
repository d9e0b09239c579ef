"""Members: who belongs to the organisation, and in which role."""

from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, Field

from shared.domain.callers import Caller
from shared.domain.members import MemberInvite, MembersNamed, MemberUpdate
from shared.domain.modes import Role
from shared.domain.people import Member, MemberStatus
from shared.http.auth import ADMIN, VIEWER
from shared.http.bodies import Body, JsonBody
from shared.http.idempotency import idempotency_key
from shared.http.pages import PageParameters
from shared.http.services import Services
from shared.http.views import View
from shared.services.invitations import Invitation

router = APIRouter(prefix="/v1/members", tags=["members"])

Viewer = Annotated[Caller, Depends(VIEWER)]
Admin = Annotated[Caller, Depends(ADMIN)]
Wanted = Annotated[Body[MembersNamed], Depends(JsonBody(MembersNamed, example={"ids": ["mem_abcdefghijklmnopqrst"]}))]
Key = Annotated[str | None, Depends(idempotency_key)]
New = Annotated[
    Body[MemberInvite],
    Depends(JsonBody(MemberInvite, example={"email": "ada@example.com", "name": "Ada", "role": "editor"})),
]
Changed = Annotated[Body[MemberUpdate], Depends(JsonBody(MemberUpdate, example={"role": "admin"}))]


class MemberFilters(PageParameters):
    """Which members to list."""

    removed: Annotated[bool, Field(description="Those who were removed, instead of those who belong.")] = False


class MemberView(View):
    """A person of the organisation; one who was removed has no address any more."""

    id: str
    email: str
    name: str
    role: Role
    status: MemberStatus
    created_at: datetime
    disabled_at: datetime | None
    removed_at: datetime | None


class InvitationView(View):
    """How an invited person comes in. Fanfold sends no mail: hand it on, behind a `#` of an address or by other means."""

    token: str = Field(description="To be sent once to `/v1/auth/accept`, with a password. Shown in this answer only.")
    expires_at: datetime


class MemberInvitedView(MemberView):
    """A new member, and this once the invitation."""

    invitation: InvitationView | None = Field(
        description="Null when this was a repeat of an earlier request: ask `:invite` for another one."
    )

    @classmethod
    def once(cls, member: Member, invitation: Invitation | None) -> Self:
        """The view of a new member."""
        shown = {name: getattr(member, name) for name in MemberView.model_fields}
        return cls(**shown, invitation=invitation and InvitationView.model_validate(invitation))


class MemberPage(BaseModel):
    """A page of members, who came first first; a short page with a token has more behind it."""

    members: list[MemberView]
    next_page_token: str


class MemberNames(BaseModel):
    """Names by the ids of members."""

    names: dict[str, str]


@router.post("", status_code=201)
def invite_member(caller: Admin, body: New, key: Key, services: Services) -> MemberInvitedView:
    """Ask a person to join. 409 `email-taken` when somebody signs in with this address already."""
    made, invitation = services.members.invite(caller, body.value, idempotency_key=key, fingerprint=body.fingerprint)
    return MemberInvitedView.once(made, invitation)


@router.get("")
def list_members(caller: Admin, filters: Annotated[MemberFilters, Query()], services: Services) -> MemberPage:
    """The organisation's members, invited and disabled ones included."""
    page = services.members.list(
        caller, removed=filters.removed, page_size=filters.page_size, page_token=filters.page_token
    )
    members = [MemberView.model_validate(member) for member in page.values]
    return MemberPage(members=members, next_page_token=page.next_page_token)


@router.post(":names")
def name_members(caller: Viewer, body: Wanted, services: Services) -> MemberNames:
    """What members are called who are named elsewhere by their ids (`created_by`, `picked_by`); those that are nobody's are left out."""
    return MemberNames(names=services.members.names(caller, body.value.ids))


@router.get("/{member_id:id}")
def get_member(member_id: str, caller: Admin, services: Services) -> MemberView:
    """One member, also one who was removed."""
    return MemberView.model_validate(services.members.get(caller, member_id))


@router.patch("/{member_id:id}")
def update_member(member_id: str, caller: Admin, body: Changed, services: Services) -> MemberView:
    """Give a member another name or role, disable or enable them; in force within three seconds.

    A disabled member's keys rest, too, and no key may more than the member who made it. 409 `last-admin` for the last active one.
    """
    return MemberView.model_validate(services.members.update(caller, member_id, body.value))


@router.post("/{member_id:id}:invite")
def reinvite_member(member_id: str, caller: Admin, services: Services) -> InvitationView:
    """Another invitation in place of the one before: for who lost theirs, or their password."""
    return InvitationView.model_validate(services.members.reinvite(caller, member_id))


@router.delete("/{member_id:id}", status_code=204)
def remove_member(member_id: str, caller: Admin, services: Services) -> Response:
    """Remove a member for good and revoke the keys that they made; their work stays. Twice is harmless. 409 `last-admin`."""
    services.members.remove(caller, member_id)
    return Response(status_code=204)
