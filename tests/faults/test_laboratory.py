"""Two hundred seeded lives of the whole engine in which everything goes wrong; `make faults` runs two thousand."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.laboratory.sabotages import SABOTAGES

ROOT = Path(__file__).parents[2]
SEEDS = 200


def laboratory(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """The laboratory as a program: its processes are quicker than tests under measure."""
    return subprocess.run(
        [sys.executable, "-m", "tests.faults.laboratory", *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.faults
@pytest.mark.timeout(600)
def test_no_seed_breaks_an_invariant() -> None:
    told = laboratory("--seeds", str(SEEDS))
    assert told.returncode == 0, f"{told.stdout}\n{told.stderr}"
    assert f"{SEEDS} seeds" in told.stdout


@pytest.mark.faults
@pytest.mark.parametrize("seed", [5, 44, 125])
def test_a_seed_tells_the_same_story_every_time(seed: int) -> None:
    first, second = (laboratory("--seed", str(seed), PYTHONHASHSEED=one) for one in ("1", "2"))
    assert first.returncode == 0, first.stdout
    assert first.stdout == second.stdout


@pytest.mark.faults
@pytest.mark.parametrize("sabotage", sorted(SABOTAGES))
def test_a_sabotaged_engine_is_found_out(sabotage: str) -> None:
    told = laboratory("--seeds", str(SEEDS), "--sabotage", sabotage)
    assert told.returncode == 1, f"{told.stdout}\n{told.stderr}"
    assert "broke an invariant" in told.stdout
