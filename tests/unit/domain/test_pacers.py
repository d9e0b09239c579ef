"""The law of pace: what it makes of a provider whose limit nobody knows, and what it never does."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain import pacers
from shared.domain.pacers import Bounds, Closing, Pacer
from tests.clocks import START
from tests.unit.domain.limited_providers import LimitedProvider

TICK = timedelta(milliseconds=250)
BOUNDS = Bounds(rate_per_second=64.0, concurrency=64, tick=TICK)
EMBEDDED, GOOGLE = timedelta(milliseconds=250), timedelta(seconds=1)


def bounds(rate: float = 64.0, tick: timedelta = TICK) -> Bounds:
    return Bounds(rate_per_second=rate, concurrency=64, tick=tick)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("limit", [2, 5, 20, 60])
def test_a_limit_that_nobody_configured_is_found_and_kept_to(limit: int, seed: int) -> None:
    run = LimitedProvider(lambda _: limit, BOUNDS, images=1_000, seed=seed).serve()
    assert run.per_second >= 0.9 * limit
    assert run.wasted <= 0.05
    # Quiet enough to be one document: a write each tick while nothing is known, then one in some seconds.
    assert run.writes <= 4 + run.calls[-1]


def test_steps_a_second_apart_find_it_a_little_later() -> None:
    run = LimitedProvider(lambda _: 20, bounds(tick=GOOGLE), images=1_000).serve()
    assert run.per_second >= 17.0
    assert run.wasted <= 0.05


def test_a_wish_with_each_refusal_is_kept_to() -> None:
    run = LimitedProvider(lambda _: 20, BOUNDS, images=1_000, retry_after_seconds=1.0).serve()
    assert run.per_second >= 17.0
    assert run.wasted <= 0.01


def test_what_was_learned_wastes_nothing_the_next_time() -> None:
    first = LimitedProvider(lambda _: 20, BOUNDS, images=600)
    first.serve()
    # The second begins at an earlier hour by its own clock: only what was learned is taken along.
    learned = first.pacer.model_copy(update={"cut_at": None, "rests_until": None, "closed_until": None, "rates": []})
    again = pacers.at_rate(learned, BOUNDS, learned.rate, START)
    run = LimitedProvider(lambda _: 20, BOUNDS, images=600, pacer=again).serve()
    assert run.per_second >= 18.5
    assert run.wasted <= 0.005


def test_it_speeds_up_again_when_the_provider_allows_more() -> None:
    run = LimitedProvider(lambda at: 20 if at < 40 else 50, BOUNDS, images=3_000).serve()
    assert run.rate_at(39) < 23
    assert run.rate_at(75) > 45
    assert run.wasted <= 0.05


def test_it_follows_a_limit_that_falls() -> None:
    run = LimitedProvider(lambda at: 50 if at < 20 else 10, BOUNDS, images=1_400).serve()
    assert run.rate_at(40) < 11.5
    assert run.wasted <= 0.05


def test_nothing_is_learned_of_what_is_never_refused_but_that_it_goes() -> None:
    run = LimitedProvider(lambda _: 10_000, BOUNDS, images=1_000).serve()
    assert run.refusals == 0
    assert run.rates[-1][1] == BOUNDS.rate_per_second


def test_it_begins_with_four_calls_a_tick() -> None:
    assert bounds(tick=EMBEDDED).beginning_rate == 16
    assert bounds(tick=GOOGLE).beginning_rate == 8
    assert bounds(30.0, tick=GOOGLE).beginning_rate == 4
    assert bounds(2.0).beginning_rate == 2
    assert bounds(500.0).beginning_rate == 62.5


def fresh() -> Pacer:
    return pacers.begun("scripted", "model", BOUNDS, now=START)


def test_it_grows_by_no_more_than_a_step_a_tick() -> None:
    first = pacers.grown(fresh(), BOUNDS, now=START + TICK)
    assert first is not None
    assert first.rate == 32
    assert pacers.grown(first, BOUNDS, now=START + TICK) is None
    assert pacers.grown(fresh(), BOUNDS, now=START) is None


def test_a_refusal_of_what_was_sent_out_before_a_cut_cuts_no_more() -> None:
    now = START + timedelta(seconds=5)
    cut = pacers.refused(fresh(), BOUNDS, now=now, admitted=3)
    assert cut is not None
    assert cut.rate < fresh().rate
    later = now + timedelta(seconds=0.9)
    assert pacers.refused(cut, BOUNDS, now=later, admitted=0) is None
    held = pacers.refused(cut, BOUNDS, now=later, admitted=0, retry_after_seconds=30)
    assert held is not None
    assert held.rate == cut.rate
    assert held.closed_until == later + timedelta(seconds=30)
    assert held.closed_for is Closing.BUSY


def test_a_wish_holds_back_for_five_minutes_at_most() -> None:
    held = pacers.refused(fresh(), BOUNDS, now=START, admitted=0, retry_after_seconds=86_400)
    assert held is not None
    assert held.closed_until == START + timedelta(minutes=5)


def test_the_rate_is_not_cut_below_what_was_taken() -> None:
    fast = pacers.at_rate(fresh(), BOUNDS, 64.0, START)
    cut = pacers.refused(fast, BOUNDS, now=START + timedelta(seconds=9), admitted=50)
    assert cut is not None
    assert 50 <= cut.rate < 64


def test_refused_again_and_again_it_is_cut_harder_and_held_back_longer() -> None:
    pacer, now = pacers.at_rate(fresh(), BOUNDS, 40.0, START), START + timedelta(seconds=30)
    rates, holds = [], []
    for _ in range(7):
        cut = pacers.refused(pacer, BOUNDS, now=now, admitted=0)
        assert cut is not None
        rates.append(cut.rate / pacer.rate)
        holds.append(max((cut.closed_until or now) - now, timedelta(0)))
        pacer = cut
        now = max(cut.closed_until or now, now) + timedelta(seconds=2)
    assert rates[0] > 0.9 > rates[1] > rates[2]
    assert holds[-1] > holds[-2] > timedelta(seconds=1)


actions = st.lists(
    st.tuples(
        st.sampled_from(["grow", "refuse"]),
        st.floats(min_value=0, max_value=30),
        st.integers(min_value=0, max_value=200),
        st.one_of(st.none(), st.floats(min_value=-1, max_value=100_000)),
    ),
    max_size=40,
)


@given(actions, st.floats(min_value=0.01, max_value=500), st.sampled_from([EMBEDDED, GOOGLE]))
def test_whatever_happens_the_rate_keeps_its_bounds_and_no_refusal_raises_it(
    steps: list[tuple[str, float, int, float | None]], most: float, tick: timedelta
) -> None:
    limits, now = bounds(most, tick), START
    pacer = pacers.begun("scripted", "model", limits, now=now)
    for action, seconds, admitted, wish in steps:
        now += timedelta(seconds=seconds)
        if action == "grow":
            after = pacers.grown(pacer, limits, now=now)
            assert after is None or after.rate > pacer.rate
        else:
            after = pacers.refused(pacer, limits, now=now, admitted=admitted, retry_after_seconds=wish)
            assert after is None or after.rate <= max(pacer.rate, limits.least_rate)
        pacer = after or pacer
        assert limits.least_rate <= pacer.rate <= limits.rate_per_second
        assert pacer.closed_until is None or pacer.closed_until <= now + timedelta(minutes=5)
        assert len(pacer.rates) <= 20


@given(actions, st.floats(min_value=1, max_value=500))
def test_whatever_was_learned_it_reaches_its_bound_once_nothing_is_refused(
    steps: list[tuple[str, float, int, float | None]], most: float
) -> None:
    limits, now = bounds(most), START
    pacer = pacers.begun("scripted", "model", limits, now=now)
    for action, seconds, admitted, wish in steps:
        now += timedelta(seconds=seconds)
        if action == "grow":
            pacer = pacers.grown(pacer, limits, now=now) or pacer
        else:
            cut = pacers.refused(pacer, limits, now=now, admitted=admitted, retry_after_seconds=wish)
            pacer = cut or pacer
    # Five minutes of rest at most, five of being held back, and then from the least to the most.
    for _ in range(20 * 60):
        now += timedelta(seconds=1)
        pacer = pacers.grown(pacer, limits, now=now) or pacer
    assert pacer.rate == limits.rate_per_second
