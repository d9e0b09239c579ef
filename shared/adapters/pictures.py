"""Pictures by Pillow."""

import struct
import warnings
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from hashlib import sha256
from io import BytesIO
from threading import BoundedSemaphore, Lock

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from shared.domain.errors import ErrorKind, Malformed, ProviderError, TooLarge, UnsupportedMedia
from shared.domain.picture_parts import check_parts
from shared.ports.pictures import CleanPicture, PictureFacts, Renditions

MEDIA_TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}
LARGE_PIXELS = 250_000
DECODES_AT_A_TIME = 2
# A few kilobytes may hold fifty million pixels, and each takes four bytes in every step of its way: such a one is alone.
HUGE_PIXELS = 12_500_000
MAX_EDGE = 16_384
THUMBNAIL_EDGE = 300
OPTIMISED_QUALITY = 85
THUMBNAIL_QUALITY = 70
UPLOAD_QUALITY = 95

# What Pillow raises over bytes that are damaged, hostile or beyond it.
DAMAGED = (OSError, SyntaxError, ValueError, EOFError, OverflowError, MemoryError, struct.error, zlib.error)


class PillowPictureStudio:
    """PictureStudio over Pillow."""

    def __init__(self, *, decodes_at_a_time: int = DECODES_AT_A_TIME) -> None:
        self._turns = BoundedSemaphore(decodes_at_a_time)
        self._all = decodes_at_a_time
        self._taking = Lock()

    def inspect_upload(self, data: bytes, *, max_bytes: int, max_pixels: int) -> CleanPicture:
        """See PictureStudio."""
        if not data:
            raise Malformed("The file is empty; choose a PNG, JPEG or WebP picture.")
        if len(data) > max_bytes:
            raise TooLarge(f"The file has {len(data):,} bytes; at most {max_bytes:,} are taken.")
        check_parts(data)
        try:
            opened = _open(data)
        except Image.DecompressionBombError:
            raise TooLarge(f"The picture has more pixels than the {max_pixels:,} that are taken.") from None
        except UnidentifiedImageError:
            raise UnsupportedMedia(
                "The file is not a PNG, JPEG or WebP picture, whatever its name says; convert it and upload it again."
            ) from None
        except DAMAGED:
            raise Malformed("The picture is damaged: its header cannot be read. Export it again.") from None
        with opened as header:
            # A phone's JPEG with a second picture inside (a preview, a gain map) is read as MPO: its first one counts.
            if getattr(header, "is_animated", False) and header.format != "MPO":
                raise UnsupportedMedia("The picture is animated; upload a single still picture.")
            _refuse_size(header, max_pixels, TooLarge)
            with self.turn(header):
                try:
                    return _cleaned(data)
                except DAMAGED:
                    raise Malformed(
                        "The picture is damaged or cut off; export it again and upload the whole file."
                    ) from None

    def check_output(self, data: bytes, *, max_pixels: int) -> PictureFacts:
        """See PictureStudio."""
        try:
            opened = _open(data)
        except Image.DecompressionBombError:
            raise _unknown(f"The provider's picture has more than {max_pixels:,} pixels.") from None
        except DAMAGED:
            raise ProviderError(
                ErrorKind.NO_IMAGE, "The provider's answer is not a PNG, JPEG or WebP picture."
            ) from None
        with opened as picture:
            _refuse_size(picture, max_pixels, _unknown)
            with self.turn(picture):
                try:
                    picture.load()
                except DAMAGED:
                    raise _unknown("The provider's picture is damaged or cut off.") from None
            return PictureFacts(media_type=_media_type(picture), width=picture.width, height=picture.height)

    def renditions(self, data: bytes) -> Renditions:
        """See PictureStudio."""
        try:
            with _open(data) as picture, self.turn(picture):
                flat = _flattened(_in_srgb(picture))
                optimised = _jpeg(flat, OPTIMISED_QUALITY)
                width, height = flat.size
                # Shrinking by a whole factor first costs a fraction of one fine resize, and keeps twice the edge in hand.
                factor = max(1, min(flat.size) // (THUMBNAIL_EDGE * 2))
                small = flat.reduce(factor) if factor > 1 else flat
                square = ImageOps.fit(small, (THUMBNAIL_EDGE, THUMBNAIL_EDGE), Image.Resampling.LANCZOS)
                return Renditions(
                    optimised=optimised, thumbnail=_jpeg(square, THUMBNAIL_QUALITY), width=width, height=height
                )
        except (*DAMAGED, Image.DecompressionBombError):
            raise Malformed("The picture is damaged or cut off.") from None

    @contextmanager
    def turn(self, picture: Image.Image) -> Iterator[None]:
        """Hold one of the few places for large decodes, for a huge one all of them; small pictures need none."""
        pixels = picture.width * picture.height
        places = 0 if pixels < LARGE_PIXELS else 1 if pixels <= HUGE_PIXELS else self._all
        # One after another: two that each wait for all would hold what the other needs.
        with self._taking if places else nullcontext():
            for _ in range(places):
                self._turns.acquire()
        try:
            yield
        finally:
            for _ in range(places):
                self._turns.release()


def _open(data: bytes) -> Image.Image:
    # Our own limit on pixels comes right after the header; Pillow's warning would only add noise to it.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        return Image.open(BytesIO(data), formats=tuple(MEDIA_TYPES))


def _media_type(picture: Image.Image) -> str:
    return MEDIA_TYPES.get(picture.format or "", "image/jpeg")


def _unknown(detail: str) -> ProviderError:
    return ProviderError(ErrorKind.UNKNOWN, detail)


def _refuse_size(picture: Image.Image, max_pixels: int, error: Callable[[str], Exception]) -> None:
    width, height = picture.size
    if width * height > max_pixels:
        raise error(f"The picture has {width:,} × {height:,} pixels; at most {max_pixels:,} in all are taken.")
    if max(width, height) > MAX_EDGE:
        raise error(f"The picture has {width:,} × {height:,} pixels; no edge may be longer than {MAX_EDGE:,}.")


def _cleaned(data: bytes) -> CleanPicture:
    media_type, bare = _bare(data)
    out = BytesIO()
    if media_type == "image/png":
        bare.save(out, "PNG", compress_level=4)
    elif media_type == "image/webp":
        bare.save(out, "WEBP", quality=UPLOAD_QUALITY, method=3)
    else:
        bare.save(out, "JPEG", quality=UPLOAD_QUALITY, subsampling=0, optimize=True)
    data = out.getvalue()
    return CleanPicture(
        data=data, media_type=media_type, width=bare.width, height=bare.height, sha256=sha256(data).hexdigest()
    )


def _bare(data: bytes) -> tuple[str, Image.Image]:
    """The media type, and the picture with nothing but its samples.

    Opened in here, because a file's decoder holds its picture several times over: it is gone before another file is made.
    """
    with _open(data) as picture:
        picture.load()
        media_type = _media_type(picture)
        # Bit depth and palettes go first: a profile speaks of plain samples, and orientation must not be lost with them.
        ImageOps.exif_transpose(picture, in_place=True)
        plain = _in_srgb(picture)
        if media_type == "image/jpeg":
            plain = _flattened(plain)
        if plain is picture:
            plain = picture.copy()
    plain.info = {}
    return media_type, plain


def _in_srgb(picture: Image.Image) -> Image.Image:
    """The picture as 8-bit RGB or RGBA in sRGB."""
    profile = picture.info.get("icc_profile")
    clear = "transparency" in picture.info or picture.mode in ("LA", "PA", "RGBA", "RGBa")
    if picture.mode.startswith("I") or picture.mode == "F":
        picture = _eight_bits(picture)
    if profile and picture.mode in ("RGB", "RGBA", "CMYK", "L"):
        converted = _by_profile(picture, profile)
        if converted is not None:
            return converted
    mode = "RGBA" if clear else "RGB"
    return picture if picture.mode == mode else picture.convert(mode)


def _eight_bits(picture: Image.Image) -> Image.Image:
    # Pillow clips 16-bit grey instead of scaling it.
    return picture.convert("F").point(lambda value: value / 257).convert("L")


def _by_profile(picture: Image.Image, profile: bytes) -> Image.Image | None:
    """Converted by its embedded profile; None when that profile is unreadable or not of this kind of picture."""
    mode = "RGBA" if picture.mode == "RGBA" else "RGB"
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        converted = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode=mode)
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None
    return converted


def _flattened(picture: Image.Image) -> Image.Image:
    if picture.mode != "RGBA":
        return picture.convert("RGB")
    white = Image.new("RGB", picture.size, "white")
    white.paste(picture, mask=picture.getchannel("A"))
    return white


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    out = BytesIO()
    picture.save(out, "JPEG", quality=quality, progressive=True, optimize=False)
    return out.getvalue()
