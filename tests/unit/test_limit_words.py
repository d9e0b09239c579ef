"""Limits in words, and windows by the calendar."""

from datetime import UTC, datetime

import pytest

from shared.domain.days import zone_of
from shared.domain.limit_words import amount, dollars, reached, too_small
from shared.domain.limits import (
    ALWAYS,
    Credits,
    Holder,
    Period,
    Standing,
    Unit,
    Window,
    balance,
    closed_for_good,
    smallest,
    window,
)

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 22, tzinfo=UTC)


def standing(holder: Holder, period: Period, limit: int, spent: int, **more: object) -> Standing:
    facts = {"holder": holder, "period": period, "limit": limit, "spent": spent, "reserved": 0}
    return Standing(**(facts | more))  # type: ignore[arg-type]


TODAY = standing(
    Holder.ORGANISATION, Period.DAY, 50_000_000, 49_980_000, window=Window(NOW, MIDNIGHT), zone="Europe/Lisbon"
)


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (
            TODAY,
            (
                "The organisation's limit for today, $50.00, is reached ($49.98 spent). "
                "Goes on at 00:00 (Europe/Lisbon), or when the limit is raised."
            ),
        ),
        (
            standing(Holder.MEMBER, Period.TOTAL, 5_000_000, 1_000_000, reserved=4_000_000),
            (
                "The member's limit, $5.00, is reached ($1.00 spent, $4.00 set aside for other batches). "
                "Goes on when others give back what they do not need, or when the limit is raised."
            ),
        ),
        (
            standing(Holder.MEMBER, Period.MONTH, 1, 1, unit=Unit.IMAGES, window=Window(NOW, MIDNIGHT)),
            (
                "The member's limit for this month, 1 image, is reached (1 image made). "
                "Goes on at 00:00 on 22 November (UTC), or when the limit is raised."
            ),
        ),
        (
            standing(Holder.ORGANISATION, Period.CREDITS, 100_000_000, 99_990_000),
            "The organisation's credits, $100.00, are used up ($99.99 spent). Goes on when more are granted.",
        ),
        (
            standing(Holder.BATCH, Period.TOTAL, 1_234, 1_000),
            "The batch's budget, $0.0012, is reached ($0.0010 spent). Goes on when the budget is raised.",
        ),
    ],
)
def test_a_limit_says_that_it_is_reached_and_when_work_goes_on(one: Standing, words: str) -> None:
    assert reached(one) == words


@pytest.mark.parametrize(
    ("one", "left", "next_micros", "words"),
    [
        (
            TODAY,
            20_000,
            40_000,
            "limit for today, $50.00, has $0.02 left, and the next image may cost up to $0.04 ($49.98 ",
        ),
        (
            TODAY,
            999,
            1_000,
            "limit for today, $50.00, has $0.000999 left, and the next image may cost up to $0.001000 (",
        ),
        (TODAY, 0, 40_000, "limit for today, $50.00, is reached ("),
        (TODAY, -1, 40_000, "limit for today, $50.00, is reached ("),
        (TODAY, 40_000, 40_000, "limit for today, $50.00, is reached ("),
        (
            standing(Holder.ORGANISATION, Period.CREDITS, 100_000_000, 99_990_000),
            10_000,
            40_000,
            "credits, $100.00, have $0.01 left, and the next image may cost up to $0.04 ($99.99 spent). Goes on when ",
        ),
    ],
)
def test_what_is_left_and_too_little_is_told_beside_the_next_price(
    one: Standing, left: int, next_micros: int, words: str
) -> None:
    assert reached(one, left=left, next_micros=next_micros).startswith(f"The organisation's {words}")


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (TODAY, "the organisation's limit for today: one can cost up to $0.0500, and $0.0200 are left."),
        (
            standing(Holder.ORGANISATION, Period.TOTAL, 5, 9),
            "the organisation's budget: one can cost up to $0.0500, and $0.0000 are left.",
        ),
        (standing(Holder.BATCH, Period.TOTAL, 5, 0), "the batch's budget: one can cost up to $0.0500. Raise it."),
        (
            standing(Holder.MEMBER, Period.MONTH, 0, 0, unit=Unit.IMAGES),
            "the member's limit for this month of 0 images.",
        ),
    ],
)
def test_a_limit_says_that_not_one_image_fits(one: Standing, words: str) -> None:
    assert too_small(one, 50_000) == f"Not one image fits {words}"


