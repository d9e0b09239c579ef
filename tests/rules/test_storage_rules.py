"""Stored objects are reached by signed addresses only: the rules for web clients deny every one of them."""

import re
from pathlib import Path

RULES = Path(__file__).parents[2] / "infra" / "storage.rules"


def test_every_object_is_denied_to_every_web_client() -> None:
    written = RULES.read_text(encoding="utf-8")
    tokens = re.sub(r"//[^\n]*", "", written).split()
    assert " ".join(tokens) == (
        "rules_version = '2'; service firebase.storage { match /b/{bucket}/o { match /{object=**} { "
        "allow read, write: if false; } } }"
    )
