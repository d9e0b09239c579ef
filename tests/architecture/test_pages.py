"""What the pages of the project point to exists, and the architecture page leaves nothing out."""

import re
from pathlib import Path

import pytest

from shared.repositories import paths
from tests.architecture.rules import ROOT

PAGES = sorted(
    page
    for pattern in ("*.md", "docs/*.md", "docs/adr/[0-9]*.md", "terraform/*.md", "benchmarks/*.md", "samples/*.md")
    for page in ROOT.glob(pattern)
)
ARCHITECTURE = ROOT / "docs" / "architecture.md"

_LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
# A file or a folder of this project, written as code; places with < > or { } or * in them stand for many.
_PLACE = re.compile(r"`((?:\.ci|benchmarks|client|docs|functions|infra|samples|shared|terraform|tests)/[\w./-]*)`")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_and_places_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    links = [page.parent / link for link in _LINK.findall(text) if "://" not in link]
    places = [ROOT / place for place in _PLACE.findall(text)]
    missing = [str(place) for place in links + places if not place.exists()]
    assert missing == []


def test_the_architecture_names_every_function() -> None:
    text = ARCHITECTURE.read_text(encoding="utf-8")
    functions = {manifest.parent.name for manifest in ROOT.glob("functions/*/function.yaml")}
    assert {name for name in functions if name not in text} == set()


def test_the_architecture_names_every_collection() -> None:
    text = ARCHITECTURE.read_text(encoding="utf-8")
    source = Path(paths.__file__).read_text(encoding="utf-8")
    collections = set(re.findall(r'"orgs/\{org\}/([a-z_-]+)', source))
    objects = {"exports", "generated-images", "reference-images", "uploads"}
    assert {name for name in collections - objects if f"`{name}`" not in text} == set()
