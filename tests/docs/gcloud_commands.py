"""What gcloud itself knows: its commands and their flags, from the tree that its completion uses."""

import importlib.util
import os
import shutil
from functools import cache
from pathlib import Path
from typing import Any

import pytest

# Every command takes these besides its own.
_EVERYWHERE = {"--project", "--quiet", "--format", "--filter", "--limit"}


@cache
def tree() -> dict[str, Any]:
    """The whole tree; where gcloud is missing the test is skipped, and with CI set it fails."""
    program = shutil.which("gcloud")
    place = Path(program).resolve().parents[1] / "data" / "cli" / "gcloud_completions.py" if program else None
    if place is None or not place.is_file():
        words = "gcloud's own list of its commands is not here: install the Google Cloud CLI."
        if "CI" in os.environ:
            pytest.fail(words, pytrace=False)
        pytest.skip(words)
    spec = importlib.util.spec_from_file_location("gcloud_completions", place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: dict[str, Any] = module.STATIC_COMPLETION_CLI_TREE
    return found


def wrong(words: list[str]) -> str | None:
    """What gcloud would have against this command (without the word gcloud); None when it would take it."""
    node, rest = tree(), list(words)
    while rest and rest[0] in node["commands"]:
        node = node["commands"][rest.pop(0)]
    if node["commands"]:
        return f"gcloud {' '.join(words)}: {rest[:1]} is no command"
    given = {word.partition("=")[0] for word in rest if word.startswith("--")}
    unknown = given - set(node["flags"]) - set(tree()["flags"]) - _EVERYWHERE
    return f"gcloud {' '.join(words)}: {sorted(unknown)} are no flags of it" if unknown else None
