"""The web app's own checks hold, and its first download is small."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from shared.domain.errors import ConfigurationWrong
from tests.emulators import auth_host, firestore_with_rules, missing

NpmRun = Callable[..., None]

WEB = Path(__file__).parents[2] / "web"
RULES = WEB.with_name("infra") / "firestore.rules"


@pytest.fixture(scope="module")
def npm_run() -> NpmRun:
    """Runs a script of web/package.json; what it says is the failure's reason."""
    if not (WEB / "node_modules" / ".package-lock.json").is_file():
        missing(ConfigurationWrong("The web app's packages are not installed: run `make web` (Node 20 or newer)."))

    def run(script: str, **environment: str) -> None:
        ran = subprocess.run(
            ["npm", "run", "--silent", script],
            cwd=WEB,
            env=os.environ | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=540,
        )
        if ran.returncode != 0:
            pytest.fail(f"npm run {script}\n{ran.stdout[-6000:]}", pytrace=False)

    return run


@pytest.mark.timeout(600)
@pytest.mark.parametrize("script", ["formatted", "lint", "types", "test"])
def test_the_web_app_passes_its_own(script: str, npm_run: NpmRun) -> None:
    npm_run(script)


@pytest.mark.timeout(600)
def test_the_first_download_is_small_and_without_firebase(npm_run: NpmRun) -> None:
    # As `make run` builds it; what is built from these sources already is not built again.
    built = subprocess.run(["make", "web"], cwd=WEB.parent, capture_output=True, text=True, check=False, timeout=300)
    assert built.returncode == 0, built.stdout + built.stderr
    npm_run("size")


@pytest.mark.timeout(600)
def test_what_needs_the_emulators_holds_on_them(npm_run: NpmRun) -> None:
    npm_run("emulated", FIRESTORE_EMULATOR_HOST=firestore_with_rules(RULES), FIREBASE_AUTH_EMULATOR_HOST=auth_host())
