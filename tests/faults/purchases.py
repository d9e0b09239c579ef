"""What must be true of purchases once everything has ended."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise

from benchmarks.platform.journals import Journal


def check_purchases(journal: Journal, tag: str, kills: Sequence[float], recorded: Mapping[str, float]) -> None:
    """Each image was bought; again only after a kill, and never after it was recorded (times in seconds since 1970)."""
    bought: dict[str, list[float]] = defaultdict(list)
    for entry in journal.entries(tag):
        if entry.happening == "made":
            bought[entry.key].append(entry.at)
    assert bought.keys() == recorded.keys()
    for key, times in bought.items():
        for earlier, later in pairwise(times):
            assert any(earlier < kill < later for kill in kills), f"{key} was bought twice in one life"
        assert times[-1] <= recorded[key], f"{key} was bought again after it was recorded"
