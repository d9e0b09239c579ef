"""How an attempt ends: one commit for the item, its asset and its ledger entry, whoever else was there."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from shared import telemetry
from shared.domain import failures, item_machine, search
from shared.domain.errors import ErrorKind, GuardRefused, ProviderError
from shared.domain.failures import Decision, RetryRules
from shared.domain.ids import derived
from shared.domain.items import Item
from shared.domain.library import Asset
from shared.domain.modes import ItemStatus
from shared.domain.money import LedgerEntry, LedgerKind
from shared.domain.recipes import recipe_of
from shared.ports.clock import Clock
from shared.ports.documents import Create, Delete, DocumentStore, Update, Write
from shared.ports.ids import Ids
from shared.repositories import money, paths
from shared.repositories.collections import Read, guarded
from shared.repositories.commits import commit_groups
from shared.repositories.items import ItemRepository
from shared.repositories.library import RecipeRepository
from shared.repositories.money import LedgerRepository
from shared.retry import exponential_delay_seconds
from shared.services.charges import Charge, Charges
from shared.services.fallbacks import FallbackService
from shared.services.image_handler import ImageHandler, Made

_TURNS = 8


class OutcomeService:
    """Writes the end of attempts. Every method may be called late or twice."""

    def __init__(
        self,
        documents: DocumentStore,
        handler: ImageHandler,
        clock: Clock,
        ids: Ids,
        *,
        rules: RetryRules,
        fallbacks: FallbackService,
    ) -> None:
        self._documents = documents
        self._items = ItemRepository(documents)
        self._ledger = LedgerRepository(documents)
        self._recipes = RecipeRepository(documents)
        self._charges = Charges(handler, clock)
        self._clock = clock
        self._ids = ids
        self._rules = rules
        self._fallbacks = fallbacks

    def finish(self, read: Read[Item], made: Made) -> None:
        """The image of this attempt is stored: the item succeeds, unless it ended otherwise; then the purchase was a duplicate."""
        current: Read[Item] | None = read
        for _ in range(_TURNS):
            if current is None:
                return
            try:
                writes = self._finishing(current, made, bought=read.value)
                if writes:
                    self._documents.commit(writes)
            except GuardRefused:
                current = self._items.one(read.value.org, read.value.batch, read.value.id)
            else:
                if writes:
                    _bought(current.value, made)
                if made.attempt != read.value.attempt and not _runs(current.value, read.value.attempt):
                    # It took what an earlier attempt had stored, and bought nothing itself.
                    self._charge_late(read.value, None, None)
                return
        raise GuardRefused("The item changed too often while its image was being recorded.")

    def reuse(self, read: Read[Item], earlier: Asset) -> None:
        """The item takes an equal image that was made before, at no cost."""
        item = read.value
        asset = self._asset(
            item,
            item.attempt,
            {
                **earlier.model_dump(include={"width", "height", "media_type", "bytes", "objects", "seed", "recipe"}),
                "reused": True,
                "cost_micros": 0,
            },
        )
        entry = self._charges.entry(item, item.attempt, Charge(LedgerKind.REUSED, 0, {}))

        def writes(current: Read[Item]) -> list[Write]:
            fields = item_machine.succeeded(
                current.value, now=self._clock.now(), attempt=item.attempt, cost_micros=0, result=_result(asset)
            )
            return [
                guarded(current, fields or {}),
                Create(paths.asset(item.org, asset.id), asset.written()),
                money.create(item.org, entry),
                *self._unlocking(item),
            ]

        self._while_it_runs(read, writes)

    def fail(self, read: Read[Item], error: ProviderError) -> None:
        """The attempt failed: due again later, or failed for good; what it cost is in the ledger in the same commit."""
        item = read.value
        charge = self._charges.of_failure(item, error)
        entry = self._charges.entry(item, item.attempt, charge) if charge else None
        fields: dict[str, Any] | None = None

        def writes(current: Read[Item]) -> list[Write]:
            nonlocal fields
            fields = self._failing(current.value, error, charge)
            recorded = [money.create(item.org, entry)] if entry else []
            return [guarded(current, fields or {}), *self._unlocking(item), *recorded]

        if charge is not None and charge.kind is not LedgerKind.UNKNOWN_OUTCOME:
            telemetry.call_paid(item.provider, item.model, charge.cost_micros)
        if self._while_it_runs(read, writes):
            _failed(item, error.kind, fields)
        else:
            self._charge_late(item, charge, error)

    def take_back(self, reads: Sequence[Read[Item]]) -> None:
        """Take these items back from workers whose leases ended; one that reported meanwhile stays as it is."""
        groups = [self.taking_back(read) for read in reads]
        for read, writes, is_ours in zip(reads, groups, commit_groups(self._documents, groups), strict=True):
            if is_ours and writes and isinstance(writes[0], Update):
                telemetry.attempt_ended(read.value.provider, read.value.model, telemetry.LOST, None)
                _failed(read.value, ErrorKind.TIMEOUT, writes[0].fields)

    def taking_back(self, read: Read[Item]) -> list[Write]:
        """The writes that take an item back from a worker whose lease ended; what it may have bought is held at the estimate."""
        item = read.value
        error = ProviderError(kind=ErrorKind.TIMEOUT, detail=item_machine.LOST, outcome_known=False)
        charge = self._charges.estimated(item)
        fields = self._failing(item, error, charge, lost=True)
        if fields is None:
            return []
        entry = self._charges.entry(item, item.attempt, charge)
        return [guarded(read, fields), money.create(item.org, entry)]

    def _while_it_runs(self, read: Read[Item], writes: Callable[[Read[Item]], list[Write]]) -> bool:
        """Commit the end of an attempt for as long as it is still this attempt that runs; whether it was done.

        A refusal need not mean that the item was taken back: its recipe may have changed hands.
        """
        current: Read[Item] | None = read
        for _ in range(_TURNS):
            if current is None or not _runs(current.value, read.value.attempt):
                return False
            try:
                self._documents.commit(writes(current))
            except GuardRefused:
                current = self._items.one(read.value.org, read.value.batch, read.value.id)
            else:
                return True
        raise GuardRefused("The item changed too often while the end of its attempt was being recorded.")

    def _failing(
        self, item: Item, error: ProviderError, charge: Charge | None, *, lost: bool = False
    ) -> dict[str, Any] | None:
        now = self._clock.now()
        turns = max(item.tries + 1, failures.busy_in_a_row(item) + 1)
        delay = exponential_delay_seconds(
            turns,
            base_seconds=self._rules.base_seconds,
            max_seconds=self._rules.max_seconds,
            jitter=self._ids.jitter(),
        )
        shut_until = self._fallbacks.shut_until(item.model)
        decision = failures.decide(item, error, now=now, rules=self._rules, delay_seconds=delay, shut_until=shut_until)
        moved = self._fallbacks.after(item, error.kind, is_final=decision.not_before is None)
        if moved is not None:
            decision = Decision(now, uses_try=decision.uses_try)
        cost_micros = charge.cost_micros if charge else 0
        fields = item_machine.failed(item, now=now, error=error, decision=decision, cost_micros=cost_micros, lost=lost)
        return fields if fields is None or moved is None else fields | moved

    def _finishing(self, read: Read[Item], made: Made, *, bought: Item) -> list[Write]:
        """The writes of a success as the item is now: on time, late, or a duplicate of what ended already.

        What a late worker bought before somebody changed the item is as little wanted as a duplicate.
        """
        item = read.value
        is_unwanted = item.status.is_terminal or item.recipe != bought.recipe
        known = self._ledger.of_attempt(item.org, item.id, made.attempt) if self._may_be_known(item, made) else None
        kind = LedgerKind.DUPLICATE if is_unwanted else LedgerKind.CHARGE
        entry = self._charges.entry(bought, made.attempt, Charge(kind, made.cost_micros, dict(made.usage), images=1))
        more = made.cost_micros - (known.value.cost_micros if known else 0)
        if is_unwanted:
            if known is not None and known.value.kind is not LedgerKind.UNKNOWN_OUTCOME:
                return []
            bought_twice = {"duplicate_purchases": item.duplicate_purchases + 1}
            told = _reported(item, made.attempt, None, made.cost_micros)
            writes: list[Write] = [
                guarded(read, {"cost_micros": item.cost_micros + more, **bought_twice, **told}),
                self._look_again(item),
            ]
        else:
            asset = self._asset(item, made.attempt, _facts(item, made))
            overtaken, noted = self._overtaking(item, by=(made.attempt, bought.attempt))
            fields = item_machine.succeeded(
                item,
                now=self._clock.now(),
                attempt=made.attempt,
                cost_micros=more,
                result=_result(asset),
                overtaken_micros=overtaken,
            )
            writes = [
                guarded(read, fields or {}),
                Create(paths.asset(item.org, asset.id), asset.written()),
                *self._unlocking(item),
                *noted,
            ]
        if known is None:
            return [*writes, money.create(item.org, entry)]
        return [*writes, guarded(known, entry.written())]

    def _may_be_known(self, item: Item, made: Made) -> bool:
        """Whether the attempt may have a ledger entry already: not while it is the one that is running."""
        return not _runs(item, made.attempt)

    def _overtaking(self, item: Item, *, by: Collection[int]) -> tuple[int | None, list[Write]]:
        """What is noted of the attempt that runs, at which price, when others end the item meanwhile: it may have called.

        Nobody will look for it any more; if its worker reports, the estimate becomes what the call did cost.
        """
        if item.status is not ItemStatus.RUNNING or item.attempt in by:
            return None, []
        charge = self._charges.estimated(item)
        return charge.cost_micros, [money.create(item.org, self._charges.entry(item, item.attempt, charge))]

    def _charge_late(self, item: Item, charge: Charge | None, error: ProviderError | None) -> None:
        """What an attempt cost, reported after the item was taken back or finished by an earlier attempt.

        Its true price replaces the estimate, which goes where it cost nothing (None); where nobody knows the price and
        nothing is noted yet, the estimate is.
        """
        for _ in range(_TURNS):
            known = self._ledger.of_attempt(item.org, item.id, item.attempt)
            if known is not None and not _is_corrected(known.value, charge):
                return
            recorded = self._correcting(item, known, charge)
            current = self._items.one(item.org, item.batch, item.id) if recorded else None
            if current is None or recorded is None:
                return
            cost_micros = charge.cost_micros if charge else 0
            more = cost_micros - (known.value.cost_micros if known else 0)
            told = _reported(current.value, item.attempt, error, cost_micros)
            try:
                self._documents.commit(
                    [
                        guarded(current, {"cost_micros": current.value.cost_micros + more, **told}),
                        recorded,
                        *([self._look_again(item)] if current.value.status.is_terminal else []),
                    ]
                )
            except GuardRefused:
                continue
            return
        raise GuardRefused("The item changed too often while what its attempt had cost was being recorded.")

    def _correcting(self, item: Item, known: Read[LedgerEntry] | None, charge: Charge | None) -> Write | None:
        """The write that sets this charge in the place of what is known of the attempt; None where neither is anything."""
        if charge is None:
            return Delete(known.path, known.version) if known else None
        entry = self._charges.entry(item, item.attempt, charge)
        return guarded(known, entry.written()) if known else money.create(item.org, entry)

    def _look_again(self, item: Item) -> Write:
        """The batch may be finished and settled without this money: in the same commit, it is due for a step."""
        return Update(paths.batch(item.org, item.batch), {"next_step_at": self._clock.now()})

    def _unlocking(self, item: Item) -> list[Write]:
        """The end of this item's hold on its recipe, if it has one."""
        if not item.reuse:
            return []
        lock = self._recipes.one(item.org, item.recipe)
        return [Delete(lock.path, lock.version)] if lock and lock.value.item == item.id else []

    def _asset(self, item: Item, attempt: int, facts: dict[str, Any]) -> Asset:
        now = self._clock.now()
        return Asset(
            **{
                "id": derived("ast", item.id, attempt),
                "batch": item.batch,
                "item": item.id,
                "index": item.index,
                "row": item.row,
                "variant": item.variant,
                "prompt": item.prompt,
                "model": item.model,
                "provider": item.provider,
                "fallen_from": item.fallen_from,
                "aspect_ratio": item.aspect_ratio,
                "size": item.size,
                "tags": item.tags,
                "metadata": item.metadata,
                "recipe": recipe_of(item),
                "recipe_hash": item.recipe,
                "created_at": now,
                "created_by": item.created_by,
                "terms": search.terms(item.prompt, tags=item.tags),
                **facts,
            }
        )


