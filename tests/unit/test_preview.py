"""The preview model: the same for the same, true to shape, moved by words and references, unbroken by any text."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageStat

from shared.adapters.providers.preview import PreviewImageModel
from shared.adapters.providers.preview.colours import Colour, from_bytes, ramp
from shared.adapters.providers.preview.lettering import SANS, SERIF, fitted, readable
from shared.adapters.providers.preview.subjects import SUBJECTS
from shared.adapters.providers.preview.words import PLACES, read_direction
from shared.adapters.providers.preview.words import SUBJECTS as THINGS
from shared.domain.catalogue import find
from shared.domain.errors import ErrorKind, ProviderError, RefusalStage
from shared.domain.modes import ReferenceMode
from shared.domain.shapes import pixels
from shared.ports.providers import ImageRequest, ReferenceImage

MODEL = PreviewImageModel()
PROMPT = "A red walking shoe on a beach at sunrise"
SPEC = find("preview")
assert SPEC is not None


def asked(prompt: str = PROMPT, **changes: object) -> ImageRequest:
    base = ImageRequest(model="preview", prompt=prompt, aspect_ratio="1:1", size="512", deadline_seconds=30)
    return replace(base, **changes)  # type: ignore[arg-type]


def drawn(request: ImageRequest) -> Image.Image:
    picture = Image.open(BytesIO(MODEL.generate(request).data))
    picture.load()
    return picture


def reference(colour: str, mode: ReferenceMode, *, disc: tuple[int, int, int, int] | None = None) -> ReferenceImage:
    picture = Image.new("RGB", (240, 240), colour)
    if disc:
        ImageDraw.Draw(picture).ellipse(disc, fill="white")
    out = BytesIO()
    picture.save(out, "PNG")
    return ReferenceImage(data=out.getvalue(), media_type="image/png", mode=mode)


def distance(one: Image.Image, other: Image.Image) -> float:
    pairs = zip(ImageStat.Stat(one.convert("RGB")).mean, ImageStat.Stat(other.convert("RGB")).mean, strict=True)
    return sum(abs(a - b) for a, b in pairs)


SHAPES = [(ratio, "512") for ratio in SPEC.aspect_ratios] + [("4:5", "1K"), ("8:1", "2K"), ("1:8", "2K")]


@pytest.mark.parametrize(("ratio", "size"), SHAPES)
def test_every_offered_shape_is_drawn_to_the_pixel(ratio: str, size: str) -> None:
    made = MODEL.generate(asked(aspect_ratio=ratio, size=size))
    picture = Image.open(BytesIO(made.data))
    picture.load()
    assert picture.format == "PNG"
    assert picture.mode == "RGB"
    assert picture.size == pixels(ratio, size)
    assert made.media_type == "image/png"
    assert made.usage == {"images": 1}


def test_the_same_request_gives_the_same_bytes_from_many_threads_and_in_another_process() -> None:
    here = MODEL.generate(asked())
    with ThreadPoolExecutor(4) as pool:
        assert {made.data for made in pool.map(MODEL.generate, [asked()] * 4)} == {here.data}
    script = (
        "import hashlib;from shared.adapters.providers.preview import PreviewImageModel as M;"
        "from shared.ports.providers import ImageRequest as R;"
        f"r=R(model='preview',prompt={PROMPT!r},aspect_ratio='1:1',size='512',deadline_seconds=30);"
        "print(hashlib.sha256(M().generate(r).data).hexdigest())"
    )
    root = Path(__file__).parents[2]
    there = subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=True)
    assert there.stdout.strip() == sha256(here.data).hexdigest()


def test_seed_prompt_and_variant_each_change_the_picture() -> None:
    pictures = {
        MODEL.generate(request).data
        for request in (asked(), asked(seed=1), asked(seed=2), asked(variant=2), asked(PROMPT + "."))
    }
    assert len(pictures) == 5


def test_the_seed_used_is_returned_and_repeats_the_picture() -> None:
    assert MODEL.generate(asked(seed=77)).seed == 77
    first = MODEL.generate(asked(variant=3))
    assert first.seed is not None
    assert MODEL.generate(asked(variant=3, seed=first.seed)).data == first.data


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("A red shoe on the beach", {"place": "beach", "subject": "shoe"}),
        ("An orange tent in the snowy mountains at dusk", {"place": "mountain", "subject": "tent", "time": "dusk"}),
        ("An orange on a kitchen table", {"place": "kitchen"}),
        ("PINE FORESTS, misty", {"place": "forest", "time": "mist"}),
        ("Perfume bottles on a plinth", {"place": "studio", "subject": "bottle"}),
        ("Autumn leaves", {"season": "autumn"}),
        ("xyzzy", {"place": None, "subject": None, "time": None, "colours": ()}),
    ],
)
def test_words_become_direction(prompt: str, expected: dict[str, object]) -> None:
    direction = read_direction(prompt)
    assert {name: getattr(direction, name) for name in expected} == expected


def test_a_colour_belongs_to_the_thing_that_it_stands_before() -> None:
    lavender_first = read_direction("Lavender fields, a white house").colours
    assert lavender_first[0].light > 0.9
    assert len(lavender_first) == 2


def test_every_thing_that_is_understood_can_be_drawn() -> None:
    assert set(THINGS.values()) == set(SUBJECTS)


@pytest.mark.parametrize("place", sorted(set(PLACES.values())))
@pytest.mark.parametrize("ratio", ["1:8", "1:1", "8:1"])
def test_every_place_is_drawn_at_extreme_ratios_with_and_without_a_hero(place: str, ratio: str) -> None:
    word = next(word for word, name in PLACES.items() if name == place)
    for prompt in (f"In the {word}", f"A blue bag in the {word} at night, winter"):
        colours = drawn(asked(prompt, aspect_ratio=ratio)).getcolors(maxcolors=2**24)
        assert colours is not None
        assert len(colours) > 1000


def test_a_colour_in_the_prompt_colours_the_picture() -> None:
    red = ImageStat.Stat(drawn(asked("Studio, red", seed=5)))
    blue = ImageStat.Stat(drawn(asked("Studio, blue", seed=5)))
    assert red.mean[0] - red.mean[2] > blue.mean[0] - blue.mean[2] + 20


def test_night_is_darker_than_day() -> None:
    night, day = (
        ImageStat.Stat(drawn(asked(f"City by {time}", seed=5)).convert("L")).mean[0] for time in ("night", "day")
    )
    assert night < day - 40


def test_a_style_reference_gives_its_palette() -> None:
    plain = drawn(asked("Mountains"))
    green = drawn(asked("Mountains", references=(reference("#0a7a3c", ReferenceMode.STYLE_ONLY),)))
    purple = drawn(asked("Mountains", references=(reference("#6a1a9c", ReferenceMode.STYLE_ONLY),)))
    assert distance(green, plain) > 15
    assert ImageStat.Stat(green).mean[1] > ImageStat.Stat(purple).mean[1] + 10


def test_a_composition_reference_gives_its_layout_and_a_style_reference_does_not() -> None:
    def contrast(mode: ReferenceMode) -> float:
        picture = drawn(asked("Mountains", references=(reference("#20242c", mode, disc=(70, 60, 170, 160)),))).convert(
            "L"
        )
        inside = ImageStat.Stat(picture.crop((210, 190, 300, 280))).mean[0]
        outside = ImageStat.Stat(picture.crop((10, 120, 70, 300))).mean[0]
        return inside - outside

    assert contrast(ReferenceMode.STYLE_AND_COMPOSITION) > contrast(ReferenceMode.STYLE_ONLY) + 60


def test_six_references_of_both_modes_are_taken() -> None:
    references = tuple(
        reference(colour, mode, disc=(20, 20, 90, 90))
        for colour, mode in zip(
            ("red", "green", "blue", "#123", "#fed", "gray"),
            [*ReferenceMode, *ReferenceMode, *ReferenceMode],
            strict=True,
        )
    )
    assert drawn(asked(references=references)).size == (512, 512)


@pytest.mark.parametrize("size", [(1, 1), (3, 900), (900, 3)])
def test_tiny_references_are_taken(size: tuple[int, int]) -> None:
    out = BytesIO()
    Image.new("RGBA", size, (10, 200, 30, 128)).save(out, "PNG")
    for mode in ReferenceMode:
        assert drawn(
            asked(references=(ReferenceImage(data=out.getvalue(), media_type="image/png", mode=mode),))
        ).size == (512, 512)


def test_an_unreadable_reference_is_refused_by_its_number() -> None:
    good = reference("red", ReferenceMode.STYLE_ONLY)
    bad = replace(good, data=good.data[:60])
    with pytest.raises(ProviderError, match="Reference picture 2") as caught:
        MODEL.generate(asked(references=(good, bad)))
    assert (caught.value.kind, caught.value.stage) == (ErrorKind.INVALID, RefusalStage.REFERENCE)


@pytest.mark.parametrize(
    "changes", [{"size": "4K"}, {"size": "huge"}, {"aspect_ratio": "wide"}, {"aspect_ratio": "1:900"}]
)
def test_shapes_that_it_cannot_draw_are_refused(changes: dict[str, str]) -> None:
    with pytest.raises(ProviderError) as caught:
        MODEL.generate(asked(**changes))
    assert caught.value.kind is ErrorKind.INVALID


AWKWARD = (
    "",
    " \n\t ",
    "\x00\x01\x1f\x7f",
    "x" * 4000,
    "word " * 800,
    "ﷺ" * 300,
    "😀👩‍👩‍👧 🏳️‍🌈",
    "שלום עולם",
    "مرحبا",
    "日本の朝",
    "ก" * 4000,
    "a\u0301" * 2000,
    "\u202eevil\u202c",
    "\ud800 lone",
    "\u2028line\u2029",
    "½ ∞ ﬁ",
)


@pytest.mark.parametrize("prompt", AWKWARD, ids=lambda prompt: ascii(prompt[:12]))
@pytest.mark.parametrize("ratio", ["1:8", "8:1", "4:5"])
def test_awkward_prompts_are_drawn(prompt: str, ratio: str) -> None:
    assert drawn(asked(prompt, aspect_ratio=ratio)).size == pixels(ratio, "512")


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=4000), st.integers(20, 900), st.integers(12, 400))
def test_any_text_fits_its_area(prompt: str, width: int, height: int) -> None:
    text, font = readable(prompt)
    setting = fitted(text, font, width, height, 512)
    assert setting.lines
    assert setting.height <= max(height, setting.size * 1.3)
    assert all(setting.font.getlength(line) <= max(width, setting.size * 1.6) for line in setting.lines)


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("Größe, façade, Žižkov, Đà Nẵng", ("Größe, façade, Žižkov, Đà Nẵng", SERIF)),
        ("Шаг за шагом", ("Шаг за шагом", SANS)),
        ("A shoe 👟 on the beach", ("A shoe on the beach", SERIF)),
        ("Line one\nline\ttwo\x00", ("Line one line two", SERIF)),
        ("春の朝", ("A prompt in Japanese, 3 characters", SERIF)),
        ("مرحبا", ("A prompt in Arabic, 5 characters", SERIF)),
        ("", ("An untitled preview", SERIF)),
    ],
)
def test_prompts_are_set_in_a_font_that_has_their_letters(prompt: str, expected: tuple[str, str]) -> None:
    assert readable(prompt) == expected


@pytest.mark.parametrize("prompt", ["Snow, white studio, pale", "Night city", "Bold yellow poster", "Beach at noon"])
def test_the_caption_is_white_on_a_ground_dark_enough_to_read(prompt: str) -> None:
    foot = drawn(asked(prompt)).convert("L").crop((28, 440, 200, 500))
    tones = sorted(foot.tobytes())
    assert tones[-1] > 225
    assert tones[len(tones) // 4] < 135


@given(st.integers(0, 255), st.integers(0, 255), st.integers(0, 255))
def test_colours_survive_the_way_to_oklch_and_back(red: int, green: int, blue: int) -> None:
    there = from_bytes(red, green, blue).bytes
    assert max(abs(a - b) for a, b in zip(there, (red, green, blue), strict=True)) <= 1


def test_a_ramp_runs_from_its_first_to_its_last_colour_and_stays_on_screen() -> None:
    first, last = Colour(0.3, 0.1, 30), Colour(0.9, 0.05, 200)
    table = ramp(((0, first), (1, last)), 64)
    assert table.shape == (64, 3)
    assert tuple(table[0]) == pytest.approx(first.rgb, abs=0.01)
    assert tuple(table[-1]) == pytest.approx(last.rgb, abs=0.01)
    assert table.min() >= 0
    assert table.max() <= 1
