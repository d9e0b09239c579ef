"""A person compares two batches, picks winners, and finds the choice again; images of the library are compared, too."""

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.painters import REFUSED
from tests.browser.platforms import Platform, until
from tests.browser.visitors import Visitor, member

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.timeout(300)

WORDS = ("red", "blue", "green")
SCORE = "document.querySelector('[aria-label=Score]').innerText"


@pytest.fixture
def visitor(browser: "Browser", embedded: Platform) -> Iterator[Visitor]:
    with member(browser, embedded) as one:
        yield one


@pytest.fixture
def each_visitor(browser: "Browser", platform: Platform) -> Iterator[Visitor]:
    with member(browser, platform) as one:
        yield one


def made(platform: Platform, name: str, rows: list[dict[str, Any]]) -> str:
    batch = platform.submit({"name": name, "rows": [{"size": "512", **row} for row in rows]})
    platform.ended(batch)
    return batch


def assets(platform: Platform, batch: str) -> list[str]:
    """The images of a batch, by id, in the order of its rows."""
    items = platform.read(f"/v1/batches/{batch}/items")["items"]
    return [item["asset"]["id"] for item in items if item["asset"]]


def picks(platform: Platform, batch: str) -> set[str]:
    return {asset["id"] for asset in platform.read("/v1/assets", batch=batch, picked=True)["assets"]}


def wait_for_picks(platform: Platform, winners: dict[str, set[str]]) -> None:
    """Until the platform knows these of each batch and no others: what is on its way is lost with the page that sends it."""
    until(lambda: {batch: picks(platform, batch) for batch in winners} == winners)


def sees_score(visitor: Visitor, a: int, b: int, rest: str) -> None:
    score = visitor.page.get_by_role("region", name="Score")
    score.get_by_text(re.compile(rf"A has won\s*{a}\s*:\s*B has won\s*{b}$")).wait_for()
    score.get_by_text(rest, exact=True).wait_for()


def test_two_batches_are_compared_and_the_choice_is_kept(each_visitor: Visitor, platform: Platform) -> None:
    visitor = each_visitor
    a = made(platform, "Plain boats", [{"prompt": f"A {word} boat"} for word in WORDS])
    b = made(platform, "Boats at dusk", [{"prompt": f"A {word} boat at dusk"} for word in (*WORDS, "white")])

    visitor.open("/batches")
    visitor.page.get_by_role("checkbox", name="Compare Plain boats").check()
    visitor.page.get_by_role("checkbox", name="Compare Boats at dusk").check()
    visitor.page.get_by_role("toolbar", name="Chosen batches").get_by_role("link", name="Compare").click()
    visitor.sees_heading("Compare batches")
    visitor.page.get_by_text("1 image of B (row 4) has no partner in A.").wait_for()
    visitor.page.get_by_role("cell", name="A red boat at dusk").wait_for()
    sees_score(visitor, 0, 0, "3 undecided")

    visitor.page.keyboard.press("1")
    sees_score(visitor, 1, 0, "2 undecided")
    visitor.page.keyboard.press("j")
    visitor.page.locator("[data-pair='1.1'] button:focus").wait_for()
    visitor.page.keyboard.press("j")
    visitor.page.locator("[data-pair='2.1'] button:focus").wait_for()
    visitor.page.keyboard.press("ArrowRight")
    sees_score(visitor, 1, 1, "1 undecided")
    # Another winner takes the place of the first one.
    visitor.page.keyboard.press("1")
    sees_score(visitor, 2, 0, "1 undecided")
    visitor.page.keyboard.press("2")
    sees_score(visitor, 1, 1, "1 undecided")

    visitor.press("Look closely at row 3 of B, Boats at dusk")
    visitor.sees_heading("Row 3")
    visitor.page.get_by_text("Slider", exact=True).click()
    visitor.page.get_by_role("slider", name="Where the images part").wait_for()
    visitor.page.keyboard.press("2")
    visitor.page.get_by_text("A 1 : 2 B").wait_for()
    winners = {a: {assets(platform, a)[0]}, b: set(assets(platform, b)[1:3])}
    wait_for_picks(platform, winners)

    visitor.page.reload()
    visitor.sees_heading("Row 3")
    visitor.page.get_by_role("slider", name="Where the images part").wait_for()
    visitor.page.get_by_text("A 1 : 2 B").wait_for()
    visitor.page.keyboard.press("Escape")
    sees_score(visitor, 1, 2, "All are decided")
    visitor.page.reload()
    sees_score(visitor, 1, 2, "All are decided")
    assert {batch: picks(platform, batch) for batch in winners} == winners


