"""Every wrong cell is named with its row, its column and its reason."""

import json
from pathlib import Path

import pytest

from client.rows import BadRows, Limits
from tests.client.sheets import read, wrongs
from tests.client.wire import png


def line(**cells: object) -> str:
    """One row as JSON lines."""
    return json.dumps({"prompt": "a"} | cells)


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("prompt", "", "is empty: every row needs a prompt"),
        ("prompt", "   ", "is empty: every row needs a prompt"),
        ("prompt", "x" * 4_001, "has 4,001 characters; at most 4,000 are taken"),
        ("prompt", ["a"], "must be a text"),
        ("variants", "0", "“0” is not a whole number from 1 to 10"),
        ("variants", 11, "“11” is not a whole number from 1 to 10"),
        ("variants", "two", "“two” is not a whole number from 1 to 10"),
        ("variants", 2.5, "“2.5” is not a whole number from 1 to 10"),
        ("variants", True, "“true” is not a whole number from 1 to 10"),
        ("seed", "-1", "“-1” is not a whole number from 0 to 2147483647"),
        ("seed", "9" * 30, f"“{'9' * 30}” is not a whole number from 0 to 2147483647"),
        ("strength", "1.01", "“1.01” is not a number from 0 to 1"),
        ("strength", "much", "“much” is not a number from 0 to 1"),
        ("strength", True, "“true” is not a number from 0 to 1"),
        ("steps", "0", "“0” is not a whole number above 0"),
        ("steps", "2.5", "“2.5” is not a whole number above 0"),
        ("guidance", "-1", "“-1” is not a number from 0 on"),
        ("aspect_ratio", "wide", "“wide” is not an aspect ratio; write it like 4:5"),
        ("aspect_ratio", "0:5", "“0:5” is not an aspect ratio; write it like 4:5"),
        ("reference_mode", "both", "“both” is not a reference mode; write style_only or style_and_composition"),
        ("tags", {"a": 1}, "must be a list of texts"),
        ("tags", '["a", {"b": 1}]', "must hold texts only"),
        ("tags", '["a"', "is not valid JSON: expecting ',' delimiter at line 1, column 5"),
        ("variables", "walker", "is not valid JSON: expecting value at line 1, column 1"),
        ("variables", '["a"]', 'must be a JSON object like {"name": "value"}'),
        ("metadata", '{"a": {"b": 1}}', "a must be a text, a number, true or false"),
        ("expand", '{"mode": "mix", "seed": [1]}', 'its mode is “mix”; it must be "product" or "zip"'),
        ("expand", '{"prompt": ["a"]}', "prompt cannot be expanded; aspect_ratio, model, seed, references, variables can"),
        ("expand", '{"seed": []}', "its seed must be a list that is not empty"),
        ("expand", '{"mode": "zip"}', "names nothing to expand; give lists of aspect_ratio, model, seed, references, variables"),
        ("expand", '{"mode": "zip", "seed": [1], "model": ["a", "b"]}', "zip needs lists of one length, not seed 1, model 2"),
        ("references", "none.png", "none.png: no such file"),
        ("references", "https://a.example/x.png", "https://a.example/x.png: addresses are not taken here; download the picture and name the file"),
        ("sku", {"a": 1}, "is no field of a row, and free metadata must be a text, a number, true or false"),
    ],
)  # fmt: skip
def test_a_wrong_cell_is_named(column: str, value: object, reason: str) -> None:
    assert wrongs(line() + "\n" + line(**{column: value})) == [f"row 2, {column}: {reason}"]


def test_all_wrong_cells_of_a_sheet_are_told_at_once() -> None:
    data = "prompt,variants,Aspect Ratio\n,99,4:5\nok,1,4:5\nb,x,wide\n"
    assert wrongs(data) == [
        "row 2, variants: “99” is not a whole number from 1 to 10",
        "row 2, prompt: is empty: every row needs a prompt",
        "row 4, variants: “x” is not a whole number from 1 to 10",
        "row 4, Aspect Ratio: “wide” is not an aspect ratio; write it like 4:5",
    ]


@pytest.mark.parametrize(
    ("column", "value", "taken"),
    [
        ("variants", "2.0", 2),
        ("variants", 10, 10),
        ("seed", "0", 0),
        ("aspect_ratio", "04:05:00", "4:5"),
        ("aspect_ratio", "16 : 9", "16:9"),
        ("size", "2k", "2K"),
        ("size", 512, "512"),
        ("tags", "a; b ,c\nd;", ["a", "b", "c", "d"]),
        ("tags", '["a, b", "c"]', ["a, b", "c"]),
        ("references", "ref_a2b3; ref_c4d5", ["ref_a2b3", "ref_c4d5"]),
        ("fallback", "m1,m2", ["m1", "m2"]),
        ("variables", '{"n": 2, "t": "x", "none": null}', {"n": 2, "t": "x"}),
        ("expand", '{"seed": [1, 2]}', {"mode": "product", "seed": [1, 2]}),
    ],
)
def test_a_right_cell_is_taken_in_every_way_it_is_written(column: str, value: object, taken: object) -> None:
    assert read(line(**{column: value})).rows[0][column] == taken


