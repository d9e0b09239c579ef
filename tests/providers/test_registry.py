"""Which providers there are, what each needs, and what a start without them costs."""

import subprocess
import sys

import pytest
from pydantic import SecretStr

from shared.adapters.providers.registry import PROVIDERS, available, build
from shared.adapters.system import SystemClock
from shared.config import Settings
from shared.domain.catalogue import MODELS
from shared.domain.errors import ConfigurationWrong


def settings(
    gemini: str | None = None, openai: str | None = None, flux: str | None = None, server: str = ""
) -> Settings:
    return Settings(
        gemini_api_key=None if gemini is None else SecretStr(gemini),
        openai_api_key=None if openai is None else SecretStr(openai),
        bfl_api_key=None if flux is None else SecretStr(flux),
        flux_server_url=server,
    )


def test_every_model_of_the_catalogue_has_a_registered_provider() -> None:
    assert {spec.provider for spec in MODELS} == set(PROVIDERS)


@pytest.mark.parametrize("key", [None, "", "  "])
def test_without_a_key_only_what_needs_none_is_available(key: str | None) -> None:
    assert available(settings(key, key, key)) == {"preview"}


def test_each_key_makes_its_provider_available() -> None:
    assert available(settings(gemini="a-key")) == {"gemini", "preview"}
    assert available(settings(openai="a-key")) == {"openai", "preview"}
    assert available(settings(flux="a-key")) == {"flux", "preview"}
    assert available(settings(server="http://10.0.0.7:8000")) == {"flux_server", "preview"}
    assert available(settings("a-key", "a-key")) == {"gemini", "openai", "preview"}


@pytest.mark.parametrize("key", [None, ""])
@pytest.mark.parametrize(
    ("name", "variable"),
    [
        ("gemini", "GEMINI_API_KEY"),
        ("openai", "OPENAI_API_KEY"),
        ("flux", "BFL_API_KEY"),
        ("flux_server", "FANFOLD_FLUX_SERVER_URL"),
    ],
)
def test_building_without_its_settings_names_the_variables_to_set(name: str, variable: str, key: str | None) -> None:
    with pytest.raises(ConfigurationWrong, match=variable):
        build(name, settings(key, key, key), SystemClock())


def test_an_unknown_provider_is_refused_with_the_known_ones_named() -> None:
    with pytest.raises(ConfigurationWrong, match="flux, flux_server, gemini, openai, preview"):
        build("gemnii", settings(), SystemClock())


@pytest.mark.parametrize(
    ("step", "absent"),
    [
        ("", ("google.genai", "openai", "PIL")),
        ("registry.build('preview', settings, SystemClock())", ("google.genai", "openai")),
        ("registry.build('openai', settings, SystemClock())", ("google.genai",)),
        ("registry.build('gemini', settings, SystemClock())", ("openai",)),
        ("registry.build('flux', settings, SystemClock())", ("google.genai", "openai", "PIL")),
    ],
)
def test_a_start_imports_only_the_providers_that_it_makes(step: str, absent: tuple[str, ...]) -> None:
    program = f"""
import sys
from shared.adapters.providers import registry
from shared.adapters.system import SystemClock
from shared.config import Settings
settings = Settings(gemini_api_key="a-key", openai_api_key="a-key", bfl_api_key="a-key")
assert registry.available(settings) == {{"flux", "gemini", "openai", "preview"}}
{step}
print(*set(sys.modules) & set({absent!r}))
"""
    done = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True, text=True)
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "", "")
