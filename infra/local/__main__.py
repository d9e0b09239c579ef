"""`make run`: serve until stopped; what was under way goes on at the next start."""

import argparse
import sys
from pathlib import Path

from infra.local.stacks import LocalStack
from shared.config import settings
from shared.domain.errors import FanfoldError


def main() -> int:
    """Serve; 0 after an orderly stop, 1 with a sentence when the start is not possible."""
    parser = argparse.ArgumentParser(prog="python -m infra.local", description="Fanfold on this machine.")
    parser.add_argument("--announce", type=Path, help="write address and key into this file once it runs (owner only)")
    wanted = parser.parse_args()
    try:
        LocalStack(settings(), announce=wanted.announce).run()
    except FanfoldError as error:
        print(f"Fanfold cannot start. {error.detail}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
