"""Credits: spent down to nothing, granted anew, renewed on their day."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import cast

import pytest

from shared.domain.errors import Invalid, NotFound
from shared.domain.ids import derived
from shared.domain.limit_settings import MAX_MICROS, CreditGrant, Renewal
from shared.domain.modes import BatchStatus, Role
from shared.domain.people import Member
from shared.ports.documents import Create, DocumentStore
from shared.repositories import paths
from shared.services.credits import CreditService
from shared.services.engine import Engine
from tests.engine import invariants
from tests.engine.counting import Counting
from tests.engine.money import ADA, ADMIN, BEN, LimitedWorld, calls, changes, credit_service
from tests.engine.scripted import PRICE
from tests.engine.worlds import ORG

NOON = datetime(2026, 1, 30, 12, tzinfo=UTC)


def grant(world: LimitedWorld, images: int, *, key: str | None = None, **fields: object) -> None:
    """Credits for so many images."""
    body = CreditGrant.model_validate({"amount_micros": images * PRICE, **fields})
    credit_service(world).grant(ADMIN, body, idempotency_key=key, fingerprint=body.model_dump_json())


def left(world: LimitedWorld) -> list[tuple[str, int]]:
    """What is left, by holder."""
    return [(one.holder, one.standing.room) for one in credit_service(world).list(ADMIN)]


def test_credits_are_spent_down_and_granted_anew(folder: Path) -> None:
    world = LimitedWorld(folder, at=NOON)
    grant(world, 3)
    batch = world.submit({"prompt": "a cup", "variants": 7})
    world.run(seconds=300)
    assert calls(world) == 3
    assert left(world) == [("organisation", 0)]
    assert world.batch(batch).status_reason == (
        "The organisation's credits, $0.0030, are used up ($0.0030 spent). Goes on when more are granted."
    )
    grant(world, 2, key="once")
    grant(world, 2, key="once")
    world.run(seconds=300)
    assert calls(world) == 5
    credit_service(world).end(ADMIN, "organisation")
    world.run(seconds=300)
    assert world.batch(batch).status is BatchStatus.COMPLETED
    assert left(world) == []
    with pytest.raises(NotFound):
        credit_service(world).end(ADMIN, "organisation")
    invariants.check(world)
    world.close()


def test_credits_are_renewed_each_month_on_their_day_and_what_was_left_is_not_kept(folder: Path) -> None:
    world = LimitedWorld(folder, at=NOON, time_zone="Europe/Lisbon")
    renewal = Renewal(amount_micros=2 * PRICE, on=date(2026, 1, 31))
    grant(world, 1, member=ADA, renewal=renewal.model_dump())
    batch = world.submit({"prompt": "a cup", "variants": 7})
    world.run(seconds=300)
    assert calls(world) == 1
    assert "Goes on at 00:00 on 31 January (Europe/Lisbon)" in world.batch(batch).status_reason
    world.sleep(datetime(2026, 1, 31, tzinfo=UTC))
    assert calls(world) == 3
    (account,) = credit_service(world).list(ADMIN)
    assert (account.standing.window.starts_at, account.standing.window.resets_at) == (
        datetime(2026, 1, 31, tzinfo=UTC),
        datetime(2026, 2, 28, tzinfo=UTC),
    )
    world.sleep(datetime(2026, 2, 28, tzinfo=UTC))
    assert calls(world) == 5
    # Granted after a renewal: on top of what it left, until the next one.
    grant(world, 1, member=ADA)
    world.run(seconds=100)
    assert calls(world) == 6
    world.sleep(datetime(2026, 3, 30, 23, tzinfo=UTC))
    assert calls(world) == 7
    invariants.check(world)
    assert left(world) == [(ADA, PRICE)]
    world.close()


def test_credits_that_are_renewed_once(folder: Path) -> None:
    world = LimitedWorld(folder, at=NOON)
    grant(world, 0, renewal={"amount_micros": 2 * PRICE, "on": "2026-02-05", "monthly": False})
    world.submit({"prompt": "a cup", "variants": 2}, caller=world.by(BEN))
    world.run(seconds=100)
    assert calls(world) == 0
    world.sleep(datetime(2026, 2, 5, tzinfo=UTC))
    assert calls(world) == 2
    world.sleep(datetime(2026, 3, 5, tzinfo=UTC))
    assert left(world) == [("organisation", 0)]
    invariants.check(world)
    world.close()


def test_a_renewal_lies_ahead_and_its_member_exists(folder: Path) -> None:
    world = LimitedWorld(folder, at=NOON)
    with pytest.raises(Invalid, match="/renewal/on"):
        grant(world, 1, renewal={"amount_micros": 1, "on": NOON.date().isoformat()})
    with pytest.raises(NotFound):
        grant(world, 1, member="mem_aaaaaaaaaaaaaaaaaaaa")
    assert left(world) == []
    grant(world, 1, renewal={"amount_micros": 1, "on": (NOON + timedelta(days=1)).date().isoformat()})
    assert left(world) == [("organisation", PRICE)]
    world.close()


def test_credits_do_not_grow_beyond_what_can_be_counted(folder: Path) -> None:
    world = LimitedWorld(folder, at=NOON)
    most = CreditGrant.model_validate({"amount_micros": MAX_MICROS})
    credit_service(world).grant(ADMIN, most, idempotency_key=None, fingerprint="")
    with pytest.raises(Invalid, match=r"/amount_micros.*Grant less"):
        grant(world, 1)
    assert left(world) == [("organisation", MAX_MICROS)]
    world.close()


def test_a_page_of_credits_costs_the_same_calls_whatever_the_number_of_members(folder: Path) -> None:
    world = LimitedWorld(folder, at=NOON)
    grant(world, 9)
    people = [derived("mem", ORG, number) for number in range(20)]
    now = world.clock.now()
    members = [
        Member(id=one, email=f"{one}@ours.example", name=one, role=Role.EDITOR, created_at=now) for one in people
    ]
    world.store.commit([Create(paths.member(ORG, one.id), one.written()) for one in members])
    grant(world, 2, member=ADA)
    world.submit({"prompt": "a cup", "variants": 2})
    world.run(seconds=100)

    def calls_of_a_page() -> int:
        counting = Counting(world.store)
        documents = cast("DocumentStore", counting)
        engine = Engine(replace(world.ports(), documents=documents), lambda: world.offer, world.rules)
        service = CreditService(documents, reservations=engine.reservations, changes=changes(world), clock=world.clock)
        found = service.list(ADMIN)
        assert [one.holder for one in found] == ["organisation", *sorted(one.holder for one in found[1:])]
        return counting.calls

    alone = calls_of_a_page()
    for number, one in enumerate(people):
        grant(world, 3 + number, member=one)
    assert calls_of_a_page() == alone
    assert alone <= 6
    assert dict(left(world)) == {
        "organisation": 7 * PRICE,
        ADA: 0,
        **{one: (3 + number) * PRICE for number, one in enumerate(people)},
    }
    world.close()
