"""Bodies become models, or errors that name every field in words."""

import json
from datetime import UTC, date, datetime
from typing import Any

import orjson
import pytest
from pydantic import ValidationError
from pydantic_core import InitErrorDetails

from shared.domain.batch_forms import BatchCreate, BatchRetry
from shared.domain.dead_letters import DeadLetterFilter, Requeue
from shared.domain.errors import FieldError, Invalid, Malformed, TooLarge
from shared.domain.item_changes import ItemUpdate
from shared.domain.keys import KeyCreate
from shared.domain.members import MemberInvite, SelfUpdate
from shared.domain.uploads import ReferenceCreate
from shared.http.bodies import MAX_NAMED_ERRORS, MAX_VALUES, JsonBody, has_more_values, parse
from shared.http.field_errors import field_errors, pointer

BATCH: dict[str, Any] = {"rows": [{"prompt": "A walker"}]}


def errors_of(body: object, model: Any = BatchCreate) -> dict[str, str]:
    with pytest.raises(Invalid) as raised:
        parse(model, json.dumps(body).encode())
    assert len({error.pointer for error in raised.value.errors}) == len(raised.value.errors)
    return {error.pointer: error.detail for error in raised.value.errors}


def test_a_body_is_read_with_all_its_types() -> None:
    body = parse(BatchCreate, orjson.dumps(BATCH | {"start_at": "2026-05-01T09:00:00+02:00", "priority": "high"}))
    assert body.value.start_at == datetime(2026, 5, 1, 7, tzinfo=UTC)
    assert body.value.rows[0].prompt == "A walker"


def test_who_gives_a_wrong_value_is_not_told_to_give_null() -> None:
    assert errors_of({"prompt": ""}, ItemUpdate) == {"/prompt": "This may not be empty."}
    assert errors_of({"seed": -1}, ItemUpdate) == {"/seed": "Give 0 or more."}
    assert list(errors_of({"preferences": {"a/b": "", "": 1}}, SelfUpdate)) == ["/preferences/a~1b", "/preferences/"]


@pytest.mark.parametrize("email", ["eve\u200b@example.org", "\u202eeve@example.org", "eve\u00ad@example.org"])
def test_an_address_that_looks_like_another_one_is_refused(email: str) -> None:
    assert list(errors_of({"email": email, "name": "Eve"}, MemberInvite)) == ["/email"]


def test_a_retry_does_not_buy_a_prompt_whose_places_nothing_fills() -> None:
    told = "Write the value instead of {{product}}: images that are tried again have no variables."
    body = {"changes": {"prompt": "A {{ product }} by the sea"}}
    assert errors_of(body, BatchRetry) == {"/changes/prompt": told}
    assert errors_of({"filter": {}, **body}, Requeue) == {"/changes/prompt": told}
    assert parse(BatchRetry, b'{"changes": {"prompt": "A {{ by the sea"}}').value.changes.prompt


def test_a_field_has_the_one_name_that_is_documented() -> None:
    assert parse(DeadLetterFilter, b'{"from": "2026-11-21"}').value.from_ == date(2026, 11, 21)
    assert list(errors_of({"from_": "2026-11-21"}, DeadLetterFilter)) == ["/from_"]


def test_the_fingerprint_is_of_what_was_said_not_of_how() -> None:
    one = parse(BatchCreate, b'{"name": "A", "rows": [{"prompt": "B", "seed": 1}]}').fingerprint
    same = parse(BatchCreate, b'{"rows":[{"seed":1,"prompt":"\\u0042"}],"name":"A"}\n').fingerprint
    other = parse(BatchCreate, b'{"name": "A", "rows": [{"prompt": "B", "seed": 2}]}').fingerprint
    assert one == same != other


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"  \n",
        b"{",
        b'{"rows": [}',
        b"{'rows': []}",
        b'{"rows": [{"prompt": "a"}]} x',
        b'{"name": NaN}',
        b"\xff\xfe{\x00}\x00",
        b'{"name": "\xc3"}',
        b'{"name": "\\ud800"}',
        b"[" * 100_000,
        b'{"rows": ' + b"[" * 600 + b"]" * 600 + b"}",
        b"\xef\xbb\xbf{}",
    ],
    ids=range(13),
)
def test_what_is_no_json_is_malformed(raw: bytes) -> None:
    with pytest.raises(Malformed) as raised:
        parse(BatchCreate, raw)
    assert raised.value.detail.startswith("The body is ")