def _bought(item: Item, made: Made) -> None:
    telemetry.call_paid(item.provider, item.model, made.cost_micros)
    if item.status.is_terminal:
        telemetry.bought_twice(item.provider, item.model)


def _failed(item: Item, kind: ErrorKind, fields: Mapping[str, Any] | None) -> None:
    for_good = fields is not None and fields["status"] == ItemStatus.FAILED.value
    telemetry.attempt_failed(item.provider, item.model, kind.value, for_good=for_good)


def _is_corrected(known: LedgerEntry, charge: Charge | None) -> bool:
    """Whether this charge tells more than what is noted: a price, or that there is none, where there was an estimate."""
    is_certain = charge is None or charge.kind is not LedgerKind.UNKNOWN_OUTCOME
    return known.kind is LedgerKind.UNKNOWN_OUTCOME and is_certain


def _reported(item: Item, attempt: int, error: ProviderError | None, cost_micros: int) -> dict[str, Any]:
    """What the attempt's entry in an item that ended says from now on; one that goes on is decided by what it says already."""
    if not item.status.is_terminal:
        return {}
    return item_machine.reported(item, attempt=attempt, error=error, cost_micros=cost_micros)


def _runs(item: Item, attempt: int) -> bool:
    return item.status is ItemStatus.RUNNING and item.attempt == attempt


def _facts(item: Item, made: Made) -> dict[str, Any]:
    return {
        "width": made.width,
        "height": made.height,
        "media_type": made.media_type,
        "bytes": made.bytes,
        "objects": made.objects,
        "seed": made.seed,
        "cost_micros": made.cost_micros,
        "recipe": {**recipe_of(item), "seed": made.seed, "model_version": made.model_version},
    }


def _result(asset: Asset) -> dict[str, Any]:
    """What the item shows of its asset."""
    return {
        "asset_id": asset.id,
        "width": asset.width,
        "height": asset.height,
        "media_type": asset.media_type,
        "bytes": asset.bytes,
        "seed": asset.seed,
        "reused": asset.reused,
    }
