"""Every command, route, alert and link of the runbook exists."""

import importlib
import re
import shlex
import subprocess
from pathlib import Path

import pytest
import typer

from client.main import app
from infra.deploy.__main__ import main
from shared.domain.lanes import ALL_QUEUES
from tests.api.stacks import ApiStack
from tests.deployed import DESCRIPTIONS
from tests.docs import gcloud_commands

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```sh\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
# Programs that every machine which deploys has.
PLAIN = {"git", "openssl", "tr"}
VARIABLES = {"PROJECT", "REGION", "ENVIRONMENT", "DRY_RUN", "SECRETS", "TESTS", "EMAIL"}


def split(line: str) -> list[list[str]]:
    """The commands of a line, each as words; those of a pipe apart."""
    found: list[list[str]] = [[]]
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|")
    lexer.whitespace_split = True
    for word in lexer:
        if word == "|":
            found.append([])
        else:
            found[-1].append(word)
    return [words for words in found if words]


COMMANDS = [words for block in BLOCKS for line in block.splitlines() for words in split(line)]


def of(program: str) -> list[list[str]]:
    """What this program is called with."""
    return [words[1:] for words in COMMANDS if words[0] == program]


def test_nothing_is_called_that_the_other_tests_do_not_know() -> None:
    known = PLAIN | {"gcloud", "make", "python", "fanfold", "curl"}
    assert {words[0] for words in COMMANDS} <= known
    assert all(of(program) for program in known)


def test_gcloud_knows_every_command_and_flag() -> None:
    assert [problem for words in of("gcloud") if (problem := gcloud_commands.wrong(words))] == []


def test_a_command_that_gcloud_does_not_know_is_found() -> None:
    assert gcloud_commands.wrong(["run", "services", "dance", "api"])
    assert gcloud_commands.wrong(["run", "services", "describe", "api", "--colour=blue"])


def test_gcloud_knows_every_command_of_a_deployment(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["--project", "my-project", "--region", "europe-west1", "--dry-run"]) == 0
    printed = capfd.readouterr().out
    lines = [line.removeprefix("  $ ").partition("  < ")[0] for line in printed.splitlines() if line.startswith("  $ ")]
    called = [shlex.split(line) for line in lines]
    called += [
        ["gcloud", "run", "services", "describe", "api", "--region=r", "--format=json"],
        ["gcloud", "run", "services", "update-traffic", "api", "--to-revisions=a=1", "--region=r", "--quiet"],
        ["gcloud", "run", "services", "update-traffic", "api", "--update-tags=a=b", "--region=r"],
    ]
    problems = [gcloud_commands.wrong(words[1:]) for words in called if words[0] == "gcloud"]
    assert len(problems) > 20
    assert [problem for problem in problems if problem] == []


def test_make_has_every_target() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for target, *variables in of("make"):
        assert target in targets
        assert {word.partition("=")[0] for word in variables} <= VARIABLES


def test_every_python_module_can_be_run() -> None:
    for flag, module, *_ in of("python"):
        assert flag == "-m"
        found = importlib.import_module(module)
        assert found.main
        assert found.__file__
        assert 'if __name__ == "__main__":' in Path(found.__file__).read_text(encoding="utf-8")


def test_modules_take_the_arguments_that_are_shown() -> None:
    for _, module, *words in of("python"):
        shown = {word for word in words if word.startswith("--")}
        if shown:
            command = [str(ROOT / ".venv" / "bin" / "python"), "-m", module, "--help"]
            told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
            assert {word for word in shown if word not in told} == set()


def test_fanfold_has_every_command_and_option() -> None:
    command = typer.main.get_command(app)
    assert hasattr(command, "commands")
    for name, *words in of("fanfold"):
        options = {option for parameter in command.commands[name].params for option in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= options, name


def test_the_api_has_every_route(tmp_path: Path) -> None:
    stack = ApiStack(tmp_path)
    try:
        paths = stack.client.get("/v1/openapi.json").json()["paths"]
    finally:
        stack.close()
    routes = {(method.upper(), re.sub(r"\{[^}]*\}", "{}", path)) for path, said in paths.items() for method in said}
    named = {(method, path) for method, path in re.findall(r"`(GET|POST|PATCH|DELETE) (/v1/[^`?]*)`", PAGE)}
    for words in of("curl"):
        method = words[words.index("-X") + 1] if "-X" in words else "POST" if "-d" in words else "GET"
        url = next(word for word in words if "/v1/" in word)
        named.add((method, re.sub(r"/[A-Z]+(?=:|$)", "/{}", url[url.index("/v1/") :])))
    assert named
    assert {(method, re.sub(r"\{[^}]*\}", "{}", path)) for method, path in named} - routes == set()


def test_every_alert_is_explained() -> None:
    text = (ROOT / "terraform" / "alerts.tf").read_text(encoding="utf-8")
    alerts = set(re.findall(r"^    ([a-z_]+) = \{$", text, re.MULTILINE))
    assert len(alerts) >= 7
    assert set(re.findall(r"^### ([a-z_]+):", PAGE, re.MULTILINE)) == alerts


def test_every_queue_subscription_and_function_is_there() -> None:
    commands = [" ".join(words) for words in COMMANDS]
    queues = {match for text in commands for match in re.findall(r"queues \w+ (\S+)|--queue=(\S+)", text)}
    assert {name for pair in queues for name in pair if name} <= set(ALL_QUEUES)
    dead = {
        f"{said['trigger']['topic']}-{name.replace('_', '-')}-dead"
        for name, said in DESCRIPTIONS.items()
        if said["trigger"]["type"] == "event"
    }
    assert set(re.findall(r"pull (\S+-dead)", "\n".join(commands))) == dead
    services = {name.replace("_", "-") for name in DESCRIPTIONS}
    assert (
        set(re.findall(r"(?:update-traffic |logs read |services update |--service=)([a-z-]+)", "\n".join(commands)))
        <= services
    )
    accounts = re.findall(r"fn-([a-z-]+)@", PAGE)
    assert accounts
    assert set(accounts) <= services


def test_links_lead_somewhere() -> None:
    headings = {
        re.sub(r"[^a-z0-9 _-]", "", title.lower()).replace(" ", "-")
        for title in re.findall(r"^#+ (.+)$", PAGE, re.MULTILINE)
    }
    for target in re.findall(r"\]\(([^)]+)\)", PAGE):
        if target.startswith("#"):
            assert target[1:] in headings, target
        elif not target.startswith("https://"):
            assert (ROOT / "docs" / target).exists(), target


def test_variables_of_terraform_are_there() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "terraform").glob("*.tf"))
    known = set(re.findall(r'^variable "([a-z_]+)"', text, re.MULTILINE))
    named = {
        "point_in_time_recovery",
        "backup_days",
        "soft_delete_days",
        "paused",
        "alert_limits",
        "budget_usd_a_month",
    }
    named |= {"queues", "functions", "settings"}
    assert {"pipeline_repository", "build_triggers"} <= known
    assert all(f"`{name}" in PAGE for name in named)
    assert named <= known
