"""The two streams of the command: sentences to stderr, results to stdout."""

import csv
import json
import sys
from collections.abc import Sequence

from pydantic import BaseModel
from rich.box import SIMPLE_HEAD
from rich.console import Console, JustifyMethod, OverflowMethod
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from client.views.words import STATUS_STYLES, clean

GAP = 2
NARROWEST = 8


class Screen:
    """Where the command speaks; colours and live parts only on a terminal."""

    def __init__(self) -> None:
        self.messages = Console(stderr=True, highlight=False)
        self.results = Console(highlight=False)

    @property
    def is_live(self) -> bool:
        """Whether messages go to a terminal that can redraw itself."""
        return self.messages.is_terminal and not self.messages.is_dumb_terminal

    def say(self, sentence: str, style: str = "") -> None:
        """A message on stderr, never cut."""
        self.messages.print(Text(clean(sentence), style=style), soft_wrap=True)

    def fail(self, sentence: str, advice: str = "") -> None:
        """What went wrong, and what to do."""
        self._mark("✗", "red bold", sentence, advice)

    def warn(self, sentence: str, advice: str = "") -> None:
        """What went partly wrong, and what to do."""
        self._mark("!", "yellow bold", sentence, advice)

    def succeed(self, sentence: str) -> None:
        """What was achieved."""
        self.messages.print(Text.assemble(("✓ ", "green bold"), clean(sentence)), soft_wrap=True)

    def _mark(self, mark: str, style: str, sentence: str, advice: str) -> None:
        head, _, rest = clean(sentence).partition("\n")
        message = Text.assemble((f"{mark} ", style), (head, "bold"))
        if rest:
            message.append(f"\n{rest}")
        if advice:
            message.append(f"\n  {clean(advice)}", style="cyan")
        self.messages.print(message, soft_wrap=True)

    def line(self, text: str) -> None:
        """One plain line on stdout, at once."""
        sys.stdout.write(f"{clean(text)}\n")
        sys.stdout.flush()

    def document(self, value: object) -> None:
        """One JSON document on stdout and nothing else."""
        sys.stdout.write(json.dumps(_plain(value), ensure_ascii=False, indent=2) + "\n")
        sys.stdout.flush()

    def table(
        self,
        columns: Sequence[str],
        rows: Sequence[Sequence[str]],
        *,
        right: Sequence[str] = (),
        flexible: Sequence[str] = (),
        wrapped: Sequence[str] = (),
    ) -> None:
        """A table on stdout: drawn on a terminal (flexible columns give way, wrapped ones keep all their words), separated by tabs in a pipe."""
        if not self.results.is_terminal:
            writer = csv.writer(sys.stdout, delimiter="\t", lineterminator="\n")
            writer.writerow([column.lower().replace(" ", "_") for column in columns])
            writer.writerows([[clean(cell) for cell in row] for row in rows])
            sys.stdout.flush()
            return
        shown = [position for position in range(len(columns)) if any(row[position] for row in rows)]
        widths = {p: max(len(columns[p]), *(_styled(row[p]).cell_len for row in rows)) for p in shown}
        room = self.results.width - GAP * (len(shown) - 1)
        widths = _fitted(widths, {p for p in shown if columns[p] in flexible}, room)
        table = Table(box=SIMPLE_HEAD, header_style="bold", pad_edge=False, show_edge=False, padding=(0, 1, 0, 0))
        for position in shown:
            name = columns[position]
            side: JustifyMethod = "right" if name in right else "left"
            whole = name in wrapped
            overflow: OverflowMethod = "fold" if whole else "ellipsis"
            table.add_column(name, justify=side, no_wrap=not whole, overflow=overflow, width=widths[position])
        for row in rows:
            table.add_row(*(_styled(row[position]) for position in shown))
        self.results.print(table)

    def cards(self, columns: Sequence[str], rows: Sequence[Sequence[str]], *, heads: int) -> None:
        """Rows on stdout: on a terminal the first `heads` cells on a line, the others whole below it; in a pipe a table."""
        if not self.results.is_terminal:
            self.table(columns, rows)
            return
        for row in rows:
            first, *others = (clean(cell) for cell in row[:heads])
            self.results.print(Text.assemble((first, "bold"), "".join(f"  {cell}" for cell in others)), soft_wrap=True)
            for cell in filter(None, row[heads:]):
                self.results.print(Padding(Text(clean(cell), style="dim"), (0, 0, 0, 2), expand=False))


def _fitted(widths: dict[int, int], flexible: set[int], room: int) -> dict[int, int]:
    """Widths of columns that fit: what the firm ones leave is shared among the flexible, the narrowest first."""
    fitted, left = dict(widths), room - sum(width for position, width in widths.items() if position not in flexible)
    for done, position in enumerate(sorted(flexible, key=widths.__getitem__)):
        share = max(NARROWEST, left // (len(flexible) - done))
        fitted[position] = min(widths[position], share)
        left -= fitted[position]
    return fitted


def _styled(cell: str) -> Text:
    style = STATUS_STYLES.get(cell, "")
    return Text("with failures" if cell == "completed_with_failures" else clean(cell), style=style)


def _plain(value: object) -> object:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, dict):
        return {key: _plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    return value
