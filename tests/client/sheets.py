"""Files for tests of the reading of rows."""

import io
from pathlib import Path

from client.rows import BadRows, Limits, Sheet, read_sheet

LIMITS = Limits()


def read(data: bytes | str, source: str = "-", limits: Limits = LIMITS, **more: object) -> Sheet:
    """The sheet that these bytes are, read from standard input unless written to a source first."""
    raw = data.encode() if isinstance(data, str) else data
    if source != "-":
        Path(source).write_bytes(raw)
    return read_sheet(source, limits, stdin=io.BytesIO(raw), **more)  # type: ignore[arg-type]


def wrongs(data: bytes | str, source: str = "-", limits: Limits = LIMITS, **more: object) -> list[str]:
    """What is wrong with these bytes, cell by cell."""
    try:
        sheet = read(data, source, limits, **more)
    except BadRows as error:
        return [str(cell) for cell in error.cells]
    raise AssertionError(f"nothing is wrong: {sheet.rows}")
