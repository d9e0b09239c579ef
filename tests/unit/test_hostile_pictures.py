"""Pictures made to cost their reader more than their sender: in memory, in passes, in parts."""

import struct
import subprocess
import sys
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from shared.adapters.pictures import PillowPictureStudio
from shared.domain.errors import Malformed
from shared.domain.picture_parts import MAX_CHUNKS, MAX_SCANS, check_parts
from shared.ports.pictures import CleanPicture

ROOT = Path(__file__).parents[2]
# Two kilobytes that hold fifty million pixels, and the most KiB of memory that they ever took: of this program alone, while
# what `getrusage` tells begins with the memory of the process that started it.
JUDGE = r"""
import io, re
from PIL import Image
from shared.adapters.pictures import HUGE_PIXELS, PillowPictureStudio
out = io.BytesIO()
Image.new("RGBA", (7000, 7000), (1, 2, 3, 4)).save(out, "WEBP", lossless=True)
sent, studio = out.getvalue(), PillowPictureStudio()
kept = studio.inspect_upload(sent, max_bytes=20 * 2**20, max_pixels=50_000_000)
studio.renditions(kept.data)
print(len(sent), re.search(r"VmHWM:\s+(\d+) kB", open("/proc/self/status").read())[1])
"""
# As many images at once as an instance makes, each with such a picture as its reference.
SHOW = r"""
import io, re
from concurrent.futures import ThreadPoolExecutor
from PIL import Image
from shared.adapters.providers.preview.references import read_guides
from shared.domain.modes import ReferenceMode
from shared.ports.providers import ReferenceImage
out = io.BytesIO()
Image.new("RGB", (7000, 7000), (1, 2, 3)).save(out, "WEBP", lossless=True)
one = ReferenceImage(data=out.getvalue(), media_type="image/webp", mode=ReferenceMode.STYLE_ONLY)
with ThreadPoolExecutor(4) as pool:
    list(pool.map(read_guides, [[one]] * 4))
print(len(one.data), re.search(r"VmHWM:\s+(\d+) kB", open("/proc/self/status").read())[1])
"""


def encoded(picture: Image.Image, picture_format: str, **options: Any) -> bytes:
    out = BytesIO()
    picture.save(out, picture_format, **options)
    return out.getvalue()


def inspect(data: bytes) -> CleanPicture:
    return PillowPictureStudio().inspect_upload(data, max_bytes=20 * 2**20, max_pixels=50_000_000)


@pytest.mark.parametrize(("function", "program"), [("api", JUDGE), ("on_upload", JUDGE), ("generate_image", SHOW)])
def test_the_largest_picture_that_is_taken_fits_into_the_memory_of_who_reads_it(function: str, program: str) -> None:
    memory = yaml.safe_load((ROOT / "functions" / function / "function.yaml").read_text(encoding="utf-8"))["memory"]
    read = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, capture_output=True, text=True)
    sent, peak = map(int, read.stdout.split())
    assert sent < 10_000
    # Half a gibibyte is for the rest of the process.
    assert peak <= (int(memory.removesuffix("Gi")) - 0.5) * 2**20


def progressive(scans: int) -> bytes:
    """A JPEG whose last scan, which changes nothing, comes again and again."""
    whole = encoded(Image.new("L", (64, 64), 128), "JPEG", progressive=True)
    tables = whole.rindex(b"\xff\xc4", 0, whole.rindex(b"\xff\xda"))
    return whole[:-2] + whole[tables:-2] * (scans - whole.count(b"\xff\xda")) + whole[-2:]


def chunked(chunks: int) -> bytes:
    """A PNG of so many chunks, most of them empty."""
    whole = encoded(Image.new("L", (8, 8)), "PNG")
    empty = struct.pack(">I4sI", 0, b"aaAa", zlib.crc32(b"aaAa"))
    return whole[:33] + empty * (chunks - 3) + whole[33:]


def test_a_picture_of_many_passes_or_parts_is_refused_before_it_is_read() -> None:
    assert inspect(progressive(MAX_SCANS)).width == 64
    assert inspect(chunked(MAX_CHUNKS)).width == 8
    with pytest.raises(Malformed, match="more than 100 scans"):
        inspect(progressive(MAX_SCANS + 1))
    with pytest.raises(Malformed, match="more than 20,000 chunks"):
        inspect(chunked(MAX_CHUNKS + 1))


def test_what_stands_beside_a_pictures_pixels_is_no_scan_of_it() -> None:
    looks = b"\xff\xda" * 2 * MAX_SCANS
    assert inspect(encoded(Image.new("L", (8, 8)), "JPEG", comment=looks)).width == 8
    assert inspect(encoded(Image.new("L", (8, 8)), "JPEG") + looks).width == 8


@given(st.binary(max_size=200))
def test_parts_are_counted_in_any_bytes(tail: bytes) -> None:
    for begun in (b"\xff\xd8", b"\x89PNG\r\n\x1a\n", b"RIFF"):
        check_parts(begun + tail)
