"""The functions that ask a document store for more than documents by their paths, and those of them that ran."""

import ast
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import CodeType, FrameType

ROOT = Path(__file__).parents[1]
FOLDERS = ("shared/repositories", "shared/services")
_CALLS = frozenset({"Query", "newest", "oldest", "aggregate"})


def asking() -> set[str]:
    """`file:Class.function` of every function that makes a query, a count or a sum."""
    found: set[str] = set()
    for folder in FOLDERS:
        for file in sorted((ROOT / folder).rglob("*.py")):
            tree = ast.parse(file.read_text(encoding="utf-8"))
            found |= {f"{file.relative_to(ROOT).as_posix()}:{name}" for name in _asking(tree, "")}
    return found


@contextmanager
def running() -> Iterator[set[str]]:
    """Collects `file:Class.function` of what this thread runs of those folders, until the block ends."""
    seen: set[CodeType] = set()
    told: set[str] = set()
    before = sys.getprofile()

    def note(frame: FrameType, event: str, argument: object) -> None:
        seen.add(frame.f_code)

    sys.setprofile(note)
    try:
        yield told
    finally:
        sys.setprofile(before)
        for code in seen:
            file = Path(code.co_filename)
            if file.is_relative_to(ROOT):
                told.add(f"{file.relative_to(ROOT).as_posix()}:{code.co_qualname}")


def _asking(node: ast.AST, within: str) -> Iterator[str]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef | ast.FunctionDef):
            name = f"{within}{child.name}"
            if isinstance(child, ast.FunctionDef) and any(_asks(one) for one in ast.walk(child)):
                yield name
            else:
                yield from _asking(child, f"{name}.")


def _asks(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    called = node.func
    return (called.id if isinstance(called, ast.Name) else getattr(called, "attr", "")) in _CALLS
