"""Branch coverage of the core, package by package: `python -m infra.branches REPORT.json`, as coverage writes it."""

import json
import sys
from pathlib import Path
from typing import Any

FLOOR_PERCENT = 95.0
PACKAGES = ("shared/domain", "shared/services", "shared/repositories", "shared/http")


def main(report: Path) -> int:
    """Print each package's share of branches taken; 1 when one is below the floor."""
    files: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))["files"]
    shares = {package: share(files, package) for package in PACKAGES}
    for package, percent in shares.items():
        print(f"branches of {package}: {percent:.1f} %")
    low = [package for package, percent in shares.items() if percent < FLOOR_PERCENT]
    if low:
        print(f"Branch coverage is below {FLOOR_PERCENT:.0f} % in {', '.join(low)}.", file=sys.stderr)
    return 1 if low else 0


def share(files: dict[str, Any], package: str) -> float:
    """How many percent of a package's branches were taken; 100 where there are none."""
    sums = [entry["summary"] for name, entry in files.items() if Path(name).as_posix().startswith(f"{package}/")]
    branches = sum(summary["num_branches"] for summary in sums)
    taken = sum(summary["covered_branches"] for summary in sums)
    return 100 * taken / branches if branches else 100.0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
