"""Webhooks can ask for whatever the code announces."""

import ast

from shared.domain.event_names import EventName
from tests.architecture import rules


def announced() -> dict[str, str]:
    """How each `Event(…)` of the platform names itself, by its place."""
    found = {}
    for module in rules.modules("shared"):
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and rules.dotted(node.func) == "Event":
                for keyword in node.keywords:
                    if keyword.arg == "name":
                        found[f"{module.path}:{node.lineno}"] = ast.unparse(keyword.value)
    return found


# What is read again, and what is sent to one webhook that an admin tries out.
_NOT_PUBLISHED = {"said.name", "TESTED"}


def test_every_event_that_is_published_is_one_that_webhooks_may_ask_for() -> None:
    published = set(announced().values()) - _NOT_PUBLISHED
    assert published == {f"EventName.{name.name}" for name in EventName}
