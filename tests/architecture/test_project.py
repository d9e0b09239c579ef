"""What the project says about itself is true: settings, pins, targets."""

import re
from importlib import metadata

import pytest
from packaging.requirements import Requirement

from infra.settings_page import render
from shared.config import Settings
from tests.architecture.rules import ROOT

PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(\[[a-z,]+\])?==(?P<version>[^\s;#]+)")


def read(name: str) -> str:
    """The text of a file at the project's root."""
    return (ROOT / name).read_text(encoding="utf-8")


def normal(name: str) -> str:
    """A package's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def lines(name: str) -> list[str]:
    """The lines of a requirements file that name a package."""
    return [line for line in read(name).splitlines() if line.strip() and not line.startswith(("#", "-"))]


def pins(name: str) -> dict[str, str]:
    """Version by normalised package name; a line that is no exact pin fails."""
    found = {}
    for line in lines(name):
        match = PIN.match(line)
        assert match, f"{name}: {line!r} is no exact pin"
        found[normal(match["name"])] = match["version"]
    return found


def test_every_setting_says_what_it_means() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_the_page_of_settings_is_up_to_date() -> None:
    assert read("docs/settings.md") == render(), "run `make docs`"


LOCKS = ["requirements", "requirements-client", "requirements-dev"]


@pytest.mark.parametrize("name", LOCKS)
def test_what_is_chosen_is_what_is_locked(name: str) -> None:
    chosen, locked = pins(f"{name}.in"), pins(f"{name}.txt")
    assert {package: locked.get(package) for package in chosen} == chosen, "run `make lock`"


def test_the_locks_agree() -> None:
    versions: dict[str, set[str]] = {}
    for lock in LOCKS:
        for name, version in pins(f"{lock}.txt").items():
            versions.setdefault(name, set()).add(version)
    assert {name: found for name, found in versions.items() if len(found) > 1} == {}


def test_the_locks_hold_everything_that_their_packages_need() -> None:
    locked = {name for lock in LOCKS for name in pins(f"{lock}.txt")}
    needed = {
        normal(requirement.name): f"{name} needs it"
        for name in locked
        for requirement in map(Requirement, metadata.requires(name) or [])
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""})
    }
    assert {name: why for name, why in needed.items() if name not in locked} == {}, "run `make lock`"


def test_every_target_of_make_is_explained() -> None:
    makefile = read("Makefile")
    declared = re.search(r"^\.PHONY: (help .*)$", makefile, re.MULTILINE)
    assert declared
    explained = set(re.findall(r"^([a-z]+):.*## \S", makefile, re.MULTILINE))
    assert explained == set(declared[1].split())
    assert {
        "demo",
        "run",
        "test",
        "check",
        "bench",
        "format",
        "lint",
        "types",
        "imports",
        "faults",
        "help",
        "clean",
    } <= explained


def test_continuous_integration_runs_the_tests() -> None:
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & 0o111
    assert "export CI=true" in read(".ci/run")
    assert read(".ci/run").rstrip().endswith("make test")
