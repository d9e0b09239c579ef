"""How the stack of Google Cloud is put together: late, by its settings, with secrets of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from shared.adapters.system import SystemClock, SystemIds
from shared.config import Settings
from shared.container.google import google_stack
from shared.container.stacks import Stack, function_url
from shared.domain.errors import ConfigurationWrong
from tests.unit.test_settings import DEPLOYED, KEY

ROOT = Path(__file__).parents[2]
HEAVY = ("google.cloud.tasks_v2", "google.cloud.storage", "google.pubsub_v1", "PIL", "google.genai", "firebase_admin")
MAKE = f"""
import sys
from shared.container import container
stack = container().stack
print(*[name for name in {HEAVY!r} if name in sys.modules], stack.boot_id[:5])
stack.close()
"""


def config(**more: str) -> Settings:
    given = {name.removeprefix("FANFOLD_").lower(): value for name, value in DEPLOYED.items()}
    return Settings.model_validate(given | more)


def made(settings: Settings) -> Stack:
    stack = google_stack(settings, SystemClock(), SystemIds())
    stack.close()
    return stack


def test_no_client_is_loaded_before_it_is_used() -> None:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("FANFOLD_")}
    ended = subprocess.run(
        [sys.executable, "-c", MAKE],
        cwd=ROOT,
        env=clean | DEPLOYED,
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.stdout.split() == ["boot_"]


def test_secrets_are_the_same_in_every_function_and_tell_nothing_of_each_other() -> None:
    one, other = made(config()), made(config())
    assert one.secret("pages") == other.secret("pages")
    secrets = {one.secret(name) for name in ("pages", "links", "identity")}
    assert {len(secret) for secret in secrets} == {32}
    assert len(secrets) == 3
    assert made(config(page_key=KEY[:-3] + "EA=")).secret("pages") not in secrets


def test_tasks_schedules_and_events_may_come_from_the_accounts_that_are_named() -> None:
    stack = made(config(callers="schedules@acme.example,events@acme.example"))
    assert stack.accounts == {DEPLOYED["FANFOLD_TASK_ACCOUNT"], "schedules@acme.example", "events@acme.example"}
    assert stack.upload_bucket == DEPLOYED["FANFOLD_UPLOAD_BUCKET"]


def test_a_function_is_called_by_its_deployed_name() -> None:
    assert function_url(config(), "advance_batch") == f"{DEPLOYED['FANFOLD_FUNCTIONS_URL']}/advance-batch"
    assert (
        function_url(Settings(functions_url="http://127.0.0.1:1/"), "advance_batch")
        == "http://127.0.0.1:1/advance_batch"
    )


def test_a_process_on_the_emulators_that_lacks_an_address_says_which() -> None:
    settings = Settings.model_validate({"stack": "emulators", "page_key": KEY, "functions_url": "http://127.0.0.1:1"})
    with pytest.raises(ConfigurationWrong, match=r"needs FIRESTORE_EMULATOR_HOST, .*FANFOLD_STORAGE_URL") as refused:
        google_stack(settings, SystemClock(), SystemIds())
    assert "FANFOLD_FUNCTIONS_URL" not in refused.value.detail


def test_a_missing_page_key_is_named() -> None:
    with pytest.raises(ConfigurationWrong, match="FANFOLD_PAGE_KEY is missing"):
        _ = Settings().page_key_bytes
