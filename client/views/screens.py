"""The two streams of the command: sentences to stderr, results to stdout."""

import csv
import json
import sys
from collections.abc import Iterable, Sequence

from pydantic import BaseModel
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from client.views.words import STATUS_STYLES, clean


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
        head, _, rest = clean(sentence).partition("\n")
        message = Text.assemble(("✗ ", "red bold"), (head, "bold"))
        if rest:
            message.append(f"\n{rest}")
        if advice:
            message.append(f"\n  {clean(advice)}", style="cyan")
        self.messages.print(message, soft_wrap=True)

    def succeed(self, sentence: str) -> None:
        """What was achieved."""
        self.messages.print(Text.assemble(("✓ ", "green bold"), clean(sentence)), soft_wrap=True)

    def line(self, text: str) -> None:
        """One plain line on stdout, at once."""
        sys.stdout.write(f"{clean(text)}\n")
        sys.stdout.flush()

    def document(self, value: object) -> None:
        """One JSON document on stdout and nothing else."""
        sys.stdout.write(json.dumps(_plain(value), ensure_ascii=False, indent=2) + "\n")
        sys.stdout.flush()

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[str]], right: Sequence[str] = ()) -> None:
        """A table on stdout: drawn on a terminal, separated by tabs in a pipe."""
        if not self.results.is_terminal:
            writer = csv.writer(sys.stdout, delimiter="\t", lineterminator="\n")
            writer.writerow([column.lower().replace(" ", "_") for column in columns])
            writer.writerows([[clean(cell) for cell in row] for row in rows])
            sys.stdout.flush()
            return
        table = Table(box=SIMPLE_HEAD, header_style="bold", pad_edge=False, show_edge=False)
        for position, column in enumerate(columns):
            is_right = column in right
            table.add_column(
                column, justify="right" if is_right else "left", no_wrap=position == 0 or is_right, overflow="ellipsis"
            )
        for row in rows:
            table.add_row(*(_styled(cell) for cell in row))
        self.results.print(table)


def _styled(cell: str) -> Text:
    return Text(clean(cell), style=STATUS_STYLES.get(cell.replace(" ", "_"), ""))


def _plain(value: object) -> object:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, dict):
        return {key: _plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    return value
