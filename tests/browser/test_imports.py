"""Workbooks that people drop on the builder, in a real browser under the real content policy."""

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from tests.browser.platforms import Platform
from tests.browser.visitors import visiting

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.timeout(300)

RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
# Unpackers hand what is larger than half a megabyte to workers that are made of blobs.
LARGE = 600_000


def workbook(prompts: Sequence[str]) -> bytes:
    cells = ["prompt", *prompts]
    rows = [
        f'<row r="{n}"><c r="A{n}" t="inlineStr"><is><t>{cell}</t></is></c></row>' for n, cell in enumerate(cells, 1)
    ]
    sheet = f'<worksheet xmlns="{MAIN}"><sheetData>{"".join(rows)}</sheetData></worksheet>'
    assert len(sheet) > LARGE
    parts = {
        "_rels/.rels": f'<Relationships><Relationship Id="r1" Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/_rels/workbook.xml.rels": f'<Relationships><Relationship Id="r1" Type="{RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/worksheets/sheet1.xml": sheet,
    }
    packed = io.BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return packed.getvalue()


def test_a_workbook_of_thousands_of_rows_is_imported(browser: "Browser", embedded: Platform) -> None:
    prompts = [f"A walker on a beach at sunrise, in the manner of a poster, number {number}" for number in range(4_900)]
    with visiting(browser, embedded.url) as visitor:
        visitor.open("/batches/new")
        visitor.sign_in(embedded.email, embedded.password)
        with visitor.page.expect_file_chooser() as chosen:
            visitor.press("Import")
        chosen.value.set_files({"name": "rows.xlsx", "mimeType": "", "buffer": workbook(prompts)})
        visitor.press("Replace all rows")
        visitor.page.get_by_text("4,900 of 4,900 rows filled").wait_for()
