"""Whatever happens, in whatever order: spent and held together never go beyond a limit of a day or a month."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from shared.domain.days import zone_of
from shared.domain.errors import BudgetExceeded
from shared.domain.limits import Period, window
from shared.services.standings import OPENS_AFTER
from tests.engine.money import ADA, BEN, LimitedWorld, spent
from tests.engine.scripted import PRICE, ScriptedProvider, model
from tests.engine.test_properties import Life

ZONE = zone_of("Europe/Lisbon")
# In the evening before the clocks go forward: the next day has 23 hours.
EVENING = datetime(2026, 3, 28, 23, 58, tzinfo=UTC)
FAR_OFF = 10**12


class LimitedLife(Life):
    """Two members' batches under limits that change, from one day into the next, with everything that may happen to them."""

    @initialize(seed=st.integers(0, 1_000), limited=st.booleans())
    def begin(self, seed: int, *, limited: bool) -> None:
        """A machine with nothing on it, before midnight."""
        self.limit = FAR_OFF
        self.world: LimitedWorld = LimitedWorld(
            Path(self.place.name),
            at=EVENING,
            time_zone=ZONE.key,
            provider=ScriptedProvider(self._answer),
            specs=[model(concurrency=4, rate_per_second=20.0)],
            seed=seed,
        )
        self.day: int | None = None
        self.member_day: int | None = None
        # What was spent and held already when a limit was lowered: it may stand above the limit, and never rise.
        self.above: dict[str, int] = {}
        if limited:
            self.change(day=6, member=4)

    @rule(day=st.sampled_from([None, 3, 6, 12]), member=st.sampled_from([None, 2, 4, 8]))
    def change(self, day: int | None, member: int | None) -> None:
        """An admin sets other limits, lower or higher."""
        self.world.faults.disarm()
        self.day, self.member_day = day, member
        self.world.limit(day_micros=None if day is None else day * PRICE, month_micros=20 * PRICE)
        self.world.limit_members(day_micros=None if member is None else member * PRICE)
        self.above = {name: self._bound(name) for name in ("", ADA, BEN)}
        self.above["month"] = self._bound("", Period.MONTH)

    @rule(images=st.integers(1, 4))
    def submit_of_another(self, images: int) -> None:
        """A batch of the other member comes."""
        with self.process():
            try:
                self.world.submit({"prompt": "by ben", "variants": images}, caller=self.world.by(BEN))
            except BudgetExceeded:
                assert self.day is not None or self.member_day is not None

    @rule()
    def midnight(self) -> None:
        """The next day begins."""
        today = window(Period.DAY, self.world.clock.now(), ZONE)
        assert today.resets_at is not None
        self.world.advance_to(today.resets_at - timedelta(seconds=1))

    def _bound(self, member: str, period: Period = Period.DAY) -> int:
        """What a member, or without one the organisation, spent since the window began, and holds for calls."""
        begins_at = window(period, self.world.clock.now() - OPENS_AFTER, ZONE).starts_at
        where = {"member": member} if member else {}
        held = sum(
            item.held_micros
            for batch in self.world.batches()
            if not member or batch.created_by == member
            for item in self.world.items(batch.id)
        )
        return held + spent(self.world, begins_at, begins_at + timedelta(days=32), **where)

    @invariant()
    def keeps_to_its_days_and_months(self) -> None:
        """At no moment is more spent and held in a day or a month than allowed."""
        if not hasattr(self, "world"):
            return
        for member, limit in (("", self.day), (ADA, self.member_day), (BEN, self.member_day)):
            bound = self._bound(member)
            if limit is not None:
                assert bound <= max(limit * PRICE, self.above.get(member, 0))
            self.above[member] = min(self.above.get(member, 0), bound)
        if self.day is not None:
            assert self._bound("", Period.MONTH) <= max(20 * PRICE, self.above.get("month", 0))


TestLimitedLife = pytest.mark.faults(LimitedLife.TestCase)
TestLimitedLife.settings = settings(
    max_examples=20,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)
