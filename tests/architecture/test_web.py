"""The web app keeps the design's rules, and each rule can be broken."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from infra.openapi_page import render
from shared.domain.errors import ConfigurationWrong
from tests.architecture import web_rules
from tests.architecture.web_rules import GENERATED, LONGEST_SOURCE, WEB, Source
from tests.emulators import missing

NETWORK_ROOMS = ("src/api/", "src/live/")
FIREBASE_ROOMS = ("src/session/", "src/live/")


def test_sources_are_short_enough() -> None:
    long = [source for source in web_rules.sources() if len(source.lines) > LONGEST_SOURCE]
    assert [f"{source.path}: {len(source.lines)} lines" for source in long] == []


def test_only_the_client_and_live_sources_ask_the_network() -> None:
    assert web_rules.breaches(web_rules.network_calls, web_rules.sources(), *NETWORK_ROOMS) == []


def test_only_sign_in_and_live_sources_know_firebase() -> None:
    assert web_rules.breaches(web_rules.firebase_imports, web_rules.sources(), *FIREBASE_ROOMS) == []


def test_names_say_what_is_inside() -> None:
    assert [source.path for source in web_rules.sources() if web_rules.FORBIDDEN_WORDS.search(source.path)] == []


@pytest.mark.parametrize(
    ("rule", "line"),
    [
        (web_rules.network_calls, 'const answer = await fetch("/v1/models");'),
        (web_rules.network_calls, "const events = new EventSource(url);"),
        (web_rules.network_calls, "globalThis.fetch(request)"),
        (web_rules.firebase_imports, 'import { getAuth } from "firebase/auth";'),
        (web_rules.firebase_imports, 'const auth = await import("firebase/auth");'),
    ],
)
def test_a_rule_can_be_broken(rule: object, line: str) -> None:
    assert callable(rule)
    assert web_rules.breaches(rule, [Source("src/pages/wall/Tile.tsx", f"\n{line}\n")], "src/api/") == [
        "src/pages/wall/Tile.tsx:2"
    ]


def test_packages_are_pinned_exactly_and_their_lock_names_no_registry() -> None:
    package = json.loads((WEB / "package.json").read_text(encoding="utf-8"))
    chosen = package["dependencies"] | package["devDependencies"]
    assert [name for name, version in chosen.items() if not re.fullmatch(r"\d+\.\d+\.\d+", version)] == []
    locked = json.loads((WEB / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert {name: locked[f"node_modules/{name}"]["version"] for name in chosen} == chosen
    assert [name for name, entry in locked.items() if name and ("resolved" in entry or "integrity" not in entry)] == []


def test_the_types_of_the_api_are_up_to_date(tmp_path: Path) -> None:
    program = WEB / "node_modules" / ".bin" / "openapi-typescript"
    if not program.is_file():
        missing(ConfigurationWrong("The web app's packages are not installed: run `make web` (Node 20 or newer)."))
    (tmp_path / "openapi.json").write_bytes(render())
    arguments = json.loads((WEB / "package.json").read_text(encoding="utf-8"))["scripts"]["schema"].split()[1:]
    written = [str(tmp_path / Path(one).name) if one in {"openapi.json", GENERATED} else one for one in arguments]
    subprocess.run([program, *written], cwd=WEB, check=True, capture_output=True, timeout=100)
    made = (tmp_path / Path(GENERATED).name).read_text(encoding="utf-8")
    assert made == (WEB / GENERATED).read_text(encoding="utf-8"), "run `make schema`"
