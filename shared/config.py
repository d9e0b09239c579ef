"""The only reader of the environment: every setting, its meaning, its default."""

import base64
import binascii
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from shared.domain.errors import ConfigurationWrong

PAGE_KEY_BYTES: Final = 32
OTLP_URL: Final = "https://telemetry.googleapis.com"
# What IAM signs is sure to be accepted for twelve hours, and a link lasts an hour more than its grid at most.
LONGEST_SIGNED_HOURS: Final = 11
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_NEEDED: Final = (
    "project",
    "region",
    "bucket",
    "upload_bucket",
    "functions_url",
    "public_url",
    "task_account",
    "page_key",
)
_EMULATORS: Final = (
    "firestore_emulator_host",
    "pubsub_emulator_host",
    "firebase_auth_emulator_host",
    "storage_emulator_host",
    "tasks_address",
    "storage_url",
    "certs_url",
)
_OF_STACK: Final[Mapping[str, Mapping[str, str | int]]] = MappingProxyType(
    {
        # Emulators and stand-ins believe whatever they are told: names that belong to nobody.
        "emulators": {
            "project": "demo-fanfold",
            "region": "local",
            "bucket": "demo-fanfold",
            "upload_bucket": "demo-fanfold-uploads",
            "task_account": "tasks@demo-fanfold.iam.gserviceaccount.com",
            "firebase_api_key": "emulator",
            "firebase_auth_domain": "127.0.0.1",
            "firebase_app_id": "emulator",
        },
        # Each step is billed.
        "google": {"tick_ms": 1_000, "otlp_url": OTLP_URL},
    }
)


