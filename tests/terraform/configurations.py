"""Terraform's files as they are written: blocks, arguments and what they refer to, read without any provider."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import hcl2
from hcl2.utils import SerializationOptions

ROOT: Final = Path(__file__).parents[2]
FOLDER: Final = ROOT / "terraform"
IN_EVERY_RESOURCE: Final = frozenset({"count", "depends_on", "for_each", "lifecycle", "provider", "timeouts"})
_BLOCK: Final = "__is_block__"
_WITHOUT_COMMENTS: Final = SerializationOptions(with_comments=False)
_TRAVERSAL: Final = re.compile(
    r"(?<![\w.\"-])(?P<kind>var|local|data\.google_\w+|google_\w+)\.(?P<name>[A-Za-z_][\w-]*)"
    r"(?P<index>(?:\[[^\[\]]*(?:\[[^\[\]]*\][^\[\]]*)*\])*)(?:\.(?P<attribute>\w+))?"
)


@dataclass(frozen=True)
class Block:
    """A block with its arguments and the blocks in it; what is dynamic looks as it does in a plan."""

    kind: str
    arguments: Mapping[str, Any]
    blocks: tuple["Block", ...]
    file: str = ""
    type: str = ""
    name: str = ""

    @property
    def address(self) -> str:
        """How others refer to a resource."""
        return f"{self.type}.{self.name}"

    def all(self, kind: str) -> list["Block"]:
        """The blocks of this kind right in this one."""
        return [block for block in self.blocks if block.kind == kind]

    def references(self) -> set[tuple[str, str, str]]:
        """Kind, name and attribute of everything that this block speaks of, at any depth."""
        found = {one for value in self.arguments.values() for one in references(value)}
        return found.union(*(block.references() for block in self.blocks))


def block(kind: str, body: Mapping[str, Any], **named: str) -> Block:
    """The block that was parsed as `body`."""
    arguments: dict[str, Any] = {}
    blocks: list[Block] = []
    for key, value in body.items():
        name = key.strip('"')
        if name == _BLOCK:
            continue
        parts = value if isinstance(value, list) else []
        if name == "dynamic":
            blocks += [
                _dynamic(label.strip('"'), inner) for part in parts for label, inner in part.items() if label != _BLOCK
            ]
        elif parts and all(isinstance(part, dict) and _BLOCK in part for part in parts):
            blocks += [block(name, part) for part in parts]
        else:
            arguments[name] = value
    return Block(kind, arguments, tuple(blocks), **named)


def _dynamic(name: str, body: Mapping[str, Any]) -> Block:
    (content,) = body["content"]
    inner = block(name, content)
    # What it is repeated for is read like an argument, but is none.
    repeated = Block("for_each", {"for_each": body["for_each"]}, ())
    return Block(name, inner.arguments, (*inner.blocks, repeated))


def references(value: Any) -> Iterator[tuple[str, str, str]]:
    """What an expression speaks of; plain text in it speaks of nothing."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from references(key)
            yield from references(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from references(inner)
    elif isinstance(value, str):
        for code in _code(value):
            for found in _TRAVERSAL.finditer(code):
                yield found["kind"], found["name"], found["attribute"] or ""
                yield from references("${" + found["index"] + "}")


def _code(text: str) -> Iterator[str]:
    """The parts of a template that are evaluated, at every depth, without the plain text between them."""
    start = text.find("${")
    while start >= 0:
        depth, end = 1, start + 2
        while depth:
            depth += {"{": 1, "}": -1}.get(text[end], 0)
            end += 1
        inner = text[start + 2 : end - 1]
        yield re.sub(r'"(?:[^"\\$]|\\.|\$(?!\{)|\$\{[^}]*\})*"', '""', inner)
        yield from _code(inner)
        start = text.find("${", end)


@cache
def parsed() -> dict[str, Mapping[str, Any]]:
    """Every file of terraform/, by its name."""
    return {
        path.name: hcl2.loads(path.read_text(encoding="utf-8"), serialization_options=_WITHOUT_COMMENTS)
        for path in sorted(FOLDER.glob("*.tf"))
    }


@cache
def resources(top: str = "resource") -> dict[str, Block]:
    """Every resource (or `data`) by its address."""
    found = [
        block("", body, file=file, type=kind.strip('"'), name=name.strip('"'))
        for file, content in parsed().items()
        for one in content.get(top, [])
        for kind, named in one.items()
        if kind != _BLOCK
        for name, body in named.items()
        if name != _BLOCK
    ]
    assert len(found) == len({one.address for one in found}), "a resource is declared twice"
    return {one.address: one for one in found}


@cache
def named(top: str) -> dict[str, Block]:
    """Every `variable` or `output` by its name."""
    return {
        name.strip('"'): block(top, body, file=file, name=name.strip('"'))
        for file, content in parsed().items()
        for one in content.get(top, [])
        for name, body in one.items()
        if name != _BLOCK
    }


@cache
def local_values() -> dict[str, Any]:
    """Every local value by its name."""
    return {
        name: value
        for content in parsed().values()
        for one in content.get("locals", [])
        for name, value in one.items()
        if name != _BLOCK
    }


def providers() -> list[Block]:
    """The provider's configuration."""
    return [
        block(name.strip('"'), body)
        for content in parsed().values()
        for one in content.get("provider", [])
        for name, body in one.items()
        if name != _BLOCK
    ]


def everything() -> list[Block]:
    """All that may refer to something."""
    of_locals = [Block("locals", {name: value}, (), name=name) for name, value in local_values().items()]
    return [
        *resources().values(),
        *resources("data").values(),
        *named("variable").values(),
        *named("output").values(),
        *of_locals,
        *providers(),
    ]
