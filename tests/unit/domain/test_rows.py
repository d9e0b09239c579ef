"""Rows: what may be said, what the batch says for them, and prompts with places to fill."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.domain.rows import (
    MAX_INTEGER,
    MAX_METADATA_BYTES,
    MAX_PROMPT,
    MAX_SEED,
    Row,
    RowSettings,
    placeholders,
    render,
    rendered_length,
)

names = st.text(alphabet="abcXYZ_0 é-", min_size=1, max_size=20).map(str.strip).filter(lambda name: name.strip("_"))
numbers = st.integers(-MAX_INTEGER, MAX_INTEGER)
values = st.text(max_size=30) | numbers | st.booleans() | st.none()


def row(**fields: Any) -> Row:
    return Row.model_validate({"prompt": "A walker", **fields})


def wrong(**fields: Any) -> list[str]:
    with pytest.raises(ValidationError) as raised:
        row(**fields)
    return [".".join(str(part) for part in error["loc"]) for error in raised.value.errors()]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("prompt", ""),
        ("prompt", "  \n "),
        ("prompt", "x" * (MAX_PROMPT + 1)),
        ("prompt", 5),
        ("variants", 0),
        ("variants", 11),
        ("variants", "2"),
        ("variants", 1.5),
        ("references", ["ref_a"] * 15),
        ("references", [""]),
        ("reference_mode", "exactly"),
        ("aspect_ratio", "4x5"),
        ("aspect_ratio", "0:1"),
        ("aspect_ratio", "10000:10000"),
        ("size", "8K"),
        ("model", ""),
        ("model", "m" * 101),
        ("seed", -1),
        ("seed", MAX_SEED + 1),
        ("seed", True),
        ("tags", ["x" * 51]),
        ("tags", [" "]),
        ("tags", ["x"] * 21),
        ("fallback", ["m"] * 6),
        ("colour", "red"),
    ],
)
def test_what_a_row_may_not_say_is_named(field: str, value: object) -> None:
    (where,) = {place.split(".")[0] for place in wrong(**{field: value})}
    assert where == field


@pytest.mark.parametrize("name", ["a.b", "a/b", "a`b", "~", "*", "[0]", "", "x" * 65, "__x__", "__"])
@pytest.mark.parametrize("field", ["variables", "metadata"])
def test_names_that_stores_cannot_hold_are_refused(field: str, name: str) -> None:
    assert wrong(**{field: {name: "x"}})


@pytest.mark.parametrize("field", ["variables", "metadata"])
def test_cells_are_short_and_few(field: str) -> None:
    assert wrong(**{field: {"a": "x" * 2_001}})
    assert wrong(**{field: {"a": ["x"]}})
    assert wrong(**{field: {f"n{number}": 1 for number in range(51)}})
    assert getattr(row(**{field: {"a": "x" * 2_000, "b": 1, "c": 1.5, "d": True, "e": None}}), field)["d"] is True


@pytest.mark.parametrize("field", ["variables", "metadata"])
def test_whole_numbers_that_stores_cannot_hold_are_refused(field: str) -> None:
    assert wrong(**{field: {"a": MAX_INTEGER + 1}})
    assert wrong(**{field: {"a": -(10**5_000)}})
    assert getattr(row(**{field: {"a": MAX_INTEGER}}), field) == {"a": MAX_INTEGER}


def test_metadata_of_a_row_is_small_altogether() -> None:
    half = MAX_METADATA_BYTES // 16 - 1
    assert len(row(metadata={str(number): "é" * half for number in range(8)}).metadata or {}) == 8
    assert wrong(metadata={str(number): "é" * (half + 1) for number in range(8)}) == ["metadata"]


def test_a_row_at_its_limits_is_taken() -> None:
    full = row(
        prompt="x" * MAX_PROMPT,
        variants=10,
        references=["ref_a"] * 14,
        seed=MAX_SEED,
        tags=["t" * 50] * 20,
        aspect_ratio="21:9",
    )
    assert full.variants == 10


def test_prompts_and_tags_lose_the_spaces_around_them() -> None:
    assert row(prompt="  A walker\n", tags=[" spring "]).prompt == "A walker"
    assert row(tags=[" spring "]).tags == ("spring",)


def test_a_row_says_more_than_its_batch() -> None:
    defaults = RowSettings.model_validate(
        {"size": "2K", "model": "m", "seed": 5, "variables": {"a": 1, "b": 1}, "metadata": {"x": 1}, "tags": ["d"]}
    )
    merged = row(size="1K", variables={"b": 2}, tags=[]).over(defaults)
    assert (merged.size, merged.model, merged.seed) == ("1K", "m", 5)
    assert merged.variables == {"a": 1, "b": 2}
    assert merged.metadata == {"x": 1}
    assert merged.tags == ()


@given(st.dictionaries(names, numbers, max_size=4), st.dictionaries(names, numbers, max_size=4))
def test_merging_adds_nothing_loses_nothing_and_may_be_repeated(own: dict[str, int], default: dict[str, int]) -> None:
    defaults = RowSettings.model_validate({"variables": default, "variants": 3})
    merged = row(variables=own).over(defaults)
    assert merged.variables == {**default, **own}
    assert merged.over(defaults) == merged
    assert row(variables=own).over(RowSettings()) == row(variables=own)


def test_places_are_found_in_order() -> None:
    assert placeholders("{{a}} and {{ b c }} and {{a}}, not {d} nor {{}} nor {{{e}} nor {{f") == ["a", "b c", "a", "e"]


@given(st.lists(st.tuples(names, values), max_size=6), st.text(alphabet="xyz ", max_size=10))
def test_every_place_is_filled_once(pairs: list[tuple[str, Any]], between: str) -> None:
    given_values = dict(pairs)
    prompt = between.join(f"{{{{{name}}}}}" for name, _ in pairs)
    filled = ["" if given_values[name] is None else str(given_values[name]) for name, _ in pairs]
    assert placeholders(prompt) == [name for name, _ in pairs]
    assert render(prompt, given_values) == between.join(filled)
    assert rendered_length(prompt, given_values) == len(between.join(filled))


def test_what_fills_a_place_is_not_searched_for_places() -> None:
    assert render("{{a}}", {"a": "{{b}}", "b": "no"}) == "{{b}}"


def test_a_place_without_a_value_is_named() -> None:
    with pytest.raises(KeyError, match="b"):
        render("{{a}} {{b}}", {"a": 1})


@pytest.mark.parametrize("prompt", ["{{" + " " * 500_000, "{{ a" + " " * 500_000 + "}", "{{" * 250_000])
def test_places_that_never_end_are_none_and_passed_over_in_one_go(prompt: str) -> None:
    assert placeholders(prompt) == []
    assert render(prompt, {}) == prompt


@pytest.mark.parametrize("place", ["{{}}", "{{ }}", "{{" + "x" * 65 + "}}"])
def test_what_is_no_name_stays_as_it_is_written(place: str) -> None:
    assert placeholders(place) == []
    assert render(place, {}) == place
    assert rendered_length(place, {}) == len(place)


def test_spaces_around_a_name_are_not_part_of_it() -> None:
    assert placeholders("{{" + " " * 100 + "x" * 64 + "\t}}") == ["x" * 64]
    assert render("{{  a }}", {"a": 1}) == "1"


def test_each_entry_of_expanded_references_has_the_limit_of_references() -> None:
    assert wrong(expand={"references": [["ref_a"] * 15]}) == ["expand.references.0"]


@pytest.mark.parametrize("character", ["\x00", "\x07", "\x1b", "\x7f", "\x85", "\x9b"])
@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("prompt", lambda text: text),
        ("tags", lambda text: [text]),
        ("variables", lambda text: {"product": text}),
        ("variables", lambda text: {text: "walker"}),
        ("metadata", lambda text: {"sku": text}),
    ],
)
def test_control_characters_are_refused_by_their_place(
    field: str, said: Callable[[str], object], character: str
) -> None:
    with pytest.raises(ValidationError, match=rf"Character 2 is the control character U\+{ord(character):04X}"):
        Row.model_validate({"prompt": "A walker", field: said(f"a{character}b")})


def test_line_ends_tabs_and_other_scripts_are_kept() -> None:
    text = "ein Läufer\n\tam Strand\r\n散歩者 👟"
    assert Row.model_validate({"prompt": text}).prompt == text


@pytest.mark.parametrize("text", ["\u200b\u2060", "\u202e", "\u00ad", "\ufeff\u200d"])
@pytest.mark.parametrize(
    "said", [lambda text: {"prompt": text}, lambda text: {"tags": [text]}, lambda text: {"metadata": {text: 1}}]
)
def test_texts_of_which_nothing_can_be_seen_are_refused(said: Callable[[str], dict[str, object]], text: str) -> None:
    with pytest.raises(ValidationError, match="Nothing of this can be seen"):
        Row.model_validate({"prompt": "A walker", **said(text)})
