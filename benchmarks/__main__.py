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
from benchmarks.machines import Machine
from benchmarks.plots import plot
from benchmarks.sessions import FULL, SMALL, Session, Teller
from shared.domain.errors import FanfoldError

RESULTS = Path(__file__).parent / "results"
# Beside the folder where `make run` keeps its state: the same disk, the same costs.
STATE = Path(__file__).parents[1] / "out"
MEASURES = ("acceptances", "first_calls", "makespans", "paces", "doublings", "kills", "cold_starts")


def main() -> int:
    """0 once everything was measured, whether or not the targets are met; 1 with a sentence when something broke."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure Fanfold on this machine.")
    parser.add_argument("--small", action="store_true", help="small sizes, for developing the benchmarks")
    parser.add_argument(
        "--only", nargs="+", choices=MEASURES, metavar="MEASURE", help=f"some of: {', '.join(MEASURES)}"
    )
    parser.add_argument("--results", type=Path, default=RESULTS, help="where the table, figures and plot are kept")
    wanted = parser.parse_args()
    begun, broken = time.monotonic(), ""
    STATE.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=STATE) as folder, Teller() as teller:
        session = Session(Path(folder), SMALL if wanted.small else FULL, teller)
        try:
            for name in wanted.only or MEASURES:
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
        keep(session, machine, at, seconds, wanted.results)
        console.print(f"Kept in {wanted.results.name}/: embedded.md, embedded.json, embedded.png", highlight=False)
    return 0


def keep(session: Session, machine: Machine, at: datetime, seconds: float, folder: Path) -> None:
    """Write the table, the figures and the plot; the ones before are replaced."""
    is_small = session.sizes is SMALL
    folder.mkdir(parents=True, exist_ok=True)
    told = tables.written(session.report, machine, at, is_small=is_small, seconds=seconds)
    page = tables.markdown(session.report, machine, at, is_small=is_small, seconds=seconds)
    (folder / "embedded.json").write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    (folder / "embedded.md").write_text(page, encoding="utf-8")
    plot(session.report, machine, at).save(folder / "embedded.png", optimize=True)


if __name__ == "__main__":
    sys.exit(main())
