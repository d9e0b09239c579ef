"""The indexes that are deployed are those that the queries of the repositories need, and no others."""

import json
import secrets
from contextlib import closing
from datetime import UTC, datetime
from itertools import chain, combinations
from typing import Any, cast

import pytest

from infra.firestore_indexes import FILE, Needed, grouped, needed, text
from shared.adapters.google.documents import FirestoreDocumentStore
from shared.adapters.system import SystemClock, SystemIds
from shared.domain.ids import compose
from shared.domain.modes import ItemStatus
from shared.ports.documents import DocumentStore, Sum, Where
from shared.ports.objects import ObjectStore
from shared.repositories import paths
from shared.repositories.batches import BatchRepository
from shared.repositories.bills import BillRepository
from shared.repositories.dead_letters import DeadLetterRepository
from shared.repositories.drafts import DraftRepository
from shared.repositories.items import ItemRepository
from shared.repositories.keys import KeyHashRepository, KeyRepository
from shared.repositories.leftovers import Leftovers
from shared.repositories.library import AssetRepository
from shared.repositories.limits import MemberLimitsRepository
from shared.repositories.members import MemberRepository
from shared.repositories.money import LedgerRepository, ReservationRepository
from shared.repositories.organisations import OrganisationRepository
from shared.repositories.references import ReferenceRepository
from shared.repositories.reports import ReportRepository
from shared.repositories.step_controls import StepControlRepository
from shared.repositories.webhooks import WebhookDeliveryRepository, WebhookRepository
from shared.services.audit import AuditService
from shared.services.leftovers import (
    CommitNotes,
    IdempotencyRecords,
    abandoned_drafts,
    abandoned_references,
    webhook_deliveries,
)
from shared.services.purges import Purges
from shared.services.rounds import Time
from tests.asking_functions import asking, running
from tests.emulators import firestore_host
from tests.firestore_calls import FirestoreCalls

NOW = datetime(2026, 3, 1, tzinfo=UTC)
ORG, BATCH = "org_a", "bat_a"
DELETED, TERM = Where("deleted_at", "==", None), Where("terms", "array_contains", "car")
PERIOD = (Where("created_at", ">=", NOW), Where("created_at", "<=", NOW))


# Functions that ask, and need not run here.
EXCUSED = {
    "shared/services/searches.py:ByAge.page": "asks with the filters that people set: every choice of them is tried",
    "shared/services/purges.py:Purges._batch": "lists a whole collection, without filter or order",
}


def _some(*filters: Where) -> list[tuple[Where, ...]]:
    """Every choice among filters that a person may set."""
    return list(chain.from_iterable(combinations(filters, size) for size in range(len(filters) + 1)))


def _engine(store: DocumentStore) -> None:
    items, batches = ItemRepository(store), BatchRepository(store)
    items.expired(ORG, BATCH, NOW, limit=9)
    items.unclaimed(ORG, BATCH, NOW, limit=9)
    items.waiting(ORG, BATCH, "m", NOW, limit=9)
    items.with_fallback(ORG, BATCH, "m", "n", limit=9)
    items.first_in_line(ORG, BATCH, NOW, limit=1)
    items.resting(ORG, BATCH, NOW, limit=1)
    items.count_waiting(ORG, BATCH, NOW)
    for backwards in (True, False):
        items.in_line(ORG, BATCH, NOW, now=NOW, backwards=backwards, limit=9)
    items.failed_among(ORG, BATCH, [compose("itm", bytes(16))], 2)
    items.before(ORG, BATCH, NOW)
    items.next_due_at(ORG, BATCH, ItemStatus.PENDING, after=NOW)
    items.with_status(ORG, BATCH, ItemStatus.PENDING, limit=9)
    items.failed_before(ORG, BATCH, 2, limit=9)
    items.count_failed_before(ORG, BATCH, 2)
    items.in_flight(ORG, BATCH, limit=9)
    items.counts(ORG, BATCH, total=0)
    items.counts_by_model(ORG, BATCH, ["m"])
    items.held(ItemStatus.PENDING, NOW, limit=9)
    items.running(ORG)
    items.longest_due()
    batches.pending_by_lane()
    batches.overdue(NOW, limit=9)
    batches.overdue(NOW, limit=9, start_after=(NOW, paths.batch(ORG, BATCH)))
    batches.active(limit=9)
    batches.count_active()
    batches.live(ORG, limit=9)
    StepControlRepository(store).held(limit=9)
    AssetRepository(store).made_by(ORG, ["r"])
    AssetRepository(store).last_of_batch(ORG, BATCH)
    ReservationRepository(store).of_member(ORG, "mem")
    ReservationRepository(store).of_members(ORG, ["mem"])
    LedgerRepository(store).images_of(ORG, BATCH)
    whose = {"organisation": (), "member": (Where("member", "==", "mem"),), "batch": (Where("batch", "==", BATCH),)}
    since = Where("at", ">=", NOW)
    LedgerRepository(store).sums(ORG, {name: Sum("cost_micros", (*where, since)) for name, where in whose.items()})


