"""Hands jobs over: `python -m benchmarks.peers.send MODULE TAG COUNT` prints, in seconds, the processor time that it took."""

import importlib
import sys
import time


def main() -> None:
    """Call the module's `hand_over` for each job."""
    module, tag, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    hand_over = importlib.import_module(f"benchmarks.peers.{module}").hand_over
    begun = time.process_time()
    for number in range(count):
        hand_over(f"{tag}/{number}")
    print(time.process_time() - begun)


if __name__ == "__main__":
    main()
