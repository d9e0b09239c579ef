"""Workbooks: values as a person sees them, the first visible sheet, limits."""

import io
import zipfile
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from client.rows import workbooks
from client.rows.wrongs import Unreadable
from tests.client.sheets import read, wrongs


def workbook(*lines: tuple[Any, ...], book: Workbook | None = None) -> bytes:
    """A workbook with these lines on its active sheet."""
    book = book or Workbook()
    for each in lines:
        book.active.append(each)  # type: ignore[union-attr]
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def replaced(data: bytes, part: str, old: str, new: str) -> bytes:
    """The workbook with a text of one part replaced."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(target, "w") as made:
        for name in source.namelist():
            content = source.read(name)
            if name == part:
                assert old.encode() in content
                content = content.replace(old.encode(), new.encode())
            made.writestr(name, content)
    return target.getvalue()


def test_values_are_read_as_a_person_sees_them(tmp_path: Path) -> None:
    data = workbook(
        ("Prompt", "Variants", "Aspect Ratio", "When", "At", "Price", "New", "Code"),
        ("A cat", 2.0, time(4, 5), date(2026, 3, 1), datetime.fromisoformat("2026-03-01T09:30"), 9.5, True, 7.0),
    )
    sheet = read(data, str(tmp_path / "rows.xlsx"))
    metadata = {"When": "2026-03-01", "At": "2026-03-01 09:30:00", "Price": 9.5, "New": True, "Code": 7}
    assert sheet.rows == [{"prompt": "A cat", "variants": 2, "aspect_ratio": "4:5", "metadata": metadata}]


def test_rows_keep_the_numbers_of_the_sheet_over_gaps() -> None:
    book = Workbook()
    book.active["A1"], book.active["A2"], book.active["A7"] = "prompt", "a", "b"  # type: ignore[index]
    sheet = read(workbook(book=book))
    assert sheet.numbers == [2, 7]
    assert sheet.notices == ["Skipped 4 empty rows: 3, 4, 5, 6."]


def test_a_header_below_empty_rows_is_found() -> None:
    book = Workbook()
    book.active["B3"], book.active["B4"] = "prompt", "a"  # type: ignore[index]
    assert read(workbook(book=book)).numbers == [4]


def test_the_first_visible_sheet_is_read_and_said() -> None:
    book = Workbook()
    book.active.title, book.active.sheet_state = "Notes", "hidden"  # type: ignore[union-attr]
    for title in ("Rows", "Later"):
        page: Any = book.create_sheet(title)
        page.append(("prompt",))
        page.append((f"from {title}",))
    sheet = read(workbook(book=book))
    assert sheet.rows == [{"prompt": "from Rows"}]
    assert sheet.notices == ["Read the first of 2 sheets, 'Rows'."]


def test_formulas_count_by_their_stored_value() -> None:
    data = workbook(("prompt", "variants"), ("a", "=1+1"))
    stored = replaced(data, "xl/worksheets/sheet1.xml", "<v />", "<v>2</v>")
    assert read(stored).rows == [{"prompt": "a", "variants": 2}]


def test_a_formula_never_calculated_and_an_error_value_are_wrong_cells() -> None:
    data = workbook(("prompt", "variants", "note"), ("=A9", 1, "#REF!"))
    assert wrongs(data) == [
        "row 2, prompt: holds a formula that was never calculated: open the file in a spreadsheet, save it, run again",
        "row 2, note: shows the error #REF!: repair the formula",
    ]


def test_a_workbook_under_the_name_csv_is_read_for_what_it_is(tmp_path: Path) -> None:
    assert read(workbook(("prompt",), ("a",)), str(tmp_path / "rows.csv")).rows == [{"prompt": "a"}]


def test_a_workbook_that_unpacks_to_too_much_is_refused_before_it_is_unpacked() -> None:
    file = io.BytesIO(workbook(("prompt",), ("a",)))
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/bomb.bin", b"\0" * (workbooks.MAX_UNPACKED_BYTES + 1))
    assert len(file.getvalue()) < 1_000_000
    with pytest.raises(Unreadable, match="unpacks to 100 MB; at most 100 MB"):
        read(file.getvalue())


def test_entities_in_a_workbook_are_not_expanded() -> None:
    data = workbook(("prompt",), ("a",))
    evil = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><worksheet '
    with pytest.raises(Unreadable, match="damaged"):
        read(replaced(data, "xl/worksheets/sheet1.xml", "<worksheet ", evil))


def test_too_many_rows_in_a_workbook_are_told_with_their_true_number() -> None:
    data = workbook(("prompt",), *(("a",) for _ in range(1_203)))
    assert wrongs(data) == ["1,203 rows; a batch takes at most 1,000: split the file"]


def test_a_row_beyond_the_last_of_any_spreadsheet_is_not_waited_for() -> None:
    far = '<row r="999999999999"><c r="A999999999999"><v>1</v></c></row></sheetData>'
    data = workbook(("prompt",), ("a",))
    assert read(replaced(data, "xl/worksheets/sheet1.xml", "</sheetData>", far)).rows == [{"prompt": "a"}]


def test_more_columns_than_anybody_names_are_refused_at_the_first_row_that_has_them() -> None:
    sideways = workbook(*(("prompt", *(None for _ in range(1_000)), "x") for _ in range(3)))
    with pytest.raises(Unreadable, match="row 1 has over 1,000 columns"):
        read(sideways)
    with pytest.raises(Unreadable, match="row 1 has over 1,000 columns"):
        read(",".join(f"c{number}" for number in range(100_000)))
    assert read(workbook(("prompt", *(None for _ in range(1_000))), ("a",))).rows == [{"prompt": "a"}]
