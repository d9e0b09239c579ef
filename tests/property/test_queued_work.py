"""A batch whose images are edited, moved, discarded and requeued at any moment: the last word counts, and nothing is lost."""

from contextlib import suppress
from itertools import count

from hypothesis import strategies as st
from hypothesis.stateful import rule

from shared.domain.dead_letters import DeadLetterFilter, Discard, Requeue
from shared.domain.errors import Conflict, Invalid
from shared.domain.item_changes import ItemUpdate
from shared.domain.modes import ItemStatus, Priority
from tests.engine.letters import ADMIN, library
from tests.property.settings import STORED
from tests.property.test_batch_machine import BatchLife


class QueuedWork(BatchLife):
    """The life of a batch in which people also change their minds about single images."""

    def __init__(self) -> None:
        super().__init__()
        self.said: dict[str, str] = {}
        self.words = count()

    @rule(data=st.data(), seen=st.booleans())
    def edit(self, data: st.DataObject, *, seen: bool) -> None:
        """Somebody writes another prompt for one image, perhaps only if it is as it was seen."""
        items = self.world.items(self.id)
        if not items:
            return
        item = data.draw(st.sampled_from(items))
        prompt = f"text {next(self.words)}"
        revision = item.revision if seen else None
        try:
            after = self.world.engine.edits.edit(
                self.world.caller, self.id, item.id, ItemUpdate(prompt=prompt), revision=revision
            )
        except Conflict:
            assert self.world.items(self.id) == items, "what was refused changed something"
        else:
            assert (item.status, after.prompt, after.in_flight) == (ItemStatus.PENDING, prompt, False)
            self.said[item.id] = prompt

    @rule(priority=st.sampled_from(Priority))
    def change_lane(self, priority: Priority) -> None:
        """Somebody moves the batch to another lane."""
        with suppress(Conflict):
            assert self.world.engine.controls.promote(self.world.caller, self.id, priority).priority is priority

    @rule(data=st.data(), how=st.sampled_from(["front", "among", "before", "after"]))
    def move(self, data: st.DataObject, how: str) -> None:
        """Somebody brings images to the front, or puts them in another order."""
        ids = [item.id for item in self.world.items(self.id)]
        if len(ids) < 2:
            return
        *some, anchor = data.draw(st.permutations(ids))
        some = some[: data.draw(st.integers(1, len(some)))]
        waits = {item.id: item.not_before for item in self.world.items(self.id)}
        beside = {how: anchor} if how in ("before", "after") else {}
        line = self.world.engine.item_orders
        with suppress(Conflict, Invalid):
            if how == "front":
                line.promote(self.world.caller, self.id, some)
            else:
                line.reorder(self.world.caller, self.id, some, **beside)
        for item in self.world.items(self.id):
            assert item.not_before == waits[item.id]
            if item.status is ItemStatus.PENDING and not item.in_flight and item.not_before:
                assert item.due_at is not None
                assert item.due_at >= item.not_before or item.not_before <= self.world.clock.now()

    @rule(named=st.booleans())
    def discard(self, *, named: bool) -> None:
        """An admin gives up what failed."""
        dead = self._dead()
        if not dead:
            return
        wanted = Discard(**self._selection(dead, named=named), reason="Not needed.")
        acted = library(self.world).discards.discard(ADMIN, wanted, idempotency_key=None, fingerprint="")
        left = self._dead()
        assert len(left) == len(dead) - acted.done

    @rule(named=st.booleans())
    def requeue(self, *, named: bool) -> None:
        """An admin tries again what failed, in other words."""
        dead = self._dead()
        if not dead:
            return
        series = self.world.batch(self.id).series
        wanted = Requeue(**self._selection(dead, named=named))
        acted = library(self.world).requeues.requeue(ADMIN, wanted, idempotency_key=None, fingerprint="")
        assert self.world.batch(self.id).series == series + bool(acted.done)
        assert acted.done in (0, len(dead))

    def _dead(self) -> list[str]:
        items = self.world.items(self.id)
        return [item.id for item in items if item.status is ItemStatus.FAILED and item.discarded_at is None]

    def _selection(self, dead: list[str], *, named: bool) -> dict[str, object]:
        return {"items": tuple(dead)} if named else {"filter": DeadLetterFilter(batch=self.id)}

    def teardown(self) -> None:
        """What was made is what was said last, and was bought in these words."""
        try:
            if hasattr(self, "world"):
                with suppress(Conflict):
                    self.world.engine.controls.resume(self.world.caller, self.id)
                self.world.run()
                asked = {request.prompt for request in self.world.provider.requests}  # type: ignore[attr-defined]
                for item in self.world.items(self.id):
                    assert item.prompt == self.said.get(item.id, "a cup")
                    assert item.status is not ItemStatus.SUCCEEDED or item.prompt in asked
                    assert item.duplicate_purchases == 0
        finally:
            super().teardown()


TestQueuedWork = QueuedWork.TestCase
TestQueuedWork.settings = STORED