@pytest.mark.parametrize("body", [[], "text", 1, None, True])
def test_what_is_no_object_is_invalid_as_a_whole(body: object) -> None:
    assert errors_of(body) == {"": "Give an object."}


@pytest.mark.parametrize(
    ("row", "at", "words"),
    [
        ({"prompt": ""}, "/prompt", "This may not be empty."),
        ({"prompt": "   "}, "/prompt", "This may not be empty."),
        ({"prompt": "x" * 4_001}, "/prompt", "Give at most 4,000 characters."),
        ({"prompt": 5}, "/prompt", "Give text."),
        ({"prompt": None}, "/prompt", "Give text."),
        ({}, "/prompt", "This field is needed."),
        ({"prompt": "a", "variants": 0}, "/variants", "Give 1 or more."),
        ({"prompt": "a", "variants": 11}, "/variants", "Give 10 or less."),
        ({"prompt": "a", "variants": "2"}, "/variants", "Give a whole number."),
        ({"prompt": "a", "variants": True}, "/variants", "Give a whole number."),
        ({"prompt": "a", "variants": 1.5}, "/variants", "Give a whole number."),
        ({"prompt": "a", "seed": 10**30}, "/seed", "Give 2,147,483,647 or less."),
        ({"prompt": "a", "aspect_ratio": "wide"}, "/aspect_ratio", "An aspect ratio is written like 4:5."),
        ({"prompt": "a", "size": "1k"}, "/size", "Give one of '512', '1K', '2K' or '4K'."),
        ({"prompt": "a", "reference_mode": "both"}, "/reference_mode", "Give one of 'style_only' or 'style_and_composition'."),
        ({"prompt": "a", "references": "ref_a"}, "/references", "Give a list."),
        ({"prompt": "a", "references": ["r"] * 15}, "/references", "Give at most 14 entries."),
        ({"prompt": "a", "tags": ["ok", ""]}, "/tags/1", "This may not be empty."),
        ({"prompt": "a", "metadata": {"a/b~c": 1}}, "/metadata/a~1b~0c", "This holds a character that is not allowed here, or has another form than expected."),
        ({"prompt": "a", "metadata": {"ean": 10**30}}, "/metadata/ean", "This number has too many digits: write it as text."),
        ({"prompt": "a", "metadata": {"__id__": 1}}, "/metadata/__id__", "Names like __this__ are reserved: choose another one."),
        ({"prompt": "a", "propmt": "b"}, "/propmt", "There is no field of this name here: check the spelling or leave it out."),
        ({"prompt": "a", "expand": {"mode": "all"}}, "/expand/mode", "Give one of 'product' or 'zip'."),
    ],
    ids=lambda value: value if isinstance(value, str) and value.startswith("/") else "",
)  # fmt: skip
def test_a_wrong_cell_is_named_with_what_to_do(row: dict[str, Any], at: str, words: str) -> None:
    assert errors_of({"rows": [{"prompt": "fine"}, row]}) == {f"/rows/1{at}": words}


def test_every_wrong_field_is_named_at_once() -> None:
    body = {
        "rows": [{"prompt": ""}, {"seed": -1, "prompt": "a"}, {"prompt": "b"}],
        "budget_micros": 0.5,
        "reuse": "yes",
        "surprise": 1,
    }
    assert list(errors_of(body)) == [
        "/rows/0/prompt",
        "/rows/1/seed",
        "/budget_micros",
        "/reuse",
        "/surprise",
    ]


def test_a_value_of_several_kinds_gets_one_sentence_with_all_of_them() -> None:
    found = errors_of({"rows": [{"prompt": "a", "metadata": {"sku": ["W-17"]}}]})
    assert found == {
        "/rows/0/metadata/sku": "Give text. Or: Give a whole number. Or: Give a number. Or: Give true or false."
    }


