"""Models that rows may name."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel

from shared.domain.callers import Caller
from shared.domain.errors import Malformed
from shared.http.auth import VIEWER
from shared.http.pages import PageParameters
from shared.http.services import Services

router = APIRouter(prefix="/v1/models", tags=["models"])
