"""Writes the one archive that every function is deployed from: `python -m infra.archive out/fanfold.zip`.

Each function starts from its own folder in it (GOOGLE_FUNCTION_SOURCE=functions/NAME/main.py when it is built,
PYTHONPATH=/workspace when it runs). The same content gives the same bytes, so what has not changed is not built again.
"""

import hashlib
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
REQUIREMENTS = "requirements.txt"
# What the platform reads while it runs: its code, the fonts of the preview pictures and their licences.
_FONTS = "fonts"
_FONT_SUFFIXES = frozenset({".ttf", ".txt"})
# ZIP knows no earlier time; times of files would make every checkout an archive of its own.
_TIME = (1980, 1, 1, 0, 0, 0)
_READABLE = 0o100644 << 16


@dataclass(frozen=True, slots=True)
class Archived:
    """What was written: how many files, how many bytes, and the SHA-256 of the archive in hexadecimal."""

    files: int
    size_bytes: int
    sha256: str


def contents(root: Path = ROOT) -> dict[str, Path]:
    """The files of the archive by their names in it, in order; raises FileNotFoundError when a part is missing, ValueError for a symbolic link."""
    found = {REQUIREMENTS: root / REQUIREMENTS}
    found |= {path.relative_to(root).as_posix(): path for path in (root / "functions").glob("*/main.py")}
    found |= {path.relative_to(root).as_posix(): path for path in _shared(root / "shared")}
    if not found[REQUIREMENTS].is_file() or len(found) == 1:
        raise FileNotFoundError(f"{root} holds no functions with their {REQUIREMENTS}.")
    for name in found:
        _refuse_link(root, name)
    return dict(sorted(found.items()))


def _refuse_link(root: Path, name: str) -> None:
    """A link may lead to anything on this machine, and what is deployed would hold it."""
    for part in (Path(name), *Path(name).parents[:-1]):
        if (root / part).is_symlink():
            raise ValueError(f"{part.as_posix()} is a symbolic link: put the file itself there, or remove it.")


def write(target: Path, root: Path = ROOT) -> Archived:
    """Write the archive, whole or not at all, and say what is in it."""
    files = contents(root)
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f"{target.name}.new")
    with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, path in files.items():
            entry = zipfile.ZipInfo(name, _TIME)
            entry.create_system = 3
            entry.external_attr = _READABLE
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, path.read_bytes())
    raw = draft.read_bytes()
    draft.replace(target)
    return Archived(files=len(files), size_bytes=len(raw), sha256=hashlib.sha256(raw).hexdigest())


def _shared(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        hidden = any(part.startswith((".", "__pycache__")) for part in path.relative_to(folder).parts)
        wanted = path.suffix == ".py" or (path.parent.name == _FONTS and path.suffix in _FONT_SUFFIXES)
        if wanted and path.is_file() and not hidden:
            yield path


def main(arguments: list[str]) -> int:
    """Write the archive that the arguments name."""
    target = Path(arguments[0]) if arguments else ROOT / "out" / "fanfold.zip"
    made = write(target)
    print(f"{target}: {made.files} files, {made.size_bytes / 1024:.0f} KiB, sha256 {made.sha256}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
