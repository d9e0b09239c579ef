"""Limits on Firestore: the same sums, guards and answers as on the embedded stack."""

import secrets
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast

import pytest

from shared.adapters.embedded.documents import SqliteDocumentStore
from shared.adapters.embedded.events import InProcessEventBus
from shared.adapters.google.documents import FirestoreDocumentStore
from shared.adapters.system import SystemIds
from shared.domain.limit_settings import MemberLimitSettings, OrganisationLimitSettings
from shared.domain.money import LedgerEntry, LedgerKind
from shared.domain.organisations import Organisation
from shared.ports.documents import Create, DocumentStore
from shared.ports.tasks import TaskQueue
from shared.repositories import money, paths
from shared.repositories.indexes import INDEXES
from shared.services.audit import AuditService
from shared.services.budget_warnings import BudgetWarnings
from shared.services.limit_changes import LimitChanges
from shared.services.limits import LimitService
from shared.services.repeats import Repeats
from shared.services.reservations import ReservationService, Use, Wish
from shared.services.standings import Account, Standings
from shared.services.step_requests import StepRequests
from tests.clocks import START, ManualClock
from tests.emulators import firestore_host
from tests.engine.money import ADA, ADMIN, BEN
from tests.engine.scripted import PRICE
from tests.engine.worlds import ORG

BATCH = "bat_aaaaaaaaaaaaaaaaaaaa"
DAY = timedelta(days=1)


@pytest.fixture(params=["embedded", "google"])
def store(request: pytest.FixtureRequest, folder: Path, clock: ManualClock) -> Iterator[DocumentStore]:
    if request.param == "embedded":
        with closing(SqliteDocumentStore(folder / "documents.sqlite", clock=clock, indexes=INDEXES)) as made:
            yield made
    else:
        project = f"demo-{secrets.token_hex(8)}"
        with closing(FirestoreDocumentStore(project, clock=clock, emulator_host=firestore_host())) as found:
            yield found


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


def entered(store: DocumentStore, number: int, at: datetime, *, member: str, batch: str = BATCH) -> None:
    entry = LedgerEntry(
        id=money.entry_id("itm", number),
        kind=LedgerKind.CHARGE,
        at=at,
        batch=batch,
        item="itm",
        attempt=number,
        member=member,
        provider="scripted",
        model="scripted-1",
        images=1,
        cost_micros=PRICE,
    )
    store.commit([money.create(ORG, entry)])


def test_what_is_spent_and_set_aside_is_summed_alike_on_every_store(store: DocumentStore, clock: ManualClock) -> None:
    ids, repeats = SystemIds(), Repeats(clock, SystemIds())
    warnings = BudgetWarnings(InProcessEventBus(), clock)
    standings = Standings(store, clock, default_limit_micros=None)
    reservations = ReservationService(store, clock, repeats, standings=standings, warnings=warnings)
    requests = StepRequests(cast("TaskQueue", None), clock, tick=timedelta(seconds=1))
    changes = LimitChanges(store, requests=requests, audit=AuditService(clock, ids), repeats=repeats)
    limits = LimitService(store, reservations=reservations, changes=changes)
    organisation = Organisation(id=ORG, name="Ours", created_at=START, time_zone="Europe/Lisbon")
    store.commit([Create(paths.organisation(ORG), organisation.written())])
    # Noon of the first of March: two of today and one of February are hers, one of today is his.
    for number, (at, member) in enumerate([(START, ADA), (START, ADA), (START - DAY, ADA), (START, BEN)]):
        entered(store, number, at, member=member)
    limits.set_organisation(ADMIN, OrganisationLimitSettings(day_micros=20 * PRICE, total_micros=30 * PRICE))
    limits.set_members(ADMIN, MemberLimitSettings(month_micros=9 * PRICE, total_micros=25 * PRICE, month_images=8))

    account = Account(org=ORG, member=ADA, batch=BATCH)
    granted = reservations.reserving(account, wanted_micros=10 * PRICE, wanted_images=10)
    assert (granted.micros, granted.images) == (7 * PRICE, 6)
    store.commit(granted.writes)
    found = {
        (one.holder.value, one.period.value, one.unit.value): (one.spent // PRICE or one.spent, one.reserved)
        for one in reservations.standings(Account(org=ORG, member=ADA))
    }
    assert found == {
        ("organisation", "total", "micros"): (0, 7 * PRICE),
        ("organisation", "day", "micros"): (3, 7 * PRICE),
        ("member", "month", "micros"): (2, 7 * PRICE),
        ("member", "total", "micros"): (3, 7 * PRICE),
        ("member", "month", "images"): (2, 6),
    }
    # His limits are his own: nothing of hers is in them.
    his = [one for one in reservations.standings(Account(org=ORG, member=BEN)) if one.holder.value == "member"]
    assert {(one.unit.value, one.spent, one.reserved) for one in his} == {("micros", PRICE, 0), ("images", 1, 0)}

    purse = reservations.adjust(account, Use(spent_micros=4 * PRICE, held_micros=PRICE, in_flight=1), Wish())
    assert (purse.reserved_micros, purse.free_micros, purse.is_over) == (3 * PRICE, 2 * PRICE, False)
    store.commit(reservations.settling(ORG, BATCH, spent_micros=4 * PRICE))
    (total,) = [one for one in reservations.standings(Account(org=ORG)) if one.period.value == "total"]
    assert (total.spent, total.reserved) == (4 * PRICE, 0)
