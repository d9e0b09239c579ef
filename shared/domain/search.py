"""Words to find things by, written with the document so that the store can look them up."""

import re
import unicodedata
from collections.abc import Iterable

MAX_TERMS = 100
_SHORTEST_PREFIX = 3
_LONGEST_PREFIX = 12
_WORD = re.compile(r"[^\W_]+")


def words(text: str) -> list[str]:
    """The words of a text, each once, folded: case and accents do not matter."""
    # Folded after decomposing: some signs turn into capitals only then.
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    plain = "".join(character for character in decomposed if not unicodedata.combining(character))
    return list(dict.fromkeys(_WORD.findall(plain)))


def tag_term(tag: str) -> str:
    """The term of a tag."""
    return f"tag:{tag.casefold()}"


def terms(text: str, *, tags: Iterable[str] = (), marks: Iterable[str] = ()) -> list[str]:
    """At most 100 terms: marks, the tags, then whole words, then prefixes of 3 to 12 letters, the first words first.

    A mark is a term by itself; its colon keeps it apart from all words.
    """
    found = dict.fromkeys([*marks, *map(tag_term, tags)])
    named = words(text)
    found.update(dict.fromkeys(word[:_LONGEST_PREFIX] for word in named))
    for word in named:
        if len(found) >= MAX_TERMS:
            break
        ends = range(_SHORTEST_PREFIX, min(len(word), _LONGEST_PREFIX))
        found.update(dict.fromkeys(word[:end] for end in ends))
    return list(found)[:MAX_TERMS]


def query_terms(text: str) -> list[str]:
    """The terms that a search for this text needs, the most selective (the longest) first."""
    return sorted({word[:_LONGEST_PREFIX] for word in words(text)}, key=lambda word: (-len(word), word))


def matches(terms_of_document: Iterable[str], wanted: Iterable[str], *, without: Iterable[str] = ()) -> bool:
    """Whether a document has every term that is wanted, and none that is not."""
    found = set(terms_of_document)
    return found.issuperset(wanted) and found.isdisjoint(without)
