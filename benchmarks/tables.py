"""The table: on the terminal, as Markdown, as JSON."""

from datetime import datetime
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from benchmarks.figures import Figure, Report
from benchmarks.machines import Machine

COLUMNS = ("figure", "measured", "ideal", "target", "")


def verdict(figure: Figure) -> str:
    """In one word whether the target is met."""
    if figure.is_met is None:
        return "–"
    return "met" if figure.is_met else "missed"


def summary(report: Report) -> str:
    """How many targets are met, in a sentence that names those that are not."""
    judged = [figure for figure in report.figures if figure.is_met is not None]
    missed = [figure for figure in judged if not figure.is_met]
    if not missed:
        return f"All {len(judged)} targets are met."
    named = "; ".join(f"{figure.name.strip()}: {figure.measured} instead of {figure.target}" for figure in missed)
    return f"{len(judged) - len(missed)} of {len(judged)} targets are met. Missed: {named}."


def show(report: Report, console: Console) -> None:
    """Print the table; its notes below it, so that a narrow terminal keeps the figures whole."""
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for column in COLUMNS:
        table.add_column(column, no_wrap=column in ("target", ""), overflow="fold")
    for figure in report.figures:
        style = {True: "green", False: "bold red", None: "dim"}[figure.is_met]
        table.add_row(
            figure.name, figure.measured, figure.ideal or "–", figure.target, Text(verdict(figure), style=style)
        )
    console.print(table)
    console.print(f"\n{summary(report)}", soft_wrap=True, highlight=False)


def markdown(report: Report, machine: Machine, at: datetime, *, stack: str, is_small: bool, seconds: float) -> str:
    """The stored page."""
    lines = [
        "# What was measured",
        "",
        f"{at:%Y-%m-%d}, on {machine}, the {stack} stack; {seconds:.0f} s in all. [How it is measured](../README.md).",
        "",
    ]
    if is_small:
        lines += ["**Small sizes, for developing the benchmarks: these are not the figures to quote.**", ""]
    lines += [summary(report), "", f"![Measured beside target]({stack}.png)", ""]
    if any("peer" in figure.values for figure in report.figures):
        lines += [f"![Beside other systems, and at any size]({stack}-compared.png)", ""]
    lines += ["| figure | measured | ideal | target | | how |", "|---|---|---|---|---|---|"]
    for figure in report.figures:
        word = f"**{verdict(figure)}**" if figure.is_met is False else verdict(figure)
        name = figure.name.replace("  ", "&nbsp;&nbsp;") if figure.name.startswith(" ") else figure.name
        cells = (name, figure.measured, figure.ideal or "–", figure.target, word, figure.note)
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def written(
    report: Report, machine: Machine, at: datetime, *, stack: str, is_small: bool, seconds: float
) -> dict[str, Any]:
    """The same, with every single measurement, for programs."""
    return {
        "schema": 1,
        "measured_at": at.isoformat(timespec="seconds"),
        "machine": machine.written(),
        "stack": stack,
        "sizes": "small" if is_small else "full",
        "seconds": round(seconds, 1),
        "figures": [
            {
                "name": figure.name.strip(),
                "measured": figure.measured,
                "ideal": figure.ideal,
                "target": figure.target,
                "is_met": figure.is_met,
                "share_of_target": figure.share,
                "note": figure.note,
                "values": figure.values,
            }
            for figure in report.figures
        ],
    }
