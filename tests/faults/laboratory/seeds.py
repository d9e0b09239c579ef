"""Seeds, one after the other or several at once, each in a folder of its own."""

import faulthandler
import traceback
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
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
from tests.faults.laboratory.sabotages import SABOTAGES

_LONGEST_SECONDS = 100
NONE = ""


@dataclass(frozen=True, kw_only=True)
class Told:
    """What came of a run: `failure` is None when every invariant held."""

    seed: int
    failure: str | None
    story: str
    images: int
    calls: int
    crashes: int


def tell(seed: int, sabotage: str = NONE) -> Told:
    """Run one seed in a folder of its own, in memory where the machine has such a place."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    # A fiber that waits for a lock which another one holds would wait for ever.
    faulthandler.dump_traceback_later(_LONGEST_SECONDS, exit=True)
    try:
        with TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None, prefix="fanfold-") as folder:
            return _run(seed, Path(folder), SABOTAGES.get(sabotage, _whole))
    finally:
        faulthandler.cancel_dump_traceback_later()


def tell_all(seeds: Iterable[int], processes: int, sabotage: str) -> Iterator[Told]:
    """Run seeds, so many at once, on an engine with this sabotage; the story of those that held is left out."""
    run = partial(_tell_shortly, sabotage)
    if processes == 1:
        yield from map(run, seeds)
        return
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        yield from pool.map(run, seeds, chunksize=4)


def _tell_shortly(sabotage: str, seed: int) -> Told:
    told = tell(seed, sabotage)
    return told if told.failure is not None else replace(told, story="")


def _whole(documents: DocumentStore) -> DocumentStore:
    return documents


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
