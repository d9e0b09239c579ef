"""Huey with SQLite, synced at each commit: `python -m huey.bin.huey_consumer benchmarks.peers.huey_tasks.huey …` works."""

from huey import SqliteHuey

from benchmarks.peers import work

huey = SqliteHuey("peers", filename=str(work.FOLDER / "huey.db"), fsync=True)


@huey.task()
def make(key: str) -> str:
    """One job."""
    return work.do(key)


def hand_over(key: str) -> None:
    """Queue a job."""
    make(key)
