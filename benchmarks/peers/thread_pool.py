"""A bare thread pool: the least that the work can cost, with nothing remembered of what is still to be done.

`python -m benchmarks.peers.thread_pool TAG COUNT` does the jobs and ends.
"""

import sys
from concurrent.futures import ThreadPoolExecutor

from benchmarks.peers.work import WORKERS, do


def main() -> None:
    """Do all jobs."""
    tag, count = sys.argv[1], int(sys.argv[2])
    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(do, [f"{tag}/{number}" for number in range(count)]))


if __name__ == "__main__":
    main()
