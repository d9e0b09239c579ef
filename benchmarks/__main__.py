"""`make bench`: measure, print the table, keep it in benchmarks/results/."""

import argparse
import importlib
import json
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from benchmarks import tables
from benchmarks.clients import BenchmarkFailed
from benchmarks.comparisons import compare
from benchmarks.machines import Machine
from benchmarks.plots import plot
from benchmarks.sessions import FULL, SMALL, Session, Teller
from shared.domain.errors import FanfoldError

RESULTS = Path(__file__).parent / "results"
# Beside the folder where `make run` keeps its state: the same disk, the same costs.
STATE = Path(__file__).parents[1] / "out"
MEASURES = {
    "embedded": (
        "acceptances",
        "first_calls",
        "makespans",
        "paces",
        "fairness",
        "doublings",
        "kills",
        "growth",
        "peers",
        "cold_starts",
    ),
    "emulators": ("live_pages", "large_walls"),
}


def main() -> int:
    """0 once everything was measured, whether or not the targets are met; 1 with a sentence when something broke."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure Fanfold on this machine.")
    parser.add_argument("--small", action="store_true", help="small sizes, for developing the benchmarks")
    parser.add_argument("--stack", choices=MEASURES, default="embedded", help="which stack is measured")
    every = [name for names in MEASURES.values() for name in names]
    parser.add_argument("--only", nargs="+", choices=every, metavar="MEASURE", help=f"some of: {', '.join(every)}")
    parser.add_argument("--results", type=Path, default=RESULTS, help="where the table, figures and plot are kept")
    wanted = parser.parse_args()
    begun, broken = time.monotonic(), ""
    STATE.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=STATE) as folder, Teller() as teller:
        session = Session(Path(folder), SMALL if wanted.small else FULL, teller)
        try:
            for name in wanted.only or MEASURES[wanted.stack]:
                measure = importlib.import_module(f"benchmarks.measures.{name}").measure
                measure(session.within(name))
        except (BenchmarkFailed, FanfoldError) as error:
            broken = f"The benchmark could not be finished; nothing is kept. {error}"
    seconds, at, machine = time.monotonic() - begun, datetime.now(UTC), Machine.here()
    console = Console(width=None if sys.stdout.isatty() else 160)
    console.print(f"{machine}\n", highlight=False, soft_wrap=True)
    tables.show(session.report, console)
    if broken:
        print(broken, file=sys.stderr)
        return 1
    if not wanted.only:
        stack = wanted.stack
        keep(session, machine, at, seconds, wanted.results / stack)
        console.print(f"Kept in {wanted.results.name}/: {stack}.md, {stack}.json, {stack}.png", highlight=False)
    return 0


def keep(session: Session, machine: Machine, at: datetime, seconds: float, file: Path) -> None:
    """Write the table, the figures and the plot, each `file` with an ending; the ones before are replaced."""
    report, stack, is_small = session.report, file.name, session.sizes is SMALL
    file.parent.mkdir(parents=True, exist_ok=True)
    told = tables.written(report, machine, at, stack=stack, is_small=is_small, seconds=seconds)
    page = tables.markdown(report, machine, at, stack=stack, is_small=is_small, seconds=seconds)
    file.with_suffix(".json").write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    file.with_suffix(".md").write_text(page, encoding="utf-8")
    plot(report, machine, at, stack=stack).save(file.with_suffix(".png"), optimize=True)
    compared = compare(report, machine, at, stack=stack)
    if compared is not None:
        compared.save(file.with_name(f"{stack}-compared.png"), optimize=True)


if __name__ == "__main__":
    sys.exit(main())
