"""The `fanfold` command against the whole platform: a sheet goes in, images come out."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from infra.local.children import Child


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Child]:
    with Child(tmp_path_factory.mktemp("platform") / "state") as running:
        yield running


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    Image.new("RGB", (96, 64), "teal").save(tmp_path / "sea.png")
    path = tmp_path / "campaign.csv"
    path.write_text(
        "\ufeffprompt;variants;references;size;colour;sku\r\n"
        '"A {{colour}} boat\non a lake";2;sea.png;512;red;B-1\r\n'
        "A {{colour}} kite;1;;512;blue;B-2\r\n",
        encoding="utf-8",
    )
    return path


def run(platform: Child, *words: str) -> tuple[int, str]:
    command = platform.command(*words)
    said, _ = command.communicate(timeout=100)
    return command.returncode, said.decode()


def document(platform: Child, *words: str) -> Any:
    code, said = run(platform, *words, "--json")
    assert code == 0
    return json.loads(said)


def test_a_sheet_with_a_local_picture_becomes_images_and_a_manifest(
    platform: Child, sheet: Path, tmp_path: Path
) -> None:
    out = tmp_path / "images"
    code, said = run(platform, "run", str(sheet), "--name", "Boats", "--out", str(out), "--yes")
    assert code == 0
    batch = said.strip()
    with (out / "manifest.csv").open(encoding="utf-8-sig", newline="") as reading:
        made = list(csv.DictReader(reading))
    assert [(row["row"], row["variant"], row["status"]) for row in made] == [
        ("1", "1", "succeeded"),
        ("1", "2", "succeeded"),
        ("2", "1", "succeeded"),
    ]
    assert [row["prompt"] for row in made] == ["A red boat\non a lake"] * 2 + ["A blue kite"]
    assert [json.loads(row["metadata"])["sku"] for row in made] == ["B-1", "B-1", "B-2"]
    for row in made:
        with Image.open(out / row["file"]) as image:
            assert image.size == (int(row["width"]), int(row["height"]))

    assert run(platform, "watch", batch) == (0, "")
    items = document(platform, "items", batch)["items"]
    assert [item["status"] for item in items] == ["succeeded"] * 3
    assert batch in [found["id"] for found in document(platform, "batches", "--search", "boats")["batches"]]
    assert document(platform, "usage", "--group-by", "batch")["usage"][0]["images"] == 3
    assert document(platform, "models")["models"][0]["id"] == "preview"
    again = tmp_path / "again"
    assert run(platform, "download", batch, str(again), "--thumbnails") == (0, f"{again}\n")
    assert run(platform, "cancel", batch)[0] == 1


def test_what_the_platform_refuses_names_the_cell_and_submits_nothing(
    platform: Child, sheet: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    before = document(platform, "batches")["batches"]
    sheet.write_text("prompt,model,aspect_ratio\nA boat,preview,7:3\nA kite,nobodys,\n", encoding="utf-8")
    assert run(platform, "run", str(sheet), "--yes") == (2, "")
    said = capfd.readouterr().err
    assert "row 2, aspect_ratio: preview cannot make 7:3" in said
    assert "row 3, model: There is no model nobodys." in said
    assert document(platform, "batches")["batches"] == before
