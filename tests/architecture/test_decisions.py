"""Decisions are recorded whole, and found from the index."""

import re

from tests.architecture.rules import ROOT

FOLDER = ROOT / "docs" / "adr"
PAGES = sorted(FOLDER.glob("[0-9]*.md"))
PARTS = ["Context", "Decision", "Consequences", "Alternatives"]


def test_numbers_run_without_gap() -> None:
    assert PAGES
    assert [page.name[:4] for page in PAGES] == [f"{number:04}" for number in range(1, len(PAGES) + 1)]


def test_every_decision_has_its_title_its_state_and_its_four_parts() -> None:
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        assert text.startswith(f"# {page.name[:4]}. "), page.name
        assert re.search(
            r"^State: (proposed|holds|replaced by \d{4})\. Date: \d{4}-\d\d-\d\d\.$", text, re.MULTILINE
        ), page.name
        assert re.findall(r"^## (.+)$", text, re.MULTILINE) == PARTS, page.name


def test_the_index_names_every_decision() -> None:
    index = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| \[(\d{4})\]\((\S+)\)", index, re.MULTILINE) == [
        (page.name[:4], page.name) for page in PAGES
    ]
