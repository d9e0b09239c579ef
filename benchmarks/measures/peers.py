"""The same thousand jobs done by Fanfold, by Celery with Redis, by Huey with SQLite, and by a bare thread pool: time, processor, losses."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace

from benchmarks import contenders
from benchmarks.clients import BenchmarkFailed, moment, platform
from benchmarks.contenders import Contender
from benchmarks.figures import Figure, exactly
from benchmarks.peers import work
from benchmarks.platform.providers import PEERS
from benchmarks.sessions import Session

# A killed worker's jobs come again after ten seconds at Celery; somewhat more than that is waited for everybody.
RECOVERY_SECONDS = 45.0
NOTES = {
    "Fanfold": "from sending the request to the batch's end: three objects and two renditions an image, item, asset and ledger committed, budget held",
    "Celery with Redis": "96 threads, late acknowledgement, every Redis command synced; one synced file a job",
    "Huey with SQLite": "96 threads, every commit synced; one synced file a job",
    "a bare thread pool": "96 threads; one synced file a job; nothing is remembered of what is still to be done",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How one system did: seconds from handing over to the last stored result, and processor seconds a job.

    After kill -9 at half and a new start: jobs that were never done, jobs that the provider was asked for again (what was in flight),
    finished ones among them, and seconds until nothing was left.
    """

    name: str
    seconds: float
    cpu_seconds: float
    lost: int
    again: int
    redone: int
    recovered_in_seconds: float


def measure(session: Session) -> None:
    """Fanfold first, then each peer, alone on the machine."""
    count = session.sizes.peer_jobs
    outcomes = [_fanfold(session, count), *(_peer(session, contender, count) for contender in _contenders(session))]
    ideal = count / work.PROVIDER_CONCURRENCY * work.PROVIDER_SECONDS
    for one in outcomes:
        session.report.add(*_figures(one, count, ideal))


def _contenders(session: Session) -> "Iterator[Contender]":
    folder = session.folder
    with _redis(session) as redis:
        yield contenders.celery(folder / "celery", redis)
    yield contenders.huey(folder / "huey")
    yield contenders.thread_pool(folder / "threads")


@contextmanager
def _redis(session: Session) -> "Iterator[contenders.RedisServer]":
    redis = contenders.RedisServer(session.folder / "redis")
    try:
        yield redis
    finally:
        redis.stop()


def _fanfold(session: Session, count: int) -> Outcome:
    folder = session.folder / "fanfold"
    with session.teller.part(f"{count:,} jobs by Fanfold", 2 * count) as part:
        with platform(folder) as running:
            running.wait(running.submit("warm", rows=work.WORKERS, model=PEERS).id, seconds=60)
            before = running.figures()
            sent = running.submit("timed", rows=count, model=PEERS)
            ended = running.wait(sent.id, seconds=120, tell=part.follow)
            cpu = running.figures().since(before).cpu_seconds / count
            killed = running.submit("killed", rows=count, model=PEERS)
            _until(lambda: running.journal.count("killed", "made") >= count / 2, "Fanfold")
            running.child.kill()
            killed_at = time.time()
        with platform(folder) as running:
            begun = time.monotonic()
            rest = running.wait(killed.id, seconds=120)
            recovered = time.monotonic() - begun
            done = running.finished_before(killed.id, killed_at)
    again = {key for key, times in running.journal.how_often("killed", "begun").items() if times > 1}
    return Outcome(
        name="Fanfold",
        seconds=moment(ended["finished_at"]) - sent.sent_at,
        cpu_seconds=cpu,
        lost=count - rest["progress"]["succeeded"],
        again=len(again),
        redone=len(again & done),
        recovered_in_seconds=recovered,
    )


def _peer(session: Session, contender: Contender, count: int) -> Outcome:
    contender.prepare()
    with session.teller.part(f"{count:,} jobs by {contender.name}", 2 * count):
        try:
            contender.start()
            extra, begun = contender.extra_cpu(), time.time()
            sending = contender.hand_over("timed", count)
            if not contender.wait("timed", count):
                raise BenchmarkFailed(f"{contender.name} did not do its jobs in time.")
            book = contender.book("timed")
            cpu = (book.cpu_between("begun", "stored") + sending + contender.extra_cpu() - extra) / count
            contender.stop()
            killed_at, recovered = _killed(contender, count)
        finally:
            contender.stop()
    rest = contender.book("killed")
    again = {key for key, times in rest.how_often("begun").items() if times > 1}
    done = {note.key for note in rest.notes if note.happening == "stored" and note.at < killed_at}
    return Outcome(
        name=contender.name,
        seconds=book.times("stored")[-1] - begun,
        cpu_seconds=cpu,
        lost=count - len(rest.how_often("stored")),
        again=len(again),
        redone=len(again & done),
        recovered_in_seconds=recovered,
    )


def _killed(contender: Contender, count: int) -> tuple[float, float]:
    """kill -9 of the workers at half, then a new start which nobody helps: when that was, and the seconds until the rest was done or given up."""
    contender.start()
    contender.hand_over("killed", count)
    _until(lambda: sum(contender.book("killed").how_often("made").values()) >= count / 2, contender.name)
    contender.kill()
    killed_at, begun = time.time(), time.monotonic()
    contender.start()
    if contender.serve is not None:
        contender.wait("killed", count, seconds=RECOVERY_SECONDS)
    return killed_at, time.monotonic() - begun


def _until(is_half: Callable[[], bool], name: str) -> None:
    end = time.monotonic() + contenders.PATIENCE_SECONDS
    while not is_half():
        if time.monotonic() > end:
            raise BenchmarkFailed(f"{name} did not come to half of its jobs in time.")
        time.sleep(0.02)


def _figures(one: Outcome, count: int, ideal: float) -> list[Figure]:
    """Two lines a system: what it takes, and what a crash takes from it. Only Fanfold's losses are held to a target."""
    is_ours = one.name == "Fanfold"
    rest = "the rest never came" if one.lost else f"all done after {one.recovered_in_seconds:.1f} s"
    losses = exactly(
        f"  lost by {one.name} after kill -9 at half",
        one.lost,
        0,
        shown=f"{one.lost} of {count:,}",
        ideal="0",
        aim="0" if is_ours else "–",
        note=f"{one.again} jobs were begun again, {one.redone} of them finished ones; {rest}",
        values={"lost": one.lost, "again": one.again, "redone": one.redone},
    )
    return [
        Figure(
            name=f"{count:,} jobs of 0.2 s, 64 at a time, by {one.name}: makespan over the ideal",
            measured=f"{one.seconds / ideal:.2f} ({one.seconds:.2f} s), {one.cpu_seconds * 1_000:.1f} ms of processor a job",
            ideal=f"1.00 ({ideal:.2f} s)",
            target="–",
            share=None,
            is_met=None,
            note=NOTES[one.name],
            values={"peer": one.name, "over_ideal": one.seconds / ideal, **asdict(one)},
        ),
        losses if is_ours else replace(losses, is_met=None),
    ]
