"""The web app on Firebase Hosting: the same promises as on this machine."""

import json
from pathlib import Path
from typing import Any

import pytest

from infra.deploy import hosting
from infra.deploy.programs import Programs
from infra.local.web_pages import ASKED_AGAIN, HEADERS, KEPT, policy
from shared.config import Settings
from tests.deploy.programs import PROJECT, REGION

EVERYWHERE = "**"


def told() -> dict[str, Any]:
    """Hosting's configuration for a project."""
    found = json.loads(hosting.configuration(PROJECT, REGION))["hosting"]
    assert isinstance(found, dict)
    return found


def headers() -> dict[str, dict[str, str]]:
    """Headers by their pattern of paths."""
    return {rule["source"]: {one["key"]: one["value"] for one in rule["headers"]} for rule in told()["headers"]}


def sources(text: str) -> dict[str, set[str]]:
    """What a content security policy allows, by directive."""
    return {name: set(allowed) for name, *allowed in (part.split() for part in text.split("; "))}


def test_every_page_carries_the_headers_that_it_carries_on_this_machine() -> None:
    sent = headers()[EVERYWHERE]
    assert {name: sent.get(name) for name in HEADERS} == HEADERS


def test_pages_may_ask_google_beyond_what_they_may_on_this_machine_and_nobody_else() -> None:
    here, there = sources(policy(Settings.model_construct())), sources(headers()[EVERYWHERE]["Content-Security-Policy"])
    more = {name: allowed - here.get(name, set()) for name, allowed in there.items() if allowed != here.get(name)}
    assert more == {
        "script-src": {"https://apis.google.com"},
        "img-src": {"https://storage.googleapis.com"},
        "connect-src": {
            "https://storage.googleapis.com",
            "https://identitytoolkit.googleapis.com",
            "https://securetoken.googleapis.com",
            "https://firestore.googleapis.com",
        },
        "frame-src": {f"https://{PROJECT}.firebaseapp.com"},
    }
    assert set(here) <= set(there)


def test_hashed_files_are_kept_and_pages_are_asked_for_again() -> None:
    kept = {source: sent["Cache-Control"] for source, sent in headers().items() if "Cache-Control" in sent}
    assert kept.pop("/assets/**") == KEPT
    assert set(kept.values()) == {ASKED_AGAIN}


def test_the_api_is_reached_before_pages_are() -> None:
    first, last = told()["rewrites"]
    assert first == {"source": "/v1/**", "run": {"serviceId": "api", "region": REGION}}
    assert last == {"source": "**", "destination": "/index.html"}


def test_publishing_builds_and_then_deploys_hosting_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    programs = Programs(dry_run=True)
    hosting.publish(programs, PROJECT, REGION, written=tmp_path / "firebase.json")
    build, deploy = programs.shown
    assert "make web" in build
    assert f"deploy --only=hosting --config={tmp_path}/firebase.json --project={PROJECT}" in deploy
    assert json.loads((tmp_path / "firebase.json").read_text(encoding="utf-8"))["hosting"] == told()


@pytest.mark.parametrize("wrong", [["--project", "x'; touch", "--region", REGION], ["--project", PROJECT], []])
def test_what_is_no_project_or_region_is_refused(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert hosting.main(wrong) == 2
    assert "make publish PROJECT=" in capsys.readouterr().err
