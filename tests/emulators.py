"""Google's emulators for tests: each is started once a session, by the first test that needs it."""

import atexit
import os
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import NoReturn
from uuid import uuid4

import pytest

from infra.local import emulators
from infra.local.emulators import Emulator
from shared.domain.errors import ConfigurationWrong

PROJECT = "demo-fanfold"


@cache
def firestore_host() -> str:
    """The address of the session's Firestore emulator. Where it is missing the test is skipped; with CI set it fails."""
    return _started(emulators.firestore)


@cache
def firestore_with_rules(rules: Path) -> str:
    """The address of the session's Firestore emulator that holds web clients to these rules; missing as above."""
    return _started(partial(emulators.firestore, rules=rules))


@cache
def pubsub_host() -> str:
    """The address of the session's Pub/Sub emulator. Where it is missing the test is skipped; with CI set it fails."""
    return _started(emulators.pubsub)


@cache
def auth_host() -> str:
    """The address of the session's Auth emulator, for people of PROJECT. Where it is missing the test is skipped; with CI set it fails."""
    return _started(lambda: emulators.auth(PROJECT))


def lasting() -> dict[str, str]:
    """Settings of a platform on the session's emulators, which outlive it, in a project of its own."""
    return {
        "FANFOLD_STACK": "emulators",
        "FANFOLD_PROJECT": f"demo-{uuid4().hex[:12]}",
        "FIRESTORE_EMULATOR_HOST": firestore_host(),
        "PUBSUB_EMULATOR_HOST": pubsub_host(),
        "FIREBASE_AUTH_EMULATOR_HOST": auth_host(),
    }


def _started(start: Callable[[], Emulator]) -> str:
    try:
        emulator = start()
    except ConfigurationWrong as error:
        missing(error)
    atexit.register(emulator.stop)
    return emulator.host


def missing(error: ConfigurationWrong) -> NoReturn:
    """End the test for want of a program: skipped with the sentence that says how to get it; with CI set it fails."""
    if "CI" in os.environ:
        pytest.fail(error.detail, pytrace=False)
    pytest.skip(error.detail)
