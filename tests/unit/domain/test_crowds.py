"""What a batch sees of the others at a model."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.batches import Batch, ModelDemand, Progress
from shared.domain.crowds import Competitor, Crowd, competitors
from shared.domain.modes import BatchStatus, Desired, Priority
from tests.clocks import START

numbers = st.integers(0, 500)
others = st.builds(
    lambda org, batch, lane, outstanding, waiting: Competitor(
        org=org, batch=batch, priority=lane, outstanding=outstanding, waiting=waiting
    ),
    st.sampled_from(["org_a", "org_b", "org_c"]),
    st.uuids().map(str),
    st.sampled_from(list(Priority)),
    numbers,
    numbers,
)


def competitor(
    batch: str = "bat_me", org: str = "org_a", lane: Priority = Priority.STANDARD, **images: Any
) -> Competitor:
    return Competitor(org=org, batch=batch, priority=lane, **images)


def batch(**fields: object) -> Batch:
    values: dict[str, object] = {
        "id": "bat_a",
        "name": "A",
        "status": BatchStatus.RUNNING,
        "created_at": START,
        "created_by": "mem_a",
        "models": ["m", "n"],
        "progress": Progress(total=10, succeeded=2, pending=5, running=3),
    }
    return Batch.model_validate(values | fields)


@given(st.lists(others, max_size=8, unique_by=lambda one: one.batch), st.floats(1, 200), st.floats(0.1, 200))
def test_a_batch_always_has_a_part_and_never_more_than_all(
    around: list[Competitor], room: float, per_second: float
) -> None:
    crowd = Crowd(competitor(), tuple(around))
    assert 0 < crowd.of_places(room) <= 1
    assert 0 < crowd.of_starts(per_second) <= 1
    assert 0 <= crowd.phase < 1
    assert crowd.outstanding == sum(other.outstanding for other in around)


@given(st.lists(others, max_size=8, unique_by=lambda one: one.batch), st.floats(0, 100), st.floats(0.1, 200))
def test_no_more_are_ahead_than_others_have_in_the_lane(
    around: list[Competitor], seconds: float, per_second: float
) -> None:
    left = sum(one.outstanding + one.waiting for one in around if one.priority is Priority.STANDARD)
    ahead = Crowd(competitor(), tuple(around)).ahead(seconds, per_second)
    assert 0 <= ahead <= min(left, round(seconds * per_second))


def test_alone_everything_is_its_own() -> None:
    crowd = Crowd(competitor())
    assert (crowd.of_places(10), crowd.of_starts(10), crowd.phase, crowd.outstanding, crowd.ahead(60, 10)) == (
        1,
        1,
        0,
        0,
        0,
    )


def test_who_only_waits_for_answers_leaves_the_starts_to_others() -> None:
    crowd = Crowd(competitor(), (competitor("bat_b", "org_b", outstanding=50),))
    assert crowd.of_starts(10) == 1
    assert crowd.of_places(100) == 0.5


def test_the_last_images_of_a_small_batch_do_not_hold_up_a_large_one() -> None:
    crowd = Crowd(competitor(), (competitor("bat_b", "org_b", outstanding=1, waiting=1),))
    assert crowd.of_starts(40) == pytest.approx(0.9)
    assert crowd.of_places(20) == pytest.approx(0.9)


def test_half_of_what_is_ahead_in_the_lane_is_of_another_organisation() -> None:
    crowd = Crowd(competitor(), (competitor("bat_b", "org_b", outstanding=100, waiting=900),))
    assert crowd.ahead(10, 8) == 40


def test_batches_that_begin_together_do_so_at_different_moments_heavy_lanes_first() -> None:
    all_of_them = [competitor(f"bat_{n}", waiting=9) for n in range(3)] + [
        competitor("bat_z", lane=Priority.HIGH, waiting=9)
    ]
    phases = [Crowd(me, tuple(one for one in all_of_them if one is not me)).phase for me in all_of_them]
    assert phases == [0.25, 0.5, 0.75, 0]


def test_batches_that_are_not_known_make_parts_smaller() -> None:
    crowd = Crowd(competitor(), (competitor("bat_b", "org_b", waiting=900),), known=0.5)
    assert crowd.of_starts(10) == 0.25


def test_before_its_first_step_a_batch_may_start_every_image_of_each_model() -> None:
    found = competitors("org_a", batch())
    assert {model: (one.outstanding, one.waiting) for model, one in found.items()} == {"m": (0, 8), "n": (0, 8)}


def test_after_a_step_it_takes_part_in_what_that_found() -> None:
    demand = [ModelDemand(model="m", outstanding=3, waiting=4, started_at=START)]
    found = competitors("org_a", batch(demand=demand))["m"]
    assert found == replace(competitor("bat_a", outstanding=3, waiting=4), begun_at=START, started_at=START)


@pytest.mark.parametrize("desired", [Desired.PAUSE, Desired.CANCEL])
def test_what_nobody_wants_does_not_wait(desired: Desired) -> None:
    demand = [ModelDemand(model="m", outstanding=3, waiting=4)]
    found = competitors("org_a", batch(demand=demand, desired=desired))["m"]
    assert (found.outstanding, found.waiting) == (3, 0)


def test_a_batch_with_a_later_start_waits_since_then() -> None:
    later = START + timedelta(hours=2)
    assert {one.begun_at for one in competitors("org_a", batch(start_at=later)).values()} == {later}
