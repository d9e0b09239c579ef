"""Under random commits and queries a store does exactly what a dictionary would."""

import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cmp_to_key
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.errors import GuardRefused
from shared.ports.documents import (
    ArrayUnion,
    Count,
    Create,
    Delete,
    DocumentStore,
    Guard,
    Increment,
    Order,
    Query,
    Set,
    Sum,
    Transform,
    Update,
    Version,
    Where,
    Write,
)
from tests.contract.documents.databases import Database

T0 = datetime(2026, 3, 1, tzinfo=UTC)
IDS = ["a", "A", "b-b", "b", "é", "z"]
_collections = (f"orgs/org_{number}/things" for number in itertools.count())
# Fields are named for their type: a field that is queried holds one type, or None.
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "text": st.none() | st.sampled_from(["", "a", "A", "b", "é", "😀", "a\x00", "a\x01", "[1]"]),
    "number": st.none() | st.sampled_from([0, 1, -1, 2, 0.5, 1.0, 2**62, -(2**62)]),
    "flag": st.none() | st.booleans(),
    "at": st.none() | st.integers(-2, 2).map(lambda n: T0 + timedelta(microseconds=n)),
    "tags": st.none() | st.lists(st.sampled_from(["a", "b", 1, True, None, T0]), max_size=3),
}
SCALARS = [name for name in VALUES if name != "tags"]
DATA = st.fixed_dictionaries({}, optional=VALUES)
GUARDS = st.sampled_from([None, Guard.EXISTS, "current", "stale"])


def _changes() -> st.SearchStrategy[dict[str, Any]]:
    changes: dict[str, st.SearchStrategy[Any]] = {
        name: values | st.just(Transform.DELETE_FIELD) for name, values in VALUES.items()
    }
    changes["counted"] = st.integers(-3, 3).map(Increment)
    changes["union"] = st.lists(st.sampled_from(["a", "b", 1, True]), max_size=3).map(lambda v: ArrayUnion(tuple(v)))
    changes["map.deep"] = st.integers()
    return st.fixed_dictionaries({}, optional=changes).filter(
        lambda fields: all(-(2**63) <= value < 2**63 for value in fields.values() if type(value) is int)
    )


