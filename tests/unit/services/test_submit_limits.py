"""Submits are counted in the store, in a sliding window."""

from collections import deque

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.errors import RateLimited
from shared.domain.windows import Window, allowance
from tests.unit.services.desks import SUBMITS, Desk


def test_a_caller_may_submit_so_often_a_minute_over_all_instances(desk: Desk) -> None:
    left = [service.take(desk.ours).remaining for service in (desk.submits, desk.new_submits(), desk.submits)]
    assert left == [2, 1, 0]
    with pytest.raises(RateLimited, match="more rows") as raised:
        desk.new_submits().take(desk.ours)
    assert raised.value.policy == f'"submits";q={SUBMITS};w=60'
    desk.submits.take(desk.editor)
    desk.submits.take(desk.theirs)
    desk.clock.advance(raised.value.retry_after_seconds)
    assert desk.submits.take(desk.ours).header.startswith('"submits";r=0;t=')


def test_after_two_quiet_minutes_all_is_back(desk: Desk) -> None:
    for _ in range(SUBMITS):
        desk.submits.take(desk.ours)
    desk.clock.advance(120)
    assert desk.submits.take(desk.ours).remaining == SUBMITS - 1


@given(
    limit=st.integers(min_value=1, max_value=20),
    steps=st.lists(st.floats(min_value=0, max_value=90), min_size=1, max_size=200),
)
def test_no_sixty_seconds_hold_more_than_twice_the_limit_and_the_wait_is_enough(limit: int, steps: list[float]) -> None:
    window, now, minute = Window(minute=0), 0.0, deque[float]()
    for step in steps:
        now += step
        window = window.at(now)
        wait = window.wait_seconds(now, limit)
        assert 0 <= wait <= 120.01
        if wait > 0:
            # A millisecond past the wait the act is allowed.
            later = now + wait + 0.001
            assert window.at(later).wait_seconds(later, limit) == 0
            continue
        window = window.with_one()
        minute.append(now)
        while minute[0] <= now - 60:
            minute.popleft()
        assert len(minute) <= 2 * limit
        left = allowance(window, now, name="n", limit=limit)
        assert 0 <= left.remaining < limit
        assert 0 < left.reset_seconds <= 120


def test_a_clock_that_goes_back_does_not_forget() -> None:
    window = Window(minute=5, current=3, former=1)
    assert window.at(100) == window
    assert window.weight(100) == 4
