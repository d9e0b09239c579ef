"""A figure: what was measured, beside its ideal and its target."""

from dataclasses import dataclass, field
from statistics import quantiles
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One line of the table. `share` is measured over target (1.0: just met, smaller: better); None where no bar shows it.

    `label` names it in the plot, where there is less room.
    """

    name: str
    measured: str
    ideal: str
    target: str
    share: float | None
    is_met: bool | None
    note: str = ""
    label: str = ""
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Report:
    """All figures, and the series that the plot draws (points of seconds and counts)."""

    figures: list[Figure] = field(default_factory=list)
    series: dict[str, list[tuple[float, float]]] = field(default_factory=dict)

    def add(self, *figures: Figure) -> None:
        """Append lines to the table."""
        self.figures += figures


def at_most(name: str, value: float, target: float, *, shown: str, aim: str, ideal: str = "", **more: Any) -> Figure:
    """A figure that is met when it is not above its target."""
    return Figure(
        name=name, measured=shown, ideal=ideal, target=aim, share=value / target, is_met=value <= target, **more
    )


def at_least(name: str, value: float, target: float, *, shown: str, aim: str, ideal: str = "", **more: Any) -> Figure:
    """A figure that is met when it is not below its target."""
    share = target / value if value else float("inf")
    return Figure(name=name, measured=shown, ideal=ideal, target=aim, share=share, is_met=value >= target, **more)


def exactly(name: str, value: int, target: int, *, shown: str, aim: str, ideal: str = "", **more: Any) -> Figure:
    """A figure that allows nothing but its target, which no bar can show."""
    return Figure(name=name, measured=shown, ideal=ideal, target=aim, share=None, is_met=value == target, **more)


def percentile(values: list[float], share: float) -> float:
    """The value below which this share of them lies; of a single one, that one."""
    if len(values) == 1:
        return values[0]
    return quantiles(values, n=1_000, method="inclusive")[min(round(share * 1_000) - 1, 998)]
