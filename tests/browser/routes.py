"""The web app's route table, as its source says it."""

import re
from pathlib import Path
from typing import Final

_TABLE: Final = Path(__file__).parents[2] / "web" / "src" / "routes.tsx"
_INDEX: Final = "index: true"


def page_paths() -> list[str]:
    """The address of every page, its parameters as `:name`; `*` is the page for what is not there."""
    source = _TABLE.read_text(encoding="utf-8")
    found = ["/" + path.removeprefix("/") for path in re.findall(r'\bpath: "([^"]+)"', source)]
    return sorted({"/", *found})
