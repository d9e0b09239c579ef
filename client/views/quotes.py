"""The price before anything is spent."""

from rich.table import Table
from rich.text import Text

from client.models import Estimate
from client.views.screens import Screen
from client.views.words import about, clean, duration, plural


def show_estimate(screen: Screen, name: str, rows: int, estimate: Estimate) -> None:
    """Images, cost, time and ways to spend less, as messages."""
    head = Text.assemble("\n", (clean(name), "bold"), "\n  ", plural(rows, "row"), " → ")
    head.append(plural(estimate.images, "image"), style="bold")
    head.append(" · ").append(about(estimate.estimated_micros), style="bold green")
    if estimate.estimated_seconds is not None:
        head.append(f" · about {duration(estimate.estimated_seconds)}")
    screen.messages.print(head, soft_wrap=True)
    if len(estimate.by_model) > 1:
        screen.messages.print(_models(estimate))
    if estimate.reuse.saves_micros and not any("reuse" in suggestion.change for suggestion in estimate.suggestions):
        told = f"Taking {plural(estimate.reuse.images, 'image')} from equal ones saves {about(estimate.reuse.saves_micros)}"
        screen.messages.print(Text(f"  {told}", style="dim"), soft_wrap=True)
    if not estimate.limits.fits:
        told = f"Stops after {plural(estimate.limits.images, 'image')} at a limit: {clean(estimate.limits.limit or 'unnamed')}"
        screen.messages.print(Text.assemble("  ", (told, "bold yellow")), soft_wrap=True)
    for suggestion in estimate.suggestions:
        saving = f"saves {about(suggestion.saves_micros)}"
        screen.messages.print(Text.assemble("  ", (saving, "yellow"), f"  {clean(suggestion.text)}"), soft_wrap=True)
    screen.messages.print()


def _models(estimate: Estimate) -> Table:
    table = Table.grid(padding=(0, 2))
    for entry in estimate.by_model:
        micros = entry.get("estimated_micros", entry.get("micros", 0))
        table.add_row(
            Text(f"  {clean(entry.get('model', ''))}", style="dim"),
            Text(plural(int(entry.get("images", 0)), "image"), style="dim", justify="right"),
            Text(about(int(micros)), style="dim", justify="right"),
        )
    return table
