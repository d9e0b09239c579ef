"""Page tokens and the gathering of pages."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.errors import Invalid, Malformed
from shared.repositories.collections import Position
from shared.repositories.pages import MAX_READ, Listing, PageTokens, checked_size, gather

TOKENS = PageTokens(bytes(range(32)))
LISTING = Listing(org="org_a", resource="batches", sort="-created_at", filters={"status": "running"})
NOW = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)

positions = st.lists(st.text() | st.integers() | st.datetimes(timezones=st.just(UTC)), min_size=1, max_size=3)


@given(positions)
def test_a_token_gives_back_its_position(position: list[Any]) -> None:
    token = TOKENS.token(LISTING, tuple(position))
    assert TOKENS.position(LISTING, token) == tuple(position)


def test_no_position_is_no_token_and_the_other_way_round() -> None:
    assert TOKENS.token(LISTING, None) == ""
    assert TOKENS.position(LISTING, "") is None


def test_a_token_tells_nothing_and_fits_an_address() -> None:
    token = TOKENS.token(LISTING, (NOW, "orgs/org_a/batches/bat_secret"))
    assert "bat_secret" not in token
    assert token.replace("-", "").replace("_", "").isalnum()


@pytest.mark.parametrize(
    "other",
    [
        Listing(org="org_b", resource="batches", sort="-created_at", filters={"status": "running"}),
        Listing(org="org_a", resource="assets", sort="-created_at", filters={"status": "running"}),
        Listing(org="org_a", resource="batches", sort="index", filters={"status": "running"}),
        Listing(org="org_a", resource="batches", sort="-created_at", filters={"status": "paused"}),
        Listing(org="org_a", resource="batches", sort="-created_at", filters={}),
        Listing(org="org_a", resource="batches", sort="-created_at", filters={"status": "running", "from": NOW}),
    ],
)
def test_a_token_of_another_list_is_malformed(other: Listing) -> None:
    with pytest.raises(Malformed, match="page_token"):
        TOKENS.position(other, TOKENS.token(LISTING, (NOW, "a")))


@pytest.mark.parametrize("token", ["garbage", "ä", "=", "A" * 5_000, "gAAAAABh" + "A" * 92, " "])
def test_what_is_no_token_is_malformed(token: str) -> None:
    with pytest.raises(Malformed):
        TOKENS.position(LISTING, token)


def test_a_token_that_another_key_made_is_malformed() -> None:
    with pytest.raises(Malformed):
        TOKENS.position(LISTING, PageTokens(bytes(32)).token(LISTING, (NOW,)))


def test_a_token_whose_letter_was_changed_is_malformed() -> None:
    token = TOKENS.token(LISTING, (NOW, "a"))
    for place in range(0, len(token), 7):
        changed = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        with pytest.raises(Malformed):
            TOKENS.position(LISTING, changed)


def test_a_short_key_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        PageTokens(b"short")


def test_a_filter_that_cannot_be_written_down_is_refused() -> None:
    with pytest.raises(TypeError):
        Listing(org="o", resource="r", sort="s", filters={"odd": object()}).digest()


@pytest.mark.parametrize(("given_size", "size"), [(None, 50), (1, 1), (200, 200), (201, 200), (10**9, 200)])
def test_sizes_are_coerced(given_size: int | None, size: int) -> None:
    assert checked_size(given_size) == size


@pytest.mark.parametrize("size", [0, -1])
def test_a_page_of_nothing_is_invalid(size: int) -> None:
    with pytest.raises(Invalid) as raised:
        checked_size(size)
    assert [error.pointer for error in raised.value.errors] == ["/query/page_size"]


@given(kept=st.lists(st.booleans(), max_size=60), size=st.integers(min_value=1, max_value=12))
def test_pages_follow_one_another_without_a_gap_or_a_double(kept: list[bool], size: int) -> None:
    rows = list(enumerate(kept))
    pages: list[list[int]] = []
    position: Position | None = None
    while True:
        found, position = gather(
            lambda after, limit: rows[(after[0] + 1 if after else 0) :][:limit],
            size=size,
            start=position,
            position_of=lambda row: (row[0],),
            keep=lambda row: row[1],
        )
        pages.append([number for number, _ in found])
        if position is None:
            break
    assert [number for page in pages for number in page] == [number for number, keep in rows if keep]
    assert all(len(page) <= size for page in pages)


def test_a_page_reads_no_more_than_five_hundred() -> None:
    reads: list[int] = []

    def read(after: Position | None, limit: int) -> list[int]:
        first = after[0] + 1 if after else 0
        found = list(range(first, min(first + limit, 1_000)))
        reads.append(len(found))
        return found

    def page(start: Position | None) -> tuple[list[int], Position | None]:
        return gather(read, size=50, start=start, position_of=lambda n: (n,), keep=lambda n: n == 999)

    found, position = page(None)
    assert (found, sum(reads)) == ([], MAX_READ)
    assert position == (MAX_READ - 1,)
    # What was read to the last document does not know yet that it was the last one.
    found, position = page(position)
    assert found == [999]
    assert position == (999,)
    assert page(position) == ([], None)


def test_a_list_that_fits_its_page_is_read_once_and_has_no_token() -> None:
    reads: list[int] = []

    def read(after: Position | None, limit: int) -> list[int]:
        reads.append(limit)
        return [1, 2, 3]

    assert gather(read, size=3, start=None, position_of=lambda n: (n,), keep=lambda _: True) == ([1, 2, 3], None)
    assert reads == [4]
