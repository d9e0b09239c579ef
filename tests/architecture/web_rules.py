"""The design's rules for the web app, as functions from a source file to the lines that break them."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.architecture.rules import ROOT

WEB = ROOT / "web"
LONGEST_SOURCE = 300
GENERATED = "src/api/schema.ts"
FORBIDDEN_WORDS = re.compile(r"\b(utils?|helpers?|common|managers?|misc)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Source:
    """A TypeScript file, by its path from web/."""

    path: str
    text: str

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    @property
    def is_test(self) -> bool:
        return any(kind in self.path for kind in (".test.", ".emulated.")) or self.path.startswith("src/testing/")


def sources() -> list[Source]:
    """Every file that people write, in order."""
    paths = sorted(path for kind in ("*.ts", "*.tsx") for path in (WEB / "src").rglob(kind))
    found = (Source(path.relative_to(WEB).as_posix(), path.read_text(encoding="utf-8")) for path in paths)
    return [source for source in found if source.path != GENERATED]


def matching(pattern: str) -> Callable[[Source], Iterator[int]]:
    """A rule that finds the lines in which a pattern occurs."""
    compiled = re.compile(pattern)

    def find(source: Source) -> Iterator[int]:
        return (number for number, line in enumerate(source.lines, 1) if compiled.search(line))

    return find


network_calls = matching(
    r"(?<![.\w])fetch\(|\b(globalThis|window)\.fetch\b|new (XMLHttpRequest|EventSource|WebSocket)\b"
)
firebase_imports = matching(r"""(from|import\() ?["']@?firebase""")


def breaches(rule: Callable[[Source], Iterator[int]], found: list[Source], *rooms: str) -> list[str]:
    """Where a rule is broken outside the rooms in which it does not hold; tests stand in for what is outside."""
    return [
        f"{source.path}:{line}"
        for source in found
        if not source.is_test and not source.path.startswith(rooms or ("/",))
        for line in rule(source)
    ]