def _people(store: DocumentStore) -> None:
    items, batches = ItemRepository(store), BatchRepository(store)
    for status in (None, ItemStatus.FAILED):
        for place in (0, 400):
            last = (401, paths.item(ORG, BATCH, "i"))
            items.in_order(ORG, BATCH, status=status, limit=9, start_after=last, from_index=place)
    items.changed_since(ORG, BATCH, NOW, limit=9)
    items.changed_since(ORG, BATCH, NOW, limit=9, start_after=(NOW, paths.item(ORG, BATCH, "i")))
    batches.changed_since(ORG, NOW, limit=9)
    letters, after = DeadLetterRepository(store), (NOW, paths.item(ORG, BATCH, "i"))
    named = ("error.kind", "batch", "provider", "model")
    period = (Where("finished_at", ">=", NOW), Where("finished_at", "<", NOW))
    for name in named:
        letters.open(ORG, equal={name: "x"}, limit=9, start_after=after)
    letters.open(ORG, equal=dict.fromkeys(named, "x"), period=period, limit=9)
    letters.discarded(ORG, limit=9, start_after=after)
    letters.discarded(ORG, period=(Where("discarded_at", ">=", NOW),), limit=9)
    letters.named(ORG, ["i"])
    letters.counts(ORG, [("p", "m")])
    after = (NOW, paths.batch(ORG, BATCH))
    state, archived = Where("status", "==", "running"), Where("archived", "==", False)
    for looked_up in (TERM, Where("models", "array_contains", "m")):
        for where in _some(state, archived, looked_up, *PERIOD):
            for ask in (batches.newest, batches.oldest):
                ask(paths.batches(ORG), (DELETED, *where), limit=9, start_after=after)
    after = (NOW, paths.asset(ORG, "a"))
    for where in _some(Where("model", "==", "m"), Where("batch", "==", "b"), TERM, PERIOD[0], PERIOD[1]):
        for asked_for in (AssetRepository(store).newest, AssetRepository(store).oldest):
            asked_for(paths.assets(ORG), (DELETED, *where), limit=9, start_after=after)
    for where in _some(TERM):
        ReferenceRepository(store).newest(paths.references(ORG), (DELETED, *where), limit=9)
    KeyRepository(store).all(ORG, limit=9)
    KeyRepository(store).unrevoked(ORG)
    KeyHashRepository(store).of_key(ORG, "key")
    MemberRepository(store).all(ORG, limit=9)
    MemberRepository(store).admins(ORG)
    DraftRepository(store).of_member(ORG, "mem", limit=9)
    MemberRepository(store).page(ORG, limit=9, start_after=(NOW, paths.member(ORG, "m")))
    MemberLimitsRepository(store).all(ORG, limit=9)
    period = (Where("at", ">=", NOW), Where("at", "<=", NOW))
    groups = {name: (Where(name, "==", "x"), *period) for name in ("model", "member", "batch")}
    LedgerRepository(store).usage(ORG, {"all": period, **groups})
    model, kind = Where("model", "==", "m"), Where("kind", "==", "charge")
    within = (Where("at", ">=", NOW), Where("at", "<", NOW))
    LedgerRepository(store).costs(ORG, {"model": (model, *within), "kind": (model, kind, *within)})
    BillRepository(store).page(ORG, limit=9, start_after=(NOW, paths.bill(ORG, "b")))


def _jobs(store: DocumentStore) -> None:
    clock, objects = SystemClock(), cast("ObjectStore", None)
    purges = Purges(store, objects=objects, audit=AuditService(clock, SystemIds()), clock=clock)
    reservations = Leftovers(ReservationRepository(store), "reservations", "expires_at")
    reservations.until(NOW, limit=9, start_after=(NOW, paths.reservation(ORG, BATCH)))
    time = Time(clock, 60)
    steps = [IdempotencyRecords(store, clock), webhook_deliveries(store, clock), CommitNotes(store, clock)]
    steps.append(abandoned_drafts(store, clock))
    steps.append(abandoned_references(store, objects, clock))
    for step in [*steps, *purges.steps()]:
        step.run(time, 9)
    AssetRepository(store).of_recipe(ORG, "r", limit=9, after=paths.asset(ORG, "a"))
    OrganisationRepository(store).after(ORG, limit=9)
    after = ("2026-03-01", paths.report(ORG, "2026-03-01"))
    ReportRepository(store).between(ORG, NOW.date(), NOW.date(), limit=9, start_after=after)
    LedgerRepository(store).between(ORG, NOW, NOW, limit=9, start_after=(NOW, paths.ledger_entry(ORG, "e")))
    LedgerRepository(store).usage(ORG, {"batch": (Where("batch", "==", BATCH), Where("at", "<=", NOW))})


