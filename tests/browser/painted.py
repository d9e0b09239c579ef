"""The platform whose images are painted here: `python -m tests.browser.painted --announce FILE --gate FILE`."""

import argparse
import sys
from pathlib import Path

from infra.local.stacks import LocalStack
from shared.adapters.providers.preview import PreviewImageModel
from shared.adapters.system import SystemClock
from shared.config import Settings, settings
from shared.container import Container
from shared.domain.errors import FanfoldError
from tests.browser.painters import PAINTED, Painter, quick_models


def main() -> None:
    """Serve until stopped; ends with a sentence when the start is not possible."""
    parser = argparse.ArgumentParser(prog="python -m tests.browser.painted")
    parser.add_argument("--announce", type=Path, required=True, help="write address and key into this file")
    parser.add_argument("--gate", type=Path, required=True, help="patient prompts wait while this file exists")
    parser.add_argument("--scenes", action="store_true", help="paint as the preview model does, not at once")
    wanted = parser.parse_args()
    clock = SystemClock()
    painter = Painter(wanted.gate, clock=clock, by=PreviewImageModel() if wanted.scenes else None)

    def make(config: Settings) -> Container:
        return Container(config, clock=clock, specs=quick_models(), providers=dict.fromkeys(PAINTED, painter))

    try:
        LocalStack(settings(), announce=wanted.announce, make=make).run()
    except FanfoldError as error:
        sys.exit(error.detail)


if __name__ == "__main__":
    main()
