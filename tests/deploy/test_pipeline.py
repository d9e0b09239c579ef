"""cloudbuild.yaml says only what there is, and its acts do what it says, against stand-ins for gcloud and terraform."""

import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra.deploy import pipeline
from tests.deploy.programs import NEW, OLD, PROJECT, REGION, Api, Cloud, api, cloud

ROOT = Path(__file__).parents[2]
BUILD: dict[str, Any] = yaml.safe_load((ROOT / "cloudbuild.yaml").read_text(encoding="utf-8"))
STEPS: list[dict[str, Any]] = BUILD["steps"]
# Cloud Build's own, of those that are used here.
GIVEN = {"PROJECT_ID"}
STEP_FIELDS = {"id", "name", "entrypoint", "args", "timeout"}
SERVICES = ["advance-batch", "api"]


def arguments(step: dict[str, Any], deploy: str) -> list[str]:
    """What the step calls its module with, once Cloud Build has put the substitutions in."""
    values = BUILD["substitutions"] | {"PROJECT_ID": PROJECT, "_DEPLOY": deploy, "_REGION": REGION}
    return [re.sub(r"\$(\w+)", lambda name: values[name[1]], word) for word in step["args"]]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Cloud]:
    with cloud(tmp_path / "cloud") as made:
        services = {
            name: {"latestReadyRevisionName": OLD, "traffic": [{"revisionName": OLD, "percent": 100}]}
            for name in SERVICES
        }
        made.change(
            services=services,
            database=f"FIRESTORE_NATIVE {REGION}",
            secrets=["FANFOLD_PAGE_KEY", "SMOKE_API_KEY"],
            values={"FANFOLD_PAGE_KEY": ["a-page-key"], "SMOKE_API_KEY": ["ff_a-key"]},
        )
        yield made


@pytest.fixture
def served(place: Cloud) -> Iterator[Api]:
    with api() as (made, url):
        place.change(public_url=url, candidate_url=url)
        yield made


def act(name: str, record: Path, deploy: str = "true") -> int:
    """The step of that name, as the pipeline calls it."""
    step = next(step for step in STEPS if step["id"] == name)
    words = arguments(step, deploy)
    assert words[:2] == ["-m", "infra.deploy.pipeline"]
    return pipeline.main([*words[2:], f"--record={record}"])


def test_every_substitution_is_defined() -> None:
    used = set(re.findall(r"\$\{?(_?[A-Z][A-Z_]*)", yaml.safe_dump(STEPS)))
    assert used - GIVEN == set(BUILD["substitutions"])


def test_nothing_is_deployed_unless_it_is_asked_for() -> None:
    assert BUILD["substitutions"]["_DEPLOY"] == "false"


def test_every_step_calls_what_there_is() -> None:
    assert [step["id"] for step in STEPS] == ["builder", "test", "hold", "apply", "forward"]
    for step in STEPS:
        assert set(step) <= STEP_FIELDS, step["id"]
        words = step.get("args", [])
        if words[:1] == ["-m"]:
            assert importlib.import_module(words[1]).main
        entry = step.get("entrypoint", "")
        assert entry in {"", ".venv/bin/python"} or (ROOT / entry).stat().st_mode & 0o111
    builder = next(step for step in STEPS if step["id"] == "builder")
    assert (ROOT / builder["args"][-1] / "Dockerfile").is_file()
    made = {f"{word.partition('=')[2]}" for word in builder["args"] if word.startswith("--tag=")}
    assert {step["name"] for step in STEPS} == made | {builder["name"]}


def test_the_builder_holds_terraform_of_the_version_that_is_asked_for() -> None:
    text = (ROOT / "infra" / "deploy" / "builder" / "Dockerfile").read_text(encoding="utf-8")
    images = re.findall(r"^FROM (\S+)", text, re.MULTILINE)
    assert all(":" in image and not image.endswith(":latest") for image in images)
    versions = (ROOT / "terraform" / "versions.tf").read_text(encoding="utf-8")
    oldest = re.search(r'required_version = ">= (\d+)\.(\d+)"', versions)
    there = re.search(r"^FROM hashicorp/terraform:(\d+)\.(\d+)\.", text, re.MULTILINE)
    assert oldest
    assert there
    assert tuple(map(int, there.groups())) >= tuple(map(int, oldest.groups()))


@pytest.mark.parametrize("name", ["hold", "apply", "forward"])
def test_a_pull_request_deploys_nothing(place: Cloud, tmp_path: Path, name: str) -> None:
    assert act(name, tmp_path / "traffic.json", "false") == 0
    assert place.calls == []


def test_a_change_on_main_is_held_applied_and_brought_forward(place: Cloud, served: Api, tmp_path: Path) -> None:
    record = tmp_path / "traffic.json"
    assert act("hold", record) == 0
    assert act("apply", record) == 0
    planned = next(call for call in place.calls if " plan " in call)
    assert "-var=all_traffic_on_latest=false" in planned
    assert f"-var=firestore_location={REGION}" in planned
    assert '-var=absent_secrets=["BFL_API_KEY","GEMINI_API_KEY","OPENAI_API_KEY"]' in planned
    assert place.state["applied"] == 1
    assert {name: place.shares(name) for name in SERVICES} == {name: {OLD: 100} for name in SERVICES}
    services = place.state["services"]
    place.change(services={name: said | {"latestReadyRevisionName": NEW} for name, said in services.items()})
    assert act("forward", record) == 0
    assert {name: place.shares(name) for name in SERVICES} == {name: {NEW: 100} for name in SERVICES}
    # The pipeline reads no secret but the smoke test's key, and writes none.
    assert [call for call in place.calls if " access " in call] == [
        f"gcloud secrets versions access latest --secret=SMOKE_API_KEY --project={PROJECT}"
    ]
    assert not any(" versions add " in call for call in place.calls)


def test_a_version_that_does_not_work_fails_the_build_and_is_gone(place: Cloud, served: Api, tmp_path: Path) -> None:
    record = tmp_path / "traffic.json"
    assert act("hold", record) == 0
    services = place.state["services"]
    place.change(services={name: said | {"latestReadyRevisionName": NEW} for name, said in services.items()})
    served.ends_as = "failed"
    assert act("forward", record) == 1
    assert {name: place.shares(name) for name in SERVICES} == {name: {OLD: 100} for name in SERVICES}


@pytest.mark.parametrize(
    "state",
    [{"database": None}, {"values": {}}, {"failing": [" plan "]}, {"failing": ["apply -input=false /"]}],
    ids=["no database", "no page key", "plan fails", "apply fails"],
)
def test_what_cannot_be_applied_stops_the_build(
    place: Cloud, state: dict[str, Any], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    place.change(**state)
    assert act("apply", tmp_path / "traffic.json") == 1
    assert "What to do: " in capfd.readouterr().err
    assert place.state["applied"] == 0
