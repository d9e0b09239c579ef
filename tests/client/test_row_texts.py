"""Encodings, separators, line ends, headers: the same rows come out of all of them."""

from pathlib import Path

import pytest

from client.rows import Limits
from client.rows.wrongs import BadRows, Unreadable
from tests.client.sheets import read, wrongs

PLAIN = "prompt,tags,SKU\nA café at dawn,spring;sale,W-17\n“Two” lamps,,W-18\n"
ROWS = [
    {"prompt": "A café at dawn", "tags": ["spring", "sale"], "metadata": {"SKU": "W-17"}},
    {"prompt": "“Two” lamps", "metadata": {"SKU": "W-18"}},
]


@pytest.mark.parametrize(
    "data",
    [
        PLAIN.encode(),
        PLAIN.encode("utf-8-sig"),
        PLAIN.encode("utf-16"),
        b"\xfe\xff" + PLAIN.encode("utf-16-be"),
        PLAIN.encode("utf-16-le"),
        PLAIN.encode("utf-16-be"),
        PLAIN.encode("utf-32"),
        PLAIN.encode("cp1252"),
        PLAIN.replace("\n", "\r\n").encode(),
        PLAIN.replace("\n", "\r").encode(),
        PLAIN.replace("spring;sale", '"spring;sale"').replace(",", ";").encode(),
        PLAIN.replace(",", "\t").encode(),
        PLAIN.replace(",", "|").encode(),
        b"sep=;\r\n" + PLAIN.replace("spring;sale", '"spring;sale"').replace(",", ";").encode(),
        PLAIN.rstrip("\n").encode(),
    ],
    ids=[
        "utf-8", "bom", "utf-16", "utf-16-be-bom", "utf-16-le-bare", "utf-16-be-bare", "utf-32", "cp1252", "crlf",
        "cr", "semicolons", "tabs", "pipes", "sep-hint", "no-last-newline",
    ],
)  # fmt: skip
def test_every_way_to_write_a_sheet_gives_the_same_rows(data: bytes) -> None:
    sheet = read(data)
    assert sheet.rows == ROWS
    assert sheet.numbers == [2, 3]


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1252", "prompt;note\nEin schöner Bär in München – groß;süß\n"),
        ("latin-1", "prompt\nUn café près de la rivière en été\n"),
        ("cp1250", "prompt,tags\nZażółć gęślą jaźń o świcie,wiosna\nPrzemysł łódź,ź\n"),
        ("cp1251", "prompt,tags\nКрасная площадь на рассвете,весна\n"),
        ("shift_jis", "prompt,tags\n美しい桜の木の下で歩く人,春\n"),
        ("gb18030", "prompt,tags\n海边日出时的助行器,春天\n"),
    ],
)
def test_older_encodings_are_recognised_and_announced(encoding: str, text: str) -> None:
    sheet = read(text.encode(encoding))
    assert sheet.rows[0]["prompt"] == text.splitlines()[1].replace(";", ",").split(",")[0]
    assert "Not UTF-8: read as" in sheet.notices[0]


def test_a_named_encoding_is_used_without_guessing() -> None:
    sheet = read("prompt\nЛодка\n".encode("koi8_r"), encoding="koi8_r")
    assert sheet.rows == [{"prompt": "Лодка"}]
    assert sheet.notices == []
    with pytest.raises(Unreadable, match="no encoding named klingon"):
        read("prompt\nx\n", encoding="klingon")
    with pytest.raises(Unreadable, match="not valid utf-8"):
        read(b"prompt\n\xff\n", encoding="utf-8")


def test_quoted_cells_keep_separators_quotes_and_line_breaks() -> None:
    sheet = read('prompt,note\r\n"A ""red"" car,\r\non a hill","a\nb"\r\nSecond,\r\n')
    assert sheet.rows[0] == {"prompt": 'A "red" car,\non a hill', "metadata": {"note": "a\nb"}}
    assert sheet.numbers == [2, 3]


