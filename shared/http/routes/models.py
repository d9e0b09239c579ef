"""Models that rows may name."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel

from shared.domain.callers import Caller
from shared.http.auth import VIEWER
from shared.http.pages import PageParameters, only_page
from shared.http.services import Services
from shared.services.models import ModelView

router = APIRouter(prefix="/v1/models", tags=["models"])


class ModelList(BaseModel):
    """All models, on one page."""

    models: list[ModelView]
    next_page_token: str


@router.get("")
def list_models(
    caller: Annotated[Caller, Depends(VIEWER)], parameters: Annotated[PageParameters, Query()], services: Services
) -> ModelList:
    """The models that rows may name, the best first: what they can do, what an image costs, when they end."""
    only_page(parameters)
    return ModelList(models=services.models.list(caller), next_page_token="")
