"""The measured platform as a process: `python -m benchmarks.platform --announce FILE --journal FILE`."""

import argparse
import sys
from pathlib import Path

from benchmarks.platform.containers import MeasuredContainer
from infra.local.stacks import LocalStack
from shared.config import settings
from shared.domain.errors import FanfoldError


def main() -> int:
    """Serve until stopped; 1 with a sentence when the start is not possible."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.platform")
    parser.add_argument("--announce", type=Path, required=True, help="write address and key into this file")
    parser.add_argument("--journal", type=Path, required=True, help="the provider's own book, appended to")
    parser.add_argument("--double", type=float, default=0.0, help="share of task deliveries that are made three times")
    wanted = parser.parse_args()
    try:
        LocalStack(
            settings(),
            announce=wanted.announce,
            make=lambda config: MeasuredContainer(config, journal=wanted.journal, doubled=wanted.double),
        ).run()
    except FanfoldError as error:
        print(error.detail, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