def test_commas_in_a_file_of_one_column_belong_to_the_prompts() -> None:
    assert read('prompt\nA red car, on a hill; at dawn\n"A ""blue"" car,\nparked"\n').rows == [
        {"prompt": "A red car, on a hill; at dawn"},
        {"prompt": 'A "blue" car,\nparked'},
    ]


def test_headers_match_whatever_their_case_blanks_and_dashes() -> None:
    sheet = read("PROMPT, Aspect Ratio ,Reference-Mode\nx,4:5,Style only\n")
    assert sheet.rows == [{"prompt": "x", "aspect_ratio": "4:5", "reference_mode": "style_only"}]


def test_empty_rows_are_skipped_and_said_and_the_numbers_stay_those_of_the_sheet() -> None:
    sheet = read("prompt,tags\na,\n\n,,\nb,\n , \n\n\n")
    assert sheet.numbers == [2, 5]
    assert sheet.notices == ["Skipped 2 empty rows: 3, 4."]


def test_short_rows_are_rows_with_empty_cells() -> None:
    assert read("prompt,variants,tags\na\nb,3\n").rows == [{"prompt": "a"}, {"prompt": "b", "variants": 3}]


def test_surplus_cells_columns_without_a_name_and_doubled_names_are_wrong() -> None:
    found = wrongs("prompt,note,,Note\na,1,,2\nb,2,x,\nc,3,,4,five\n")
    assert found[0] == "row 1, note: two columns have this name: rename or remove one"
    assert found[1] == "row 3, column C: has a value but the column has no name in the header"
    assert found[2].startswith("row 4, column E: has 5 cells but the header names 4 columns")


def test_empty_surplus_cells_and_doubled_names_without_values_do_no_harm() -> None:
    assert read("prompt,note,note,\na,1,,,,\n").rows == [{"prompt": "a", "metadata": {"note": "1"}}]


def test_a_missing_prompt_column_is_told_with_the_columns_that_are_there() -> None:
    with pytest.raises(Unreadable, match=r"No column is called prompt.*--prompt-column.*Its columns: text, sku"):
        read("text,sku\na,1\n")
    with pytest.raises(Unreadable, match=r"No column is called txt: check --prompt-column"):
        read("text,sku\na,1\n", prompt_column="txt")


def test_another_column_can_hold_the_prompts() -> None:
    assert read("Image text,prompt\nA cat,old\n", prompt_column="image-text").rows == [
        {"prompt": "A cat", "metadata": {"prompt": "old"}}
    ]