WRITES = st.lists(
    st.tuples(
        st.sampled_from(["create", "set", "update", "delete"]), st.sampled_from(IDS), DATA, _changes(), GUARDS
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda write: write[1],
)  # fmt: skip


def _query_values(name: str) -> st.SearchStrategy[Any]:
    return VALUES[name].filter(lambda value: value is not None)


CONDITIONS = st.one_of(
    st.sampled_from(SCALARS).flatmap(lambda name: VALUES[name].map(lambda value: Where(name, "==", value))),
    st.sampled_from(SCALARS).flatmap(
        lambda name: st.builds(Where, st.just(name), st.sampled_from(["<", "<=", ">", ">="]), _query_values(name))
    ),
    st.sampled_from(SCALARS).flatmap(
        lambda name: st.lists(_query_values(name), min_size=1, max_size=3).map(lambda many: Where(name, "in", many))
    ),
    st.sampled_from(["a", "b", 1, True, T0]).map(lambda value: Where("tags", "array_contains", value)),
)


def _ranged(query: Any) -> list[Order]:
    """Orders of the fields that have a range and are not ordered by yet."""
    ordered = {order.field for order in query[1]}
    return [Order(name) for name in {one.field: None for one in query[0] if one.op in RANGES} if name not in ordered]


RANGES = ("<", "<=", ">", ">=")
QUERIES = st.tuples(
    st.lists(CONDITIONS, max_size=2, unique_by=lambda one: one.op == "array_contains" or (one.field, one.op)).map(
        tuple
    ),
    st.lists(st.builds(Order, st.sampled_from(SCALARS), st.booleans()), max_size=2, unique_by=lambda o: o.field),
    st.none() | st.integers(1, 4),
    st.none() | st.sampled_from(IDS),
).map(lambda query: (query[0], [*query[1], *_ranged(query)], *query[2:]))


class Model:
    """What the store should hold."""

    def __init__(self, collection: str) -> None:
        self.collection = collection
        self.data: dict[str, dict[str, Any]] = {}
        self.versions: dict[str, Version] = {}
        self.stale = Version("1")

    def write(self, kind: str, name: str, data: dict[str, Any], fields: dict[str, Any], guard: Any) -> Write:
        path = f"{self.collection}/{name}"
        if guard == "current":
            guard = self.versions.get(name, self.stale)
        elif guard == "stale":
            guard = self.stale
        make: dict[str, Callable[[], Write]] = {
            "create": lambda: Create(path, data),
            "set": lambda: Set(path, data, guard),
            "update": lambda: Update(path, fields, guard),
            "delete": lambda: Delete(path, guard),
        }
        return make[kind]()

    def allows(self, write: Write) -> bool:
        name = write.path.rpartition("/")[2]
        there = name in self.data
        if isinstance(write, Create):
            return not there
        if isinstance(write.guard, Version):
            return there and write.guard == self.versions[name]
        return there or (write.guard is None and not isinstance(write, Update))

    def apply(self, write: Write, version: Version | None, time: datetime) -> None:
        name = write.path.rpartition("/")[2]
        before = self.data.pop(name, {})
        if isinstance(write, Delete):
            self.versions.pop(name, None)
            return
        assert version is not None
        self.versions[name] = version
        now = dict(before) if isinstance(write, Update) else dict(write.data)
        if isinstance(write, Update):
            for field, value in write.fields.items():
                _change(now, field, value)
        if isinstance(write, Create) or write.guard is not None:
            now |= {"revision": before.get("revision", 0) + 1, "changed_at": time}
        self.data[name] = now


def _change(data: dict[str, Any], field: str, value: Any) -> None:
    if value is Transform.DELETE_FIELD:
        data.pop(field, None)
    elif isinstance(value, Increment):
        data[field] = data.get(field, 0) + value.by
    elif isinstance(value, ArrayUnion):
        held = list(data.get(field, []))
        for one in value.values:
            if (type(one), one) not in [(type(other), other) for other in held]:
                held.append(one)
        data[field] = held
    elif field == "map.deep":
        data["map"] = {"deep": value}
    else:
        data[field] = value


def _meets(data: dict[str, Any], where: Where) -> bool:
    if where.field not in data:
        return False
    held, value = data[where.field], where.value
    if where.op == "array_contains":
        return held is not None and any(type(one) is type(value) and one == value for one in held)
    if where.op in {"==", "in"}:
        return any(held == one and (held is None) == (one is None) for one in ([value] if where.op == "==" else value))
    if held is None:
        return False
    compared = {"<": held < value, "<=": held <= value, ">": held > value, ">=": held >= value}
    return bool(compared[where.op])


def _before(keys: tuple[Any, ...], others: tuple[Any, ...], order: list[Order]) -> int:
    for one, other, by in zip(keys, others, [*order, order[-1] if order else Order("path")], strict=True):
        if one != other:
            smaller = one is None or (other is not None and one < other)
            return 1 if smaller == by.descending else -1
    return 0


def _expected(
    model: Model, where: tuple[Where, ...], order: list[Order], limit: int | None, after: tuple[Any, ...] | None
) -> list[str]:
    found: list[tuple[Any, ...]] = [
        (*(data[by.field] for by in order), f"{model.collection}/{name}")
        for name, data in model.data.items()
        if all(_meets(data, one) for one in where) and all(by.field in data for by in order)
    ]

    def compare(one: tuple[Any, ...], other: tuple[Any, ...]) -> int:
        return _before(one, other, order)

    found.sort(key=cmp_to_key(compare))
    if after is not None:
        found = [keys for keys in found if _before(keys, after, order) > 0]
    return [keys[-1] for keys in found[:limit]]


def test_a_store_does_what_a_dictionary_would(database: Database) -> None:
    documents = database.open()

    @settings(max_examples=database.examples)
    @given(commits=st.lists(WRITES, max_size=6), queries=st.lists(QUERIES, max_size=8))
    def check(commits: list[list[Any]], queries: list[Any]) -> None:
        _compare(documents, commits, queries)

    check()


def _compare(documents: DocumentStore, commits: list[list[Any]], queries: list[Any]) -> None:
    model = Model(next(_collections))
    for several in commits:
        writes = [model.write(*one) for one in several]
        if all(model.allows(write) for write in writes):
            done = documents.commit(writes)
            assert done.committed_at is not None
            for write in writes:
                model.apply(write, done.versions.get(write.path), done.committed_at)
        else:
            _refused(documents, writes)
    found = documents.query(Query(model.collection))
    assert {one.id: (repr(sorted(one.data.items())), one.version) for one in found} == {
        name: (repr(sorted(data.items())), model.versions[name]) for name, data in model.data.items()
    }
    for where, order, limit, at in queries:
        held = model.data.get(at, {})
        after = (*(held.get(by.field) for by in order), f"{model.collection}/{at}") if at else None
        query = Query(model.collection, where, tuple(order), limit, after)
        assert [one.path for one in documents.query(query)] == _expected(model, where, order, limit, after), (
            query,
            model.data,
        )
        met = [data for data in model.data.values() if all(_meets(data, one) for one in where)]
        assert documents.aggregate(model.collection, {"n": Count(where), "sum": Sum("counted", where)}) == {
            "n": len(met),
            "sum": sum(data.get("counted", 0) for data in met),
        }, (where, model.data)


def _refused(documents: DocumentStore, writes: list[Write]) -> None:
    try:
        documents.commit(writes)
    except GuardRefused:
        return
    raise AssertionError(f"the commit should have been refused: {writes}")
