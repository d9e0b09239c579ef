"""The item's state machine: each transition as the fields that it writes, or None when it is not allowed."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from shared.domain.errors import ErrorKind, ProviderError
from shared.domain.failures import PATIENT, Decision, hint, is_of_earlier_series
from shared.domain.items import Attempt, AttemptError, Item, ItemError, ItemReference, ProviderJob, RunningJob
from shared.domain.modes import ItemStatus

if TYPE_CHECKING:
    from shared.domain.batch_forms import RetryChanges

Fields = dict[str, Any]

_AT_REST: Mapping[str, Any] = {
    "in_flight": False,
    "held_micros": 0,
    "dispatched_until": None,
    "lease_owner": "",
    "lease_until": None,
    "job": None,
}
_NOT_DISCARDED: Mapping[str, Any] = {"discarded_at": None, "discarded_by": "", "discard_reason": ""}
# A document stays far below a mebibyte however often it is tried again: the oldest attempts are summed up by twos.
MAX_ATTEMPTS = 200
LOST = "The worker stopped before it could report; the next try looks first for what it may have finished."

OVERTAKEN = "An earlier try finished the image while this one was under way; whether this one was billed is not known."


def dispatched(item: Item, *, until: datetime, held_micros: int) -> Fields | None:
    """A pending item goes into a queue, under the next number."""
    if item.status is not ItemStatus.PENDING:
        return None
    return {
        "dispatch": item.dispatch + 1,
        "dispatched_until": until,
        "due_at": until,
        "in_flight": True,
        "held_micros": held_micros,
    }


def recalled(item: Item, *, now: datetime) -> Fields | None:
    """A dispatched item that nobody claimed comes back (its batch is paused); a task of it that is still on its way is void."""
    if item.status is not ItemStatus.PENDING:
        return None
    waits = item.not_before is not None and item.not_before > now
    return {**_AT_REST, "due_at": item.not_before if waits else item.place_at or item.not_before or now}


def edited(item: Item, *, now: datetime, changes: Fields) -> Fields | None:
    """A pending item is to be made otherwise: a task of it that is on its way is void, so that money is held anew for it."""
    back = recalled(item, now=now)
    return None if back is None else back | changes


def placed(item: Item, *, now: datetime, place_at: datetime) -> Fields | None:
    """A waiting item gets another place in its batch's line; None for one on its way, or that may not begin yet."""
    waits = item.not_before is not None and item.not_before > now
    if item.status is not ItemStatus.PENDING or item.in_flight or waits:
        return None
    return {"place_at": place_at, "due_at": place_at}


def discarded(item: Item, *, now: datetime, by: str, reason: str) -> Fields | None:
    """A dead letter is given up; it stays a failed item of its batch."""
    if item.status is not ItemStatus.FAILED or item.discarded_at is not None:
        return None
    return {"discarded_at": now, "discarded_by": by, "discard_reason": reason}


def claimed(item: Item, *, attempt: int, now: datetime, owner: str, lease_until: datetime) -> Fields | None:
    """A worker takes the item for this attempt; None for a delivery that is late, early, doubled or void."""
    due = item.not_before is None or item.not_before <= now
    if item.status is not ItemStatus.PENDING or item.attempt != attempt or not item.in_flight or not due:
        return None
    return {
        "status": ItemStatus.RUNNING.value,
        "lease_owner": owner,
        "lease_until": lease_until,
        "due_at": lease_until,
        "dispatched_until": None,
        "started_at": item.started_at or now,
        "attempts": [
            *_dump(_bounded(item.attempts)),
            _dump_one(Attempt(number=attempt, model=item.model, started_at=now)),
        ],
    }


def submitted(
    item: Item, *, attempt: int, job: ProviderJob, lane: str, now: datetime, poll_at: datetime, lease_until: datetime
) -> Fields | None:
    """The provider took the job of this attempt: from now on it is looked at, and not bought again."""
    if item.status is not ItemStatus.RUNNING or item.attempt != attempt or item.job is not None:
        return None
    running = RunningJob(provider_job=job, lane=lane, submitted_at=now, poll_at=poll_at)
    return {"job": running.model_dump(), **_looked_at_until(lease_until)}


