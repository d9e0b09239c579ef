"""What an admin sees of the organisation's work, what it costs to look, and what is left when a part is away."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from shared.domain.callers import Caller
from shared.domain.errors import ErrorKind, Forbidden, ProviderError, Unavailable
from shared.domain.modes import Priority, Role
from shared.domain.organisations import Organisation
from shared.domain.overviews import Breaker, Overview
from shared.domain.pacers import Paced
from shared.domain.webhooks import Webhook
from shared.ports.documents import Create, Update
from shared.ports.providers import GeneratedImage, ImageRequest
from shared.repositories import paths
from shared.repositories.pages import PageTokens
from shared.services.audit import AuditService
from shared.services.dead_letters import DeadLetterService
from shared.services.engine_rules import EngineRules
from shared.services.limit_changes import LimitChanges
from shared.services.limits import LimitService
from shared.services.monitored_parts import MonitoredParts
from shared.services.monitored_work import MOST_BATCHES, MonitoredWork
from shared.services.monitoring import KEPT_SECONDS, MonitorService
from shared.services.repeats import Repeats
from tests.engine.faults import Faults
from tests.engine.scripted import ScriptedProvider, made, model
from tests.engine.worlds import ORG, OTHER_ORG, World

ADMIN = Caller(org=ORG, id="mem_a", member="mem_a", role=Role.ADMIN)
STRANGER = Caller(org=OTHER_ORG, id="mem_b", member="mem_b", role=Role.ADMIN)
RULES = EngineRules(organisation_limit_micros=5_000_000)
HOOK: dict[str, Any] = {"events": ["BatchCompleted"], "created_by": "mem_a"}


class Pacers:
    """Paces as a test says."""

    def __init__(self) -> None:
        self.paced = Paced(rate_per_second=5.0, concurrency=4)

    def of(self, _spec: object) -> Paced:
        return self.paced


class Desk:
    """A world, and the monitor over it."""

    def __init__(self, folder: Path, **options: Any) -> None:
        self.faults = Faults()
        self.world = World(
            folder,
            documents=lambda store: self.faults.over(store, "documents"),
            specs=(model(),),
            rules=RULES,
            **options,
        )
        self.pacers = Pacers()
        documents = self.faults.over(self.world.store, "monitor")
        self.monitor = MonitorService(
            MonitoredWork(documents, offer=self.world.offer),
            self.parts(documents),
            clock=self.world.clock,
        )
        now = self.world.clock.now()
        for org, zone in ((ORG, "Asia/Tokyo"), (OTHER_ORG, "UTC")):
            organisation = Organisation(id=org, name="Ours", created_at=now, time_zone=zone)
            self.world.store.commit([Create(paths.organisation(org), organisation.written())])

    def parts(self, documents: Any) -> MonitoredParts:
        """What work depends on, read from these documents."""
        engine, clock, ids = self.world.engine, self.world.clock, self.world.ids
        audit, repeats = AuditService(clock, ids), Repeats(clock, ids)
        changes = LimitChanges(documents, requests=engine.requests, audit=audit, repeats=repeats)
        pages = PageTokens(bytes(32))
        return MonitoredParts(
            documents,
            offer=self.world.offer,
            pacers=self.pacers,  # type: ignore[arg-type]
            letters=DeadLetterService(documents, offer=self.world.offer, orders=engine.orders, pages=pages),
            limits=LimitService(documents, reservations=engine.reservations, changes=changes),
        )

    def look(self, caller: Caller = ADMIN) -> Overview:
        """The overview as it is now."""
        self.world.clock.advance(KEPT_SECONDS)
        return self.monitor.overview(caller)

    def claim(self, batch: str) -> None:
        """Have a worker hold the batch's first image and never report."""
        self.world.steps()
        item = self.world.items(batch)[0]
        fields = {"status": "running", "due_at": self.world.clock.now() + timedelta(seconds=90)}
        self.world.store.commit([Update(paths.item(ORG, batch, item.id), fields)])


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made_desk = Desk(tmp_path)
    yield made_desk
    made_desk.world.close()


def test_an_organisation_at_rest_has_every_section_and_nothing_in_it(desk: Desk) -> None:
    found = desk.look()
    assert [lane.lane for lane in found.lanes or []] == list(Priority)
    assert {(lane.batches, lane.waiting, lane.oldest_waiting_seconds) for lane in found.lanes or []} == {(0, 0, 0)}
    assert found.leases is not None
    assert (found.leases.running, found.leases.oldest) == (0, None)
    assert found.spend is not None
    assert (found.spend.today_micros, found.spend.month_micros) == (0, 0)
    assert (found.slow_batches, found.failing_webhooks, found.unavailable, found.is_partial) == ([], [], [], False)


def test_only_admins_look(desk: Desk) -> None:
    with pytest.raises(Forbidden):
        desk.monitor.overview(desk.world.caller)