def test_a_misspelt_field_is_asked_about_and_odd_names_are_made_fit() -> None:
    sheet = read("prompt,aspect ration,No.\na,4:5,7\n")
    assert sheet.rows == [{"prompt": "a", "metadata": {"aspect ration": "4:5", "No": "7"}}]
    assert sheet.notices == [
        "Column aspect ration is kept as metadata. Did you mean aspect_ratio?",
        "Column No. is kept as metadata under the name No.",
    ]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "nothing in it"),
        (b"\xef\xbb\xbf\n\n", "nothing in it"),
        (b"prompt,tags\n", "no rows"),
        (b'prompt\nfine\n"never closed\n', 'row 3: a quote (") is opened'),
        (b'prompt\n"a" b\n', "row 2: after a closing quote"),
        (b"\x00\x01\x02\x00\x00", "not a text file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "old .xls workbook or locked"),
        (b"PK\x03\x04 broken", "workbook is damaged"),
    ],
)
def test_what_cannot_be_read_at_all_is_told_in_a_sentence(data: bytes, reason: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read(data)
    assert reason in str(caught.value)
    assert str(caught.value).startswith("Standard input: ")


def test_files_that_are_not_there_or_not_rows_are_told(tmp_path: Path) -> None:
    (tmp_path / "rows.pdf").write_bytes(b"%PDF")
    (tmp_path / "rows.xlsx").write_bytes(b"prompt\nx\n")
    for name, reason in (
        ("none.csv", "no file"),
        ("rows.pdf", "rows come as"),
        (".", "folder"),
        ("rows.xlsx", "not a w"),
    ):
        with pytest.raises(Unreadable, match=reason):
            read_from(tmp_path / name)


def read_from(path: Path) -> object:
    from client.rows import read_sheet

    return read_sheet(str(path), Limits())


def test_too_many_rows_are_told_with_their_true_number() -> None:
    data = "prompt\n" + "a\n" * 5_204
    assert wrongs(data) == ["5,204 rows; a batch takes at most 1,000: split the file"]
    assert len(read("prompt\n" + "a\n" * 1_000).rows) == 1_000
    assert wrongs("prompt\na\nb\nc\n", limits=Limits(rows=2)) == ["3 rows; a batch takes at most 2: split the file"]


def test_too_many_images_are_told_with_expansion_counted() -> None:
    row = '{"prompt":"a","variants":10,"expand":{"aspect_ratio":["1:1","4:5"],"seed":[1,2,3]}}\n'
    assert wrongs(row * 167) == ["10,020 images in all; a batch takes at most 10,000: split the file"]
    assert len(read(row * 166).rows) == 166


def test_fifty_wrong_cells_are_listed_and_the_rest_counted() -> None:
    with pytest.raises(BadRows) as caught:
        read("prompt,variants\n" + "a,0\n" * 60)
    text = str(caught.value)
    assert text.startswith("Standard input has 60 wrong cells. Nothing was submitted.")
    assert "row 51, variants" in text
    assert "row 52, variants" not in text
    assert text.endswith("… and 10 more")


def test_json_comes_as_an_array_or_with_the_batch_around_it() -> None:
    row = {"prompt": "a", "tags": ["x"], "metadata": {"sku": 7}, "seed": 0}
    assert read('[{"Prompt": "a", "tags": ["x"], "sku": 7, "seed": 0, "model": null}]').rows == [row]
    sheet = read('{"name": "Spring", "defaults": {"size": "1K"}, "rows": [{"prompt": "a"}]}')
    assert sheet.settings == {"name": "Spring", "defaults": {"size": "1K"}}
    with pytest.raises(Unreadable, match="no field nmae"):
        read('{"nmae": "x", "rows": []}', source="-")
    with pytest.raises(Unreadable, match="no rows"):
        read("[]")


def test_json_lines_name_every_wrong_line() -> None:
    data = '{"prompt": "a"}\n\n{"prompt": }\n["x"]\n{"prompt": "b", "PROMPT": "c"}\n{"prompt": "d", "variants": NaN}\n'
    found = wrongs(data)
    assert found[0].startswith("row 3: is not valid JSON: expecting value at line 1, column 12")
    assert found[1] == 'row 4: is not an object like {"prompt": "…"}'
    assert found[2] == "row 5, prompt: is given twice"
    assert found[3] == "row 6: is not valid JSON: NaN is not a JSON number"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ('[{"prompt": "a",}]', "not valid JSON"),
        ('[{"prompt": "a", "prompt": "b"}]', "prompt is given twice"),
        ("[{" + "".join(f'"k{number}": 1, ' for number in range(200_000)) + '"k199999": 2}]', "k199999 is given twice"),
        ("[" * 100_000, "nested too deeply"),
    ],
    ids=["comma", "twice", "twice among many", "deep"],
)
def test_broken_json_is_told_with_its_place(data: str, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        read(data)


def test_a_file_that_is_wrong_as_a_whole_has_no_wrong_cells() -> None:
    with pytest.raises(BadRows) as caught:
        read("prompt\n" + "a\n" * 1_001)
    head, reason = str(caught.value).splitlines()
    assert head == "Standard input cannot be submitted as it is. Nothing was submitted."
    assert reason == "  1,001 rows; a batch takes at most 1,000: split the file"
