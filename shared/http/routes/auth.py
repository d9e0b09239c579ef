"""Signing in."""

from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, Depends
from pydantic import Field, SecretStr

from shared.domain.members import InvitationAccept, InvitationLook
from shared.domain.modes import Role
from shared.domain.requests import Strict
from shared.http.auth import OPEN
from shared.http.bodies import Body, JsonBody
from shared.http.services import Services
from shared.http.views import View
from shared.services.sign_ins import SignedIn

router = APIRouter(prefix="/v1/auth", tags=["sign-in"])


class LoginCreate(Strict):
    """An e-mail address and its password."""

    email: Annotated[str, Field(min_length=3, max_length=254)]
    password: Annotated[SecretStr, Field(min_length=1, max_length=1_000)]


class UserView(View):
    """The person who signed in."""

    id: str
    email: str
    name: str
    role: Role


class OrganisationView(View):
    """Where that person belongs."""

    id: str
    name: str


class LoginView(View):
    """A bearer token: send it as `Authorization: Bearer …` until it ends."""

    token: str
    expires_at: datetime
    user: UserView
    organisation: OrganisationView

    @classmethod
    def of(cls, signed_in: SignedIn) -> Self:
        """The view of a new sign-in."""
        return cls(
            token=signed_in.token,
            expires_at=signed_in.expires_at,
            user=UserView.model_validate(signed_in.member),
            organisation=OrganisationView.model_validate(signed_in.organisation),
        )


class InvitedView(View):
    """Whom an invitation is for, and where to."""

    email: str
    name: str
    organisation: str
    is_new: bool = Field(description="False for a member who comes back to set another password.")


Login = Annotated[
    Body[LoginCreate], Depends(JsonBody(LoginCreate, example={"email": "ada@example.com", "password": "…"}))
]

Shown = Annotated[Body[InvitationLook], Depends(JsonBody(InvitationLook, example={"token": "inv_…"}))]
Accepted = Annotated[
    Body[InvitationAccept], Depends(JsonBody(InvitationAccept, example={"token": "inv_…", "password": "…"}))
]


@router.post("/login", dependencies=[Depends(OPEN)])
def sign_in(body: Login, services: Services) -> LoginView:
    """A bearer token for a person. An address may be tried ten times a minute."""
    signed_in = services.sign_ins.login(body.value.email, body.value.password.get_secret_value())
    return LoginView.of(signed_in)


@router.post("/invitation", dependencies=[Depends(OPEN)])
def look_at_invitation(body: Shown, services: Services) -> InvitedView:
    """Whom an invitation lets in, and where to: what to show before a password is set. 401 when it is not valid any more."""
    return InvitedView.model_validate(services.invitations.whose(body.value.token.get_secret_value()))


@router.post("/accept", dependencies=[Depends(OPEN)])
def accept_invitation(body: Accepted, services: Services) -> LoginView:
    """Take an invitation: set your password with its token, once, and be signed in."""
    password = body.value.password.get_secret_value()
    member = services.invitations.accept(body.value.token.get_secret_value(), password)
    return LoginView.of(services.sign_ins.come_in(member.email, password))
