"""What is told of a batch after a step."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from shared.domain.batches import Batch, ModelDemand, Queue
from shared.domain.crowds import Competitor, Crowd
from shared.domain.lines import Contender, Line
from shared.domain.modes import BatchStatus, Desired, Priority
from shared.domain.pacers import Paced
from shared.domain.progress import Counts, about, item_queue
from shared.domain.slots import Slots
from shared.services.dispatching import Dispatched
from shared.services.outlooks import Outlook, freed, outlook
from shared.services.timetables import Timetables
from shared.services.turns import Turn
from tests.clocks import START
from tests.engine.scripted import model

SPEC = model(concurrency=4, rate_per_second=2.0)
ME = Competitor(org="org_a", batch="bat_me", priority=Priority.STANDARD)


def later(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def batch(**fields: Any) -> Batch:
    values = {"id": "bat_me", "name": "B", "status": "accepted", "created_at": START, "created_by": "mem_a"}
    return Batch.model_validate(values | {"models": [SPEC.id]} | fields)


def counts(total: int = 10, **states: int) -> Counts:
    values = {"running": 0, "succeeded": 0, "failed": 0, "cancelled": 0, "spent_micros": 0, "held_micros": 0}
    return Counts(total=total, **(values | states))


def others(outstanding: int, waiting: int = 0, lane: Priority = Priority.STANDARD) -> Competitor:
    return Competitor(org="org_b", batch="bat_b", priority=lane, outstanding=outstanding, waiting=waiting)


def turn(
    *around: Competitor, starts_in: float = 0, closed_until: datetime | None = None, reason: str = "", **fields: Any
) -> Turn:
    slots = Slots(later(starts_in), timedelta(seconds=0.5), START, timedelta(seconds=0.5))
    values: dict[str, Any] = {"outstanding": 0, "room": 4, "spec": SPEC, "waiting": 5} | fields
    return Turn(
        model=SPEC.id,
        timetables=Timetables(),
        crowd=Crowd(ME, around),
        slots=slots,
        pace=Paced(rate_per_second=2.0, concurrency=4, closed_until=closed_until, reason=reason),
        closed_until=closed_until,
        **values,
    )


def told(
    *turns: Turn, of: Counts | None = None, is_planned: bool = True, out_of_money: str | None = None, **fields: Any
) -> Outlook:
    dispatched = Dispatched(turns={f"{n}": one for n, one in enumerate(turns)}, out_of_money=out_of_money)
    return outlook(batch(**fields), of or counts(), dispatched, now=START, is_planned=is_planned)


def test_who_is_served_waits_for_nothing() -> None:
    seen = told(turn(others(50, 500), outstanding=2), of=counts(running=2))
    assert (seen.reason, seen.queue) == ("", Queue())


def test_who_stands_behind_others_is_told_behind_how_many_of_its_lane() -> None:
    seen = told(turn(others(6, 500), outstanding=2))
    assert seen.reason == "Waiting behind about 1 image in the standard lane."
    assert seen.queue == Queue(position=1, starts_at=later(1))


def test_images_of_another_lane_are_not_counted_but_waited_for() -> None:
    slow = replace(SPEC, typical_seconds=4)
    seen = told(turn(others(6, 500, Priority.HIGH), outstanding=2, spec=slow))
    assert (
        seen.reason == f"Waiting for its turn at {SPEC.title} beside other lanes: its next image starts in about 4 s."
    )
    assert seen.queue == Queue(position=0, starts_at=later(4))


def in_line(before: int, *, free: float = 0.0, part: float = 0.05, outstanding: int = 0, known: float = 1.0) -> Line:
    me = Contender(org="org_a", batch="bat_me", part=part, outstanding=outstanding, waiting=5, due_at=START)
    others_first = [replace(me, org="org_b", batch=f"bat_{n:03}", due_at=later(-60)) for n in range(before)]
    return Line.of(me, others_first, free=free, now=START, known=known, strict=False)


@pytest.mark.parametrize(
    ("line", "words", "seconds", "looks_in"),
    [
        # Four places, of images that take a second, at 95 % of two starts a second.
        (in_line(100), "100 batches go first, its next image starts in about 53 s.", 53, 101 / 1.9),
        (in_line(30), "30 batches go first, its next image starts in about 16 s.", 16, 31 / 1.9),
        (in_line(500), "500 batches go first, its next image starts in about 264 s.", 264, 60),
        (in_line(1), "1 batch goes first, its next image starts in about 1 s.", 1, 1),
        (in_line(10, known=0.5), "20 batches go first, its next image starts in about 11 s.", 11, 21 / 1.9),
        (in_line(0), "it is next.", 1, 1),
    ],
)
def test_who_stands_in_line_is_told_how_many_batches_go_first_and_looks_again_about_when_it_is_its_turn(
    line: Line, words: str, seconds: int, looks_in: float
) -> None:
    seen = told(turn(others(6, 500), room=0, has_more=True, line=line))
    assert seen.reason == f"Waiting for its turn at {SPEC.title}: {words}"
    assert seen.queue.starts_at == later(seconds)
    assert seen.look_at is not None
    assert (seen.look_at - START).total_seconds() == pytest.approx(looks_in)


def test_many_that_are_about_to_be_next_do_not_all_look_each_second() -> None:
    behind = [replace(in_line(0).me, batch=f"bat_z{n:03}", due_at=later(-1)) for n in range(300)]
    line = replace(in_line(5), others=[*in_line(5).others, *behind])
    seen = told(turn(others(6, 500), room=0, has_more=True, line=line))
    assert seen.look_at is not None
    assert (seen.look_at - START).total_seconds() == pytest.approx(306 / (1.9 + 4))


@pytest.mark.parametrize("fields", [{"room": 1}, {"outstanding": 1}, {"waiting": 0}, {"line": None}])
def test_who_may_start_or_has_started_or_wants_nothing_does_not_stand_in_line(fields: dict[str, Any]) -> None:
    values: dict[str, Any] = {"room": 0, "line": in_line(9)} | fields
    assert told(turn(others(6, 500), **values)).look_at is None


def test_who_leaves_a_free_place_to_others_looks_whether_they_took_it() -> None:
    busy: dict[str, Any] = {"room": 0, "outstanding": 1, "has_more": True}
    left = told(turn(others(6, 500), line=in_line(1, free=1, part=1.5, outstanding=1), **busy), of=counts(running=1))
    assert (left.reason, left.look_at) == ("", later(1))
    full = told(turn(others(6, 500), line=in_line(1, part=1.5, outstanding=1), **busy), of=counts(running=1))
    assert full.look_at is None


def test_what_is_recalled_by_a_pause_is_in_flight_no_more() -> None:
    demand = [ModelDemand(model=SPEC.id, outstanding=4, waiting=9)]
    seen = told(desired=Desired.PAUSE, demand=demand, of=counts(running=1))
    assert [(one.outstanding, one.waiting) for one in seen.demand] == [(1, 0)]
    assert freed(batch(demand=demand), seen.demand)
    assert not freed(batch(demand=demand), demand)
    assert freed(batch(demand=demand), [])
    assert not freed(batch(), [])


def test_a_start_that_is_near_is_not_worth_a_word() -> None:
    assert told(turn(starts_in=1.9)).reason == ""
    assert told(turn(starts_in=30.0)).reason.endswith("in about 30 s.")


@pytest.mark.parametrize(
    ("due_at", "when"),
    [(later(58), "12:00:58 UTC"), (later(7_500), "14:05 UTC"), (later(24 * 3_600), "2026-03-02 12:00 UTC")],
)
def test_who_waits_for_the_next_try_of_every_image_is_told_until_when(due_at: datetime, when: str) -> None:
    idle = Dispatched(turns={"one": turn(waiting=0)})
    seen = outlook(batch(), counts(1), idle, now=START, is_planned=True, next_due_at=due_at)
    assert seen.reason == f"Waiting until {when} for the next try; the images tell what went wrong."
    assert seen.queue == Queue(position=0, starts_at=due_at)
    assert outlook(batch(), counts(1), idle, now=START, is_planned=False, next_due_at=due_at).reason == ""
    busy = counts(2, running=1)
    assert outlook(batch(), busy, idle, now=START, is_planned=True, next_due_at=due_at).reason == ""
    assert outlook(batch(), counts(1), idle, now=START, is_planned=True, next_due_at=later(1)).reason == ""


@pytest.mark.parametrize(
    ("until", "reason", "words"),
    [
        (later(7_500), "Its quota is used up.", "Waiting until 14:05 UTC. Its quota is used up."),
        (later(24 * 3_600), "", f"Waiting until 2026-03-02 12:00 UTC. {SPEC.title} is closed."),
        (later(20), "It takes no more for a moment.", "Waiting. It takes no more for a moment."),
    ],
)
def test_a_closed_model_is_named_with_its_reason_and_when_it_opens(until: datetime, reason: str, words: str) -> None:
    seen = told(turn(closed_until=until, reason=reason, room=0, has_more=True))
    assert seen.reason == words
    assert seen.queue == Queue(position=0, starts_at=until)
    assert seen.eta_seconds is not None
    assert seen.eta_seconds >= (until - START).total_seconds()


def test_a_short_rest_is_not_told_while_images_are_made_but_a_long_one_is() -> None:
    short, long = turn(closed_until=later(20), has_more=True), turn(closed_until=later(600), has_more=True)
    assert told(short, of=counts(running=1)).reason == ""
    assert told(long, of=counts(running=1)).reason


def test_a_batch_goes_on_with_the_models_that_are_open() -> None:
    assert told(turn(closed_until=later(600), has_more=True), turn(outstanding=1)).reason == ""
    assert told(turn(closed_until=later(600)), turn(waiting=0)).reason == ""
    assert told(turn(closed_until=later(600), has_more=True), turn(waiting=0)).reason.startswith("Waiting until")


def test_of_two_closed_models_the_one_that_opens_first_is_waited_for() -> None:
    seen = told(turn(closed_until=later(900), has_more=True), turn(closed_until=later(600), has_more=True))
    assert seen.queue.starts_at == later(600)


def test_the_estimate_counts_the_own_part_of_the_pace() -> None:
    alone = told(turn(outstanding=2), of=counts(total=190))
    beside = told(turn(others(50, 500), outstanding=2), of=counts(total=190))
    assert alone.eta_seconds == 100
    assert beside.eta_seconds is not None
    assert 200 <= beside.eta_seconds <= 202
    assert told(turn(spec=None), of=counts()).eta_seconds is None


def test_what_money_holds_back_claims_nothing_more() -> None:
    seen = told(turn(outstanding=2, has_more=True), out_of_money="The budget is used up.", of=counts(running=2))
    assert (seen.status, seen.reason) == (BatchStatus.RUNNING, "The budget is used up.")
    assert [(one.outstanding, one.waiting) for one in seen.demand] == [(2, 0)]
    assert told(turn(), out_of_money="The budget is used up.").status is BatchStatus.PAUSED


@pytest.mark.parametrize("desired", [Desired.PAUSE, Desired.CANCEL])
def test_what_nobody_wants_claims_nothing_more(desired: Desired) -> None:
    before = [ModelDemand(model=SPEC.id, outstanding=3, waiting=9)]
    seen = told(desired=desired, demand=before, of=counts(running=3))
    assert seen.demand == [ModelDemand(model=SPEC.id, outstanding=3, waiting=0)]
    assert seen.queue == Queue()
    assert seen.eta_seconds is None


def test_what_is_not_planned_yet_waits_too() -> None:
    planned, planning = told(turn(waiting=2)), told(turn(waiting=2), is_planned=False)
    assert [one.waiting for one in planned.demand] == [2]
    assert [one.waiting for one in planning.demand] == [10]


def test_how_long_a_wait_is_may_be_told_a_second_later_but_not_that_money_is_short() -> None:
    seen = told(turn(others(6, 500), outstanding=2), status="running")
    stored = batch(status="running", demand=[one.model_dump() for one in seen.demand])
    seen = told(turn(others(6, 500), outstanding=2), status="running", started_at=START)
    assert not seen.is_news_to(stored)
    assert seen.is_other_than(stored)
    same = stored.model_copy(update={"status_reason": seen.reason, "queue": seen.queue})
    assert not seen.is_other_than(same)
    short = told(turn(outstanding=2), out_of_money="No money.", status="running", started_at=START)
    assert short.is_news_to(same)


def test_numbers_that_are_roughly_known_are_told_roughly() -> None:
    assert [about(number) for number in (1, 9, 41, 99, 437, 12_345)] == [
        "about 1 image",
        "about 9 images",
        "about 41 images",
        "about 99 images",
        "about 440 images",
        "about 12,000 images",
    ]


def progressing(**fields: Any) -> Batch:
    shown = {"total": 100, "pending": 80, "running": 20, "eta_seconds": 50}
    return batch(**({"status": "running", "progress": shown, "queue": {"position": 7}} | fields))


def test_an_images_place_is_behind_its_batchs_earlier_ones_and_what_the_batch_waits_for() -> None:
    found = item_queue(progressing(), before=40, not_before=None, now=START)
    assert found == Queue(position=47, starts_at=later(20))
    first = item_queue(progressing(queue={"position": 7, "starts_at": later(9)}), before=0, not_before=None, now=START)
    assert first == Queue(position=7, starts_at=later(9))


def test_an_image_that_is_to_be_tried_later_does_not_start_earlier() -> None:
    assert item_queue(progressing(), before=0, not_before=later(300), now=START).starts_at == later(300)


@pytest.mark.parametrize(
    "fields", [{"desired": "pause"}, {"status": "paused"}, {"progress": {"total": 9, "pending": 9}}]
)
def test_nobody_says_when_where_nobody_knows(fields: dict[str, Any]) -> None:
    found = item_queue(progressing(**fields), before=3, not_before=None, now=START)
    assert found == Queue(position=10)


def test_a_paused_batch_tells_neither_a_pace_nor_a_time_left() -> None:
    counts = Counts(total=30, running=0, succeeded=15, failed=0, cancelled=0, spent_micros=0, held_micros=0)
    samples = [{"at": START - timedelta(seconds=6), "finished": 0}, {"at": START, "finished": 15}]
    told = {
        status: Outlook(status=status, reason="", queue=Queue(), demand=[], eta_seconds=6).progress(counts, samples)
        for status in (BatchStatus.RUNNING, BatchStatus.PAUSED)
    }
    assert (told[BatchStatus.RUNNING].images_per_minute, told[BatchStatus.RUNNING].eta_seconds) == (150, 6)
    assert (told[BatchStatus.PAUSED].images_per_minute, told[BatchStatus.PAUSED].eta_seconds) == (0, None)
