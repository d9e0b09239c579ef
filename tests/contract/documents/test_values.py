"""What is written is what is read."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from shared.domain.errors import TooLarge
from shared.ports.documents import ArrayUnion, Create, DocumentStore, Increment, Set, Transform, Update

NOON = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)
PATH = "orgs/org_a/things/one"

EXACT: dict[str, Any] = {
    "none": None,
    "booleans": [True, False],
    "integers": [0, 1, -1, 2**63 - 1, -(2**63), 2**53 + 1],
    "floats": [0.1, 1.0, 1e300, 5e-324, -2.5],
    "texts": [
        "",
        "Zoë 👩‍🚀",
        "line\nbreak\ttab",
        "\x00",
        "a\x00\x02b",
        "\x01",
        "\x01\x03",
        "\u2028",
        "\ufeff",
        "'\"\\",
    ],
    "looks_like_a_time": ["\x01\x032026-03-01T12:00:00.000000+00:00", "2026-03-01T12:00:00Z"],
    "times": [NOON, datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)],
    "map": {"deep": {"er": {"time": NOON, "list": [{"in": [NOON, None]}]}}, "empty": {}, "no_list": []},
    "map_like_a_time": {"$time": "2026-03-01T12:00:00Z", "type": "datetime", "value": 1},
    "keys": {"a/b": 1, "a.b": 2, "Größe": 3, '"': 4, " ": 5, "\x01": 6},
}


@pytest.mark.parametrize("name", EXACT)
def test_a_value_comes_back_exactly(documents: DocumentStore, name: str) -> None:
    documents.commit([Set(PATH, {name: EXACT[name]})])
    read = documents.get(PATH)
    assert read is not None
    assert exactly(read.data[name]) == exactly(EXACT[name])


def exactly(value: Any) -> str:
    """A value with its types (True is not 1); the order of a dict's keys does not count."""
    if isinstance(value, dict):
        return repr({name: exactly(value[name]) for name in sorted(value)})
    return repr([exactly(one) for one in value] if isinstance(value, list) else value)


def test_a_time_of_another_zone_comes_back_as_the_same_moment_in_utc(documents: DocumentStore) -> None:
    documents.commit([Set(PATH, {"at": NOON.astimezone(timezone(timedelta(hours=5, minutes=30)))})])
    read = documents.get(PATH)
    assert read is not None
    assert read.data["at"] == NOON
    assert read.data["at"].utcoffset() == timedelta(0)


def _deep(levels: int) -> dict[str, Any]:
    return {"in": _deep(levels - 1)} if levels else {}


@pytest.mark.parametrize(
    ("data", "named"),
    [
        ({"at": datetime(2026, 3, 1)}, "at: .*time zone"),  # noqa: DTZ001 - the naive time is the case
        ({"a": {"list": [[1]]}}, r"a\.list\.0: "),
        ({"a": float("nan")}, "a: .*finite"),
        ({"a": float("inf")}, "a: .*finite"),
        ({"a": 2**63}, "a: .*64 bits"),
        ({"a": "\ud800"}, "a: .*surrogate"),
        ({"a": b"bytes"}, "a: a bytes"),
        ({"a": {1: 2}}, "a: the key 1"),
        ({"a": {"": 2}}, "a: the key"),
        ({"a.b": 1}, r"a\.b"),
        ({"a/b": 1}, "a/b"),
        ({"__a__": 1}, "__a__"),
        ({"a": [Transform.SERVER_TIME]}, r"a\.0: .*transform"),
        ({"a": Transform.DELETE_FIELD}, "update"),
        (_deep(30), "deep"),
    ],
)
def test_what_cannot_be_stored_is_named_and_nothing_is_written(
    documents: DocumentStore, data: dict[str, Any], named: str
) -> None:
    with pytest.raises(ValueError, match=named):
        documents.commit([Set("orgs/org_a/things/other", {}), Set(PATH, data)])
    assert documents.get_many([PATH, "orgs/org_a/things/other"]) == {}


def test_a_document_near_the_limit_is_stored_and_one_beyond_it_is_refused(documents: DocumentStore) -> None:
    documents.commit([Create(PATH, {"text": "x" * 900_000})])
    with pytest.raises(TooLarge):
        documents.commit([Create("orgs/org_a/things/other", {}), Update(PATH, {"more": "x" * 200_000})])
    assert documents.get("orgs/org_a/things/other") is None
    read = documents.get(PATH)
    assert read is not None
    assert set(read.data) == {"text", "revision", "changed_at"}


@pytest.mark.parametrize(
    "fields",
    [
        {"a..b": 1},
        {1: 1},
        {"": 1},
        {"a/b": 1},
        {"a": 1, "a.b": 2},
        {"a": {"b": Transform.DELETE_FIELD}},
        {"a": ArrayUnion(([1],))},
        {"a": Increment(True)},
    ],
)
def test_an_update_that_cannot_be_meant_is_refused(documents: DocumentStore, fields: dict[str, Any]) -> None:
    documents.commit([Set(PATH, {"a": 5})])
    with pytest.raises(ValueError, match="one"):
        documents.commit([Update(PATH, fields)])
    read = documents.get(PATH)
    assert read is not None
    assert read.data == {"a": 5}


def test_updates_change_only_the_fields_they_name(documents: DocumentStore) -> None:
    documents.commit([Set(PATH, {"keep": 1, "map": {"x": 1, "y": 2, "gone": 3}, "scalar": 4, "gone": 5})])
    documents.commit(
        [
            Update(
                PATH,
                {
                    "map.x": {"new": True},
                    "map.gone": Transform.DELETE_FIELD,
                    "gone": Transform.DELETE_FIELD,
                    "never.there": Transform.DELETE_FIELD,
                    "made.on.the.way": NOON,
                    "scalar.replaced": 1,
                },
            )
        ]
    )
    read = documents.get(PATH)
    assert read is not None
    assert read.data == {
        "keep": 1,
        "map": {"x": {"new": True}, "y": 2},
        "made": {"on": {"the": {"way": NOON}}},
        "scalar": {"replaced": 1},
    }


def test_transforms_fill_in_what_the_store_knows(documents: DocumentStore) -> None:
    documents.commit([Set(PATH, {"n": 40, "list": ["a", 1, {"k": NOON}], "none": None})])
    done = documents.commit(
        [
            Update(
                PATH,
                {
                    "n": Increment(2),
                    "new.n": Increment(-7),
                    "list": ArrayUnion(("a", True, {"k": NOON}, "b", "b")),
                    "new.list": ArrayUnion(("x",)),
                    "at": Transform.SERVER_TIME,
                    "in_a_map": {"at": Transform.SERVER_TIME, "n": Increment(1)},
                },
            )
        ]
    )
    read = documents.get(PATH)
    assert read is not None
    assert read.data["n"] == 42
    assert read.data["new"] == {"n": -7, "list": ["x"]}
    assert repr(read.data["list"]) == repr(["a", 1, {"k": NOON}, True, "b"])
    assert read.data["at"] == done.committed_at
    assert read.data["in_a_map"] == {"at": done.committed_at, "n": 1}
    assert read.data["none"] is None


def test_a_new_document_may_hold_transforms(documents: DocumentStore) -> None:
    done = documents.commit([Create(PATH, {"at": Transform.SERVER_TIME, "n": Increment(3), "l": ArrayUnion((1,))})])
    read = documents.get(PATH)
    assert read is not None
    assert (read.data["at"], read.data["n"], read.data["l"]) == (done.committed_at, 3, [1])
