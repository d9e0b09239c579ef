"""Ids have one form; derived ones meet only by the same cause."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.system import SystemIds
from shared.domain.ids import derived, is_id

causes = st.lists(st.text(max_size=8) | st.integers(), min_size=1, max_size=4)


@given(causes, causes)
def test_derived_ids_are_equal_exactly_when_their_causes_are(first: list[str | int], second: list[str | int]) -> None:
    same = [(type(cause), cause) for cause in first] == [(type(cause), cause) for cause in second]
    assert (derived("itm", *first) == derived("itm", *second)) is same
    assert is_id("itm", derived("itm", *first))


def test_a_derived_id_stays_the_same_for_ever() -> None:
    assert derived("itm", "bat_a", 3, "variant") == "itm_rcioskjfgb7w2rxtxl4n"


def test_new_ids_and_secrets_are_never_the_same() -> None:
    ids = SystemIds()
    made = {ids.new("bat") for _ in range(1_000)}
    assert len(made) == 1_000
    assert all(is_id("bat", one) for one in made)
    assert len({ids.secret() for _ in range(100)}) == 100
    assert {len(ids.secret()) for _ in range(100)} == {43}
    assert all(0 <= ids.jitter() < 1 for _ in range(100))


@pytest.mark.parametrize("prefix", ["", "Bat", "1a", "a_b", "a/b", "x" * 17])
def test_a_prefix_is_a_short_word(prefix: str) -> None:
    with pytest.raises(ValueError, match="prefix"):
        SystemIds().new(prefix)


@pytest.mark.parametrize(
    "text", ["", "bat", "bat_", "itm_" + "a" * 20, "bat_" + "a" * 19, "bat_" + "a" * 21, "bat_" + "A" * 20, "bat_" + "a" * 20 + "\n", "bat_" + "1" * 20]
)  # fmt: skip
def test_other_texts_are_no_ids(text: str) -> None:
    assert not is_id("bat", text)


def test_an_id_has_a_cause() -> None:
    with pytest.raises(ValueError, match="cause"):
        derived("itm")