class Settings(BaseSettings):
    """Settings, read from `FANFOLD_…` variables once at the start."""

    model_config = SettingsConfigDict(env_prefix="FANFOLD_", frozen=True, extra="ignore", populate_by_name=True)

    stack: Literal["embedded", "emulators", "google"] = Field(
        "embedded",
        description="Which adapters stand behind the ports: SQLite and files, Google Cloud's on this machine's emulators, or Google Cloud's.",
    )
    home: Path = Field(Path(".fanfold"), description="Folder of the local stack's state.")
    host: Literal["127.0.0.1", "localhost", "::1", "0.0.0.0"] = Field(  # noqa: S104 - a choice of the operator's
        "127.0.0.1", description="Address that the public port listens on."
    )
    port: int = Field(8080, ge=0, le=65535, validation_alias="PORT", description="Public port; 0 takes a free one.")
    inner_port: int = Field(
        0,
        ge=0,
        le=65535,
        description="Loopback port of the local stack's task functions and of /metrics; 0 takes a free one.",
    )
    public_url: str = Field("", description="Address that links begin with; empty: http://localhost:PORT.")
    functions_url: str = Field(
        "", description="Address below which the task functions answer; the local stack chooses its own."
    )

    project: str = Field("", description="Google Cloud project; needed on google.")
    region: str = Field("", description="Region of the task queues; needed on google.")
    database: str = Field("(default)", description="Firestore database.")
    bucket: str = Field("", description="Bucket of all objects; needed on google.")
    upload_bucket: str = Field("", description="Bucket of uploads that nobody has checked yet; needed on google.")
    topic: str = Field("events", min_length=1, description="Pub/Sub topic of events.")
    queue_prefix: str = Field("", description="What the names of the deployed task queues begin with.")
    task_account: str = Field("", description="Service account whose token Cloud Tasks sends; needed on google.")
    callers: str = Field(
        "", description="More service accounts that may call task, schedule and event functions; comma-separated."
    )
    page_key: SecretStr | None = Field(
        None,
        description="32 random bytes in base64, for page tokens and the like; needed on google, the same everywhere.",
    )
    firebase_api_key: str = Field("", description="Firebase's public web configuration: apiKey.")
    firebase_auth_domain: str = Field("", description="Firebase's public web configuration: authDomain.")
    firebase_app_id: str = Field("", description="Firebase's public web configuration: appId.")

    firestore_emulator_host: str = Field(
        "", validation_alias="FIRESTORE_EMULATOR_HOST", description="Firestore's emulator (host:port); emulators only."
    )
    pubsub_emulator_host: str = Field(
        "", validation_alias="PUBSUB_EMULATOR_HOST", description="Pub/Sub's emulator (host:port); emulators only."
    )
    firebase_auth_emulator_host: str = Field(
        "",
        validation_alias="FIREBASE_AUTH_EMULATOR_HOST",
        description="Firebase Authentication's emulator (host:port); emulators only.",
    )
    storage_emulator_host: str = Field(
        "",
        validation_alias="STORAGE_EMULATOR_HOST",
        description="Another emulator of Cloud Storage: refused on google, not used by Fanfold.",
    )
    tasks_address: str = Field("", description="Stand-in for Cloud Tasks (host:port, gRPC); emulators only.")
    storage_url: str = Field("", description="Stand-in for Cloud Storage (http://host:port); emulators only.")
    certs_url: str = Field(
        "", description="Where the certificates of the local issuer of services' tokens are; emulators only."
    )

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="Least severe line that is logged."
    )

    otlp_url: str = Field(
        "",
        pattern="^(https?://.+)?$",
        description="Where figures and spans are sent, by OTLP over HTTP; empty: nowhere. On google: Google Cloud's own address.",
    )
    otlp_seconds: float = Field(
        30.0, ge=5, le=600, description="How often at most one process sends figures and spans."
    )
    trace_share: float = Field(0.05, ge=0, le=1, description="Share of the traces that are collected.")
    service: str = Field("", validation_alias="K_SERVICE", description="Name of this service, as Cloud Run sets it.")

    gemini_api_key: SecretStr | None = Field(
        None, validation_alias="GEMINI_API_KEY", description="Offers the Gemini image models."
    )
    gemini_base_url: str = Field("", description="Another address of the Gemini API (a proxy, a test server).")
    openai_api_key: SecretStr | None = Field(
        None, validation_alias="OPENAI_API_KEY", description="Offers OpenAI's image models."
    )
    openai_base_url: str = Field("", description="Another address of the OpenAI API (a proxy, a test server).")
    bfl_api_key: SecretStr | None = Field(
        None, validation_alias="BFL_API_KEY", description="Offers Black Forest Labs' Flux models."
    )
    flux_base_url: str = Field("", description="Another address of the Flux API (a region, a proxy, a test server).")
    flux_server_url: str = Field(
        "", description="A server of your own that speaks Flux's protocol: offers image-to-image with strength."
    )
    default_model: str = Field("", description="Model of rows that name none; empty: the best one that is configured.")

    max_rows: int = Field(1_000, ge=1, description="Rows a batch may have.")
    max_images: int = Field(10_000, ge=1, description="Images a batch may have.")
    max_body_bytes: int = Field(16 * 2**20, ge=1024, description="Largest request body.")
    max_upload_bytes: int = Field(20 * 2**20, ge=1024, description="Largest reference file.")
    max_upload_pixels: int = Field(50_000_000, ge=1, description="Most pixels of a reference.")
    max_batch_age_hours: int = Field(
        7 * 24, ge=1, description="After this an item that still waits for a provider fails."
    )

    tick_ms: int = Field(
        250,
        ge=50,
        le=10_000,
        description="How often steps of one batch may follow one another; 1000 on google where nothing is set.",
    )
    max_tries: int = Field(4, ge=1, le=20, description="Tries an item has for transient failures.")
    retry_base_seconds: float = Field(
        2.0, gt=0, le=600, description="Delay after the first failed try; doubled each time."
    )
    retry_max_seconds: float = Field(600.0, gt=0, description="Longest delay between tries.")
    dispatch_timeout_seconds: int = Field(60, ge=1, description="A task not claimed by then is dispatched again.")
    step_lease_seconds: int = Field(30, ge=1, description="How long one step may hold a batch.")
    reconcile_seconds: int | None = Field(
        None,
        ge=1,
        description="How often the local stack looks for batches whose step is overdue; none: as its function.yaml says.",
    )
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
    model_rate_per_second: float | None = Field(
        None,
        gt=0,
        le=500,
        description="Calls to one model a second at most, instead of its own figure; what its provider takes is learned below it.",
    )

    organisation_budget_usd: Decimal | None = Field(
        None,
        ge=0,
        description="What an organisation may spend in all unless an admin sets its own total; none: no limit.",
    )
    token_hours: int = Field(12, ge=1, le=24 * 30, description="How long a sign-in lasts.")
    local_webhooks: bool = Field(
        False,
        description="Lets webhooks go to this machine, by http too: for developers; refused on google.",
    )
    link_hours: int = Field(6, ge=1, le=24 * 7, description="The grid on which signed links expire.")
    submits_a_minute: int = Field(10, ge=1, description="Batches that one caller may submit a minute.")
    requests_a_minute: int = Field(600, ge=1, description="Other requests of one caller a minute, an instance.")

    @property
    def task_callers(self) -> frozenset[str]:
        """The service accounts that task, schedule and event functions take tokens of."""
        named = (name.strip() for name in (self.task_account, *self.callers.split(",")))
        return frozenset(name for name in named if name)

    @property
    def page_key_bytes(self) -> bytes:
        """The secret that others are derived from; raises ConfigurationWrong when it is missing."""
        if self.page_key is None:
            raise ConfigurationWrong("FANFOLD_PAGE_KEY is missing: set it to 32 random bytes in base64.")
        return base64.b64decode(self.page_key.get_secret_value())

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - the library's own names
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Variables alone: no file is looked into."""
        return init_settings, env_settings

    @model_validator(mode="before")
    @classmethod
    def _named(cls, given: Any) -> Any:
        """What a stack has of its own where nothing else is said."""
        return {**_OF_STACK.get(given.get("stack", ""), {}), **given} if isinstance(given, dict) else given

    @model_validator(mode="after")
    def _fitting(self) -> Self:
        """What the stack needs is there, and nothing that must not be."""
        if self.page_key is not None and not _is_key(self.page_key.get_secret_value()):
            raise ValueError(f"FANFOLD_PAGE_KEY must be {PAGE_KEY_BYTES} bytes in base64 (openssl rand -base64 32).")
        if self.stack == "embedded":
            return self
        found = self._deployed() if self.stack == "google" else self._on_this_machine()
        if self.link_hours > LONGEST_SIGNED_HOURS:
            found.append(
                f"FANFOLD_LINK_HOURS must be at most {LONGEST_SIGNED_HOURS} on this stack: "
                "the keys that sign links are only sure to be known for twelve hours."
            )
        if found:
            raise ValueError(" ".join(found))
        return self

    def _deployed(self) -> list[str]:
        """What is wrong with the settings of a deployed function."""
        found = [
            f"{variable(name)} is set, but this is production (FANFOLD_STACK=google): "
            "unset it, for it leads to an emulator that believes everything it is told."
            for name in _EMULATORS
            if getattr(self, name)
        ]
        if self.local_webhooks:
            found.append("FANFOLD_LOCAL_WEBHOOKS is set, but this is production (FANFOLD_STACK=google): unset it.")
        missing = [variable(name) for name in _NEEDED if not getattr(self, name)]
        if missing:
            found.append(
                f"{', '.join(missing)} must be set (FANFOLD_STACK=google): `make deploy` does so for the functions that it "
                "deploys. To serve on this machine, leave FANFOLD_STACK unset."
            )
        found += [
            f"{variable(name)} must be an https address (FANFOLD_STACK=google)."
            for name in ("functions_url", "public_url", "otlp_url")
            if getattr(self, name) and not getattr(self, name).startswith("https://")
        ]
        return found

    def _on_this_machine(self) -> list[str]:
        """What is wrong with the addresses of emulators and stand-ins: their lines are open to everyone on the way."""
        found = [
            f"{variable(name)} must be an address of this machine such as 127.0.0.1:8085 (FANFOLD_STACK=emulators)."
            for name in _EMULATORS
            if getattr(self, name) and not _is_local(getattr(self, name))
        ]
        if self.host not in _LOOPBACK:
            found.append(
                f"FANFOLD_HOST must be an address of this machine, not {self.host} (FANFOLD_STACK=emulators): "
                "its tokens are not signed, so that whoever reaches it could be anybody."
            )
        return found


def variable(name: str) -> str:
    """The environment variable of a setting."""
    alias = Settings.model_fields[name].validation_alias
    return alias if isinstance(alias, str) else f"FANFOLD_{name.upper()}"


def _is_local(address: str) -> bool:
    try:
        return urlsplit(address if "//" in address else f"//{address}").hostname in _LOOPBACK
    except ValueError:
        return False


def _is_key(text: str) -> bool:
    try:
        return len(base64.b64decode(text, validate=True)) == PAGE_KEY_BYTES
    except (binascii.Error, ValueError):
        return False


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
        if problem["loc"]:
            name = str(problem["loc"][0])
            parts.append(f"{name if name.isupper() else f'FANFOLD_{name.upper()}'}: {problem['msg']}.")
        else:
            # Of settings together: the sentence names them itself.
            parts.append(problem["msg"].removeprefix("Value error, "))
    return "Wrong settings. " + " ".join(parts)
