"""What everyone may ask: does it live, is it ready, what a browser needs, the description of the API."""

from typing import Literal

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel

from shared.domain.errors import FanfoldError
from shared.http.auth import OPEN
from shared.http.services import ApiServices, FirebaseSettings, Services, Settings
from shared.logging import logger

router = APIRouter(prefix="/v1", tags=["system"], dependencies=[Depends(OPEN)])

log = logger(__name__)


class HealthView(BaseModel):
    """The process lives."""

    status: Literal["ok"]
    version: str


class ReadyView(BaseModel):
    """Whether each part answers, by its name."""

    status: Literal["ready", "not_ready"]
    parts: dict[str, Literal["ok", "unavailable"]]


class LimitsView(BaseModel):
    """What a request may ask for."""

    rows: int
    images: int
    body_bytes: int
    upload_bytes: int
    upload_pixels: int
    prompt_characters: int
    variants: int
    submits_a_minute: int
    requests_a_minute: int


class FirebaseView(BaseModel):
    """Firebase's web configuration, in Firebase's words: for `initializeApp`, and `databaseId` for `initializeFirestore`."""

    apiKey: str  # noqa: N815
    authDomain: str  # noqa: N815
    projectId: str  # noqa: N815
    appId: str  # noqa: N815
    databaseId: str  # noqa: N815


class EmulatorsView(BaseModel):
    """Where the emulators are that a browser connects to instead of Google: a URL, and a `host:port`."""

    auth: str
    firestore: str


class ConfigurationView(BaseModel):
    """What a browser needs to know before anyone has signed in: by `password` at this API, or at `firebase`."""

    sign_in: Literal["password", "firebase"]
    firebase: FirebaseView | None
    emulators: EmulatorsView | None
    limits: LimitsView


@router.get("/health")
async def health(settings: Settings) -> HealthView:
    """The process lives; nothing else is asked."""
    return HealthView(status="ok", version=settings.version)


@router.get("/ready", responses={503: {"model": ReadyView, "description": "A part does not answer."}})
def ready(services: Services) -> Response:
    """Whether the parts answer, each named; 503 when one does not."""
    parts = {name: _state(services, name) for name in services.parts}
    is_ready = all(state == "ok" for state in parts.values())
    view = ReadyView(status="ready" if is_ready else "not_ready", parts=parts)
    return Response(view.model_dump_json(), status_code=200 if is_ready else 503, media_type="application/json")


@router.get("/config")
async def config(settings: Settings) -> ConfigurationView:
    """What a browser needs: how to sign in, and the limits."""
    from shared.domain.rows import MAX_PROMPT, MAX_VARIANTS

    return ConfigurationView(
        sign_in="password" if settings.firebase is None else "firebase",
        firebase=_firebase(settings.firebase),
        emulators=_emulators(settings.firebase),
        limits=LimitsView(
            rows=settings.max_rows,
            images=settings.max_images,
            body_bytes=settings.max_body_bytes,
            upload_bytes=settings.max_upload_bytes,
            upload_pixels=settings.max_upload_pixels,
            prompt_characters=MAX_PROMPT,
            variants=MAX_VARIANTS,
            submits_a_minute=settings.submits_a_minute,
            requests_a_minute=settings.requests_a_minute,
        ),
    )


@router.get("/openapi.json", include_in_schema=False)
def openapi(request: Request) -> Response:
    """The description of this API, OpenAPI 3.1."""
    return Response(request.app.state.description(), media_type="application/json")


def _firebase(said: FirebaseSettings | None) -> FirebaseView | None:
    if said is None:
        return None
    return FirebaseView(
        apiKey=said.api_key,
        authDomain=said.auth_domain,
        projectId=said.project_id,
        appId=said.app_id,
        databaseId=said.database_id,
    )


def _emulators(said: FirebaseSettings | None) -> EmulatorsView | None:
    if said is None or not said.auth_emulator:
        return None
    return EmulatorsView(auth=f"http://{said.auth_emulator}", firestore=said.firestore_emulator)


def _state(services: ApiServices, name: str) -> Literal["ok", "unavailable"]:
    try:
        services.parts[name]()
    except FanfoldError as error:
        log.warning("part_unavailable", part=name, detail=error.detail)
        return "unavailable"
    return "ok"