def polled(item: Item, *, poll: int, poll_at: datetime, lease_until: datetime, lost: bool = False) -> Fields | None:
    """A look at the job is over, or was `lost` with its worker: the next one is due at `poll_at`. None unless this look was due."""
    if item.status is not ItemStatus.RUNNING or item.job is None or item.job.polls + 1 != poll:
        return None
    job = item.job.model_copy(update={"polls": poll, "poll_at": poll_at, "lost": item.job.lost + lost})
    return {"job": job.model_dump(), **_looked_at_until(lease_until)}


def succeeded(
    item: Item, *, now: datetime, attempt: int, cost_micros: int, result: Fields, overtaken_micros: int | None = None
) -> Fields | None:
    """The image is stored; `result` names the asset and its facts. A late worker may still finish an item that is not terminal.

    `overtaken_micros` is the estimate of what another attempt, which runs at this moment, has spent in vain.
    """
    if item.status.is_terminal:
        return None
    started = next((entry.started_at for entry in item.attempts if entry.number == attempt), now)
    return {
        **_AT_REST,
        "status": ItemStatus.SUCCEEDED.value,
        "due_at": None,
        "not_before": None,
        "finished_at": now,
        "error": None,
        "cost_micros": item.cost_micros + cost_micros + (overtaken_micros or 0),
        "duration_ms": max(int((now - started) / timedelta(milliseconds=1)), 0),
        # Whoever tries at this moment tries in vain: nothing of an item that ended stays open.
        "attempts": [
            entry if entry["finished_at"] else {**entry, **_overtaken(now, overtaken_micros)}
            for entry in _closed(item, attempt, now, None, cost_micros)
        ],
        **result,
    }


def failed(
    item: Item, *, now: datetime, error: ProviderError, decision: Decision, cost_micros: int, lost: bool = False
) -> Fields | None:
    """The running attempt failed: pending again with the time of the next one, or failed for good with a hint."""
    if item.status is not ItemStatus.RUNNING:
        return None
    told = AttemptError(kind=error.kind, detail=error.detail, stage=error.stage)
    fields: Fields = {
        **_AT_REST,
        "attempts": _closed(item, item.attempt, now, told, cost_micros, lost=lost),
        "attempt": item.attempt + 1,
        "tries": item.tries + (1 if decision.uses_try else 0),
        "cost_micros": item.cost_micros + cost_micros,
    }
    if decision.not_before is None:
        final = ItemError(kind=error.kind, detail=error.detail, hint=hint(error, item))
        return fields | {
            "status": ItemStatus.FAILED.value,
            "due_at": None,
            "not_before": None,
            "finished_at": now,
            "error": final.model_dump(),
        }
    return fields | {
        "status": ItemStatus.PENDING.value,
        "not_before": decision.not_before,
        "due_at": decision.not_before,
    }


def waiting_for_equal(item: Item, *, not_before: datetime) -> Fields | None:
    """An equal image is being made elsewhere: back to pending without a try, to take its result later."""
    if item.status is not ItemStatus.PENDING:
        return None
    return {**_AT_REST, "not_before": not_before, "due_at": not_before}


def cancelled(item: Item, *, now: datetime) -> Fields | None:
    """A pending item ends at its batch's cancellation; a running one is kept."""
    if item.status is not ItemStatus.PENDING:
        return None
    return {**_AT_REST, "status": ItemStatus.CANCELLED.value, "due_at": None, "not_before": None, "finished_at": now}


