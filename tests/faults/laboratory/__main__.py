"""The fault laboratory: `python -m tests.faults.laboratory --seeds 2000`, or `--seed 17` to run one again and tell it whole."""

import argparse
import os
import sys
import time

from tests.faults.laboratory.sabotages import SABOTAGES
from tests.faults.laboratory.seeds import NONE, Told, tell, tell_all

_TOLD_WHOLE = 3
_A_LINE_EVERY = 100


def main() -> int:
    """Run the seeds that are asked for; 1 when one of them broke an invariant."""
    parser = argparse.ArgumentParser(prog="make faults", description=__doc__)
    parser.add_argument("--seed", type=int, help="run this one, and tell it whole")
    parser.add_argument("--seeds", type=int, default=2_000, help="how many, from --first on")
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument(
        "--sabotage", choices=sorted(SABOTAGES), default=NONE, help="stop at the first seed that finds it"
    )
    asked = parser.parse_args()
    if asked.seed is not None:
        told = tell(asked.seed, asked.sabotage)
        print(told.story)
        print(_line(told))
        return int(told.failure is not None)
    return _many(range(asked.first, asked.first + asked.seeds), asked.processes, asked.sabotage)


def _many(seeds: range, processes: int, sabotage: str) -> int:
    began = time.monotonic()
    tolds: list[Told] = []
    for told in tell_all(seeds, processes, sabotage):
        tolds.append(told)
        if told.failure is not None:
            print(_line(told), file=sys.stderr)
            if sabotage:
                break
        if len(tolds) % _A_LINE_EVERY == 0:
            broken = sum(one.failure is not None for one in tolds)
            seconds = time.monotonic() - began
            print(f"{len(tolds):,} of {len(seeds):,} seeds in {seconds:.0f} s, {broken} broken", file=sys.stderr)
    failed = [told for told in tolds if told.failure is not None]
    for told in failed[:_TOLD_WHOLE]:
        print(f"\n{told.story}\n{_line(told)}")
    images, calls, crashes = (sum(getattr(told, what) for told in tolds) for what in ("images", "calls", "crashes"))
    print(
        f"{len(tolds):,} seeds: {images:,} images, {calls:,} calls, {crashes:,} crashes in "
        f"{time.monotonic() - began:.0f} s; {len(failed)} broke an invariant."
    )
    for told in failed:
        print(f"  make faults SEED={told.seed}")
    return int(bool(failed))


def _line(told: Told) -> str:
    if told.failure is None:
        return (
            f"seed {told.seed}: {told.images} images, {told.calls} calls, {told.crashes} crashes; every invariant held"
        )
    return f"seed {told.seed}: {told.failure}\n  again: make faults SEED={told.seed}"


if __name__ == "__main__":
    sys.exit(main())