def _webhooks(store: DocumentStore) -> None:
    WebhookRepository(store).all(ORG, limit=9)
    WebhookRepository(store).enabled(ORG)
    after = (NOW, paths.webhook_delivery(ORG, "w", "d"))
    WebhookDeliveryRepository(store).page(ORG, "w", limit=9, start_after=after)
    WebhookDeliveryRepository(store).overdue(NOW, limit=9)
    WebhookDeliveryRepository(store).overdue(NOW, limit=9, start_after=after)


@pytest.fixture(scope="module")
def ran() -> set[str]:
    """The functions that ran while everything was asked."""
    return set()


@pytest.fixture(scope="module")
def asked(ran: set[str]) -> list[Any]:
    calls = FirestoreCalls()
    project = f"demo-{secrets.token_hex(8)}"
    store = FirestoreDocumentStore(project, clock=SystemClock(), emulator_host=firestore_host(), interceptors=[calls])
    with closing(store), running() as told:
        _engine(store)
        _people(store)
        _jobs(store)
        _webhooks(store)
    ran |= told
    return calls.queries


def _fields_of(request: Any) -> tuple[Any, str | None]:
    """The structured query, and the field that is added up."""
    if type(request).pb(request).WhichOneof("query_type") == "structured_query":
        return request.structured_query, None
    (one,) = request.structured_aggregation_query.aggregations
    return request.structured_aggregation_query.structured_query, one.sum.field.field_path or None


def _conditions(query: Any) -> tuple[dict[str, str], list[str]]:
    """The equalities with how they are indexed, and the fields with a range."""
    where = query.where
    filters = list(where.composite_filter.filters) if "composite_filter" in where else [where] if where else []
    equal: dict[str, str] = {}
    ranged: list[str] = []
    for one in filters:
        if "unary_filter" in one:
            equal[one.unary_filter.field.field_path] = "ASCENDING"
        elif one.field_filter.op.name in {"EQUAL", "IN"}:
            equal[one.field_filter.field.field_path] = "ASCENDING"
        elif one.field_filter.op.name == "ARRAY_CONTAINS":
            equal[one.field_filter.field.field_path] = "CONTAINS"
        else:
            ranged.append(one.field_filter.field.field_path)
    return equal, ranged


def _indexes_for(request: Any) -> set[Needed]:
    """The composite indexes by which Firestore answers this; a group's single fields as indexes of one field."""
    query, added = _fields_of(request)
    (source,) = query.from_
    equal, ranged = _conditions(query)
    sort = [(one.field.field_path, one.direction.name) for one in query.order_by if one.field.field_path != "__name__"]
    sort = sort or [(field, "ASCENDING") for field in dict.fromkeys(ranged)]
    if added is not None:
        sort.append((added, "ASCENDING"))
    name, group = source.collection_id, source.all_descendants
    if not sort or (not equal and len(sort) == 1):
        alone = [*equal.items(), *((field, "ASCENDING") for field, _ in sort)]
        return {Needed(name, (one,), True) for one in alone} if group else set()
    if not equal:
        return {Needed(name, tuple(sort), group)}
    return {Needed(name, (one, *sort), group) for one in equal.items()}


def test_the_file_that_is_deployed_is_up_to_date() -> None:
    assert FILE.read_text(encoding="utf-8") == text(), "run: python -m infra.firestore_indexes"


def test_everything_that_asks_is_tried_here(asked: list[Any], ran: set[str]) -> None:
    assert asking() - ran - EXCUSED.keys() == set()
    assert EXCUSED.keys() <= asking()


def test_every_query_has_its_indexes_and_no_index_is_without_a_query(asked: list[Any]) -> None:
    wanted = set().union(*map(_indexes_for, asked))
    declared = {*needed(), *(Needed(name, ((field, "ASCENDING"),), True) for name, field in grouped())}
    assert wanted - declared == set()
    assert declared - wanted == set()


def test_what_is_exempt_is_never_asked_for(asked: list[Any]) -> None:
    overrides = json.loads(FILE.read_text(encoding="utf-8"))["fieldOverrides"]
    exempt = {(one["collectionGroup"], one["fieldPath"]) for one in overrides if not one["indexes"]}
    for request in asked:
        query, added = _fields_of(request)
        equal, ranged = _conditions(query)
        fields = {*equal, *ranged, *(one.field.field_path for one in query.order_by), added}
        assert {(query.from_[0].collection_id, field) for field in fields}.isdisjoint(exempt)
