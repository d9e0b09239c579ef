"""Each deployed function is a folder of two files: an entry that only names, and what the deployment must know."""

import ast
import copy
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from tests.architecture.rules import LONGEST_ENTRY, ROOT, Module, full_names

SCHEMA = json.loads((Path(__file__).parent / "function.schema.json").read_text(encoding="utf-8"))
FOLDERS = sorted(path.parent for path in (ROOT / "functions").glob("*/*") if path.name in {"main.py", "function.yaml"})
NAMES = sorted({folder.name for folder in FOLDERS})

GOOD: dict[str, Any] = {
    "name": "generate_image",
    "description": "Makes one image of a batch.",
    "entry_point": "generate_image",
    "trigger": {"type": "task", "queues": ["high", "standard", "economy"]},
    "timeout_seconds": 300,
    "concurrency": 16,
    "memory": "2Gi",
    "cpu": 1,
    "min_instances": 0,
    "max_instances": 50,
    "env": {"FANFOLD_STACK": "google"},
    "secrets": ["GEMINI_API_KEY"],
    "service_account": {"roles": ["roles/datastore.user", "roles/storage.objectUser"]},
}


def problems(description: object) -> list[str]:
    """What the schema has against the description."""
    validator = jsonschema.Draft202012Validator(SCHEMA)
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(description)]


def names_defined(source: str) -> set[str]:
    """Names that the module's top level defines, assigns or imports."""
    found: set[str] = set()
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Assign):
            found |= {target.id for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            found.add(node.target.id)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            found |= {alias.asname or alias.name for alias in node.names}
    return found


@pytest.mark.parametrize("name", NAMES)
def test_a_function_is_described_by_the_schema(name: str) -> None:
    description = yaml.safe_load((ROOT / "functions" / name / "function.yaml").read_text(encoding="utf-8"))
    assert problems(description) == []
    assert description["name"] == name


@pytest.mark.parametrize("name", NAMES)
def test_an_entry_names_what_it_serves_and_no_more(name: str) -> None:
    source = (ROOT / "functions" / name / "main.py").read_text(encoding="utf-8")
    description = yaml.safe_load((ROOT / "functions" / name / "function.yaml").read_text(encoding="utf-8"))
    assert len(source.splitlines()) <= LONGEST_ENTRY
    assert description["entry_point"] in names_defined(source)


@pytest.mark.parametrize("name", NAMES)
def test_a_function_has_two_files(name: str) -> None:
    files = {path.name for path in (ROOT / "functions" / name).iterdir() if path.name != "__pycache__"}
    assert files == {"main.py", "function.yaml"}


def test_functions_do_not_know_each_other() -> None:
    for path in sorted((ROOT / "functions").glob("*/main.py")):
        module = Module(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))
        assert [name for _, name in full_names(module.tree) if name.startswith("functions.")] == [], module.path


def test_a_good_description_passes() -> None:
    assert problems(GOOD) == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["name"], "Generate-Image"),
        (["name"], "name_of_twenty_eight_letters"),
        (["trigger"], {"type": "cron"}),
        (["trigger"], {"type": "event"}),
        (["trigger"], {"type": "task"}),
        (["trigger"], {"type": "schedule", "cron": "every minute"}),
        (["trigger"], {"type": "event", "topic": "batches", "event_type": "google.cloud.storage.object.v1.finalized"}),
        (["trigger"], {"type": "http", "queues": ["high"]}),
        (["timeout_seconds"], 1801),
        (["concurrency"], 0),
        (["cpu"], 0.333),
        (["memory"], "2GB"),
        (["env"], {"GEMINI_API_KEY": "in plain sight"}),
        (["service_account", "roles"], ["roles/owner"]),
        (["colour"], "blue"),
    ],
)
def test_a_bad_description_is_refused(path: list[str], value: object) -> None:
    description = copy.deepcopy(GOOD)
    place = description
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    assert problems(description)


@pytest.mark.parametrize("missing", SCHEMA["required"])
def test_nothing_required_may_be_missing(missing: str) -> None:
    assert problems({key: value for key, value in GOOD.items() if key != missing})
