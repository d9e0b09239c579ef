"""Dead letters and places in line are found alike on every document store."""

from datetime import timedelta
from typing import Any

import pytest

from shared.domain.errors import ErrorKind
from shared.domain.modes import ItemStatus
from shared.ports.documents import DocumentStore, Where
from shared.repositories import items
from shared.repositories.dead_letters import DeadLetterRepository
from shared.repositories.items import ItemRepository
from tests.clocks import START
from tests.unit.domain.examples import item, moment

REFUSED = {"kind": ErrorKind.REFUSED, "detail": "No.", "hint": "Say it otherwise."}
BUSY = {"kind": ErrorKind.BUSY, "detail": "Full.", "hint": "Wait."}
DEAD: dict[str, dict[str, Any]] = {
    "itm_a": {"finished_at": moment(1), "error": REFUSED},
    "itm_b": {"finished_at": moment(2), "error": BUSY, "batch": "bat_b", "model": "n"},
    "itm_c": {"finished_at": moment(3), "error": REFUSED, "batch": "bat_b"},
    "itm_d": {"finished_at": moment(4), "error": REFUSED, "discarded_at": moment(9)},
    "itm_e": {"finished_at": moment(5), "error": REFUSED, "org": "org_b"},
}
WAITING = {"itm_p": 1, "itm_q": 2, "itm_r": 3}


@pytest.fixture
def filled(documents: DocumentStore) -> DocumentStore:
    found = [item(id=name, status=ItemStatus.FAILED, due_at=None, **said) for name, said in DEAD.items()]
    found.append(item(id="itm_f", status=ItemStatus.SUCCEEDED, finished_at=moment(6), due_at=None))
    found += [item(id=name, due_at=moment(second)) for name, second in WAITING.items()]
    documents.commit([items.create(one) for one in found])
    return documents


def ids(found: list[Any]) -> list[str]:
    return [read.value.id for read in found]


def test_what_failed_is_listed_the_latest_first_and_page_by_page(filled: DocumentStore) -> None:
    letters = DeadLetterRepository(filled)
    assert ids(letters.open("org_a", equal={}, limit=9)) == ["itm_c", "itm_b", "itm_a"]
    (first,) = letters.open("org_a", equal={}, limit=1)
    after = (first.value.finished_at, first.path)
    assert ids(letters.open("org_a", equal={}, limit=9, start_after=after)) == ["itm_b", "itm_a"]
    assert ids(letters.open("org_b", equal={}, limit=9)) == ["itm_e"]


def test_filters_and_periods_are_the_stores(filled: DocumentStore) -> None:
    letters = DeadLetterRepository(filled)
    assert ids(letters.open("org_a", equal={"error.kind": "refused"}, limit=9)) == ["itm_c", "itm_a"]
    assert ids(letters.open("org_a", equal={"batch": "bat_b", "model": "n"}, limit=9)) == ["itm_b"]
    assert ids(letters.open("org_a", equal={"provider": "q"}, limit=9)) == []
    period = (Where("finished_at", ">=", moment(2)), Where("finished_at", "<", moment(3)))
    assert ids(letters.open("org_a", equal={"error.kind": "busy"}, period=period, limit=9)) == ["itm_b"]


def test_discarded_ones_are_apart(filled: DocumentStore) -> None:
    letters = DeadLetterRepository(filled)
    assert ids(letters.discarded("org_a", limit=9)) == ["itm_d"]
    assert ids(letters.discarded("org_a", period=(Where("discarded_at", ">", moment(9)),), limit=9)) == []
    assert ids(letters.discarded("org_b", limit=9)) == []


def test_items_are_found_by_name_in_their_organisation_alone(filled: DocumentStore) -> None:
    letters = DeadLetterRepository(filled)
    wanted = [*DEAD, *(f"itm_{number}" for number in range(40)), "itm_f"]
    assert sorted(ids(letters.named("org_a", wanted))) == ["itm_a", "itm_b", "itm_c", "itm_d", "itm_f"]
    assert ids(letters.named("org_b", wanted)) == ["itm_e"]


def test_counts_are_by_kind_and_model(filled: DocumentStore) -> None:
    counts = DeadLetterRepository(filled).counts("org_a", [("p", "m"), ("p", "n"), ("p", "o")])
    assert counts.total == 3
    assert counts.by_kind == {ErrorKind.REFUSED: 2, ErrorKind.BUSY: 1}
    assert counts.by_model == {("p", "m"): 2, ("p", "n"): 1}


def test_neighbours_in_line_are_found_on_both_sides(filled: DocumentStore) -> None:
    line, now = ItemRepository(filled), START + timedelta(hours=1)
    assert ids(line.first_in_line("org_a", "bat_a", now, limit=2)) == ["itm_p", "itm_q"]
    assert ids(line.in_line("org_a", "bat_a", moment(2), now=now, backwards=True, limit=9)) == ["itm_p"]
    assert ids(line.in_line("org_a", "bat_a", moment(1), now=now, backwards=False, limit=9)) == ["itm_q", "itm_r"]
    assert ids(line.in_line("org_a", "bat_a", moment(4), now=now, backwards=True, limit=2)) == ["itm_r", "itm_q"]
    assert ids(line.in_line("org_a", "bat_a", moment(1), now=moment(2), backwards=False, limit=9)) == ["itm_q"]
