"""Folders for worlds: in memory where the machine has such a place, since nothing here is about the disk."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import structlog

from tests.engine.worlds import World

MEMORY = Path("/dev/shm")  # noqa: S108 - only where worlds are quickest; any folder does


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """An empty folder that is gone afterwards."""
    if not MEMORY.is_dir():
        yield tmp_path
        return
    with TemporaryDirectory(dir=MEMORY, prefix="fanfold-") as name:
        yield Path(name)


@pytest.fixture(autouse=True)
def _closed_worlds(folder: Path) -> Iterator[None]:
    """Nothing of a test's worlds is left for the next one, and all is closed before its folder is gone."""
    yield
    World.close_all()


@pytest.fixture(autouse=True)
def _warnings_only() -> Iterator[None]:
    """Thousands of images are made here: only what is worth a warning is logged."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(30))
    yield
    structlog.configure(**before)
