"""How often one caller may ask."""

import pytest

from shared.domain.errors import RateLimited
from shared.domain.windows import Allowance
from shared.http.limits import MAX_CALLERS, TokenBuckets
from tests.clocks import ManualClock


def test_a_bucket_gives_a_minutes_worth_at_once_and_refills_evenly() -> None:
    clock = ManualClock()
    buckets = TokenBuckets(clock, name="requests", per_minute=6)
    left = [buckets.take("a").remaining for _ in range(6)]
    with pytest.raises(RateLimited) as refused:
        buckets.take("a")
    clock.advance(9.9)
    with pytest.raises(RateLimited):
        buckets.take("a")
    clock.advance(0.2)
    assert left == [5, 4, 3, 2, 1, 0]
    assert refused.value.retry_after_seconds == pytest.approx(10)
    assert refused.value.policy == '"requests";q=6;w=60'
    assert buckets.take("a").header == '"requests";r=0;t=60'


def test_a_bucket_never_holds_more_than_a_minutes_worth() -> None:
    clock = ManualClock()
    buckets = TokenBuckets(clock, name="requests", per_minute=2)
    clock.advance(3600)
    assert buckets.take("a") == Allowance('"requests";q=2;w=60', 1, 30)


def test_callers_have_buckets_of_their_own() -> None:
    buckets = TokenBuckets(ManualClock(), name="requests", per_minute=1)
    buckets.take("a")
    buckets.take("b")
    with pytest.raises(RateLimited):
        buckets.take("a")


def test_the_longest_silent_callers_are_forgotten_first() -> None:
    buckets = TokenBuckets(ManualClock(), name="requests", per_minute=2)
    buckets.take("first")
    buckets.take("second")
    for number in range(MAX_CALLERS - 2):
        buckets.take(str(number))
    buckets.take("first")
    buckets.take("one more")
    with pytest.raises(RateLimited):
        buckets.take("first")
    assert buckets.take("second").remaining == 1
