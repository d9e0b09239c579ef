"""Accessibility as axe sees it, by WCAG 2.2 at level AA and axe's best practices."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from playwright.sync_api import Page

_AXE: Final = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
_TAGS: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_RUN: Final = """tags => axe.run(document, {
    runOnly: {type: "tag", values: tags}, resultTypes: ["violations"], elementRef: false,
})"""


class Finding(NamedTuple):
    """A rule that a page breaks, what it asks for, and the first places."""

    rule: str
    asks: str
    places: tuple[str, ...]


def findings(page: "Page") -> list[Finding]:
    """What axe finds on the page as it is now."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_axe())
    told: dict[str, Any] = page.evaluate(_RUN, _TAGS)
    return [_finding(one) for one in told["violations"]]


def _finding(told: dict[str, Any]) -> Finding:
    places = tuple(f"{node['html'][:160]} :: {node.get('failureSummary', '')[:200]}" for node in told["nodes"][:3])
    return Finding(str(told["id"]), str(told["help"]), places)


@cache
def _axe() -> str:
    """The program; an expression whose value is of no interest."""
    return f"{_AXE.read_text(encoding='utf-8')};undefined"
