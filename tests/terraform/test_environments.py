"""The environments' files and the form of everything: known names, right types, no secrets, one style."""

import re
from typing import Any

import hcl2
import pytest

from shared.config import Settings
from tests.terraform.configurations import FOLDER, named
from tests.terraform.evaluations import ENVIRONMENTS, asked, plan, run

SECRETS = re.compile(r"AIza[\w-]{20,}|-----BEGIN|ya29\.|sk-[A-Za-z0-9]{20,}|[A-Za-z0-9+/]{43}=")


def said(environment: str) -> dict[str, Any]:
    """What an environment's file says."""
    text = (FOLDER / "environments" / f"{environment}.tfvars").read_text(encoding="utf-8")
    found = hcl2.loads(text)
    return {name: value for name, value in found.items() if not name.startswith("__")}


def members(variable: str) -> set[str]:
    """The names that an object's type (or a map's of objects) declares."""
    return set(re.findall(r"(\w+)\s*=\s*optional", str(named("variable")[variable].arguments["type"])))


def test_there_are_two_environments() -> None:
    assert ENVIRONMENTS == ["dev", "prod"]


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_an_environment_says_known_things_of_the_right_types(environment: str) -> None:
    answer = asked(environment)
    assert answer.stderr == ""
    assert set(said(environment)) <= set(named("variable"))


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_an_environment_names_functions_queues_and_settings_that_exist(environment: str) -> None:
    given, deployed = said(environment), plan(environment)
    assert set(given.get("functions", {})) <= set(deployed["google_cloudfunctions2_function.functions"])
    assert set(given.get("queues", {})) <= set(deployed["google_cloud_tasks_queue.queues"])
    for variable in ("functions", "queues"):
        for one in given.get(variable, {}).values():
            assert set(one) <= members(variable)
    for variable in ("alert_limits", "queue_retries"):
        assert set(given.get(variable, {})) <= members(variable)
    assert {name.removeprefix("FANFOLD_").lower() for name in given.get("settings", {})} <= set(Settings.model_fields)


def test_a_wrong_type_is_refused() -> None:
    assert "queue_log_share" in asked("", queue_log_share="much").stderr
    assert "rates" not in asked("", queues="{advance={max_concurrent_dispatches=1}}").stderr


@pytest.mark.parametrize(
    "path",
    sorted(
        path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*") if path.suffix in {".tf", ".tfvars", ".md"}
    ),
)
def test_no_file_holds_a_secret(path: str) -> None:
    assert SECRETS.search((FOLDER / path).read_text(encoding="utf-8")) is None


def test_no_secrets_value_is_known_to_terraform() -> None:
    assert not [address for address in plan("") if address.startswith("google_secret_manager_secret_version.")]


def test_everything_is_formatted() -> None:
    checked = run("fmt", "-check", "-recursive", "-diff")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_provider_is_pinned_and_the_state_is_kept_in_a_bucket() -> None:
    text = (FOLDER / "versions.tf").read_text(encoding="utf-8")
    assert 'version = "~> 8.0"' in text
    assert 'backend "gcs"' in text
