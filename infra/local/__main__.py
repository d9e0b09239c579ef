"""`make run`: serve until stopped; what was under way goes on at the next start."""

import argparse
import sys
from pathlib import Path

from infra.local.stacks import LocalStack
from shared.config import Settings, settings
from shared.domain.errors import FanfoldError


def main() -> int:
    """Serve; 0 after an orderly stop, 1 with a sentence when the start is not possible."""
    parser = argparse.ArgumentParser(prog="python -m infra.local", description="Fanfold on this machine.")
    parser.add_argument("--announce", type=Path, help="write address and key into this file once it runs (owner only)")
    wanted = parser.parse_args()
    try:
        LocalStack(_quiet(settings()), announce=wanted.announce).run()
    except FanfoldError as error:
        print(f"Fanfold cannot start. {error.detail}", file=sys.stderr)
        return 1
    return 0


def _quiet(config: Settings) -> Settings:
    """The settings; on a terminal only warnings are logged unless more was asked for: the sign-in is to stay in sight."""
    if sys.stderr.isatty() and "log_level" not in config.model_fields_set:
        return config.model_copy(update={"log_level": "WARNING"})
    return config


if __name__ == "__main__":
    sys.exit(main())
