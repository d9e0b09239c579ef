"""Which settings each stack takes, and what is said of wrong ones."""

import base64
import os
import subprocess
import sys
from pathlib import Path

import pytest

from shared.config import Settings

ROOT = Path(__file__).parents[2]
KEY = base64.b64encode(bytes(32)).decode()
DEPLOYED = {
    "FANFOLD_STACK": "google",
    "FANFOLD_PROJECT": "acme",
    "FANFOLD_REGION": "europe-west1",
    "FANFOLD_BUCKET": "acme-fanfold",
    "FANFOLD_UPLOAD_BUCKET": "acme-fanfold-uploads",
    "FANFOLD_FUNCTIONS_URL": "https://europe-west1-acme.cloudfunctions.net",
    "FANFOLD_PUBLIC_URL": "https://images.acme.example",
    "FANFOLD_TASK_ACCOUNT": "tasks@acme.iam.gserviceaccount.com",
    "FANFOLD_PAGE_KEY": KEY,
}
NEEDED = sorted(set(DEPLOYED) - {"FANFOLD_STACK"})
EMULATORS = {
    "FIRESTORE_EMULATOR_HOST": "127.0.0.1:8085",
    "PUBSUB_EMULATOR_HOST": "127.0.0.1:8086",
    "FIREBASE_AUTH_EMULATOR_HOST": "localhost:9099",
    "STORAGE_EMULATOR_HOST": "http://127.0.0.1:9199",
    "FANFOLD_TASKS_ADDRESS": "[::1]:8123",
    "FANFOLD_STORAGE_URL": "http://127.0.0.1:9199",
    "FANFOLD_CERTS_URL": "http://127.0.0.1:9000/certs",
}
FOLDERS = {path.parent.name: path.parent for path in ROOT.glob("functions/*/main.py")}


def said(variables: dict[str, str], program: str = "from shared.config import settings; settings()") -> str:
    """The last line of what a process with these variables says as it fails; empty when it does not."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("FANFOLD_")}
    ended = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=clean | variables,
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (ended.returncode == 0) == (ended.stderr == "")
    return ended.stderr.strip().splitlines()[-1] if ended.returncode else ""


def test_a_deployed_function_with_all_that_it_needs_starts() -> None:
    assert said(DEPLOYED) == ""


def test_each_setting_that_a_deployed_function_lacks_is_named() -> None:
    told = said({"FANFOLD_STACK": "google"})
    assert [name for name in NEEDED if name not in told] == []
    for name in NEEDED:
        told = said({key: value for key, value in DEPLOYED.items() if key != name})
        assert f"{name} must be set (FANFOLD_STACK=google): `make deploy` does so" in told
        assert [other for other in NEEDED if other != name and other in told] == []


@pytest.mark.parametrize("name", EMULATORS)
def test_an_emulator_is_refused_in_production(name: str) -> None:
    told = said(DEPLOYED | {name: EMULATORS[name]})
    assert f"{name} is set, but this is production (FANFOLD_STACK=google): unset it" in told


@pytest.mark.parametrize("function", sorted(FOLDERS))
def test_a_function_that_is_deployed_with_an_emulator_does_not_start(function: str) -> None:
    path = str(FOLDERS[function] / "main.py")
    start = f"from functions_framework.aio import create_asgi_app; create_asgi_app({function!r}, {path!r}, 'http')"
    assert said(DEPLOYED, start) == ""
    told = said(DEPLOYED | {"FIRESTORE_EMULATOR_HOST": "127.0.0.1:8085"}, start)
    assert "FIRESTORE_EMULATOR_HOST is set, but this is production (FANFOLD_STACK=google): unset it" in told


@pytest.mark.parametrize("name", EMULATORS)
@pytest.mark.parametrize("address", ["10.0.0.7:8085", "http://emulators.example:80", "http://[", "127.0.0.1.example:1"])
def test_an_emulator_elsewhere_is_refused(name: str, address: str) -> None:
    with pytest.raises(ValueError, match=f"{name} must be an address of this machine"):
        Settings.model_validate({"stack": "emulators", _key(name): address})


def test_emulators_on_this_machine_are_taken_and_nobody_needs_to_choose_names() -> None:
    config = Settings.model_validate({"stack": "emulators"} | {_key(name): value for name, value in EMULATORS.items()})
    assert config.project.startswith("demo-")
    assert config.bucket != config.upload_bucket
    assert config.task_callers == {config.task_account} != {""}


def test_a_stack_whose_tokens_are_not_signed_answers_nobody_but_this_machine() -> None:
    told = said({"FANFOLD_STACK": "emulators", "FANFOLD_HOST": "0.0.0.0"})  # noqa: S104 - an address to refuse
    assert "FANFOLD_HOST must be an address of this machine, not 0.0.0.0 (FANFOLD_STACK=emulators)" in told
    assert said({"FANFOLD_STACK": "emulators", "FANFOLD_HOST": "::1"}) == ""


@pytest.mark.parametrize("stack", ["emulators", "google"])
def test_links_do_not_outlast_the_keys_that_sign_them(stack: str) -> None:
    variables = (DEPLOYED if stack == "google" else {}) | {"FANFOLD_STACK": stack}
    assert said(variables | {"FANFOLD_LINK_HOURS": "11"}) == ""
    assert "FANFOLD_LINK_HOURS must be at most 11" in said(variables | {"FANFOLD_LINK_HOURS": "12"})


@pytest.mark.parametrize("key", ["", "short", base64.b64encode(bytes(31)).decode(), "?" * 44])
def test_a_page_key_is_32_bytes(key: str) -> None:
    told = said(DEPLOYED | {"FANFOLD_PAGE_KEY": key})
    assert "FANFOLD_PAGE_KEY must be 32 bytes in base64" in told
    assert not key or key not in told


def test_addresses_of_deployed_functions_are_https() -> None:
    told = said(DEPLOYED | {"FANFOLD_PUBLIC_URL": "http://images.acme.example"})
    assert "FANFOLD_PUBLIC_URL must be an https address" in told


def test_callers_are_the_account_of_tasks_and_those_named() -> None:
    config = Settings(task_account="tasks@a.example", callers=" schedule@a.example, events@a.example,")
    assert config.task_callers == {"tasks@a.example", "schedule@a.example", "events@a.example"}


def _key(name: str) -> str:
    return name.removeprefix("FANFOLD_").lower() if name.startswith("FANFOLD_") else name
