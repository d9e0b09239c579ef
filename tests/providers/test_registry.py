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


def settings(key: str | None) -> Settings:
    return Settings(gemini_api_key=None if key is None else SecretStr(key))


def test_every_model_of_the_catalogue_has_a_registered_provider() -> None:
    assert {spec.provider for spec in MODELS} == set(PROVIDERS)


@pytest.mark.parametrize("key", [None, "", "  "])
def test_without_a_key_only_what_needs_none_is_available(key: str | None) -> None:
    assert available(settings(key)) == {"preview"}


def test_with_a_key_gemini_is_available_too() -> None:
    assert available(settings("a-key")) == {"gemini", "preview"}


@pytest.mark.parametrize("key", [None, ""])
def test_building_without_its_settings_names_the_variables_to_set(key: str | None) -> None:
    with pytest.raises(ConfigurationWrong, match="GEMINI_API_KEY"):
        build("gemini", settings(key), SystemClock())


def test_an_unknown_provider_is_refused_with_the_known_ones_named() -> None:
    with pytest.raises(ConfigurationWrong, match="gemini, preview"):
        build("gemnii", settings(None), SystemClock())


@pytest.mark.parametrize(
    ("step", "absent"),
    [("", ("google.genai", "PIL")), ("registry.build('preview', settings, SystemClock())", ("google.genai",))],
)
def test_a_start_imports_only_the_providers_that_it_makes(step: str, absent: tuple[str, ...]) -> None:
    program = f"""
import sys
from shared.adapters.providers import registry
from shared.adapters.system import SystemClock
from shared.config import Settings
settings = Settings(gemini_api_key="a-key")
assert registry.available(settings) == {{"gemini", "preview"}}
{step}
print(*set(sys.modules) & set({absent!r}))
"""
    done = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True, text=True)
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "", "")
