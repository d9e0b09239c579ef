"""Words and terms."""

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.search import MAX_TERMS, matches, query_terms, tag_term, terms, words

texts = st.text(max_size=60)


def test_case_accents_and_signs_do_not_matter() -> None:
    assert words("Café-CRÈME, straße; ﬁne ℌot!") == ["cafe", "creme", "strasse", "fine", "hot"]
    assert words("one two ONE") == ["one", "two"]
    assert words("snake_case 4:5") == ["snake", "case", "4", "5"]
    assert words(" \t?! ") == []


@given(texts)
def test_folding_again_changes_nothing(text: str) -> None:
    assert words(" ".join(words(text))) == words(text)


@given(texts)
def test_words_are_found_however_they_are_written(text: str) -> None:
    assert words(text.upper()) == words(text.upper().lower().upper())
    assert matches(terms(text), query_terms(text)) or len(terms(text)) == MAX_TERMS


@given(st.lists(st.text(alphabet="abcdefgh", min_size=1, max_size=16), min_size=1, max_size=6), st.integers(3, 16))
def test_a_beginning_of_three_letters_finds_its_word(named: list[str], length: int) -> None:
    for word in named:
        assert matches(terms(" ".join(named)), query_terms(word[: max(3, length)]))


def test_a_beginning_of_two_letters_finds_only_whole_words() -> None:
    assert not matches(terms("walker"), query_terms("wa"))
    assert matches(terms("wa"), query_terms("wa"))


@given(st.text(max_size=2_000), st.lists(st.text(max_size=50), max_size=40))
def test_terms_are_bounded_distinct_and_hold_every_tag(text: str, tags: list[str]) -> None:
    found = terms(text, tags=tags)
    assert len(found) <= MAX_TERMS
    assert len(set(found)) == len(found)
    assert {tag_term(tag) for tag in tags} <= set(found)


def test_whole_words_come_before_prefixes() -> None:
    named = [f"{chr(97 + number // 26)}{chr(97 + number % 26)}word" for number in range(100)]
    assert terms(" ".join(named)) == named


def test_a_tag_is_no_word() -> None:
    assert tag_term("Spring") == "tag:spring"
    assert not matches(terms("spring"), [tag_term("spring")])
    assert not matches(terms("", tags=["spring"]), query_terms("spring"))


def test_the_most_selective_term_comes_first_always_in_the_same_order() -> None:
    assert query_terms("of walkers by sea extraordinarily") == ["extraordinar", "walkers", "sea", "by", "of"]
