"""Seeds, one after the other or several at once, each in a folder of its own."""

import faulthandler
import traceback
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog

from shared.ports.documents import DocumentStore
from tests.engine.conftest import MEMORY
from tests.faults.laboratory.instances import Sabotage
from tests.faults.laboratory.journals import Violation
from tests.faults.laboratory.plans import plan
from tests.faults.laboratory.runs import Laboratory

_LONGEST_SECONDS = 100


@dataclass(frozen=True, kw_only=True)
class Told:
    """What came of a run: `failure` is None when every invariant held."""

    seed: int
    failure: str | None
    story: str
    images: int
    calls: int
    crashes: int


def whole(documents: DocumentStore) -> DocumentStore:
    """No sabotage."""
    return documents


def tell(seed: int, sabotage: Sabotage = whole) -> Told:
    """Run one seed in a folder of its own, in memory where the machine has such a place."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    # A fiber that waits for a lock which another one holds would wait for ever.
    faulthandler.dump_traceback_later(_LONGEST_SECONDS, exit=True)
    try:
        with TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None, prefix="fanfold-") as folder:
            return _run(seed, Path(folder), sabotage)
    finally:
        faulthandler.cancel_dump_traceback_later()


def tell_all(seeds: Iterable[int], processes: int) -> Iterator[Told]:
    """Run seeds, so many at once; the story of those that held is left out."""
    if processes == 1:
        yield from map(_tell_shortly, seeds)
        return
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        yield from pool.map(_tell_shortly, seeds, chunksize=4)


def _tell_shortly(seed: int) -> Told:
    told = tell(seed)
    return told if told.failure is not None else replace(told, story="")


def _run(seed: int, folder: Path, sabotage: Sabotage) -> Told:
    planned = plan(seed)
    laboratory = Laboratory(planned, folder, sabotage=sabotage)
    failure = None
    try:
        laboratory.run()
    except Violation as broken:
        failure = str(broken)
    except AssertionError as broken:
        failure = f"{str(broken) or traceback.format_exc().splitlines()[-2].strip()}\n{traceback.format_exc()}"
    return Told(
        seed=seed,
        failure=failure,
        story=f"{planned.text()}\n\n{laboratory.journal.text()}",
        images=len(laboratory.audit.items),
        calls=len(laboratory.audit.calls),
        crashes=laboratory.house.crashes,
    )
