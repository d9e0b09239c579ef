"""Progress from counts."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.progress import WINDOW, Counts, images_per_minute, progress, with_sample
from tests.unit.domain.examples import moment

numbers = st.integers(min_value=0, max_value=10_000)


def counts(total: int = 10, **states: int) -> Counts:
    values = {"running": 0, "succeeded": 0, "failed": 0, "cancelled": 0, "spent_micros": 0, "held_micros": 0}
    return Counts(total=total, **(values | states))


def measured(seconds: int, every: float, per_second: float) -> list[dict[str, Any]]:
    """Samples of a batch that makes so many images a second, looked at every so often."""
    samples: list[dict[str, Any]] = []
    for step in range(int(seconds / every) + 1):
        at = step * every
        samples = with_sample(samples, now=moment(at), finished=int(at * per_second))
    return samples


@given(numbers, numbers, numbers, numbers, numbers)
def test_the_states_add_up_and_only_the_end_is_a_hundred(
    pending: int, running: int, succeeded: int, failed: int, cancelled: int
) -> None:
    total = pending + running + succeeded + failed + cancelled
    shown = progress(counts(total, running=running, succeeded=succeeded, failed=failed, cancelled=cancelled), ())
    assert shown.pending == pending
    assert shown.pending + shown.running + shown.finished == shown.total
    assert (shown.percent == 100) == (pending + running == 0)
    assert shown.eta_seconds == (0 if pending + running == 0 else None)


def test_what_is_counted_beyond_the_plan_is_not_pending() -> None:
    assert counts(1, succeeded=2).pending == 0


def test_the_message_says_what_happened() -> None:
    assert progress(counts(2_000, succeeded=1_500), ()).message == "1,500 of 2,000 images are ready."
    told = progress(counts(9, succeeded=5, failed=2, cancelled=1), ()).message
    assert told == "5 of 9 images are ready, 2 failed, 1 cancelled."


def test_speed_and_time_left_follow_from_the_samples() -> None:
    samples = measured(30, every=1, per_second=2)
    assert images_per_minute(samples) == 120
    assert progress(counts(100, succeeded=60), samples).eta_seconds == 20
    assert progress(counts(100, succeeded=100), samples).eta_seconds == 0


def test_nothing_is_measured_by_one_look_or_while_nothing_is_made() -> None:
    assert images_per_minute([]) == images_per_minute(measured(0, every=1, per_second=1)) == 0
    assert images_per_minute(measured(20, every=1, per_second=0)) == 0
    still = {"at": moment(0), "finished": 3}
    assert images_per_minute([still, still | {"finished": 9}]) == 0
    # A retry counts some items as not finished again.
    assert images_per_minute([{"at": moment(0), "finished": 9}, {"at": moment(9), "finished": 3}]) == 0


@given(st.sampled_from([0.25, 0.4, 1.0, 1.9, 2.5, 7.0]), st.integers(min_value=70, max_value=300))
def test_the_speed_is_that_of_the_last_minute_however_often_one_looks(every: float, seconds: int) -> None:
    samples = measured(seconds, every=every, per_second=2)
    span = samples[-1]["at"] - samples[0]["at"]
    assert WINDOW * 0.8 <= span <= WINDOW
    assert len(samples) <= 32
    assert abs(images_per_minute(samples) - 120) <= 5


def test_the_latest_look_is_always_the_last_sample() -> None:
    samples = measured(10, every=0.25, per_second=3)
    assert samples[-1] == {"at": moment(10), "finished": 30}
