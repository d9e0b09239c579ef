"""Queries find what they should, in order and page by page; counts and sums belong to one moment."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.ports.documents import (
    Count,
    Create,
    Document,
    DocumentStore,
    Increment,
    Order,
    Query,
    Set,
    Sum,
    Update,
    Where,
)

T0 = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ITEMS = "orgs/org_a/batches/bat_a/items"

DOCUMENTS: dict[str, dict[str, Any]] = {
    "a": {"status": "pending", "n": 1, "cost": 0, "at": T0, "flag": True, "terms": ["red", "car"], "in": {"er": 1}},
    "b": {"status": "running", "n": 2, "cost": 7, "at": T0 + timedelta(microseconds=1), "flag": False, "terms": []},
    "c": {"status": "pending", "n": 3, "cost": 5, "at": T0 + timedelta(days=1), "flag": True, "terms": ["car", "CAR"]},
    "d": {"status": None, "n": None, "cost": 11, "at": None, "flag": None, "terms": None, "in": {"er": 2}},
    "e": {"other": "status"},
    "f": {"status": "Pending", "n": -4, "cost": 2, "at": T0 - timedelta(days=400), "terms": [1, None], "in": None},
    "g": {"status": "", "n": 10, "cost": 3, "at": T0, "flag": False, "terms": ["größe"], "in": {"er": 10}},
}


@pytest.fixture
def filled(documents: DocumentStore) -> DocumentStore:
    documents.commit([Create(f"{ITEMS}/{name}", data) for name, data in DOCUMENTS.items()])
    documents.commit([Create(f"orgs/org_b/batches/bat_b/items/{name}", data) for name, data in DOCUMENTS.items()])
    documents.commit([Create("orgs/org_a/batches/bat_a", DOCUMENTS["a"]), Create(f"{ITEMS}/a/items/x", DOCUMENTS["a"])])
    return documents


def ids(found: list[Document]) -> str:
    return "".join(document.id for document in found)


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (Where("status", "==", "pending"), "ac"),
        (Where("status", "==", ""), "g"),
        (Where("status", "==", None), "d"),
        (Where("status", "==", "o'; --"), ""),
        (Where("n", "==", 10), "g"),
        (Where("n", "==", 10.0), "g"),
        (Where("at", "==", T0), "ag"),
        (Where("at", "==", T0.isoformat()), ""),
        (Where("flag", "==", True), "ac"),
        (Where("flag", "==", False), "bg"),
        (Where("n", "==", True), ""),
        (Where("in.er", "==", 2), "d"),
        (Where("nowhere", "==", None), ""),
        (Where("n", "<", 2), "fa"),
        (Where("n", "<=", 2), "fab"),
        (Where("n", ">", 2), "cg"),
        (Where("n", ">=", 2.5), "cg"),
        (Where("at", "<", T0), "f"),
        (Where("at", ">", T0), "bc"),
        (Where("at", ">=", T0 + timedelta(microseconds=1)), "bc"),
        (Where("status", ">=", "pending"), "acb"),
        (Where("status", "<", "a"), "gf"),
        (Where("status", "in", ["pending", "", "none such"]), "acg"),
        (Where("n", "in", [1, 10, 99]), "ag"),
        (Where("flag", "in", [False]), "bg"),
        (Where("terms", "array_contains", "car"), "ac"),
        (Where("terms", "array_contains", "größe"), "g"),
        (Where("terms", "array_contains", 1), "f"),
        (Where("terms", "array_contains", True), ""),
        (Where("status", "array_contains", "pending"), ""),
    ],
)
def test_a_condition_finds_its_documents(filled: DocumentStore, where: Where, expected: str) -> None:
    ranged = where.op in {"<", "<=", ">", ">="}
    order = (Order(where.field),) if ranged else ()
    assert ids(filled.query(Query(ITEMS, (where,), order))) == expected
    assert filled.aggregate(ITEMS, {"n": Count((where,))}) == {"n": len(expected)}


def test_conditions_are_joined_by_and(filled: DocumentStore) -> None:
    where = (Where("status", "==", "pending"), Where("n", ">", 1), Where("terms", "array_contains", "car"))
    assert ids(filled.query(Query(ITEMS, where, (Order("n"),)))) == "c"


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ((), "abcdefg"),
        ((Order("n"),), "dfabcg"),
        ((Order("n", descending=True),), "gcbafd"),
        ((Order("at"),), "dfagbc"),
        ((Order("at", descending=True),), "cbgafd"),
        ((Order("flag"),), "dbgac"),
        ((Order("flag", descending=True), Order("n")), "acbgd"),
        ((Order("status"), Order("n", descending=True)), "dgfcab"),
        ((Order("in.er"),), "adg"),
        ((Order("nowhere"),), ""),
    ],
)
def test_an_order_sorts_and_its_cursor_goes_on_where_a_page_ended(
    filled: DocumentStore, order: tuple[Order, ...], expected: str
) -> None:
    assert ids(filled.query(Query(ITEMS, order=order))) == expected
    for size in (1, 2, 3):
        pages: list[Document] = []
        cursor: tuple[Any, ...] | None = None
        while page := filled.query(Query(ITEMS, order=order, limit=size, start_after=cursor)):
            assert len(page) <= size
            pages += page
            cursor = (*(_value(page[-1], one.field) for one in order), page[-1].path)
        assert ids(pages) == expected


def _value(document: Document, field: str) -> Any:
    value: Any = document.data
    for part in field.split("."):
        value = value[part]
    return value


@pytest.mark.parametrize("descending", [False, True])
def test_nulls_are_the_least_in_every_place_of_an_order(documents: DocumentStore, descending: bool) -> None:
    pairs = [(group, n) for group in (None, 1, 2) for n in (None, None, 1, 2)]
    documents.commit([Create(f"{ITEMS}/{at:02}", {"g": g, "n": n}) for at, (g, n) in enumerate(pairs)])
    order = (Order("g"), Order("n", descending=descending))
    found: list[int] = []
    cursor: tuple[Any, ...] | None = None
    while page := documents.query(Query(ITEMS, order=order, limit=1, start_after=cursor)):
        found.append(int(page[0].id))
        cursor = (page[0].data["g"], page[0].data["n"], page[0].path)
    assert found == ([3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8] if descending else list(range(12)))


def test_a_cursor_need_not_be_a_document_that_exists(filled: DocumentStore) -> None:
    query = Query(ITEMS, order=(Order("n"),), start_after=(2, f"{ITEMS}/aa"))
    assert ids(filled.query(query)) == "bcg"
    assert ids(filled.query(Query(ITEMS, start_after=(f"{ITEMS}/ee",)))) == "fg"


def test_a_collection_group_reaches_every_collection_of_its_name(filled: DocumentStore) -> None:
    query = Query("items", (Where("status", "==", "pending"),), group=True)
    assert [one.path for one in filled.query(query)] == [
        f"{ITEMS}/a",
        f"{ITEMS}/a/items/x",
        f"{ITEMS}/c",
        "orgs/org_b/batches/bat_b/items/a",
        "orgs/org_b/batches/bat_b/items/c",
    ]
    assert filled.aggregate("items", {"n": Count()}, group=True) == {"n": 15}
    assert filled.query(Query("item", group=True)) == []


def test_a_group_is_paged_by_its_order_and_then_by_path(documents: DocumentStore) -> None:
    # A sort by plain text would put "a-b/" before "a/".
    paths = [f"orgs/{org}/batches/{number}" for org in ("a", "a-b", "a b", "aa") for number in range(3)]
    documents.commit([Create(path, {"n": int(path[-1]) % 2}) for path in paths])
    expected = sorted(paths, key=lambda path: (int(path[-1]) % 2, path.split("/")))
    found: list[str] = []
    cursor: tuple[Any, ...] | None = None
    while page := documents.query(Query("batches", (), (Order("n"),), limit=2, start_after=cursor, group=True)):
        found += [one.path for one in page]
        cursor = (page[-1].data["n"], page[-1].path)
    assert found == expected


def test_the_paths_of_other_organisations_are_never_met(filled: DocumentStore) -> None:
    for odd in ("orgs/org_%/batches/bat_a/items", "orgs/org_A/batches/bat_a/items", "orgs/org_a/batches/bat_a'/items"):
        assert filled.query(Query(odd)) == []
        assert filled.aggregate(odd, {"n": Count(), "sum": Sum("n")}) == {"n": 0, "sum": 0}


def test_counts_and_sums_are_given_by_name(filled: DocumentStore) -> None:
    pending = (Where("status", "==", "pending"),)
    wanted: dict[str, Count | Sum] = {
        "all": Count(),
        "pending": Count(pending),
        "cost": Sum("cost"),
        "pending cost": Sum("cost", pending),
    }
    assert filled.aggregate(ITEMS, wanted) == {"all": 7, "pending": 2, "cost": 28, "pending cost": 5}
    assert filled.aggregate(ITEMS, {"n": Sum("n"), "none": Sum("nowhere")}) == {"n": 12, "none": 0}
    assert filled.aggregate(ITEMS, {}) == {}


@pytest.mark.parametrize(
    "query",
    [
        Query("orgs/org_a"),
        Query(""),
        Query("orgs/org_a/batches", group=True),
        Query(ITEMS, limit=0),
        Query(ITEMS, limit=-1),
        Query(ITEMS, (Where("n", "<", None),)),
        Query(ITEMS, (Where("terms", "array_contains", None),)),
        Query(ITEMS, (Where("n", "in", []),)),
        Query(ITEMS, (Where("n", "in", list(range(31))),)),
        Query(ITEMS, (Where("n", "in", [1, None]),)),
        Query(ITEMS, (Where("n", "==", [1]),)),
        Query(ITEMS, (Where("n", "==", float("nan")),)),
        Query(ITEMS, (Where("at", ">", datetime(2026, 3, 1)),)),  # noqa: DTZ001 - the naive time is the case
        Query(ITEMS, (Where("a..b", "==", 1),)),
        Query(ITEMS, order=(Order("n"),), start_after=(1,)),
        Query(ITEMS, order=(Order("n"),), start_after=(1, 2, f"{ITEMS}/a")),
        Query(ITEMS, order=(Order("n"),), start_after=(1, ITEMS)),
        Query(ITEMS, (Where("n", ">", 1),), start_after=(f"{ITEMS}/a",)),
        Query(ITEMS, (Where("terms", "array_contains", "a"), Where("terms", "array_contains", "b"))),
    ],
)
def test_a_query_that_cannot_be_meant_is_refused(documents: DocumentStore, query: Query) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        documents.query(query)


def test_aggregates_and_pages_see_one_moment_while_others_write(documents: DocumentStore) -> None:
    # Each commit moves one unit from one account to the other: at every moment the sums are equal.
    accounts = [f"orgs/org_a/accounts/{name}" for name in ("left", "right")]
    documents.commit([Set(accounts[0], {"left": 1000, "right": 0}), Set(accounts[1], {"left": 0, "right": 1000})])
    done = threading.Event()

    def move() -> None:
        for _ in range(60):
            documents.commit(
                [Update(accounts[0], {"left": Increment(-1)}), Update(accounts[1], {"right": Increment(-1)})]
            )
        done.set()

    mover = threading.Thread(target=move)
    mover.start()
    seen = 0
    while not done.is_set() or not seen:
        sums = documents.aggregate("orgs/org_a/accounts", {"left": Sum("left"), "right": Sum("right"), "n": Count()})
        both = documents.get_many(accounts)
        assert sums["left"] == sums["right"]
        assert both[accounts[0]].data["left"] == both[accounts[1]].data["right"]
        seen += 1
    mover.join()
    assert documents.aggregate("orgs/org_a/accounts", {"left": Sum("left")}) == {"left": 940}
