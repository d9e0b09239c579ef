"""What the local servers ask of the system."""

import subprocess
import sys

import pytest

PROGRAM = """
import resource
from infra.local import servers

resource.setrlimit(resource.RLIMIT_NOFILE, ({soft}, {hard}))
servers.allow_files()
print(*resource.getrlimit(resource.RLIMIT_NOFILE))
"""


@pytest.mark.parametrize(("soft", "hard", "then"), [(128, 512, 512), (512, 512, 512), (128, 128, 128)])
def test_the_platform_may_open_as_many_files_as_it_is_allowed(soft: int, hard: int, then: int) -> None:
    program = [sys.executable, "-c", PROGRAM.format(soft=soft, hard=hard)]
    told = subprocess.run(program, capture_output=True, text=True, check=True).stdout
    assert told.split() == [str(then), str(hard)]