def test_what_somebody_else_picks_shows_when_one_comes_back_to_the_window(visitor: Visitor, embedded: Platform) -> None:
    a, b = (made(embedded, name, [{"prompt": f"A {name} tree"}]) for name in ("tall", "small"))
    visitor.open(f"/compare/batches?a={a}&b={b}")
    sees_score(visitor, 0, 0, "1 undecided")
    embedded.send("POST", "/v1/assets:pick", {"ids": assets(embedded, b), "picked": True})
    # What was asked for a moment ago is not asked for again: they come back until they see it.
    visitor.waits(f"dispatchEvent(new Event('visibilitychange')) && {SCORE}.includes('All are decided')")
    sees_score(visitor, 0, 1, "All are decided")


def test_a_batch_is_compared_with_one_that_is_found_by_its_name(visitor: Visitor, embedded: Platform) -> None:
    a = made(embedded, "Copper lanterns", [{"prompt": "A copper lantern"}])
    b = made(embedded, "Silver lanterns", [{"prompt": "A silver lantern"}])
    visitor.open(f"/batches/{a}")
    visitor.press("More for Copper lanterns")
    visitor.page.get_by_role("menuitem", name="Compare with …").click()
    visitor.page.get_by_label("Search batches by name").fill("silver")
    visitor.press(re.compile("^Silver lanterns"))
    visitor.page.wait_for_url(re.compile(rf"/compare/batches\?a={a}&b={b}$"))
    sees_score(visitor, 0, 0, "1 undecided")


def test_images_of_several_batches_are_compared_from_the_library(visitor: Visitor, embedded: Platform) -> None:
    bridges = [
        made(embedded, f"{name} bridges", [{"prompt": f"A quiet bridge of {name.lower()}"}])
        for name in ("Oak", "Steel")
    ]
    visitor.open("/library?q=quiet%20bridge")
    visitor.press("Choose")
    for material in ("oak", "steel"):
        visitor.page.get_by_label(re.compile(f"^A quiet bridge of {material}")).first.click()
    visitor.press("Compare")
    visitor.sees_heading("Compare")
    for name in ("Oak", "Steel"):
        visitor.page.get_by_text(f"{name} bridges, row 1").first.wait_for()
    visitor.press("Pick image 1 as a winner")
    visitor.page.locator("[aria-label='Pick image 1 as a winner'][aria-pressed=true]").wait_for()
    until(lambda: any(picks(embedded, batch) for batch in bridges))
    visitor.page.reload()
    visitor.page.locator("[aria-label='Pick image 1 as a winner'][aria-pressed=true]").wait_for()


def test_the_items_of_a_batch_are_downloaded_as_csv_that_names_the_files_of_its_images(
    visitor: Visitor, embedded: Platform, tmp_path: Path
) -> None:
    lists = {"mode": "product", "aspect_ratio": ["1:1", "4:5"]}
    rows: list[dict[str, Any]] = [
        {"prompt": "=1+1 apples", "variants": 2, "expand": lists},
        {"prompt": f"A {REFUSED} pear"},
    ]
    visitor.open(f"/batches/{made(embedded, 'Ledger', rows)}")

    def downloaded(item: str) -> tuple[str, Path]:
        visitor.press("More for Ledger")
        with visitor.page.expect_download() as downloading:
            visitor.page.get_by_role("menuitem", name=item).click()
        name = downloading.value.suggested_filename
        downloading.value.save_as(tmp_path / name)
        return name, tmp_path / name

    name, items = downloaded("Download as CSV")
    assert name == "Ledger items.csv"
    text = items.read_text(encoding="utf-8-sig")
    *done, refused = csv.DictReader(io.StringIO(text, newline=""))
    assert {(line["row"], line["status"], line["prompt"]) for line in done} == {("1", "succeeded", "'=1+1 apples")}
    assert (refused["status"], refused["error"], refused["image"]) == ("failed", "refused", "")
    names = [f"Ledger/000{number}-r1-v{variant}-1-1-apples.png" for number, variant in enumerate((1, 2, 1, 2), 1)]
    assert [line["image"] for line in done] == names
    with zipfile.ZipFile(downloaded("Download the images")[1]) as archive:
        manifest = csv.DictReader(io.StringIO(archive.read("manifest.csv").decode("utf-8-sig"), newline=""))
        assert {line["asset"]: line["file"] for line in manifest} == {line["asset"]: line["image"] for line in done}
        assert set(archive.namelist()) == {*names, "manifest.csv"}
