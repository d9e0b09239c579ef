"""`make deploy` against stand-ins for gcloud and terraform: every command, every failure, again and again."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.deploy.__main__ import STEPS, main
from infra.deploy.bootstrap import ACTING
from shared.config import Settings
from shared.container import Container
from shared.domain.modes import Role
from tests.deploy.programs import PROJECT, REGION, Api, Cloud, api, cloud

ARGUMENTS = ["--project", PROJECT, "--region", REGION]
ROOT = Path(__file__).parents[2]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Cloud]:
    with cloud(tmp_path / "cloud") as made:
        yield made


@pytest.fixture
def served(place: Cloud) -> Iterator[Api]:
    with api() as (made, url):
        place.change(public_url=url)
        yield made


def container(place: Cloud) -> Container:
    return Container(Settings(home=place.place / "home"))


def test_an_empty_project_becomes_a_platform_with_an_admin_and_an_image(place: Cloud, served: Api) -> None:
    assert main(ARGUMENTS) == 0
    said = place.state
    assert said["buckets"] == {f"gs://{PROJECT}-terraform": "there"}
    assert said["applied"] == 1
    assert set(said["values"]) == {"FANFOLD_PAGE_KEY", "FIRST_ADMIN", "SMOKE_API_KEY"}
    planned = next(call for call in place.calls if " plan " in call)
    assert '-var=absent_secrets=["BFL_API_KEY","GEMINI_API_KEY","OPENAI_API_KEY"]' in planned
    assert f"-var-file={ROOT}/terraform/environments/dev.tfvars" in planned
    assert served.keys[-1] == said["values"]["SMOKE_API_KEY"][-1]
    credentials = json.loads(said["values"]["FIRST_ADMIN"][-1])
    assert credentials["email"] == "ana@ours.example"
    made = container(place)
    try:
        sign_ins = made.library.sign_ins
        assert sign_ins.login(credentials["email"], credentials["password"]).member.role is Role.ADMIN
        assert sign_ins.authenticate_key(credentials["api_key"]).role is Role.ADMIN
        assert sign_ins.authenticate_key(said["values"]["SMOKE_API_KEY"][-1]).role is Role.EDITOR
    finally:
        made.close()


@pytest.mark.parametrize("name", ["PROJECT", "REGION", "ENVIRONMENT", "EMAIL", "SECRETS", "PORT", "FANFOLD_HOME"])
@pytest.mark.parametrize(
    "words", ["x'; touch {}; '", 'x"; touch {}; "', "`touch {}`", "$$(touch {})", "$(shell touch {})"]
)
def test_nothing_that_is_given_to_make_is_run(tmp_path: Path, name: str, words: str) -> None:
    given = {"PROJECT": PROJECT, "REGION": "nowhere", "PORT": "none"} | {name: words.format(tmp_path / "touched")}
    target = "run" if name in ("PORT", "FANFOLD_HOME") else "deploy"
    for by_environment in (False, True):
        said = [] if by_environment else [f"{key}={value}" for key, value in given.items()]
        ended = subprocess.run(
            ["make", "-s", target, *said],
            cwd=ROOT,
            env=dict(os.environ) | (given if by_environment else {}),
            check=False,
            capture_output=True,
            text=True,
        )
        assert ended.returncode == 2, ended.stdout
        assert not (tmp_path / "touched").exists()


def test_what_is_given_to_make_reaches_the_deployment_word_by_word() -> None:
    words = {"PROJECT": "my-project", "REGION": "europe-west1", "EMAIL": "o'neil@ours.example", "DRY_RUN": "1"}
    told = subprocess.run(
        ["make", "-s", "deploy", *(f"{key}={value}" for key, value in words.items()), "SECRETS=bad *"],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    assert told.stderr.startswith("SECRETS must be NAME=FILE, not 'bad'.")


def test_accounts_that_terraform_gives_rights_to_are_made_first(place: Cloud, served: Api) -> None:
    assert main(ARGUMENTS) == 0
    begun = next(index for index, call in enumerate(place.calls) if call.startswith("terraform "))
    made = [call for call in place.calls[:begun] if " identity create " in call]
    assert [call.split("--service=")[1].split()[0] for call in made] == list(ACTING)


def test_no_secret_is_ever_an_argument_or_printed(
    place: Cloud, served: Api, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "gemini").write_text("AIza-very-secret\n", encoding="utf-8")
    assert main([*ARGUMENTS, "--secret", f"GEMINI_API_KEY={tmp_path / 'gemini'}"]) == 0
    values = place.state["values"]
    assert values["GEMINI_API_KEY"] == ["AIza-very-secret"]
    printed = "".join(capfd.readouterr())
    secrets = [value for name in values for value in values[name]]
    secrets += [json.loads(values["FIRST_ADMIN"][-1])[name] for name in ("password", "api_key")]
    assert len(secrets) == 6
    for secret in secrets:
        assert secret not in printed
        assert not any(secret in call for call in place.calls)


@pytest.mark.parametrize(
    "failing",
    [
        "identity create --service=pubsub",
        "-target=google_secret_manager_secret",
        "versions add FANFOLD_PAGE_KEY",
        " plan ",
        "terraform -chdir=terraform apply -input=false /",
        "versions add FIRST_ADMIN",
        "add-iam-policy-binding",
    ],
)
def test_after_any_failure_the_same_command_goes_on(
    place: Cloud, served: Api, failing: str, capfd: pytest.CaptureFixture[str]
) -> None:
    place.change(failing=[failing])
    assert main(ARGUMENTS) == 1
    told = capfd.readouterr().err
    assert "What to do: " in told
    assert "run the same make deploy again" in told
    before = place.state["values"]
    assert main(ARGUMENTS) == 0
    after = place.state["values"]
    assert {name: len(values) for name, values in after.items()} == dict.fromkeys(after, 1)
    assert {name: after[name] for name in before} == before


def test_a_second_deployment_changes_no_secret_and_makes_no_second_organisation(
    place: Cloud, served: Api, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(ARGUMENTS) == 0
    before = place.state["values"]
    place.change(database="FIRESTORE_NATIVE eur3")
    place.forget()
    assert main(ARGUMENTS) == 0
    assert place.state["values"] == before
    assert "exists already" in capfd.readouterr().out
    # The database is now under Terraform, where it is.
    assert place.state["imported"] == ["google_firestore_database.database"]
    assert any("-var=firestore_location=eur3" in call for call in place.calls if " plan " in call)
    assert not any(" secrets create " in call or " buckets create " in call for call in place.calls)


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        ({"account": ""}, "gcloud auth login"),
        ({"billed": "False"}, "gcloud billing projects link"),
        ({"database": "DATASTORE_MODE eur3"}, "Take another project"),
        ({"failing": ["print-access-token"]}, "gcloud auth application-default login"),
        ({"failing": ["projects describe"]}, "gcloud projects create"),
    ],
)
def test_what_is_missing_is_said_before_anything_is_made(
    place: Cloud, state: dict[str, object], sentence: str, capfd: pytest.CaptureFixture[str]
) -> None:
    place.change(**state)
    assert main(ARGUMENTS) == 1
    assert sentence in capfd.readouterr().err
    assert place.state["applied"] == 0
    assert place.state["secrets"] == []


def test_a_missing_program_is_named(place: Cloud, capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "infra.deploy", *ARGUMENTS],
        cwd=ROOT,
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "gcloud is not installed" in done.stderr
    assert "https://" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--project", "", "--region", REGION], "PROJECT"),
        (["--project", "My_Project", "--region", REGION], "PROJECT"),
        (["--project", PROJECT, "--region", "moon"], "REGION"),
        ([*ARGUMENTS, "--environment", "../x"], "ENVIRONMENT"),
        ([*ARGUMENTS, "--secret", "GEMINI_API_KEY"], "SECRETS"),
    ],
)
def test_wrong_arguments_are_named(
    place: Cloud, arguments: list[str], word: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    assert capfd.readouterr().err.startswith(word)
    assert place.calls == []


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--environment", "moon"], "There is no environment moon"),
        (["--secret", "GEMINI_API_KEY=/nowhere"], "/nowhere cannot be read"),
        (["--secret", "COLOUR=/dev/null"], "No function asks for COLOUR"),
    ],
)
def test_what_cannot_be_deployed_is_said(
    place: Cloud, arguments: list[str], sentence: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main([*ARGUMENTS, *arguments]) == 1
    assert sentence in capfd.readouterr().err
    assert place.state["applied"] == 0


def test_a_dry_run_prints_every_command_and_runs_none(place: Cloud, capfd: pytest.CaptureFixture[str]) -> None:
    done = subprocess.run(
        ["make", "deploy", f"PROJECT={PROJECT}", f"REGION={REGION}", "DRY_RUN=1"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert place.calls == []
    assert [line for line in done.stdout.splitlines() if line.startswith("[")] == [
        f"[{number}/{len(STEPS)}] {step.title}" for number, step in enumerate(STEPS, start=1)
    ]
    for command in (
        "buckets create",
        "terraform -chdir=terraform apply",
        "secrets create FIRST_ADMIN",
        "infra.deploy.smoke",
    ):
        assert command in done.stdout
    assert "nothing was done" in done.stdout


def test_the_first_admins_module_says_what_is_wrong_and_shows_no_secret(tmp_path: Path) -> None:
    def run(text: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "infra.deploy.first_admin"],
            cwd=ROOT,
            input=text,
            capture_output=True,
            text=True,
            check=False,
        )

    home = {"FANFOLD_HOME": str(tmp_path / "home")}
    for text, sentence in (
        ("{", "no JSON object"),
        ("[]", "no JSON object"),
        (json.dumps({"settings": {**home, "FANFOLD_PAGE_KEY": "s3cret"}}), "FANFOLD_PAGE_KEY"),
        (json.dumps({"settings": home, "organisation": "Ours"}), "'email' is not given"),
    ):
        done = run(text)
        assert (done.returncode, done.stdout) == (1, "")
        assert sentence in done.stderr
        assert "s3cret" not in done.stderr
        assert "Traceback" not in done.stderr
