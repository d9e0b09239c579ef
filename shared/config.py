"""The only reader of the environment: every setting, its meaning, its default."""

from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.domain.errors import ConfigurationWrong


class Settings(BaseSettings):
    """Settings, read from `FANFOLD_…` variables once at the start."""

    model_config = SettingsConfigDict(env_prefix="FANFOLD_", frozen=True, extra="ignore", populate_by_name=True)

    stack: Literal["embedded"] = Field("embedded", description="Which adapters stand behind the ports.")
    home: Path = Field(Path(".fanfold"), description="Folder of the embedded stack's state.")
    host: Literal["127.0.0.1", "localhost", "::1", "0.0.0.0"] = Field(  # noqa: S104 - a choice of the operator's
        "127.0.0.1", description="Address that the public port listens on."
    )
    port: int = Field(8080, ge=0, le=65535, validation_alias="PORT", description="Public port; 0 takes a free one.")
    public_url: str = Field("", description="Address that links begin with; empty: http://localhost:PORT.")
    functions_url: str = Field(
        "", description="Address below which the task functions answer; the local stack chooses its own."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="Least severe line that is logged."
    )

    gemini_api_key: SecretStr | None = Field(
        None, validation_alias="GEMINI_API_KEY", description="Offers the Gemini image models."
    )
    gemini_base_url: str = Field("", description="Another address of the Gemini API (a proxy, a test server).")
    default_model: str = Field("", description="Model of rows that name none; empty: the best one that is configured.")

    max_rows: int = Field(1_000, ge=1, description="Rows a batch may have.")
    max_images: int = Field(10_000, ge=1, description="Images a batch may have.")
    max_body_bytes: int = Field(16 * 2**20, ge=1024, description="Largest request body.")
    max_upload_bytes: int = Field(20 * 2**20, ge=1024, description="Largest reference file.")
    max_upload_pixels: int = Field(50_000_000, ge=1, description="Most pixels of a reference.")
    max_batch_age_hours: int = Field(
        7 * 24, ge=1, description="After this an item that still waits for a provider fails."
    )

    tick_ms: int = Field(250, ge=50, le=10_000, description="How often steps of one batch may follow one another.")
    max_tries: int = Field(4, ge=1, le=20, description="Tries an item has for transient failures.")
    retry_base_seconds: float = Field(
        2.0, gt=0, le=600, description="Delay after the first failed try; doubled each time."
    )
    retry_max_seconds: float = Field(600.0, gt=0, description="Longest delay between tries.")
    dispatch_timeout_seconds: int = Field(60, ge=1, description="A task not claimed by then is dispatched again.")
    step_lease_seconds: int = Field(30, ge=1, description="How long one step may hold a batch.")
    reconcile_seconds: int = Field(60, ge=1, description="How often the sweep looks for batches whose step is overdue.")
    lane_concurrency: int = Field(96, ge=1, le=5_000, description="Tasks of one lane that run at once.")
    lane_rate_per_second: float = Field(500.0, gt=0, le=500, description="Tasks of one lane that start a second.")
    stores_at_a_time: int = Field(
        4,
        ge=1,
        le=256,
        description="Images that one process checks and stores at once; more where the store is far away.",
    )
    model_concurrency: int | None = Field(
        None, ge=1, description="Calls to one model at once, instead of its own figure."
    )

    organisation_budget_usd: Decimal | None = Field(
        None, ge=0, description="What an organisation may spend in all; none: no limit."
    )
    token_hours: int = Field(12, ge=1, le=24 * 30, description="How long a sign-in lasts.")
    link_hours: int = Field(6, ge=1, le=24 * 7, description="The grid on which signed links expire.")
    submits_a_minute: int = Field(10, ge=1, description="Batches that one caller may submit a minute.")
    requests_a_minute: int = Field(600, ge=1, description="Other requests of one caller a minute, an instance.")


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process; raises ConfigurationWrong naming each wrong variable."""
    try:
        return Settings()
    except ValidationError as error:
        raise ConfigurationWrong(_sentence(error)) from None


def _sentence(error: ValidationError) -> str:
    """Each wrong variable by its name; the value itself may be a secret and is left out."""
    parts = []
    for problem in error.errors(include_input=False, include_url=False):
        name = str(problem["loc"][0]) if problem["loc"] else "settings"
        variable = name if name.isupper() else f"FANFOLD_{name.upper()}"
        parts.append(f"{variable}: {problem['msg']}")
    return "Wrong settings. " + "; ".join(parts) + "."
