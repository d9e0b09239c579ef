"""The AI providers by name: which settings each needs, and how it is made."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from pydantic import AliasChoices, AliasPath, SecretStr

from shared.config import Settings
from shared.domain.errors import ConfigurationWrong
from shared.ports.clock import Clock
from shared.ports.providers import ImageProvider


@dataclass(frozen=True, slots=True)
class Provider:
    """How one provider is made, and the settings (by their field's name) without which it cannot be."""

    make: Callable[[Settings, Clock], ImageProvider]
    needs: tuple[str, ...] = ()


def _flux(settings: Settings, clock: Clock) -> ImageProvider:
    from shared.adapters.providers.flux import BASE_URL, FluxImageJobs

    return FluxImageJobs(
        settings.bfl_api_key or SecretStr(""),
        base_url=settings.flux_base_url or BASE_URL,
        clock=clock,
        key_setting="BFL_API_KEY",
        address_setting="FANFOLD_FLUX_BASE_URL",
    )


def _flux_server(settings: Settings, clock: Clock) -> ImageProvider:
    from shared.adapters.providers.flux import FluxImageJobs

    return FluxImageJobs(
        None,
        base_url=settings.flux_server_url,
        clock=clock,
        key_setting="",
        address_setting="FANFOLD_FLUX_SERVER_URL",
    )


def _gemini(settings: Settings, clock: Clock) -> ImageProvider:
    from shared.adapters.providers.gemini import GeminiImageModel

    key = settings.gemini_api_key or SecretStr("")
    return GeminiImageModel(key, base_url=settings.gemini_base_url or None, clock=clock)


def _openai(settings: Settings, clock: Clock) -> ImageProvider:
    from shared.adapters.providers.openai import OpenAIImageModel

    key = settings.openai_api_key or SecretStr("")
    return OpenAIImageModel(key, base_url=settings.openai_base_url or None, clock=clock)


def _preview(_settings: Settings, _clock: Clock) -> ImageProvider:
    from shared.adapters.providers.preview import PreviewImageModel

    return PreviewImageModel()


PROVIDERS: Mapping[str, Provider] = MappingProxyType(
    {
        "flux": Provider(_flux, needs=("bfl_api_key",)),
        "flux_server": Provider(_flux_server, needs=("flux_server_url",)),
        "gemini": Provider(_gemini, needs=("gemini_api_key",)),
        "openai": Provider(_openai, needs=("openai_api_key",)),
        "preview": Provider(_preview),
    }
)


def available(settings: Settings) -> frozenset[str]:
    """The providers whose settings are all given; none is imported for it."""
    return frozenset(name for name, provider in PROVIDERS.items() if not _lacking(provider, settings))


def build(name: str, settings: Settings, clock: Clock) -> ImageProvider:
    """Make a provider, importing what it alone needs.

    Raises ConfigurationWrong for a name that is not registered or settings that are missing, naming them.
    """
    provider = PROVIDERS.get(name)
    if provider is None:
        raise ConfigurationWrong(f"There is no provider {name!r}; there are {', '.join(sorted(PROVIDERS))}.")
    lacking = _lacking(provider, settings)
    if lacking:
        variables = ", ".join(_variable(field) for field in lacking)
        raise ConfigurationWrong(f"The provider {name!r} needs settings that are not given: {variables}.")
    return provider.make(settings, clock)


def _lacking(provider: Provider, settings: Settings) -> list[str]:
    return [field for field in provider.needs if not _given(getattr(settings, field))]


def _given(value: object) -> bool:
    return bool(value.get_secret_value().strip() if isinstance(value, SecretStr) else value)


def _variable(field: str) -> str:
    alias: str | AliasPath | AliasChoices | None = Settings.model_fields[field].validation_alias
    return alias if isinstance(alias, str) else f"FANFOLD_{field.upper()}"
