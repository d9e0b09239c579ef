"""Money under every order of reserving, holding, spending, settling and expiring: the sums agree and no limit is passed."""

from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from shared.domain.errors import GuardRefused
from shared.services.engine_rules import EngineRules
from shared.services.reservations import Use, Wish
from shared.services.standings import Account
from tests.engine.conftest import MEMORY
from tests.engine.worlds import ORG, World
from tests.property.settings import STORED

CEILING = 100


class Spending:
    """What a batch's items add up to."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.spent = 0
        self.calls = 0
        self.is_over = False

    @property
    def use(self) -> Use:
        """As steps count it."""
        return Use(spent_micros=self.spent, held_micros=self.calls * CEILING, in_flight=self.calls)


class Books(RuleBasedStateMachine):
    """An organisation's budget and the batches that draw on it; every call holds its ceiling until it has ended."""

    def __init__(self) -> None:
        super().__init__()
        self.place = TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None, prefix="fanfold-")
        self.batches: list[Spending] = []
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))

    @initialize(limit=st.sampled_from([None, 350, 1_000]))
    def begin(self, limit: int | None) -> None:
        """An organisation with or without a limit."""
        self.limit = limit
        self.world = World(Path(self.place.name), rules=EngineRules(organisation_limit_micros=limit))
        self.reservations = self.world.engine.reservations

    @rule(wanted=st.integers(0, 2), budget=st.sampled_from([None, 250]))
    def accept(self, wanted: int, budget: int | None) -> None:
        """A batch is accepted."""
        account = Account(org=ORG, member="mem_x", batch=f"bat_{len(self.batches)}", budget_micros=budget)
        granted = self.reservations.reserving(account, wanted_micros=wanted * CEILING, wanted_images=wanted)
        assert 0 <= granted.micros <= wanted * CEILING
        self.world.store.commit(granted.writes)
        self.batches.append(Spending(account))

    @rule(data=st.data(), wanted=st.integers(1, 4))
    def dispatch(self, data: st.DataObject, wanted: int) -> None:
        """A step sends calls out, as many as what is free allows."""
        batch = self._one(data)
        if batch is None:
            return
        wish = Wish(micros=wanted * CEILING, least_micros=CEILING, images=wanted)
        purse = self.reservations.adjust(batch.account, batch.use, wish)
        batch.calls += max(min(purse.free_micros // CEILING, wanted), 0)

    @rule(data=st.data(), cost=st.integers(0, CEILING))
    def dispatch_and_end(self, data: st.DataObject, cost: int) -> None:
        """A call goes out, where there is room, and ends at once."""
        self.dispatch(data, 1)
        self.end(data, cost)

    @rule(data=st.data(), cost=st.integers(0, CEILING))
    def end(self, data: st.DataObject, cost: int) -> None:
        """A call ends and costs what it costs."""
        batch = self._one(data)
        if batch is not None and batch.calls:
            batch.calls -= 1
            batch.spent += cost

    @rule(data=st.data())
    def settle(self, data: st.DataObject) -> None:
        """A batch whose calls have ended is over: what it did not use is given back."""
        batch = self._one(data)
        if batch is not None and not batch.calls:
            self._settle(batch)

    @rule(data=st.data())
    def settle_twice_at_once(self, data: st.DataObject) -> None:
        """Two steps settle the same: one of them is refused."""
        batch = self._one(data)
        if batch is None or batch.calls:
            return
        first = self.reservations.settling(ORG, batch.account.batch, spent_micros=batch.spent)
        second = self.reservations.settling(ORG, batch.account.batch, spent_micros=batch.spent)
        with suppress(GuardRefused):
            self.world.store.commit(first)
            self.world.store.commit(second)
            assert not first, "settled twice"
        batch.is_over = True

    @rule(data=st.data())
    def accept_and_settle_at_once(self, data: st.DataObject) -> None:
        """Two writers have read one budget: the second is refused, and asks again."""
        batch = self._one(data)
        if batch is None or batch.calls:
            return
        stale = self.reservations.settling(ORG, batch.account.batch, spent_micros=batch.spent)
        self.accept(2, None)
        if stale:
            try:
                self.world.store.commit(stale)
            except GuardRefused:
                self._settle(batch)
            else:
                raise AssertionError("what was read before another's commit was written")
        batch.is_over = True

    @rule()
    def expire(self) -> None:
        """A month passes: what belongs to no batch is given back."""
        self.world.clock.advance(31 * 24 * 3_600)
        for batch in self.batches:
            batch.calls = 0
        self.world.jobs.clean_up.run(seconds=60)
        for batch in self.batches:
            # There is no batch document and no ledger here: expiring settles at nothing.
            batch.is_over = True
            batch.spent = self.reservations.of(ORG, batch.account.batch).settled_micros

    @invariant()
    def agrees(self) -> None:
        """The budget is the sum of what its batches have set aside and spent, and within the limit."""
        if not self.batches:
            return
        kept = [self.reservations.of(ORG, batch.account.batch) for batch in self.batches]
        budget = self.world.budget()
        assert budget.reserved_micros == sum(one.reserved_micros for one in kept)
        assert budget.spent_micros == sum(one.settled_micros for one in kept)
        assert self.limit is None or budget.reserved_micros + budget.spent_micros <= self.limit
        for batch, one in zip(self.batches, kept, strict=True):
            assert one.reserved_micros >= 0
            bound = batch.spent + batch.calls * CEILING
            if not batch.is_over:
                assert bound <= one.reserved_micros + one.settled_micros, "more is bound than set aside"
            else:
                assert (one.reserved_micros, one.settled_micros) == (0, batch.spent)
            if batch.account.budget_micros is not None:
                assert bound <= batch.account.budget_micros

    def teardown(self) -> None:
        """Close the files."""
        if hasattr(self, "world"):
            self.world.close()
        self.place.cleanup()

    def _settle(self, batch: Spending) -> None:
        self.world.store.commit(self.reservations.settling(ORG, batch.account.batch, spent_micros=batch.spent))
        batch.is_over = True

    def _one(self, data: st.DataObject) -> Spending | None:
        live = [number for number, batch in enumerate(self.batches) if not batch.is_over]
        return self.batches[data.draw(st.sampled_from(live))] if live else None


TestBooks = Books.TestCase
TestBooks.settings = STORED
