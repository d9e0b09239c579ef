"""The page about rows names every column that a sheet may have, with an example that is taken."""

import re
from pathlib import Path

import pytest

from client.rows.cells import Limits, read_cell
from client.rows.headers import FIELDS

PAGE = (Path(__file__).parents[2] / "docs" / "rows.md").read_text(encoding="utf-8")
EXAMPLES = dict(re.findall(r"^\| `(\w+)` \|.*\| `([^`]+)` \|$", PAGE, re.MULTILINE))
# The API says of this that no installation offers it yet.
NOT_OFFERED = {"pack"}


def test_every_column_is_on_the_page() -> None:
    assert set(EXAMPLES) == set(FIELDS) - NOT_OFFERED


@pytest.mark.parametrize(("column", "example"), EXAMPLES.items(), ids=EXAMPLES)
def test_every_example_is_taken(column: str, example: str) -> None:
    assert read_cell(column, example, Limits())