def test_a_list_of_wrong_entries_is_not_called_too_short() -> None:
    assert errors_of({"rows": [{"prompt": ""}]}) == {"/rows/0/prompt": "This may not be empty."}


def test_times_need_their_zone() -> None:
    assert errors_of(BATCH | {"start_at": "2026-05-01T09:00:00"}) == {
        "/start_at": "Give the time with its zone, like 2026-05-01T09:00:00Z."
    }
    assert errors_of(BATCH | {"start_at": 1_777_000_000}) == {"/start_at": "Give a time like 2026-05-01T09:00:00Z."}


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:00:00-10:00"])
def test_times_that_the_calendar_of_utc_does_not_hold_are_named(moment: str) -> None:
    told = "This time lies outside the calendar: give one within the next days."
    assert errors_of(BATCH | {"start_at": moment}) == {"/start_at": told}


def test_an_empty_list_of_rows_is_wrong() -> None:
    assert errors_of({"rows": []}) == {"/rows": "A batch needs at least one row."}


def test_other_models_speak_the_same_language() -> None:
    assert errors_of({"filename": " ", "media_type": "image/gif", "bytes": 0}, ReferenceCreate) == {
        "/filename": "This may not be empty.",
        "/media_type": "Give one of 'image/png', 'image/jpeg' or 'image/webp'.",
        "/bytes": "Give 1 or more.",
    }
    assert errors_of({"name": "a", "role": "owner"}, KeyCreate) == {
        "/role": "Give one of 'admin', 'editor', 'evaluator' or 'viewer'."
    }


def test_a_body_that_may_be_left_out_is_its_defaults() -> None:
    body = JsonBody(BatchRetry, example={}, optional=True)
    assert body(b"").value == body(b" \n").value == body(b"{}").value == BatchRetry()
    assert body(b"").fingerprint == body(b"{ }").fingerprint


def test_a_pointer_needs_no_data() -> None:
    assert pointer(("query", "a/b")) == "/query/a~1b"


@pytest.mark.parametrize(
    ("kind", "context", "words"),
    [
        ("string_too_short", {"min_length": 3}, "Give at least 3 characters."),
        ("too_short", {"field_type": "Tuple", "min_length": 2, "actual_length": 1}, "Give at least 2 entries."),
        ("greater_than", {"gt": 0}, "Give more than 0."),
        ("less_than", {"lt": 5}, "Give less than 5."),
        ("value_error", {"error": ValueError("must be even")}, "Must be even."),
        ("multiple_of", {"multiple_of": 2}, "Input should be a multiple of 2."),
    ],
)
def test_other_kinds_of_errors_have_words_too(kind: str, context: dict[str, Any], words: str) -> None:
    line = InitErrorDetails(type=kind, loc=("field",), input="secret", ctx=context)
    error = ValidationError.from_exception_data("Thing", [line])
    found = field_errors(error.errors(include_url=False))
    assert found == [FieldError("/field", words)]


@pytest.mark.parametrize(
    "raw",
    [
        b'{"rows": [' + b"1," * MAX_VALUES + b"1]}",
        b'{"rows": [{' + b",".join(b'"k%d":1' % number for number in range(MAX_VALUES)) + b"}]}",
        b'{"rows": [' + b"[1]," * MAX_VALUES + b"1]}",
    ],
    ids=["list", "object", "nested"],
)
def test_a_body_of_very_many_values_is_refused_before_each_is_looked_at(raw: bytes) -> None:
    with pytest.raises(TooLarge, match="500,000 values"):
        parse(BatchCreate, raw)


def test_values_are_counted_in_lists_and_objects_alike() -> None:
    body = {"a": [1, 2, {"b": None}], "c": {}}
    assert not has_more_values(body, 6)
    assert has_more_values(body, 5)
    assert not has_more_values("one value", 0)


def test_mistakes_too_many_to_name_are_told_in_one_sentence() -> None:
    told = "100,001 values are wrong, too many to name them. Compare one entry with /v1/docs and send it alone."
    assert errors_of({"rows": [1] * (MAX_NAMED_ERRORS + 1)}) == {"": told}
