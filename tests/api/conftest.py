"""A machine with its API for each test, and one for all tests of a module that leave it as it was."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.api.stacks import ApiStack
from tests.receivers import Receiver, receiver


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[ApiStack]:
    with closing(ApiStack(tmp_path)) as made:
        yield made


@pytest.fixture(scope="module")
def shared_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiStack]:
    with closing(ApiStack(tmp_path_factory.mktemp("stack"))) as made:
        yield made


@pytest.fixture
def server() -> Iterator[Receiver]:
    with receiver() as made:
        yield made
