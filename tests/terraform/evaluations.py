"""What Terraform itself makes of the configuration in an environment: its console evaluates it without any provider.

What only Google Cloud knows (an account's address, a key) stands there as its own name, as in
`google_service_account.functions[api].member`.
"""

import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest

from tests.terraform.configurations import FOLDER, ROOT, Block, local_values, resources

type_of_plan = Mapping[str, Mapping[str, Any]]

ENVIRONMENTS: Final = sorted(path.stem for path in (FOLDER / "environments").glob("*.tfvars"))
PROJECT: Final = "fanfold-1234"
REGION: Final = "europe-west1"
GIVEN: Final[Mapping[str, str]] = {"project": PROJECT, "region": REGION, "archive": str(ROOT / "requirements.txt")}
_SECONDS: Final = 60
_FOREIGN: Final = re.compile(r"((?:data\.)?google_\w+\.\w+)((?:\[[^\[\]]*(?:\[[^\[\]]*\][^\[\]]*)*\])?)\.(\w+)")
_ALL: Final = re.compile(r"(?<![\w.\"])google_\w+\.\w+\b(?![\w.\[])")
_OF_ALL: Final = ("id", "name")
_NOT_EVALUATED: Final = frozenset({"count", "depends_on", "for_each", "provider"})


def terraform() -> str:
    """The program. Where it is missing the test is skipped; with CI set it fails."""
    found = shutil.which("terraform")
    if found is None:
        sentence = "Terraform is not installed: see https://developer.hashicorp.com/terraform/install."
        if "CI" in os.environ:
            pytest.fail(sentence, pytrace=False)
        pytest.skip(sentence)
    return found


def run(*arguments: str, folder: Path = FOLDER, text: str = "") -> subprocess.CompletedProcess[str]:
    """Terraform with these arguments, without a network."""
    environment = {
        **os.environ,
        "CHECKPOINT_DISABLE": "1",
        "NO_COLOR": "1",
        "TF_IN_AUTOMATION": "1",
        "TF_CLI_CONFIG_FILE": os.devnull,
    }
    command = [terraform(), *arguments]
    return subprocess.run(
        command, cwd=folder, env=environment, input=text, capture_output=True, text=True, timeout=_SECONDS, check=False
    )


@cache
def plan(environment: str, functions: Path = ROOT / "functions", **variables: str) -> type_of_plan:
    """Every resource by its address, then by its key ("" where it is one alone), as it would be deployed.

    Without an environment ("") the variables' defaults hold. Local values are beside the resources, under `locals`.
    """
    said = asked(environment, functions, **variables)
    assert not said.stderr, said.stderr
    found: dict[str, Any] = json.loads(json.loads(said.stdout))
    return found


def asked(environment: str, functions: Path = ROOT / "functions", **variables: str) -> subprocess.CompletedProcess[str]:
    """The console's answer, whatever it is."""
    known = {name: rendered(value) for name, value in local_values().items()}
    evaluated = {address: _resource(one) for address, one in resources().items()}
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "terraform"
        folder.mkdir()
        (folder.parent / "functions").symlink_to(functions)
        (folder.parent / "infra").symlink_to(ROOT / "infra")
        shutil.copy(FOLDER / "variables.tf", folder)
        lines = "\n".join(f"  {name} = {text}" for name, text in known.items())
        whole = ",\n".join(
            [*(f'"{address}" = {text}' for address, text in evaluated.items()), f"locals = {_object(known)}"]
        )
        (folder / "locals.tf").write_text(f"locals {{\n{lines}\n  everything = {{\n{whole}\n}}\n}}\n", encoding="utf-8")
        files = (
            [f"-var-file={FOLDER / 'environments' / environment}.tfvars"] if environment else ["-var=environment=test"]
        )
        given = [f"-var={name}={value}" for name, value in {**GIVEN, **variables}.items()]
        return run("console", *files, *given, folder=folder, text="jsonencode(local.everything)\n")


def rendered(value: Any) -> str:
    """The code of a parsed value; what belongs to resources is replaced by its name."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key} = {rendered(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(rendered(inner) for inner in value) + "]"
    if not isinstance(value, str):
        return json.dumps(value)
    code = value if value.startswith('"') else value.removeprefix("${").removesuffix("}")
    return re.sub(r"\beach\.(key|value)\b", r"each_\1", _ALL.sub(_all, _FOREIGN.sub(_named, code)))


def _all(found: re.Match[str]) -> str:
    """All resources of an address, by their keys."""
    one = resources()[found[0]]
    known = ", ".join(f'{name} = "{found[0]}[${{key}}].{name}"' for name in _OF_ALL)
    every = rendered(one.arguments["for_each"])
    return f"{{for key, value in {every} : key => {{{known}}}}}"


def _named(found: re.Match[str]) -> str:
    owner = resources().get(found[1])
    said = owner.arguments.get(found[3]) if owner else None
    if isinstance(said, str) and said.startswith('"') and "${" not in said:
        return said
    index = found[2] and "[${" + found[2][1:-1] + "}]"
    return f'"{found[1]}{index}.{found[3]}"'


def _object(names: Iterable[str]) -> str:
    return "{" + ", ".join(f"{name} = local.{name}" for name in names) + "}"


def _resource(one: Block) -> str:
    if "for_each" in one.arguments:
        every = rendered(one.arguments["for_each"])
        return f"{{for each_key, each_value in {every} : each_key => {_body(one)}}}"
    if "count" in one.arguments:
        return f"{{for index in range({rendered(one.arguments['count'])}) : index => {_body(one)}}}"
    return f'{{"" = {_body(one)}}}'


def _body(one: Block) -> str:
    parts = [f"{name} = {rendered(value)}" for name, value in one.arguments.items() if name not in _NOT_EVALUATED]
    kinds = dict.fromkeys(inner.kind for inner in one.blocks if inner.kind not in _NOT_EVALUATED)
    parts += [f"{kind} = concat({', '.join(_block(inner) for inner in one.all(kind))})" for kind in kinds]
    return "{" + ", ".join(parts) + "}"


def _block(one: Block) -> str:
    repeated = one.all("for_each")
    if not repeated:
        return f"[{_body(one)}]"
    every = rendered(repeated[0].arguments["for_each"])
    body = re.sub(rf"\b{one.kind}\.(key|value)\b", rf"{one.kind}_\1", _body(one))
    return f"[for {one.kind}_key, {one.kind}_value in {every} : {body}]"
