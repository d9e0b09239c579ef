"""What a failure means."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.errors import ErrorKind, ProviderError, RefusalStage
from shared.domain.failures import HINTS, RetryRules, busy_in_a_row, decide, hint
from shared.domain.item_machine import claimed, dispatched, failed
from shared.domain.items import Item
from tests.unit.domain.examples import FINAL, ONE_MORE, PATIENT, TRANSIENT, after, error, item, kinds, moment

RULES = RetryRules()


def tried(*told: ErrorKind, rules: RetryRules = RULES) -> Item:
    """A running item whose earlier tries ended like this."""
    now, current = moment(0), item()
    for kind in (*told, None):
        current = after(current, dispatched(current, until=moment(1), held_micros=0))
        now = max(now, current.not_before or now)
        taken = claimed(current, attempt=current.attempt, now=now, owner="o", lease_until=moment(9))
        current = after(current, taken)
        if kind is None:
            break
        decision = decide(current, error(kind), now=now, rules=rules, delay_seconds=1)
        current = after(current, failed(current, now=now, error=error(kind), decision=decision, cost_micros=0))
        assert not current.status.is_terminal, f"{kind} ended it"
    return current


def goes_on(current: Item, kind: ErrorKind, rules: RetryRules = RULES) -> bool:
    return decide(current, error(kind), now=moment(60), rules=rules, delay_seconds=1).not_before is not None


@pytest.mark.parametrize("kind", FINAL)
def test_a_refusal_is_final(kind: ErrorKind) -> None:
    assert not goes_on(tried(), kind)


@pytest.mark.parametrize("kind", TRANSIENT)
def test_what_is_transient_is_tried_four_times_in_all(kind: ErrorKind) -> None:
    assert [goes_on(tried(*[kind] * tries), kind) for tries in range(4)] == [True, True, True, False]


@pytest.mark.parametrize("kind", ONE_MORE)
def test_what_is_unknown_gets_one_more_try(kind: ErrorKind) -> None:
    assert goes_on(tried(), kind)
    assert not goes_on(tried(kind), kind)
    assert goes_on(tried(ErrorKind.TIMEOUT, ErrorKind.TIMEOUT), kind)
    assert goes_on(tried(kind), ErrorKind.TIMEOUT)


@pytest.mark.parametrize("kind", PATIENT)
def test_no_room_uses_up_no_try_and_ends_with_the_maximum_age(kind: ErrorKind) -> None:
    assert goes_on(tried(*[kind] * 9, ErrorKind.TIMEOUT, *[kind] * 9), kind)
    decision = decide(tried(), error(kind), now=moment(0) + RULES.max_age, rules=RULES, delay_seconds=1)
    assert (decision.not_before, decision.uses_try) == (None, False)


def test_a_retry_by_hand_may_wait_anew() -> None:
    late = moment(0) + RULES.max_age * 2
    again = tried().model_copy(update={"retried_at": late})
    assert decide(again, error(ErrorKind.BUSY), now=late, rules=RULES, delay_seconds=1).not_before is not None
    end = late + RULES.max_age
    assert decide(again, error(ErrorKind.BUSY), now=end, rules=RULES, delay_seconds=1).not_before is None


def test_one_try_is_one_try() -> None:
    rules = RetryRules(max_tries=1)
    assert not any(goes_on(tried(), kind, rules) for kind in (*TRANSIENT, *ONE_MORE))
    assert all(goes_on(tried(), kind, rules) for kind in PATIENT)


@given(kinds, st.floats(0, 10_000), st.none() | st.floats(0, 10_000), st.floats(1, 1_000))
def test_the_wait_is_the_later_one_of_backoff_and_wish_but_clamped(
    kind: ErrorKind, backoff: float, wish: float | None, longest: float
) -> None:
    rules, now = RetryRules(max_seconds=longest), moment(60)
    decision = decide(tried(), error(kind, retry_after_seconds=wish), now=now, rules=rules, delay_seconds=backoff)
    if decision.not_before is None:
        assert kind in FINAL
        return
    waited = (decision.not_before - now).total_seconds()
    assert waited == pytest.approx(
        3_600 if kind is ErrorKind.QUOTA else min(max(backoff, wish or 0, 1 if kind in PATIENT else 0), longest),
        abs=1e-5,
    )


def test_a_quota_waits_until_it_reopens() -> None:
    known = error(ErrorKind.QUOTA, reopens_at=moment(7_777))
    assert decide(tried(), known, now=moment(0), rules=RULES, delay_seconds=1).not_before == moment(7_777)
    past = error(ErrorKind.QUOTA, reopens_at=moment(-5))
    assert decide(tried(), past, now=moment(0), rules=RULES, delay_seconds=2).not_before == moment(2)
    never = error(ErrorKind.QUOTA, reopens_at=moment(0) + timedelta(days=8))
    assert decide(tried(), never, now=moment(0), rules=RULES, delay_seconds=2).not_before is None


@given(st.lists(kinds, max_size=12))
def test_an_item_is_given_up_after_few_tries_whatever_happens(told: list[ErrorKind]) -> None:
    current, used = item(), 0
    for kind in told:
        current = after(current, dispatched(current, until=moment(1), held_micros=0))
        now = current.not_before or moment(0)
        current = after(current, claimed(current, attempt=current.attempt, now=now, owner="o", lease_until=now))
        decision = decide(current, error(kind), now=now, rules=RULES, delay_seconds=1)
        used += decision.uses_try
        current = after(current, failed(current, now=now, error=error(kind), decision=decision, cost_micros=0))
        assert current.tries == used <= RULES.max_tries
        assert decision.uses_try == (kind not in PATIENT)
        if current.status.is_terminal:
            break
    else:
        assert used < RULES.max_tries


def test_busy_times_in_a_row_are_counted() -> None:
    assert busy_in_a_row(item()) == busy_in_a_row(tried()) == 0
    assert busy_in_a_row(tried(ErrorKind.BUSY, ErrorKind.BUSY, ErrorKind.BUSY)) == 3
    assert busy_in_a_row(tried(ErrorKind.BUSY, ErrorKind.TIMEOUT)) == 0


def test_every_kind_has_a_hint_for_a_person() -> None:
    assert set(HINTS) == set(ErrorKind)
    assert all(hint.endswith(".") for hint in HINTS.values())


@pytest.mark.parametrize(
    ("stage", "words"),
    [
        (RefusalStage.PROMPT, "other words"),
        (RefusalStage.REFERENCE, "reference picture"),
        (RefusalStage.OUTPUT, "picture that was drawn"),
        (None, "words or the reference picture"),
    ],
)
def test_a_refusal_says_what_to_change(stage: RefusalStage | None, words: str) -> None:
    assert words in hint(ProviderError(ErrorKind.REFUSED, "No.", stage=stage), item())


def test_after_other_models_the_hint_names_them() -> None:
    fallen = item().model_copy(update={"fallen_from": ["one", "two", "three"]})
    told = hint(error(ErrorKind.TIMEOUT), fallen)
    assert told.endswith(" Before it, one, two and three had failed too; a retry begins with one again.")
    assert hint(ProviderError(ErrorKind.REFUSED, "No."), fallen) == HINTS[ErrorKind.REFUSED]


@pytest.mark.parametrize("kind", TRANSIENT)
def test_a_failure_while_the_model_is_shut_uses_up_no_try_unless_it_may_be_paid(kind: ErrorKind) -> None:
    last = tried(*[kind] * 3)
    shut_until = moment(90)

    def decision(*, outcome_known: bool) -> tuple[bool, bool]:
        failure = ProviderError(kind, "Down.", outcome_known=outcome_known)
        made = decide(last, failure, now=moment(60), rules=RULES, delay_seconds=1, shut_until=shut_until)
        return made.not_before == shut_until, made.uses_try

    assert decision(outcome_known=True) == (True, False)
    assert decision(outcome_known=False) == (False, True)