def test_lanes_tell_what_waits_and_for_how_long_but_not_what_is_paused(desk: Desk) -> None:
    world = desk.world
    world.submit({"prompt": "A", "variants": 3}, priority="high")
    world.clock.advance(120)
    world.submit({"prompt": "B", "variants": 2}, priority="high")
    paused = world.submit({"prompt": "C"}, priority="economy")
    world.engine.controls.pause(world.caller, paused)
    high, standard, economy = desk.look().lanes or []
    assert (high.batches, high.waiting, high.oldest_waiting_seconds) == (2, 5, 125)
    assert (standard.batches, standard.waiting) == (0, 0)
    assert (economy.batches, economy.waiting, economy.oldest_waiting_seconds) == (1, 0, 0)


def test_the_lease_that_ends_first_is_named_with_its_batch_and_image(desk: Desk) -> None:
    batch = desk.world.submit({"prompt": "A", "variants": 2})
    desk.claim(batch)
    leases = desk.look().leases
    assert leases is not None
    assert leases.oldest is not None
    assert (leases.running, leases.oldest.batch) == (1, batch)
    assert leases.oldest.item == desk.world.items(batch)[0].id


def test_nothing_of_another_organisation_is_seen(desk: Desk) -> None:
    batch = desk.world.submit({"prompt": "A", "variants": 2})
    desk.claim(batch)
    desk.world.clock.advance(3_600)
    ours, theirs = desk.look(), desk.look(STRANGER)
    assert ours.slow_batches
    assert theirs.slow_batches == []
    assert theirs.leases is not None
    assert theirs.leases.running == 0
    assert {lane.batches for lane in theirs.lanes or []} == {0}


def test_money_is_told_by_the_organisations_own_day_and_month(desk: Desk) -> None:
    batch = desk.world.submit({"prompt": "A", "variants": 2})
    desk.world.run(until=lambda: not desk.world.batch(batch).is_live)
    spend = desk.look().spend
    assert spend is not None
    spent = desk.world.batch(batch).cost.spent_micros
    assert spent > 0
    assert (spend.time_zone, spend.today_micros, spend.month_micros) == ("Asia/Tokyo", spent, spent)
    desk.world.clock.advance(24 * 3_600)
    later = desk.look().spend
    assert later is not None
    assert later.today_micros == 0


def test_dead_letters_are_counted_by_kind_and_model(tmp_path: Path) -> None:
    def refuse(_request: ImageRequest, _turn: int) -> GeneratedImage:
        raise ProviderError(ErrorKind.REFUSED, "No.")

    desk = Desk(tmp_path, provider=ScriptedProvider(refuse))
    batch = desk.world.submit({"prompt": "A", "variants": 2})
    desk.world.run(until=lambda: not desk.world.batch(batch).is_live)
    failures = desk.look().dead_letters
    assert failures is not None
    assert (failures.total, dict(failures.by_kind), dict(failures.by_model)) == (2, {"refused": 2}, {model().id: 2})
    theirs = desk.look(STRANGER).dead_letters
    assert theirs is not None
    assert theirs.total == 0
    desk.world.close()


def test_the_organisations_limit_stands_beside_what_was_spent_of_it(desk: Desk) -> None:
    desk.world.submit({"prompt": "A", "variants": 2})
    [limit] = desk.look().limits or []
    assert (limit.limit, limit.spent) == (5_000_000, 0)
    assert limit.reserved > 0


def test_a_batch_without_an_image_for_long_is_slow_and_the_closed_model_is_named_as_the_reason(desk: Desk) -> None:
    desk.world.submit({"prompt": "A"}, name="Stuck")
    assert desk.look().slow_batches == []
    desk.world.clock.advance(600)
    [slow] = desk.look().slow_batches or []
    assert slow.name == "Stuck"
    assert slow.reason.startswith("No image for 10 minutes. None of its images is with a worker")
    until = desk.world.clock.now() + timedelta(hours=1)
    desk.pacers.paced = Paced(
        rate_per_second=1.0, concurrency=1, closed_until=until, reason="The day's quota is used up.", is_shut=True
    )
    found = desk.look()
    [slow] = found.slow_batches or []
    assert slow.reason == "No image for 10 minutes. The day's quota is used up."
    [paced] = found.models or []
    assert (paced.breaker, paced.closed_until, paced.reason) == (Breaker.OPEN, until, "The day's quota is used up.")


def test_a_model_that_one_call_tries_is_half_open_and_one_that_is_left_alone_for_moments_is_closed(desk: Desk) -> None:
    trying = "One image tries whether it is back."
    desk.pacers.paced = Paced(rate_per_second=1.0, concurrency=1, reason=trying, is_shut=True)
    [paced] = desk.look().models or []
    assert (paced.breaker, paced.closed_until, paced.reason) == (Breaker.HALF_OPEN, None, trying)
    until = desk.world.clock.now() + timedelta(minutes=1)
    desk.pacers.paced = Paced(rate_per_second=1.0, concurrency=1, closed_until=until, reason="It was asked too fast.")
    [paced] = desk.look().models or []
    assert (paced.breaker, paced.closed_until) == (Breaker.CLOSED, until)