def test_amounts_are_told_as_finely_as_they_need() -> None:
    told = [dollars(micros) for micros in (0, 5, 1_500, 10_000, 1_234_567, 12_345_678, 2_000_000_000)]
    assert told == ["$0.00", "$0.0000", "$0.0015", "$0.01", "$1.2346", "$12.35", "$2,000.00"]
    assert [amount(Unit.IMAGES, count) for count in (0, 1, 1_200)] == ["0 images", "1 image", "1,200 images"]


def test_of_limits_with_equal_room_the_one_that_opens_last_is_named() -> None:
    day = standing(Holder.ORGANISATION, Period.DAY, 5, 0, window=Window(NOW, MIDNIGHT))
    month = standing(Holder.ORGANISATION, Period.MONTH, 5, 0, window=Window(NOW, datetime(2026, 12, 1, tzinfo=UTC)))
    total = standing(Holder.ORGANISATION, Period.TOTAL, 5, 0)
    assert smallest([day, month], Unit.MICROS) is month
    assert smallest([total, month, day], Unit.MICROS) is total
    assert smallest([day], Unit.IMAGES) is None


def test_a_limit_is_closed_for_good_when_nothing_opens_it() -> None:
    full = standing(Holder.MEMBER, Period.DAY, 5, 5, window=Window(NOW, MIDNIGHT))
    none = standing(Holder.MEMBER, Period.MONTH, 0, 0, unit=Unit.IMAGES, window=Window(NOW, MIDNIGHT))
    renewed = standing(Holder.MEMBER, Period.CREDITS, 0, 0, window=Window(NOW, MIDNIGHT))
    assert closed_for_good([full, renewed], 5) is None
    assert closed_for_good([full], 6) is full
    assert closed_for_good([none], 1) is none


@pytest.mark.parametrize(
    ("moment", "zone", "period", "starts_at", "resets_at"),
    [
        ("2026-03-29T12:00Z", "Europe/Berlin", Period.DAY, "2026-03-28T23:00Z", "2026-03-29T22:00Z"),
        ("2026-10-25T12:00Z", "Europe/Berlin", Period.DAY, "2026-10-24T22:00Z", "2026-10-25T23:00Z"),
        ("2026-03-01T04:00Z", "America/New_York", Period.MONTH, "2026-02-01T05:00Z", "2026-03-01T05:00Z"),
        ("2026-12-31T23:59Z", "Pacific/Auckland", Period.MONTH, "2026-12-31T11:00Z", "2027-01-31T11:00Z"),
    ],
)
def test_days_and_months_are_those_of_the_zone_s_clocks(
    moment: str, zone: str, period: Period, starts_at: str, resets_at: str
) -> None:
    found = window(period, datetime.fromisoformat(moment), zone_of(zone))
    assert (found.starts_at, found.resets_at) == (datetime.fromisoformat(starts_at), datetime.fromisoformat(resets_at))


@pytest.mark.parametrize(
    ("moment", "micros", "starts_at", "resets_at"),
    [
        ("2026-01-30", 7, "2026-01-05", "2026-01-31"),
        ("2026-01-31", 9, "2026-01-31", "2026-02-28"),
        ("2026-02-27", 9, "2026-01-31", "2026-02-28"),
        ("2026-03-01", 9, "2026-02-28", "2026-03-31"),
        ("2027-01-30", 9, "2026-12-31", "2027-01-31"),
    ],
)
def test_credits_are_renewed_on_the_last_day_of_shorter_months(
    moment: str, micros: int, starts_at: str, resets_at: str
) -> None:
    kept = Credits(
        granted_micros=7,
        last_reset_at=datetime(2026, 1, 5, tzinfo=UTC),
        renewal_micros=9,
        renews_on="2026-01-31",
        monthly=True,
    )
    now, begun, ends = (datetime.fromisoformat(f"{day}T00:00Z") for day in (moment, starts_at, resets_at))
    found = balance(kept, now, zone_of("UTC"))
    assert (found.micros, found.window) == (micros, Window(begun, ends))
    assert window(Period.TOTAL, now, zone_of("UTC")) is ALWAYS
