"""Who calls: themselves, their preferences, their password."""

from typing import Annotated, Any, Self

from fastapi import APIRouter, Depends
from pydantic import Field

from shared.domain.callers import Caller
from shared.domain.members import PasswordChange, SelfUpdate
from shared.domain.modes import Role
from shared.http.auth import VIEWER
from shared.http.bodies import Body, JsonBody
from shared.http.routes.auth import LoginView, OrganisationView, UserView
from shared.http.services import Services
from shared.http.views import View
from shared.services import selves

router = APIRouter(prefix="/v1/me", tags=["members"])

Viewer = Annotated[Caller, Depends(VIEWER)]
Changed = Annotated[Body[SelfUpdate], Depends(JsonBody(SelfUpdate, example={"preferences": {"colour_scheme": "dark"}}))]
Changing = Annotated[Body[PasswordChange], Depends(JsonBody(PasswordChange, example={"current": "…", "password": "…"}))]


class SelfView(View):
    """Who calls, in which role, and where they belong."""

    user: UserView = Field(description="You; of a machine, the member who made its key.")
    role: Role = Field(description="What you may do now: of a key, at most what its maker may.")
    key_id: str | None = Field(description="The key that was sent; null for a person.")
    organisation: OrganisationView
    preferences: dict[str, Any]

    @classmethod
    def of(cls, found: selves.Self) -> Self:
        """The view of who calls."""
        return cls(
            user=UserView.model_validate(found.member),
            role=found.role,
            key_id=found.key,
            organisation=OrganisationView.model_validate(found.organisation),
            preferences=found.member.preferences,
        )


@router.get("")
def get_self(caller: Viewer, services: Services) -> SelfView:
    """Who you are."""
    return SelfView.of(services.selves.get(caller))


@router.patch("")
def update_self(caller: Viewer, body: Changed, services: Services) -> SelfView:
    """Your own name and preferences; fields that are left out stay, preferences are replaced whole."""
    return SelfView.of(services.selves.update(caller, body.value))


@router.post(":password")
def change_password(caller: Viewer, body: Changing, services: Services) -> LoginView:
    """Change your password: all your sign-ins end, and the answer is a new one."""
    current, password = body.value.current.get_secret_value(), body.value.password.get_secret_value()
    return LoginView.of(services.selves.change_password(caller, current=current, password=password))