def test_a_batch_that_makes_images_far_slower_than_expected_is_slow(tmp_path: Path) -> None:
    def once_an_image(request: ImageRequest, _turn: int) -> GeneratedImage:
        if request.prompt == "Busy":
            raise ProviderError(ErrorKind.BUSY, "Wait.")
        return made(request)

    desk = Desk(tmp_path, provider=ScriptedProvider(once_an_image))
    batch = desk.world.submit({"prompt": "A"}, {"prompt": "Busy"})
    desk.world.run(seconds=100, until=lambda: desk.world.batch(batch).progress.succeeded > 0)
    desk.world.clock.advance(290)
    assert desk.look().slow_batches == []
    asset = desk.world.items(batch)[0].asset_id
    desk.world.store.commit([Update(paths.asset(ORG, str(asset)), {"created_at": desk.world.clock.now()})])
    desk.world.clock.advance(100)
    [slow] = desk.look().slow_batches or []
    assert slow.reason.startswith("It has taken 7 minutes instead of about 1 minute.")
    desk.world.close()


def test_receivers_that_fail_are_named_without_what_may_be_secret_of_their_address(desk: Desk) -> None:
    now = desk.world.clock.now()
    url = "https://hooks.example.com/secret?token=x"
    hooks: dict[str, dict[str, Any]] = {
        "whk_a": {"failing_since": now},
        "whk_b": {"enabled": False, "disabled_reason": "The receiver answered 410 Gone."},
        "whk_c": {},
        "whk_d": {"enabled": False, "failing_since": now},
    }
    for name, fields in hooks.items():
        webhook = Webhook(id=name, url=url, created_at=now, **HOOK, **fields)
        desk.world.store.commit([Create(paths.webhook(ORG, name), webhook.written())])
    found = {one.id: one for one in desk.look().failing_webhooks or []}
    assert set(found) == {"whk_a", "whk_b"}
    assert {one.url for one in found.values()} == {"https://hooks.example.com"}
    assert found["whk_b"].reason == "The receiver answered 410 Gone."


@pytest.mark.parametrize(
    ("part", "left_out"),
    [
        ("ledger", ["spend"]),
        ("webhooks", ["failing_webhooks"]),
        ("items", ["leases", "dead_letters"]),
        ("batches", ["lanes", "slow_batches"]),
    ],
)
def test_a_part_that_is_away_leaves_out_its_own_sections_by_name(
    tmp_path: Path, part: str, left_out: list[str]
) -> None:
    desk = Desk(tmp_path)
    away = _Without(desk.world.store, part)
    monitor = MonitorService(
        MonitoredWork(away, offer=desk.world.offer),  # type: ignore[arg-type]
        desk.parts(away),
        clock=desk.world.clock,
    )
    found = monitor.overview(ADMIN)
    assert found.unavailable == left_out
    for name in ("lanes", "leases", "models", "dead_letters", "spend", "slow_batches", "failing_webhooks"):
        assert (getattr(found, name) is None) == (name in left_out)
    desk.world.close()


class _Without:
    """A store that does not answer about one collection."""

    def __init__(self, store: Any, collection: str) -> None:
        self._store, self._collection = store, collection

    def get(self, path: str) -> Any:
        return self._store.get(path)

    def get_many(self, paths: Any) -> Any:
        return self._store.get_many(paths)

    def query(self, query: Any) -> Any:
        self._check(query.collection)
        return self._store.query(query)

    def aggregate(self, collection: str, aggregations: Any, **options: Any) -> Any:
        self._check(collection)
        return self._store.aggregate(collection, aggregations, **options)

    def _check(self, collection: str) -> None:
        if collection.rpartition("/")[2] == self._collection:
            raise Unavailable("It does not answer.")


def test_looking_again_within_seconds_costs_nothing(desk: Desk) -> None:
    desk.look()
    before = desk.faults.counted.total()
    first = desk.monitor.overview(ADMIN)
    assert desk.monitor.overview(ADMIN) is first
    assert desk.faults.counted.total() == before
    desk.world.clock.advance(KEPT_SECONDS)
    assert desk.monitor.overview(ADMIN) is not first


def test_what_is_read_is_bounded_whatever_the_number_of_batches(desk: Desk) -> None:
    for number in range(30):
        desk.world.submit({"prompt": f"A {number}"})
    desk.world.clock.advance(3_600)
    before = desk.faults.counted.total()
    found = desk.look()
    assert desk.faults.counted.total() - before <= 60
    assert len(found.slow_batches or []) == 20
    assert not found.is_partial
    assert MOST_BATCHES == 200
