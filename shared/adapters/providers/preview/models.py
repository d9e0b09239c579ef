"""The preview model: from a request to a finished PNG."""

from hashlib import sha256
from io import BytesIO
from random import Random

from shared.adapters.providers.preview.abstracts import paint_abstract
from shared.adapters.providers.preview.landscapes import paint_landscape
from shared.adapters.providers.preview.lettering import set_caption
from shared.adapters.providers.preview.modelling import Stand, set_down
from shared.adapters.providers.preview.painting import Canvas
from shared.adapters.providers.preview.palettes import Palette, palette_for
from shared.adapters.providers.preview.references import Guides, lay_grain, paint_layout, read_guides
from shared.adapters.providers.preview.still_lifes import paint_room, paint_studio
from shared.adapters.providers.preview.words import Direction, read_direction
from shared.domain.errors import ErrorKind, ProviderError
from shared.domain.shapes import SIZE_EDGE, pixels
from shared.ports.providers import GeneratedImage, ImageRequest

VERSION = "preview-1"
SEEDS = 2**31
GRAIN = 0.32
STYLE_SHARE = 0.78
LARGEST_SIZE = "2K"
INDOORS = ("studio", "kitchen", "room")


class PreviewImageModel:
    """ImageModel that draws here and bills nothing: the same request gives the same bytes."""

    def generate(self, request: ImageRequest) -> GeneratedImage:
        """See ImageModel; raises ProviderError (INVALID) for a shape that it cannot draw or a reference that it cannot read."""
        width, height = _shape(request)
        seed = request.seed if request.seed is not None else seed_for(request.prompt, request.variant)
        guides = read_guides(request.references)
        canvas = Canvas(width, height, Random(_chance(request, seed)))  # noqa: S311 -- it draws, it guards nothing
        direction = read_direction(request.prompt)
        palette = _paint(canvas, direction, guides)
        set_caption(canvas, request.prompt, palette.zenith.mixed(palette.near, 0.5).at(0.17).vivid(0.9))
        out = BytesIO()
        canvas.image(GRAIN).save(out, "PNG", compress_level=1)
        return GeneratedImage(
            data=out.getvalue(), media_type="image/png", usage={"images": 1}, seed=seed, model_version=VERSION
        )


def seed_for(prompt: str, variant: int) -> int:
    """The seed of a request that names none."""
    return int.from_bytes(sha256(f"{variant}\n{prompt}".encode("utf-8", "surrogatepass")).digest()[:8]) % SEEDS


def _chance(request: ImageRequest, seed: int) -> int:
    digest = sha256(f"{seed}\n{request.variant}\n".encode())
    digest.update(request.prompt.encode("utf-8", "surrogatepass"))
    return int.from_bytes(digest.digest()[:16])


def _shape(request: ImageRequest) -> tuple[int, int]:
    largest = SIZE_EDGE[LARGEST_SIZE]
    if SIZE_EDGE.get(request.size, largest + 1) > largest:
        raise ProviderError(ErrorKind.INVALID, f"A preview cannot be drawn at {request.size}; ask for 512, 1K or 2K.")
    try:
        width, height = pixels(request.aspect_ratio, request.size)
    except ValueError:
        raise ProviderError(ErrorKind.INVALID, f"{request.aspect_ratio} is not an aspect ratio like 4:5.") from None
    if max(width, height) > 3 * largest:
        raise ProviderError(ErrorKind.INVALID, f"{request.aspect_ratio} is too long to draw; 8:1 is the longest.")
    return width, height


def _paint(canvas: Canvas, direction: Direction, guides: Guides | None) -> Palette:
    place = direction.place or _free_place(direction, canvas.random)
    palette = palette_for(direction, place, canvas.random)
    if guides is not None:
        # Colours and light that the prompt names keep their say.
        share = 0.5 if direction.colours or direction.time else STYLE_SHARE
        palette = palette.drawn_to(guides.colours, share, hero=0.12 if direction.colours else STYLE_SHARE)
    if guides is not None and guides.layout is not None:
        paint_layout(canvas, palette, guides.layout, own=0.18 if direction.colours else 0.36)
    elif place == "studio":
        paint_studio(canvas, palette, direction.subject, direction.material)
    elif place in INDOORS:
        paint_room(canvas, palette, direction.subject, direction.material)
    elif place == "abstract":
        paint_abstract(canvas, palette)
    else:
        ground = paint_landscape(canvas, palette, place, direction.season, direction.subject)
        if direction.subject and place != "space":
            side = 1.0 if ground.light_x > canvas.width / 2 else -1.0
            size = canvas.short * (0.34 if direction.subject in ("house", "tent", "boat", "sofa") else 0.38)
            stand = Stand(canvas.width * (0.5 - side * 0.12), ground.y, size, side)
            set_down(canvas, direction.subject, stand, palette, direction.material)
    if guides is not None:
        lay_grain(canvas, guides.grain)
    return palette


def _free_place(direction: Direction, random: Random) -> str:
    """Where it happens when the words name no place."""
    if direction.subject in ("sofa", "lamp", "chair", "table", "plant", "vase", "cup", "book"):
        return "room"
    if direction.subject in ("tent", "boat", "house"):
        return {"tent": "mountain", "boat": "sea", "house": "field"}[direction.subject]
    if direction.subject:
        return "studio"
    if direction.season or direction.time not in (None, "day"):
        return random.choice(("mountain", "field", "forest", "sea"))
    return random.choice(("abstract", "mountain", "studio", "desert", "sea", "abstract", "city"))
