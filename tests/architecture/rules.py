"""The design's rules as functions from a parsed module to the lines that break them."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("shared", "client", "functions", "infra")
EVERYTHING = (*PRODUCT, "tests", "benchmarks")
FORBIDDEN_NAMES = frozenset({"util", "utils", "helper", "helpers", "common", "manager", "managers", "misc"})
EVERY_EXCEPTION = frozenset({"Exception", "BaseException"})
LONGEST_MODULE = 400
LONGEST_FUNCTION = 40
LONGEST_ENTRY = 40

type_of_function = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True)
class Module:
    """A Python file of the project, by its path from the root."""

    path: str
    source: str

    @property
    def tree(self) -> ast.Module:
        return ast.parse(self.source, self.path)

    @property
    def length(self) -> int:
        return len(self.source.splitlines())


def modules(*roots: str) -> list[Module]:
    """Every Python file below the roots; a root that is not built yet has none."""
    found = (path for root in roots for path in (ROOT / root).rglob("*.py"))
    paths = sorted(path for path in found if "node_modules" not in path.parts)
    return [Module(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")) for path in paths]


def dotted(node: ast.AST) -> str:
    """`a.b.c` of an attribute chain, or an empty string."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (before := dotted(node.value)):
        return f"{before}.{node.attr}"
    return ""


def full_names(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and full name of everything that is used, whatever alias it was imported by."""
    known: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            known |= {
                alias.asname or alias.name.split(".")[0]: alias.name if alias.asname else alias.name.split(".")[0]
                for alias in node.names
            }
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            known |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and (name := dotted(node)):
            first, _, rest = name.partition(".")
            yield node.lineno, f"{known.get(first, first)}.{rest}"


def uses(*forbidden: str) -> Callable[[Module], list[int]]:
    """A rule that finds the lines where one of the full names, or something of it, is used."""
    prefixes = tuple(f"{name}." for name in forbidden)

    def find(module: Module) -> list[int]:
        return sorted({line for line, name in full_names(module.tree) if f"{name}.".startswith(prefixes)})

    return find


environment_reads = uses(
    "os.environ", "os.environb", "os.getenv", "os.getenvb", "os.putenv", "pydantic_settings", "dotenv"
)
clock_reads = uses(
    "time.time", "time.time_ns", "time.sleep", "time.localtime", "time.gmtime",
    "datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today", "datetime.date.today",
)  # fmt: skip


def catch_alls(module: Module) -> list[int]:
    """Lines that catch every exception (bare, Exception, BaseException, in a tuple) and do not raise it again."""
    found: list[int] = []
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ExceptHandler):
            caught = [*node.type.elts] if isinstance(node.type, ast.Tuple) else [node.type]
            last = node.body[-1]
            cleans_up = isinstance(last, ast.Raise) and last.exc is None
            if not cleans_up and any(one is None or dotted(one) in EVERY_EXCEPTION for one in caught):
                found.append(node.lineno)
        elif isinstance(node, ast.Call) and dotted(node.func).endswith("suppress"):
            found += [node.lineno for one in node.args if dotted(one) in EVERY_EXCEPTION]
    return found


def long_functions(module: Module) -> list[int]:
    """Lines where a function begins that is too long without its docstring and decorators."""
    found = []
    for node in ast.walk(module.tree):
        if isinstance(node, type_of_function):
            first = node.body[0]
            told = (
                isinstance(first, ast.Expr)
                and isinstance(first.value, ast.Constant)
                and isinstance(first.value.value, str)
            )
            docstring = (first.end_lineno or 0) - first.lineno + 1 if told else 0
            if (node.end_lineno or 0) - node.lineno + 1 - docstring > LONGEST_FUNCTION:
                found.append(node.lineno)
    return found


def forbidden_words(module: Module) -> list[str]:
    """Parts of the module's path that say nothing about what is in it."""
    parts = [word for part in Path(module.path).with_suffix("").parts for word in part.lower().split("_")]
    return [word for word in parts if word in FORBIDDEN_NAMES]


def breaches(rule: Callable[[Module], list[int]], roots: tuple[str, ...], excused: dict[str, str]) -> list[str]:
    """`path:line` of every breach of the rule outside the excused files."""
    return [
        f"{module.path}:{line}" for module in modules(*roots) if module.path not in excused for line in rule(module)
    ]


def needless(rule: Callable[[Module], list[int]], excused: dict[str, str]) -> list[str]:
    """Excused files that are there and do not need their excuse."""
    by_path = {module.path: module for module in modules(*EVERYTHING)}
    return [path for path in excused if path in by_path and not rule(by_path[path])]