def test_placeholders_take_the_columns_of_their_names() -> None:
    data = "prompt,Product Name,city\nA {{ product_name }} in {{city}},walker,Rome\n"
    row = read(data).rows[0]
    assert row["variables"] == {"product_name": "walker", "city": "Rome"}
    assert row["metadata"] == {"Product Name": "walker", "city": "Rome"}


def test_a_placeholder_without_a_value_is_a_wrong_cell() -> None:
    assert wrongs("prompt,city\nA {{product}} in {{city}},\n") == [
        "row 2, prompt: {{product}} has no value: fill a column named product, or write it as text",
        "row 2, prompt: {{city}} has no value: fill a column named city, or write it as text",
    ]
    given = '{"defaults": {"variables": {"p": "x"}}, "rows": [{"prompt": "{{p}}"}]}'
    assert "variables" not in read(given).rows[0]
    assert read(line(prompt="{{p}}", expand={"variables": [{"p": "1"}]})).rows
    assert read(line(prompt="{{p}}", variables={"p": "cell"}, P="column")).rows[0]["variables"] == {"p": "cell"}


def test_the_metadata_cell_wins_over_a_column_of_the_same_name() -> None:
    assert read(line(metadata='{"sku": "cell"}', sku="column", other="x")).rows[0]["metadata"] == {
        "sku": "cell",
        "other": "x",
    }


def test_limits_are_those_of_the_server() -> None:
    limits = Limits(prompt_characters=3, variants=1)
    assert wrongs(line(prompt="abcd", variants=2), limits=limits) == [
        "row 1, prompt: has 4 characters; at most 3 are taken",
        "row 1, variants: “2” is not a whole number from 1 to 1",
    ]


def test_local_pictures_are_checked_by_content_and_counted_once(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a.png").write_bytes(png(1))
    (tmp_path / "same as a, really.png").write_bytes(png(1))
    (tmp_path / "b.webp").write_bytes(b"RIFF\x00\x00\x00\x00WEBPVP8 ")
    data = 'prompt;references\nx;"photos\\a.png, b.webp"\ny;same as a, really.png\nz;ref_abc\n'
    sheet = read(data, str(tmp_path / "rows.csv"))
    assert len(sheet.pictures) == 2
    first, second = sheet.rows[0]["references"]
    assert sheet.rows[1]["references"] == [first]
    ids = {first.removeprefix("sha256:"): "ref_one", second.removeprefix("sha256:"): "ref_two"}
    assert [row["references"] for row in sheet.rows_with(ids)] == [["ref_one", "ref_two"], ["ref_one"], ["ref_abc"]]
    assert [row["references"] for row in sheet.rows_with(None)] == [[], [], ["ref_abc"]]


def test_local_pictures_in_an_expansion_are_taken_too(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(png(1))
    sheet = read(line(expand={"references": [["a.png"], ["ref_x"]]}), str(tmp_path / "rows.jsonl"))
    ids = {sheet.pictures[0].sha256: "ref_a"}
    assert sheet.rows_with(ids)[0]["expand"]["references"] == [["ref_a"], ["ref_x"]]


def test_files_that_cannot_be_references_are_all_named(tmp_path: Path) -> None:
    (tmp_path / "text.png").write_text("not a picture")
    (tmp_path / "empty.png").touch()
    (tmp_path / "folder.png").mkdir()
    (tmp_path / "huge.png").write_bytes(png() + b"\0" * (20 * 1024 * 1024))
    with pytest.raises(BadRows) as caught:
        read("prompt,references\na,text.png;empty.png\nb,folder.png\nc,huge.png\n", str(tmp_path / "rows.csv"))
    assert [str(cell) for cell in caught.value.cells] == [
        "row 2, references: text.png: is not a picture that can be used (PNG, JPEG or WebP); empty.png: is empty",
        "row 3, references: folder.png: is a folder, not a picture",
        "row 4, references: huge.png: has 20.0 MB; at most 20 MB are taken",
    ]


def test_strength_steps_and_guidance_are_numbers_and_zero_is_one() -> None:
    data = 'prompt,Strength,steps,guidance\na,0,30,7.5\nb,"0,5",,8\n'
    assert read(data).rows == [
        {"prompt": "a", "strength": 0.0, "steps": 30, "guidance": 7.5},
        {"prompt": "b", "strength": 0.5, "guidance": 8.0},
    ]
