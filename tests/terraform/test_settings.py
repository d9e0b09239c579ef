"""What functions are told are settings of the code, and all that it needs to start."""

import base64
import json
import subprocess
import sys
from typing import Any

import pytest

from shared.config import Settings, variable
from tests.terraform.configurations import ROOT
from tests.terraform.evaluations import ENVIRONMENTS, plan

# Of the platform, not of Fanfold.
OTHERS = {"PYTHONPATH"}
START = """
import json
from shared.config import settings
found = settings()
print(json.dumps({"stack": found.stack, "callers": found.callers, "accounts": sorted(found.task_callers)}))
"""


def told(environment: str) -> dict[str, dict[str, str]]:
    """The environment variables of every function, secrets among them as Secret Manager would fill them."""
    found = {}
    for name, function in plan(environment)["google_cloudfunctions2_function.functions"].items():
        (service,) = function["service_config"]
        secrets = {one["key"]: base64.b64encode(bytes(32)).decode() for one in service["secret_environment_variables"]}
        found[name] = {**service["environment_variables"], **secrets}
    return found


@pytest.mark.parametrize("environment", ["", *ENVIRONMENTS])
def test_functions_are_told_settings_and_nothing_else(environment: str) -> None:
    known = {variable(name) for name in Settings.model_fields}
    for name, variables in told(environment).items():
        assert set(variables) <= known | OTHERS, name


@pytest.mark.parametrize("environment", ["", *ENVIRONMENTS])
def test_every_function_starts_with_what_it_is_told(environment: str) -> None:
    for name, variables in told(environment).items():
        started = start(variables)
        assert started["stack"] == "google", name
        assert started["callers"] == variables.get("FANFOLD_CALLERS", "")
        own = {variables["FANFOLD_TASK_ACCOUNT"], variables.get("FANFOLD_CALLERS", "")}
        assert started["accounts"] == sorted(own - {""})


def test_a_function_that_is_told_less_does_not_start() -> None:
    variables = told("")["api"]
    with pytest.raises(subprocess.CalledProcessError):
        start({name: value for name, value in variables.items() if name != "FANFOLD_UPLOAD_BUCKET"})


def start(variables: dict[str, str]) -> dict[str, Any]:
    """The settings of a process that has these environment variables and no others."""
    done = subprocess.run(
        [sys.executable, "-c", START],
        env={**variables, "PYTHONPATH": str(ROOT)},
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found