def retried(
    item: Item,
    *,
    now: datetime,
    series: int,
    changes: "RetryChanges",
    provider: str,
    recipe: str,
    references: Sequence[ItemReference] | None = None,
    place_at: datetime | None = None,
) -> Fields | None:
    """A failed item, discarded or not, starts a new series with the earlier attempts kept; attempt numbers go on."""
    if item.status is not ItemStatus.FAILED or item.series >= series:
        return None
    return {
        **_AT_REST,
        **_NOT_DISCARDED,
        **changes.settings(),
        **({} if references is None else {"references": [one.model_dump() for one in references]}),
        "provider": provider,
        "recipe": recipe,
        "status": ItemStatus.PENDING.value,
        "tries": 0,
        "series": series,
        "retried_at": now,
        "not_before": None,
        "place_at": place_at or now,
        "due_at": place_at or now,
        "finished_at": None,
        "error": None,
    }


def not_retried(item: Item, *, now: datetime, series: int, detail: str) -> Fields | None:
    """A failed item cannot be made with what was ordered for this series: it joins the series failed, and says why."""
    if item.status is not ItemStatus.FAILED or item.series >= series:
        return None
    error = ProviderError(ErrorKind.INVALID, detail)
    told = ItemError(kind=error.kind, detail=error.detail, hint=hint(error, item))
    return {"series": series, "finished_at": now, "error": told.model_dump()}


def reported(item: Item, *, attempt: int, error: ProviderError | None, cost_micros: int) -> Fields:
    """The worker of a lost attempt reports after its item has ended: how it ended, and what it cost."""
    told = AttemptError(kind=error.kind, detail=error.detail, stage=error.stage) if error else None
    known = {"lost": False, "error": told, "cost_micros": cost_micros}
    return {
        "attempts": _dump(
            [
                entry.model_copy(update=known) if entry.number == attempt and entry.lost and entry.count == 1 else entry
                for entry in item.attempts
            ]
        )
    }


def _overtaken(now: datetime, cost_micros: int | None) -> Fields:
    if cost_micros is None:
        return {"finished_at": now}
    error = AttemptError(kind=ErrorKind.TIMEOUT, detail=OVERTAKEN).model_dump()
    return {"finished_at": now, "lost": True, "error": error, "cost_micros": cost_micros}


def _looked_at_until(lease_until: datetime) -> Fields:
    return {"lease_until": lease_until, "due_at": lease_until}


def _bounded(attempts: list[Attempt]) -> list[Attempt]:
    """Room for one attempt more: where there is none, the two oldest become one entry that tells of the later one."""
    if len(attempts) < MAX_ATTEMPTS:
        return attempts
    first, second, *rest = attempts
    summed = second.model_copy(
        update={
            "count": first.count + second.count,
            "started_at": first.started_at,
            "cost_micros": first.cost_micros + second.cost_micros,
            "lost": first.lost or second.lost,
        }
    )
    return [summed, *rest]


def _closed(
    item: Item, number: int, now: datetime, error: AttemptError | None, cost_micros: int, *, lost: bool = False
) -> list[Fields]:
    """The attempts with the one of this number ended; those without room, in a row, become one entry with a count."""
    closed: list[Attempt] = []
    for entry in item.attempts:
        if entry.number != number:
            closed.append(entry)
            continue
        ended = entry.model_copy(
            update={"finished_at": now, "error": error, "cost_micros": entry.cost_micros + cost_micros, "lost": lost}
        )
        before = closed[-1] if closed else None
        if before and _is_patient(before) and _is_patient(ended) and not is_of_earlier_series(item, before):
            closed[-1] = ended.model_copy(
                update={
                    "count": before.count + 1,
                    "started_at": before.started_at,
                    "cost_micros": before.cost_micros + ended.cost_micros,
                }
            )
        else:
            closed.append(ended)
    return _dump(closed)


def _is_patient(entry: Attempt) -> bool:
    return entry.error is not None and entry.error.kind in PATIENT


def _dump(attempts: list[Attempt]) -> list[Fields]:
    return [_dump_one(entry) for entry in attempts]


def _dump_one(entry: Attempt) -> Fields:
    return entry.model_dump()
