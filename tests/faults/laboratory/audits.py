"""What must hold at every moment: each commit and each call to a provider is looked at when it happens."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from shared.domain.modes import ItemStatus
from shared.ports.documents import Create, Delete, Set, Write
from shared.ports.providers import ImageRequest
from shared.repositories import paths
from tests.faults.laboratory.journals import Journal, Violation
from tests.faults.laboratory.providers import Reply, spec_of

_TERMINAL = frozenset(status.value for status in ItemStatus if status.is_terminal)
_ALLOWED = {
    ("", "pending"),
    ("", "cancelled"),
    ("pending", "running"),
    ("pending", "succeeded"),
    ("pending", "cancelled"),
    ("running", "pending"),
    ("running", "succeeded"),
    ("running", "failed"),
    ("failed", "pending"),
}
# By so much clocks of processes differ at most: twice the plans' largest skew.
_SKEW = timedelta(seconds=2)
_MAKER_FIRST = timedelta(seconds=30)


@dataclass(kw_only=True)
class Call:
    """One call to the provider: for which attempt, by whom, and what it brings."""

    org: str
    batch: str
    item: str
    attempt: int
    recipe: str
    reuse: bool
    worker: str
    began_at: datetime
    lease_until: datetime | None
    reply: Reply
    ended_at: datetime | None = None
    is_reported: bool = False


@dataclass(kw_only=True)
class Shadow:
    """An item as the commits have left it."""

    path: str
    fields: dict[str, Any]
    claims: int = 0

    @property
    def status(self) -> str:
        """Its state."""
        status: str = self.fields["status"]
        return status

    @property
    def bound_micros(self) -> int:
        """What it has spent and what is held for it."""
        bound: int = self.fields.get("cost_micros", 0) + self.fields.get("held_micros", 0)
        return bound


@dataclass(kw_only=True)
class Audit:
    """Follows what is committed and called; what breaks a rule is a Violation, kept and raised at the end of the turn."""

    journal: Journal
    now: Callable[[], datetime]
    limit_micros: int | None
    items: dict[str, Shadow] = field(default_factory=dict)
    batches: dict[str, dict[str, Any]] = field(default_factory=dict)
    reservations: dict[str, dict[str, Any]] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    objects: dict[str, int] = field(default_factory=dict)
    entries: dict[str, tuple[str, int]] = field(default_factory=dict)
    jobs: set[str] = field(default_factory=set)
    broken: list[str] = field(default_factory=list)
    moves: Counter[tuple[str, str]] = field(default_factory=Counter)
    # By how much costs grew beyond what was held for them: overruns, and late bills in the place of estimates.
    surprises_micros: int = 0
    _news_micros: int = 0

    def fail(self, told: str) -> None:
        """Note a broken invariant."""
        self.journal.add("AUDIT", told)
        self.broken.append(told)

    def check(self) -> None:
        """Raise the first of what was broken."""
        if self.broken:
            raise Violation(self.broken[0])

    def committed(self, who: str, writes: Sequence[Write], *, since_micros: int) -> None:
        """A commit was applied by somebody who began to look when the surprises were so many."""
        self._news_micros = self.surprises_micros - since_micros
        ledger = {found for write in writes if (found := self._entered(write)) is not None}
        for write in writes:
            parts = write.path.split("/")
            if len(parts) == 6 and parts[2] == "batches" and parts[4] == "items":
                self._item_written(who, write, ledger)
            elif len(parts) == 4 and parts[2] == "batches":
                self._batch_written(who, write)
            elif len(parts) == 4 and parts[2] == "reservations":
                self.reservations.setdefault(write.path, {}).update(_fields(write) or {})

    def _entered(self, write: Write) -> tuple[str, int] | None:
        """The item and attempt whose entry of the ledger is made, corrected or, where the attempt cost nothing, taken out."""
        if "/ledger/" not in write.path:
            return None
        said = _fields(write) or {}
        if "item" in said:
            self.entries[write.path] = (said["item"], said["attempt"])
        return self.entries.get(write.path)

    def stored(self, name: str) -> None:
        """An object was put."""
        self.objects.setdefault(name, len(self.journal))

    def call_begins(
        self, who: str, worker: str, payload: Mapping[str, Any], request: ImageRequest, reply: Reply
    ) -> Call:
        """A worker asks the provider: only whoever holds the item may, once for an attempt, within the money that is held."""
        org, batch, item, attempt = (payload[name] for name in ("org", "batch", "item", "attempt"))
        shadow = self.items[paths.item(org, batch, item)]
        call = Call(
            org=org,
            batch=batch,
            item=item,
            attempt=attempt,
            recipe=shadow.fields["recipe"],
            reuse=shadow.fields.get("reuse", False),
            worker=worker,
            began_at=self.now(),
            lease_until=shadow.fields.get("lease_until") if shadow.fields.get("lease_owner") == worker else None,
            reply=reply,
        )
        self.journal.add(who, f"calls for {item[4:9]} attempt {attempt}: {reply.name}, {reply.seconds:.1f} s")
        self._check_call(call, shadow, request)
        self.calls.append(call)
        return call

    def call_ends(self, call: Call) -> None:
        """The provider's answer reached the worker."""
        call.ended_at = self.now()

    def is_at_rest(self) -> bool:
        """Whether no batch wants another step."""
        return all(fields.get("next_step_at") is None for fields in self.batches.values())

    def waiting(self, batch: str) -> list[str]:
        """The images of the batch at this path that wait, by id."""
        below = f"{batch}/items/"
        return [
            one.fields["id"] for path, one in self.items.items() if path.startswith(below) and one.status == "pending"
        ]

    def has_failed(self, batch: str) -> bool:
        """Whether an image of the batch at this path has failed for good."""
        return any(one.status == "failed" for path, one in self.items.items() if path.startswith(f"{batch}/"))

    def bound_micros(self, prefix: str) -> int:
        """What items below this path have spent and hold."""
        return sum(shadow.bound_micros for path, shadow in self.items.items() if path.startswith(prefix))

    def _check_call(self, call: Call, shadow: Shadow, request: ImageRequest) -> None:
        told = f"{call.item} attempt {call.attempt}"
        if [one for one in self.calls if (one.item, one.attempt) == (call.item, call.attempt)]:
            self.fail(f"{told} was called for twice")
        if shadow.fields.get("lease_owner") == call.worker:
            # Otherwise its lease has ended meanwhile, and it cannot know.
            ceiling = self._ceiling(request)
            if shadow.fields.get("held_micros", 0) < ceiling:
                self.fail(f"{told} is called for, and its ceiling of {ceiling} is not held")
        claimed = shadow.claims
        for earlier in range(1, call.attempt):
            name = paths.image_object(call.org, call.batch, call.item, earlier)
            if self.objects.get(name, len(self.journal)) < claimed and self._has_recipe(call, earlier):
                self.fail(f"{told} is bought again, and attempt {earlier} is stored")
        if call.reuse:
            self._check_equal(call, told)

    def _has_recipe(self, call: Call, attempt: int) -> bool:
        return any(one.recipe == call.recipe for one in self.calls if (one.item, one.attempt) == (call.item, attempt))

    def _check_equal(self, call: Call, told: str) -> None:
        # The lock on a recipe counts from the claim, however long after it the call begins.
        for other in self.calls:
            is_equal = other.reuse and (other.org, other.recipe) == (call.org, call.recipe) and other.item != call.item
            is_locked = other.lease_until is not None and other.lease_until + _MAKER_FIRST > call.began_at + _SKEW
            if is_equal and is_locked and other.ended_at is None and self._runs(other):
                self.fail(f"{told} is called for while its equal {other.item} is being made")

    def _runs(self, call: Call) -> bool:
        fields = self.items[paths.item(call.org, call.batch, call.item)].fields
        return fields["status"] == "running" and fields.get("attempt") == call.attempt

    def _ceiling(self, request: ImageRequest) -> int:
        spec = spec_of(request.model)
        units = spec.ceiling_units[request.size]
        return sum(units.values()) if request.model == "tokens" else sum(units.values()) * 1_000

    def _item_written(self, who: str, write: Write, ledger: set[tuple[str, int]]) -> None:
        fields = _fields(write)
        if fields is None:
            self.fail(f"{write.path} is deleted")
            return
        shadow = self.items.setdefault(write.path, Shadow(path=write.path, fields={"status": ""}))
        before, bound = dict(shadow.fields), shadow.bound_micros
        shadow.fields.update(fields)
        after = shadow.fields
        if after.get("job"):
            self.jobs.add(after["job"]["provider_job"]["id"])
        if before["status"] != after["status"]:
            self._moved(who, shadow, before, ledger)
        if not before.get("in_flight") and after.get("in_flight"):
            self._dispatched(who, shadow)
        else:
            self.surprises_micros += max(shadow.bound_micros - bound, 0)
        if before.get("cost_micros", 0) != after.get("cost_micros", 0) and not self._is_charged(shadow, ledger):
            self.fail(f"{shadow.path} costs more, and the ledger does not say why")

    def _is_charged(self, shadow: Shadow, ledger: set[tuple[str, int]]) -> bool:
        return any(item == shadow.fields["id"] for item, _ in ledger)

    def _moved(self, who: str, shadow: Shadow, before: dict[str, Any], ledger: set[tuple[str, int]]) -> None:
        fields = shadow.fields
        move = (before["status"], fields["status"])
        self.moves[move] += 1
        item = fields["id"]
        self.journal.add(who, f"{item[4:9]} {move[0] or 'new'} → {move[1]} attempt {fields.get('attempt')}")
        if move not in _ALLOWED:
            self.fail(f"{shadow.path} went from {move[0]} to {move[1]}")
        if move == ("failed", "pending"):
            wanted = self.batches[shadow.path.rpartition("/items/")[0]].get("series", 1)
            if not before.get("series", 1) < fields["series"] <= wanted:
                self.fail(f"{shadow.path} left its end, and nobody asked for it")
        lease_until = before.get("lease_until")
        is_taken_back = move[0] == "running" and who.startswith("step")
        if is_taken_back and lease_until is not None and lease_until > self.now() + _SKEW:
            self.fail(f"{shadow.path} is taken back from a worker that has time until {lease_until:%H:%M:%S}")
        if move == ("pending", "running"):
            shadow.claims = len(self.journal)
            if not before.get("in_flight"):
                self.fail(f"{shadow.path} was claimed, and no money is held for it")
        if fields["status"] == "succeeded" and not self._is_charged(shadow, ledger):
            self.fail(f"{shadow.path} succeeded without an entry in the ledger")

    def _dispatched(self, who: str, shadow: Shadow) -> None:
        """Money is held for one item more: all that is spent and held must fit the limits."""
        batch = shadow.path.rpartition("/items/")[0]
        budget = self.batches[batch].get("cost", {}).get("budget_micros")
        bound = self.bound_micros(f"{batch}/")
        self.journal.add(who, f"{shadow.fields['id'][4:9]} dispatched, {bound} bound of {budget}")
        if budget is not None and bound > budget + self._news_micros:
            self.fail(f"{shadow.path} goes out beyond its batch's budget: {bound} of {budget}")
        if self.limit_micros is not None:
            org = "/".join(batch.split("/")[:2])
            # What others' calls cost beyond what was set aside counts from the next step of their batch on.
            bound = self.bound_micros(f"{org}/") - sum(map(self._unsettled_micros, self._batches_beside(org, batch)))
            if bound > self.limit_micros + self._news_micros:
                self.fail(f"{shadow.path} goes out beyond the organisation's limit: {bound} of {self.limit_micros}")

    def _batches_beside(self, org: str, batch: str) -> list[str]:
        return [path for path in self.batches if path.startswith(f"{org}/") and path != batch]

    def _unsettled_micros(self, batch: str) -> int:
        """By how much a batch's items bind more than it has set aside and settled."""
        kept = self.reservations.get(batch.replace("/batches/", "/reservations/"), {})
        aside: int = kept.get("reserved_micros", 0) + kept.get("settled_micros", 0)
        return max(self.bound_micros(f"{batch}/") - aside, 0)

    def _batch_written(self, who: str, write: Write) -> None:
        fields = _fields(write)
        if fields is None:
            return
        batch = self.batches.setdefault(write.path, {})
        before = batch.get("status")
        for name, value in fields.items():
            _put(batch, name, value)
        if batch.get("status") != before:
            self.journal.add(who, f"batch {batch['id'][4:9]} is {batch['status']}: {batch.get('status_reason', '')}")


def batch_of(writes: Sequence[Write]) -> str | None:
    """The path of the batch that a commit writes, if it writes one."""
    found = [write.path for write in writes if len(parts := write.path.split("/")) == 4 and parts[2] == "batches"]
    return found[0] if found else None


def _fields(write: Write) -> dict[str, Any] | None:
    if isinstance(write, Delete):
        return None
    return dict(write.data if isinstance(write, Create | Set) else write.fields)


def _put(document: dict[str, Any], name: str, value: Any) -> None:
    first, _, rest = name.partition(".")
    if rest:
        _put(document.setdefault(first, {}), rest, value)
    else:
        document[first] = value
