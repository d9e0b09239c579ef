"""The one archive: the same bytes for the same content, nothing that the functions do not need, everything that they do."""

import os
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from infra import archive
from shared.version import VERSION
from tests.deployed import DESCRIPTIONS, ROOT, Layout, locked

IMPORT_ALL = """
import importlib, pathlib, runpy, sys
for path in sorted(pathlib.Path("shared").rglob("*.py")):
    importlib.import_module(".".join(path.with_suffix("").parts).removesuffix(".__init__"))
for path in sorted(pathlib.Path("functions").glob("*/main.py")):
    assert runpy.run_path(str(path))[path.parent.name]
print(sum(name.partition(".")[0] == "shared" for name in sys.modules))
"""


def tracked(*paths: str) -> set[str]:
    """What version control has of these folders."""
    said = subprocess.run(["git", "ls-files", *paths], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return {line for line in said.splitlines() if (ROOT / line).exists()}


@pytest.fixture(scope="module")
def layout(tmp_path_factory: pytest.TempPathFactory) -> Layout:
    return Layout(tmp_path_factory.mktemp("archive"))


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A checkout of another time: the same content in another place."""
    root = tmp_path / "checkout"
    for name, path in archive.contents().items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, root / name)
        os.utime(root / name, (1_000_000_000, 1_000_000_000))
    return root


def test_the_same_content_gives_the_same_bytes(tree: Path, tmp_path: Path) -> None:
    (tree / "functions" / "api" / "main.py").chmod(0o600)
    here = archive.write(tmp_path / "here.zip")
    assert archive.write(tmp_path / "there.zip", tree) == here
    assert (tmp_path / "here.zip").read_bytes() == (tmp_path / "there.zip").read_bytes()
    (tree / "shared" / "version.py").write_text('VERSION = "9.9.9"\n', encoding="utf-8")
    assert archive.write(tmp_path / "there.zip", tree).sha256 != here.sha256


def test_caches_and_what_lies_about_stay_out(tree: Path, tmp_path: Path) -> None:
    before = archive.contents(tree).keys()
    for name in (
        "shared/__pycache__/config.txt",
        "shared/.env.txt",
        "shared/keys.json",
        "shared/keys.txt",
        "shared/domain/password.txt",
        "functions/api/notes.txt",
    ):
        (tree / name).parent.mkdir(exist_ok=True)
        (tree / name).write_text("a secret", encoding="utf-8")
    assert archive.contents(tree).keys() == before


@pytest.mark.parametrize(
    "name", ["shared/passwords.py", "functions/api/main.py", "functions/linked", "requirements.txt"]
)
def test_a_link_to_somewhere_else_stops_the_archive(tree: Path, tmp_path: Path, name: str) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "main.py").write_text("a secret", encoding="utf-8")
    link = tree / name
    link.unlink(missing_ok=True)
    link.symlink_to(elsewhere / "main.py" if link.suffix else elsewhere)
    with pytest.raises(ValueError, match=f"{name} is a symbolic link"):
        archive.write(tmp_path / "fanfold.zip", tree)
    assert not (tmp_path / "fanfold.zip").exists()


def test_a_checkout_without_functions_gives_no_archive(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no functions"):
        archive.write(tmp_path / "fanfold.zip", tmp_path)
    assert not (tmp_path / "fanfold.zip").exists()


def test_the_archive_holds_the_functions_what_they_share_and_their_lock(tmp_path: Path) -> None:
    made = archive.write(tmp_path / "fanfold.zip")
    with zipfile.ZipFile(tmp_path / "fanfold.zip") as packed:
        names = set(packed.namelist())
    kept = {name for name in tracked("functions", "shared") if not name.endswith((".md", "function.yaml"))}
    assert {name for name in kept if name not in names} == set()
    assert {name.partition("/")[0] for name in names} == {"functions", "shared", "requirements.txt"}
    assert {f"functions/{name}/main.py" for name in DESCRIPTIONS} <= names
    assert made.files == len(names)
    assert made.size_bytes < 2**20


def test_the_lock_names_nothing_that_only_the_client_or_the_tests_need(layout: Layout) -> None:
    deployed = locked(layout.workspace / "requirements.txt")
    assert "functions-framework" in deployed
    assert deployed & {"typer", "rich", "openpyxl", "httpx-sse", "pytest", "hypothesis", "mypy"} == set()


def test_every_module_is_imported_with_nothing_but_what_the_lock_names(layout: Layout) -> None:
    imported = layout.run("-W", "error::ImportWarning", "-c", IMPORT_ALL)
    assert imported.returncode == 0, imported.stderr
    assert int(imported.stdout) > 100
    missing = layout.run("-c", "import typer")
    assert "ModuleNotFoundError" in missing.stderr


def test_the_archive_knows_its_version(layout: Layout) -> None:
    assert layout.run("-c", "from shared.version import VERSION; print(VERSION)").stdout.strip() == VERSION
