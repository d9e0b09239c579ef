"""Rows of a real workbook are taken into a batch, and no tab silently overwrites what another one wrote."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from openpyxl import Workbook

from tests.browser.platforms import Platform
from tests.browser.visitors import PATIENCE_MS, Visitor, member

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page, Response

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def visitor(browser: "Browser", embedded: Platform) -> Iterator[Visitor]:
    with member(browser, embedded) as one:
        yield one


def workbook(file: Path) -> Path:
    """As people keep them: columns in their own words, a number, a formula's value, a second sheet."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Campaign"
    sheet.append(["SKU", "What to show", "Format", "Copies", "Internal"])
    sheet.append(["W-17", "A walking shoe on a wet stone", "4:5", 1, "do not use"])
    sheet.append(["W-18", "Eine Öllampe am Fenster", "1:1", 2, "secret"])
    book.create_sheet("Notes").append(["nothing of this is wanted"])
    book.save(file)
    return file


def become(visitor: Visitor, column: str, target: str) -> None:
    """Say what a column of the file is."""
    visitor.page.get_by_role("combobox", name=f"What {column} becomes").click()
    visitor.page.get_by_role("option", name=target, exact=True).click()


def test_the_rows_of_a_workbook_are_imported_by_the_mapping_of_its_columns(
    visitor: Visitor, embedded: Platform, tmp_path: Path
) -> None:
    visitor.open("/batches/new")
    visitor.page.get_by_label("Name of the batch").fill("From a workbook")
    with visitor.page.expect_file_chooser() as choosing:
        visitor.press("Import")
    choosing.value.set_files(workbook(tmp_path / "campaign.xlsx"))
    become(visitor, "What to show", "Prompt")
    become(visitor, "Format", "Aspect ratio")
    become(visitor, "Copies", "Variants")
    become(visitor, "SKU", "Kept with the images")
    become(visitor, "Internal", "Leave out")
    visitor.press("Add 2 rows")
    visitor.press("Make 3 images")
    visitor.page.wait_for_url(re.compile("/batches/bat_"))
    found = re.search(r"bat_\w+", visitor.page.url)
    assert found
    embedded.ended(found[0])
    rows = embedded.read(f"/v1/batches/{found[0]}/rows")["rows"]
    taken = [(row["prompt"], row["aspect_ratio"], row["variants"], list(row["metadata"].values())) for row in rows]
    assert taken == [
        ("A walking shoe on a wet stone", "4:5", 1, ["W-17"]),
        ("Eine Öllampe am Fenster", "1:1", 2, ["W-18"]),
    ]


def is_saved(page: "Page") -> None:
    page.get_by_text("Draft saved", exact=True).first.wait_for()


def name_of(page: "Page") -> "Locator":
    return page.get_by_label("Name of the batch")


def is_named(page: "Page", name: str) -> None:
    from playwright.sync_api import expect

    expect(name_of(page)).to_have_value(name, timeout=PATIENCE_MS)


def is_saving(response: "Response") -> bool:
    return response.request.method == "PUT" and "/v1/drafts/" in response.url and response.ok


def save(page: "Page", name: str) -> None:
    """Write a name, and see it sent: that a draft is saved may still be said of what stood there before."""
    with page.expect_response(is_saving, timeout=PATIENCE_MS):
        name_of(page).fill(name)
    is_saved(page)


def begin(visitor: Visitor, name: str) -> None:
    """A draft that is kept in this browser and at the API."""
    visitor.open("/batches/new")
    visitor.page.wait_for_url(re.compile("/batches/drafts/"))
    save(visitor.page, name)


def test_a_second_tab_with_the_same_draft_is_followed(visitor: Visitor) -> None:
    begin(visitor, "First words")
    other = visitor.context.new_page()
    other.goto(visitor.page.url)
    is_named(other, "First words")
    # Whoever writes next goes on from there, also while the other tab's words are on their way to the API.
    words = "Other words"
    for writer, reader in [(other, visitor.page), (visitor.page, other)] * 3:
        name_of(writer).fill(words)
        is_named(reader, words)
        assert writer.get_by_role("alert").count() == 0
        words += ", and more"
    is_saved(other)
    is_saved(visitor.page)
    assert other.get_by_role("alert").count() == 0
    assert visitor.page.get_by_role("alert").count() == 0


def test_what_another_device_saved_is_not_overwritten_unasked(
    visitor: Visitor, browser: "Browser", embedded: Platform
) -> None:
    begin(visitor, "Draft of two devices")
    with member(browser, embedded) as other:
        other.page.get_by_role("link", name="Continue Draft of two devices").click()
        is_named(other.page, "Draft of two devices")
        save(other.page, "Theirs")

        name_of(visitor.page).fill("Mine")
        visitor.page.get_by_text("This draft was changed elsewhere").wait_for()
        assert "Theirs" in [draft["name"] for draft in embedded.read("/v1/drafts")["drafts"]]
        visitor.press("Take the other one")
        is_named(visitor.page, "Theirs")

        save(visitor.page, "Mine after theirs")
        name_of(other.page).fill("Theirs again")
        other.page.get_by_text("This draft was changed elsewhere").wait_for()
        with other.page.expect_response(is_saving):
            other.press("Keep this one")
        is_saved(other.page)
    names = [draft["name"] for draft in embedded.read("/v1/drafts")["drafts"]]
    assert "Theirs again" in names
    assert "Mine after theirs" not in names
