"""Who calls, and what each route asks of them. A route without one of these dependencies is not served."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fastapi import Request
from pydantic import BaseModel

from shared.domain.callers import Caller
from shared.domain.errors import FieldError, Invalid, Malformed, Unauthenticated
from shared.domain.modes import Role
from shared.domain.windows import Allowance

if TYPE_CHECKING:
    from shared.services.sign_ins import SignInService

MAX_CREDENTIAL = 4_096


@dataclass(frozen=True, slots=True)
class Access:
    """A dependency: the caller, authenticated, of at least this role, within the rate limit."""

    role: Role

    def __call__(self, request: Request) -> Caller:
        """Raises Unauthenticated, Forbidden, RateLimited, or Invalid for query parameters that do not exist."""
        caller = authenticate(request)
        request.scope["state"]["caller"] = caller
        announce(request, request.app.state.requests.take(caller.id))
        caller.require(self.role)
        check_query(request)
        return caller


@dataclass(frozen=True, slots=True)
class Open:
    """A dependency of the routes that everyone may call."""

    async def __call__(self, request: Request) -> None:
        """Raises Invalid for query parameters that do not exist."""
        check_query(request)


def authenticate(request: Request) -> Caller:
    """The caller whom the headers name; raises Unauthenticated, or Malformed when they name two."""
    keys, bearers = request.headers.getlist("x-api-key"), request.headers.getlist("authorization")
    if len(keys) + len(bearers) > 1:
        raise Malformed("Send either X-API-Key or Authorization, and that once.")
    key, bearer = next(iter(keys), None), next(iter(bearers), None)
    sign_ins: SignInService = request.app.state.services.sign_ins
    if key is not None:
        return sign_ins.authenticate_key(_credential(key))
    if bearer is None:
        raise Unauthenticated("Send a key as X-API-Key, or a token as Authorization: Bearer.")
    scheme, _, token = bearer.partition(" ")
    if scheme.lower() != "bearer":
        raise Unauthenticated("The Authorization header must read: Bearer and a token.")
    return sign_ins.authenticate_token(_credential(token))


def announce(request: Request, allowance: Allowance) -> None:
    """Have the answer carry what is left of a limit."""
    request.scope["state"]["rate_limit_policy"] = allowance.policy
    request.scope["state"]["rate_limit"] = allowance.header


def check_query(request: Request) -> None:
    """Raise Invalid when a query parameter is unknown to the route or given twice."""
    known = query_names(request.scope["route"])
    seen: set[str] = set()
    wrong: dict[str, str] = {}
    for name, _ in request.query_params.multi_items():
        if name not in known:
            wrong[name] = "There is no query parameter of this name here: check the spelling or leave it out."
        elif name in seen:
            wrong[name] = "Give this once."
        seen.add(name)
    if wrong:
        raise Invalid([FieldError(f"/query/{name[:100]}", detail) for name, detail in list(wrong.items())[:20]])


def query_names(route: Any) -> frozenset[str]:
    """The names of the query parameters that a route takes."""
    names: set[str] = set()
    for field in route.dependant.query_params:
        annotation = field.field_info.annotation
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            names |= {info.alias or name for name, info in annotation.model_fields.items()}
        else:
            names.add(field.alias)
    return frozenset(names)


def _credential(text: str) -> str:
    text = text.strip()
    if not text or len(text) > MAX_CREDENTIAL or not text.isascii():
        raise Unauthenticated("These credentials are not valid.")
    return text


VIEWER = Access(Role.VIEWER)
EVALUATOR = Access(Role.EVALUATOR)
EDITOR = Access(Role.EDITOR)
ADMIN = Access(Role.ADMIN)
OPEN = Open()
