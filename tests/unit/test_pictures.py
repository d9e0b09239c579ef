"""Pictures from people and providers: true type, limits, orientation, colour, damage."""

import struct
import zlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from hashlib import sha256
from io import BytesIO
from threading import Event, Lock
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageDraw, PngImagePlugin

from shared.adapters.pictures import HUGE_PIXELS, PillowPictureStudio
from shared.domain.errors import ErrorKind, FanfoldError, Malformed, ProviderError, TooLarge, UnsupportedMedia
from shared.ports.pictures import CleanPicture

MEGABYTE = 1024 * 1024
STUDIO = PillowPictureStudio()


def encoded(picture: Image.Image, picture_format: str, **options: Any) -> bytes:
    out = BytesIO()
    picture.save(out, picture_format, **options)
    return out.getvalue()


def drawn(mode: str = "RGB", size: tuple[int, int] = (120, 80)) -> Image.Image:
    """Red at the left, blue at the right, a white dot at the top left."""
    picture = Image.new("RGB", size, (200, 30, 40))
    pen = ImageDraw.Draw(picture)
    pen.rectangle((size[0] // 2, 0, size[0], size[1]), fill=(20, 60, 200))
    pen.rectangle((0, 0, size[0] // 6, size[1] // 6), fill="white")
    return picture.convert(mode)


def inspect(data: bytes, *, max_bytes: int = 20 * MEGABYTE, max_pixels: int = 50_000_000) -> CleanPicture:
    return STUDIO.inspect_upload(data, max_bytes=max_bytes, max_pixels=max_pixels)


def read(clean: CleanPicture) -> Image.Image:
    picture = Image.open(BytesIO(clean.data))
    picture.load()
    return picture


def png_claiming(width: int, height: int) -> bytes:
    """A PNG whose header promises a size and whose data is one row."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(64))) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("picture_format", "media_type"), [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("WEBP", "image/webp")]
)
def test_a_still_picture_keeps_its_type_and_size_and_carries_the_hash_of_its_new_bytes(
    picture_format: str, media_type: str
) -> None:
    clean = inspect(encoded(drawn(), picture_format))
    assert (clean.media_type, clean.width, clean.height) == (media_type, 120, 80)
    assert clean.sha256 == sha256(clean.data).hexdigest()
    assert read(clean).convert("RGB").getpixel((100, 40))[2] > 150  # type: ignore[index]


def test_png_pixels_come_through_unchanged() -> None:
    picture = drawn("RGBA")
    picture.putalpha(Image.linear_gradient("L").resize(picture.size))
    clean = inspect(encoded(picture, "PNG"))
    assert read(clean).tobytes() == picture.tobytes()


def test_the_content_decides_the_type_not_the_sender() -> None:
    assert inspect(encoded(drawn(), "JPEG")).media_type == "image/jpeg"
    with pytest.raises(UnsupportedMedia, match="whatever its name says"):
        inspect(b"This is a letter, called picture.png.\n" * 50)


@pytest.mark.parametrize("picture_format", ["GIF", "BMP", "TIFF", "PPM"])
def test_other_types_are_refused(picture_format: str) -> None:
    with pytest.raises(UnsupportedMedia):
        inspect(encoded(drawn(), picture_format))


def test_vector_and_document_files_are_refused() -> None:
    with pytest.raises(UnsupportedMedia):
        inspect(b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>")
    with pytest.raises(UnsupportedMedia):
        inspect(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\nshowpage\n")


@pytest.mark.parametrize("picture_format", ["GIF", "PNG", "WEBP"])
def test_animations_are_refused(picture_format: str) -> None:
    frames = [drawn().rotate(angle) for angle in (0, 90, 180)]
    with pytest.raises(UnsupportedMedia):
        inspect(encoded(frames[0], picture_format, save_all=True, append_images=frames[1:], duration=50))


@pytest.mark.parametrize("picture_format", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("share", [0.5, 0.9])
def test_a_truncated_picture_is_refused_as_damaged(picture_format: str, share: float) -> None:
    whole = encoded(Image.effect_noise((200, 200), 80).convert("RGB"), picture_format)
    with pytest.raises(Malformed, match="damaged"):
        inspect(whole[: int(len(whole) * share)])


def test_nothing_is_refused_as_empty() -> None:
    with pytest.raises(Malformed, match="empty"):
        inspect(b"")


@pytest.mark.parametrize("size", [(30_000, 30_000), (8_000, 8_000), (20_000, 1_000)])
def test_huge_dimensions_are_refused_from_the_header_alone(size: tuple[int, int]) -> None:
    with pytest.raises(TooLarge, match="pixels"):
        inspect(png_claiming(*size))


def test_a_decompression_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = encoded(Image.new("1", (14_000, 14_000)), "PNG")
    assert len(bomb) < MEGABYTE
    with pytest.raises(TooLarge):
        inspect(bomb)


def test_a_text_chunk_that_unpacks_to_a_bomb_is_refused() -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("comment", "a" * (100 * MEGABYTE), zip=True)
    with pytest.raises(Malformed):
        inspect(encoded(drawn(), "PNG", pnginfo=info))


def test_too_many_bytes_are_refused_with_both_numbers() -> None:
    data = encoded(drawn(), "PNG")
    with pytest.raises(TooLarge, match=r"at most 100 are taken"):
        inspect(data, max_bytes=100)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied_and_gone(orientation: int) -> None:
    turn = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    upright = drawn()
    stored = upright.transpose(turn[orientation]) if orientation in turn else upright
    exif = Image.Exif()
    exif[0x0112] = orientation
    clean = inspect(encoded(stored, "JPEG", exif=exif, quality=95))
    assert (clean.width, clean.height) == upright.size
    assert min(read(clean).getpixel((6, 6))) > 230  # type: ignore[arg-type]
    assert not read(clean).getexif()


def test_a_phones_double_picture_counts_as_its_first() -> None:
    double = encoded(drawn(), "MPO", save_all=True, append_images=[Image.new("RGB", (30, 20))])
    clean = inspect(double)
    assert (clean.media_type, clean.width, clean.height) == ("image/jpeg", 120, 80)


def test_all_metadata_is_stripped() -> None:
    exif = Image.Exif()
    exif[0x010E] = "Grandmother's garden"
    exif[0x8825] = {1: "N", 2: (52.0, 31.0, 0.0)}
    info = PngImagePlugin.PngInfo()
    info.add_text("Author", "Grandmother's garden")
    for data in (
        encoded(drawn(), "JPEG", exif=exif, comment="Grandmother's garden"),
        encoded(drawn(), "WEBP", exif=exif, xmp=b"<x>Grandmother's garden</x>"),
        encoded(drawn(), "PNG", pnginfo=info, exif=exif),
    ):
        assert b"Grandmother" in data
        clean = inspect(data)
        assert b"Grandmother" not in clean.data
        assert not read(clean).getexif()


def test_a_colour_profile_is_converted_to_srgb_and_dropped() -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    # A profile whose red and blue primaries changed places must turn red pixels blue.
    swapped = srgb.replace(b"rXYZ", b"swap").replace(b"bXYZ", b"rXYZ").replace(b"swap", b"bXYZ")
    clean = inspect(encoded(drawn(), "PNG", icc_profile=swapped))
    assert "icc_profile" not in read(clean).info
    red, green, blue = drawn().split()
    assert read(clean).getpixel((100, 40)) == pytest.approx(
        Image.merge("RGB", (blue, green, red)).getpixel((100, 40)), abs=3
    )


def test_an_unreadable_profile_is_ignored() -> None:
    clean = inspect(encoded(drawn(), "PNG", icc_profile=b"nonsense" * 40))
    assert read(clean).tobytes() == drawn().tobytes()


def test_cmyk_becomes_rgb() -> None:
    clean = inspect(encoded(drawn("CMYK"), "JPEG", quality=95))
    picture = read(clean)
    assert picture.mode == "RGB"
    assert picture.getpixel((100, 40))[2] > 150  # type: ignore[index]


def test_sixteen_bit_grey_is_scaled_not_clipped() -> None:
    deep = Image.new("I;16", (64, 64), 0x8000)
    assert read(inspect(encoded(deep, "PNG"))).convert("L").getpixel((1, 1)) in (127, 128)


def test_palettes_keep_their_transparency() -> None:
    paletted = drawn("P")
    clear = paletted.getpixel((2, 2))
    picture = read(inspect(encoded(paletted, "PNG", transparency=clear)))
    assert picture.mode == "RGBA"
    assert picture.getpixel((2, 2))[3] == 0  # type: ignore[index]
    assert picture.getpixel((100, 40))[3] == 255  # type: ignore[index]


@given(st.binary(max_size=400), st.sampled_from(["PNG", "JPEG", "WEBP"]), st.integers(0, 900))
def test_no_bytes_raise_anything_but_our_own_errors(noise: bytes, picture_format: str, at: int) -> None:
    whole = bytearray(encoded(drawn(), picture_format))
    at = min(at, len(whole))
    whole[at : at + len(noise)] = noise
    for data in (noise, bytes(whole)):
        with suppress(FanfoldError):
            assert inspect(data).width > 0


def test_a_providers_picture_is_known_by_its_content() -> None:
    facts = STUDIO.check_output(encoded(drawn(), "WEBP"), max_pixels=50_000)
    assert (facts.media_type, facts.width, facts.height) == ("image/webp", 120, 80)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", ErrorKind.NO_IMAGE),
        (b"<html>502 Bad Gateway</html>", ErrorKind.NO_IMAGE),
        (encoded(drawn(), "GIF"), ErrorKind.NO_IMAGE),
        (encoded(Image.effect_noise((200, 200), 80), "PNG")[:20_000], ErrorKind.UNKNOWN),
        (encoded(Image.effect_noise((200, 200), 80), "JPEG")[:9_000], ErrorKind.UNKNOWN),
        (png_claiming(300, 300), ErrorKind.UNKNOWN),
        (png_claiming(30_000, 30_000), ErrorKind.UNKNOWN),
    ],
    ids=["empty", "html", "gif", "cut png", "cut jpeg", "large", "bomb"],
)
def test_a_providers_bad_answer_is_a_provider_error(data: bytes, kind: ErrorKind) -> None:
    with pytest.raises(ProviderError) as caught:
        STUDIO.check_output(data, max_pixels=50_000)
    assert caught.value.kind is kind


@pytest.mark.parametrize("size", [(64, 64), (1600, 200), (200, 1600), (1000, 1000), (301, 299)])
def test_renditions_are_a_progressive_jpeg_and_a_square_thumbnail(size: tuple[int, int]) -> None:
    shown = STUDIO.renditions(encoded(drawn(size=size), "PNG"))
    optimised, thumbnail = Image.open(BytesIO(shown.optimised)), Image.open(BytesIO(shown.thumbnail))
    assert (shown.width, shown.height) == optimised.size == size
    assert thumbnail.size == (300, 300)
    for picture in (optimised, thumbnail):
        assert picture.format == "JPEG"
        assert picture.info["progressive"] == 1


def test_transparency_is_laid_on_white() -> None:
    clear = Image.new("RGBA", (40, 40), (0, 0, 0, 0))
    shown = STUDIO.renditions(encoded(clear, "PNG"))
    assert Image.open(BytesIO(shown.thumbnail)).getpixel((150, 150)) == (255, 255, 255)


def test_renditions_of_damaged_bytes_are_refused() -> None:
    whole = encoded(Image.effect_noise((200, 200), 80), "PNG")
    with pytest.raises(Malformed):
        STUDIO.renditions(whole[:20_000])


def test_at_most_the_given_number_of_large_pictures_is_decoded_at_a_time() -> None:
    studio = PillowPictureStudio(decodes_at_a_time=1)
    large, small = Image.new("RGB", (1000, 1000)), Image.new("RGB", (10, 10))
    inside, leave, entered = Event(), Event(), []
    lock = Lock()

    def hold() -> None:
        with studio.turn(large):
            inside.set()
            leave.wait(60)
            with lock:
                entered.append("first")

    def follow() -> None:
        with studio.turn(large), lock:
            entered.append("second")

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(hold)
        inside.wait(60)
        second = pool.submit(follow)
        with studio.turn(small), lock:
            entered.append("small")
        leave.set()
        first.result(10)
        second.result(10)
    assert entered == ["small", "first", "second"]


def test_a_huge_picture_is_decoded_while_no_other_large_one_is() -> None:
    studio = PillowPictureStudio(decodes_at_a_time=2)
    large, huge = Image.new("1", (1000, 1000)), Image.new("1", (HUGE_PIXELS // 1000 + 1, 1000))
    inside, leave, entered = Event(), Event(), []
    lock = Lock()

    def hold() -> None:
        with studio.turn(large):
            inside.set()
            leave.wait(60)
            with lock:
                entered.append("large")

    def follow() -> None:
        with studio.turn(huge), lock:
            entered.append("huge")

    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(hold)
        inside.wait(60)
        others = [pool.submit(follow), pool.submit(follow)]
        with studio.turn(Image.new("1", (10, 10))):
            leave.set()
        for running in (first, *others):
            running.result(10)
    assert entered == ["large", "huge", "huge"]
