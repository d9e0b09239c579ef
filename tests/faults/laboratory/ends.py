"""What must hold when all is at rest: every image ended once, the money adds up, nothing is left over."""

from collections import defaultdict
from typing import TYPE_CHECKING

from shared.domain.event_names import EventName
from shared.domain.ids import derived
from shared.domain.image_models import cost_micros
from shared.domain.items import Item
from shared.domain.money import LedgerEntry, LedgerKind
from shared.ports.documents import Query
from tests.engine import invariants
from tests.faults.laboratory.audits import Call
from tests.faults.laboratory.people import org_of
from tests.faults.laboratory.providers import spec_of

if TYPE_CHECKING:
    from tests.faults.laboratory.runs import Laboratory


def check(laboratory: "Laboratory") -> None:
    """Assert everything."""
    for number in range(laboratory.plan.organisations):
        org = org_of(number)
        invariants.check(laboratory.world, org)
        _check_calls(laboratory, org)
    _check_followed(laboratory)
    _check_submits(laboratory)
    _check_retries(laboratory)
    _check_announced(laboratory)
    assert not _leases(laboratory), "a step is held"


def _check_followed(laboratory: "Laboratory") -> None:
    """What is stored is what the commits said: nothing came by another way, and nothing was lost."""
    for path, shadow in laboratory.audit.items.items():
        document = laboratory.world.store.get(path)
        assert document is not None, f"{path} is gone"
        for name in ("status", "attempt", "series", "cost_micros", "asset_id"):
            assert document.data.get(name) == shadow.fields.get(name), f"{path}: {name}"


def _check_submits(laboratory: "Laboratory") -> None:
    people = laboratory.people
    for number in range(len(laboratory.plan.batches)):
        key = f"key-{number}"
        assert len(people.answers[key]) <= 1, f"{key} made several batches: {people.answers[key]}"
        assert people.answers[key] or key in people.refused, f"{key} was never answered"
    answered = {batch for batches in people.answers.values() for batch in batches}
    assert answered == {fields["id"] for fields in laboratory.audit.batches.values()}, "a batch that nobody submitted"


def _check_retries(laboratory: "Laboratory") -> None:
    """Every retry that was accepted was carried out."""
    store = laboratory.world.store
    for path, fields in laboratory.audit.batches.items():
        control = store.get(f"{path}/control/step")
        assert control is not None
        carried_out = control.data["retried_series"]
        assert carried_out == fields["series"], f"retry {fields['series']} of {path} was forgotten after {carried_out}"


def _check_announced(laboratory: "Laboratory") -> None:
    """Each series' end was announced, and always under one id."""
    ids: defaultdict[tuple[str, int], set[str]] = defaultdict(set)
    for event in laboratory.world.events:
        if event.name != EventName.BATCH_COMPLETED:
            continue
        ids[str(event.data["batch"]), int(event.data["series"])].add(event.id)
    for told, several in ids.items():
        assert len(several) == 1, f"the end of {told} was announced under {len(several)} ids"
    for batch in laboratory.world.batches():
        assert (batch.id, batch.series) in ids, f"nobody was told of the end of {batch.id}"


def _leases(laboratory: "Laboratory") -> list[str]:
    now = laboratory.world.clock.now()
    controls = laboratory.world.store.query(Query("control", group=True))
    return [one.path for one in controls if one.data["lease_owner"] and one.data["lease_until"] > now]


def _check_calls(laboratory: "Laboratory", org: str) -> None:
    """Every billed call is in the ledger; a picture that was bought is kept, or it is known what became of it."""
    ledger = {(entry.item, entry.attempt): entry for entry in laboratory.world.ledger(org)}
    by_item: defaultdict[tuple[str, str], list[Call]] = defaultdict(list)
    for call in laboratory.audit.calls:
        if call.org == org:
            by_item[call.batch, call.item].append(call)
    for (batch, name), calls in by_item.items():
        item = next(one for one in laboratory.world.items(batch, org) if one.id == name)
        for call in calls:
            entry = ledger.get((call.item, call.attempt))
            _check_billed(call, entry)
            if call.reply.is_picture and not _is_kept(item, call):
                assert _is_explained(item, call, entry), f"what {name} attempt {call.attempt} bought is not kept"


def _check_billed(call: Call, entry: LedgerEntry | None) -> None:
    if not call.reply.units:
        return
    told = f"{call.item} attempt {call.attempt}"
    assert entry is not None, f"the call of {told} is not in the ledger"
    if call.is_reported and not call.reply.name.startswith("silent"):
        assert entry.kind is not LedgerKind.UNKNOWN_OUTCOME, f"what {told} cost is known, and the ledger holds a guess"
    if entry.kind in (LedgerKind.CHARGE, LedgerKind.FAILED_CHARGE, LedgerKind.DUPLICATE):
        spec = spec_of(entry.model)
        cost = cost_micros(call.reply.units, spec.prices[0])
        assert entry.cost_micros == cost, f"{told} cost {cost}, and the ledger says {entry.cost_micros}"
        ceiling = 1_500 if spec.id == "tokens" else 1_000
        assert entry.overrun_micros == max(cost - ceiling, 0), f"{told} hides an overrun"


def _is_kept(item: Item, call: Call) -> bool:
    return item.asset_id == derived("ast", item.id, call.attempt)


def _is_explained(item: Item, call: Call, entry: LedgerEntry | None) -> bool:
    """Whether it is known why a bought picture is not the item's: it was bought twice and is counted as that, its worker was
    lost, or it could not be stored and what it cost stands in its attempt.
    """
    if entry is not None and entry.kind is LedgerKind.DUPLICATE:
        return item.duplicate_purchases > 0
    attempt = next((one for one in item.attempts if one.number == call.attempt), None)
    assert attempt is not None, f"{item.id} forgot its attempt {call.attempt}"
    return attempt.lost or (attempt.error is not None and attempt.cost_micros > 0)
