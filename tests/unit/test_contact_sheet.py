"""The contact sheet, and the sample campaign that it shows."""

import csv
from pathlib import Path

import pytest
from PIL import Image

from infra.demo.contact_sheet import GAP, MARGIN, ROW_HEIGHT, WIDTH, Entry, justified, make_contact_sheet
from shared.domain.catalogue import find
from shared.domain.errors import Malformed, NotFound
from shared.domain.modes import ReferenceMode

SAMPLES = Path(__file__).parents[2] / "samples"
SHAPES = [(400, 500), (640, 360), (900, 386), (300, 300), (200, 1600), (1600, 200), (450, 300)]
COLUMNS = ("index", "row", "variant", "status", "file", "prompt", "model")


def folder_with(path: Path, shapes: list[tuple[int, int]], *, failed: int = 0, suffix: str = "png") -> Path:
    lines = []
    for number, shape in enumerate(shapes):
        name = f"{number:03}.{suffix}"
        Image.new("RGB", shape, (200, number * 9 % 255, 40)).save(path / name)
        lines.append((number, number // 2, number % 2 + 1, "succeeded", name, "Größe ☀ " * number, "preview"))
    lines += [(len(shapes) + n, 9, 1, "failed", "", "refused", "preview") for n in range(failed)]
    with (path / "manifest.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([COLUMNS, *lines])
    return path


def entry(ratio: float) -> Entry:
    return Entry(Path("x"), "01", "", "", ratio)


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp"])
def test_every_finished_image_is_on_the_sheet(tmp_path: Path, suffix: str) -> None:
    path = make_contact_sheet(folder_with(tmp_path, SHAPES, failed=1, suffix=suffix), title="Spring")
    assert path == tmp_path / "contact-sheet.png"
    with Image.open(path) as sheet:
        assert sheet.width == WIDTH
        near = {round(red / 8) * 8 for _, (red, _, blue) in sheet.getcolors(2**24) or [] if blue < 60 and red > 150}  # type: ignore[misc]
        assert near
        colours = {colour for _, colour in sheet.getcolors(2**24) or []}
    for number in range(len(SHAPES)):
        wanted = (200, number * 9, 40)
        assert any(max(abs(a - b) for a, b in zip(wanted, colour, strict=True)) <= 3 for colour in colours)  # type: ignore[arg-type]
    assert not list(tmp_path.glob("*.part"))


@pytest.mark.parametrize("count", [1, 2, 3, 7, 40])
def test_rows_keep_the_order_and_fill_the_width(count: int) -> None:
    entries = [entry((0.8, 1.78, 2.33, 1.0, 0.125, 8.0, 1.5)[number % 7]) for number in range(count)]
    width = WIDTH - 2 * MARGIN
    rows = justified(entries, width)
    assert [one for row in rows for one in row.entries] == entries
    for row in rows[:-1]:
        filled = sum(round(one.ratio * row.height) for one in row.entries) + GAP * (len(row.entries) - 1)
        assert abs(filled - width) < 0.02 * width
    assert all(row.height <= ROW_HEIGHT * 2 for row in rows)


def test_a_folder_without_finished_images_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="download a batch"):
        make_contact_sheet(tmp_path, title="x")
    with pytest.raises(NotFound, match="no finished image"):
        make_contact_sheet(folder_with(tmp_path, [], failed=2), title="x")


def test_files_outside_the_folder_or_damaged_are_refused(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    folder_with(inner, SHAPES[:2])
    manifest = inner / "manifest.csv"
    text = manifest.read_text("utf-8")
    manifest.write_text(text.replace("000.png", "../000.png"), "utf-8")
    with pytest.raises(Malformed, match="outside"):
        make_contact_sheet(inner, title="x")
    manifest.write_text(text, "utf-8")
    (inner / "001.png").write_bytes(b"not a picture")
    with pytest.raises(Malformed, match="can be read"):
        make_contact_sheet(inner, title="x")


def test_the_sample_campaign_makes_24_to_30_images_that_the_preview_can_draw() -> None:
    preview = find("preview")
    assert preview is not None
    with (SAMPLES / "campaign.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 12
    assert 24 <= sum(int(row["variants"]) for row in rows) <= 30
    assert len({row["aspect_ratio"] for row in rows}) >= 8
    assert {row["aspect_ratio"] for row in rows} <= set(preview.aspect_ratios)
    assert {row["size"] for row in rows} <= set(preview.sizes)
    assert {row["reference_mode"] for row in rows if row["references"]} == set(ReferenceMode)


def test_every_sample_reference_is_used_credited_and_at_most_1600_pixels_long() -> None:
    with (SAMPLES / "campaign.csv").open(encoding="utf-8", newline="") as file:
        used = {row["references"] for row in csv.DictReader(file)} - {""}
    credited = (SAMPLES / "README.md").read_text("utf-8")
    pictures = sorted((SAMPLES / "references").iterdir())
    assert {f"references/{picture.name}" for picture in pictures} == used
    for picture in pictures:
        assert f"references/{picture.name}" in credited
        with Image.open(picture) as opened:
            assert opened.format == "JPEG"
            assert max(opened.size) <= 1600
