"""The colours of one picture: from time, place, season and mood, and drawn towards the colours that were asked for."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from shared.adapters.providers.preview.colours import Colour, from_lab
from shared.adapters.providers.preview.words import Direction


@dataclass(frozen=True, slots=True)
class Palette:
    """A sky from top to horizon, the light, land far and near, water, and the hero's own colours."""

    zenith: Colour
    sky: Colour
    horizon: Colour
    light: Colour
    far: Colour
    near: Colour
    water: Colour
    wall: Colour
    hero: Colour
    accent: Colour
    is_dark: bool

    def drawn_to(self, colours: Sequence[tuple[Colour, float]], share: float, *, hero: float) -> "Palette":
        """Every colour moved that far (0 to 1) towards the reference colour (colour, weight) nearest to its lightness;
        the hero's by a share of its own."""
        moved: dict[str, Any] = {name: _drawn(getattr(self, name), colours, share) for name in _TINTED}
        strong = max(colours, key=lambda pair: pair[0].chroma * (0.3 + pair[1]))[0]
        moved["light"] = self.light.mixed(moved["light"], 0.4)
        moved["hero"] = self.hero.mixed(strong, hero)
        return replace(self, **moved)


_TINTED = ("zenith", "sky", "horizon", "light", "far", "near", "water", "wall", "accent")

_SKIES = {
    # zenith, sky, horizon, light
    "dawn": (Colour(0.58, 0.085, 275), Colour(0.79, 0.085, 10), Colour(0.91, 0.085, 70), Colour(0.97, 0.06, 88)),
    "day": (Colour(0.58, 0.12, 248), Colour(0.77, 0.085, 232), Colour(0.94, 0.025, 205), Colour(0.985, 0.03, 100)),
    "golden": (Colour(0.43, 0.10, 305), Colour(0.66, 0.15, 30), Colour(0.87, 0.13, 72), Colour(0.96, 0.09, 88)),
    "dusk": (Colour(0.28, 0.085, 280), Colour(0.49, 0.12, 325), Colour(0.77, 0.12, 45), Colour(0.94, 0.08, 70)),
    "night": (Colour(0.15, 0.05, 272), Colour(0.25, 0.075, 265), Colour(0.44, 0.085, 248), Colour(0.95, 0.03, 95)),
    "mist": (Colour(0.73, 0.025, 240), Colour(0.83, 0.02, 225), Colour(0.92, 0.02, 95), Colour(0.98, 0.015, 95)),
}
_LANDS = {
    # far, near, water, wall
    "beach": (Colour(0.62, 0.06, 235), Colour(0.80, 0.065, 78), Colour(0.60, 0.095, 212), Colour(0.90, 0.03, 85)),
    "sea": (Colour(0.60, 0.06, 240), Colour(0.30, 0.05, 225), Colour(0.50, 0.09, 228), Colour(0.86, 0.04, 220)),
    "mountain": (Colour(0.66, 0.055, 262), Colour(0.26, 0.045, 250), Colour(0.55, 0.08, 225), Colour(0.84, 0.02, 250)),
    "forest": (Colour(0.68, 0.055, 165), Colour(0.24, 0.05, 160), Colour(0.50, 0.06, 190), Colour(0.80, 0.05, 140)),
    "desert": (Colour(0.72, 0.09, 45), Colour(0.56, 0.13, 48), Colour(0.60, 0.08, 200), Colour(0.87, 0.06, 65)),
    "field": (Colour(0.68, 0.07, 175), Colour(0.50, 0.12, 130), Colour(0.60, 0.08, 215), Colour(0.90, 0.05, 115)),
    "city": (Colour(0.60, 0.06, 275), Colour(0.22, 0.045, 280), Colour(0.45, 0.06, 250), Colour(0.78, 0.03, 270)),
    "space": (Colour(0.40, 0.12, 300), Colour(0.16, 0.05, 285), Colour(0.40, 0.1, 260), Colour(0.25, 0.06, 285)),
    "kitchen": (Colour(0.70, 0.06, 70), Colour(0.52, 0.085, 55), Colour(0.60, 0.06, 200), Colour(0.88, 0.045, 85)),
    "room": (Colour(0.66, 0.05, 60), Colour(0.50, 0.07, 50), Colour(0.60, 0.06, 220), Colour(0.80, 0.05, 95)),
}
_WALL_HUES = (28, 62, 85, 150, 195, 232, 285, 345)


def palette_for(direction: Direction, place: str, random: Random) -> Palette:
    """The palette of a picture; chance decides only what the words leave open."""
    time = direction.time or _usual_time(place, direction, random)
    zenith, sky, horizon, light = (_jittered(colour, random) for colour in _SKIES[time])
    far, near, water, wall = _LANDS.get(place) or _free_land(random)
    wall = _jittered(wall, random, hue=14)
    near, far = _jittered(near, random, hue=10), _jittered(far, random, hue=10)
    near, far, horizon = _seasoned(direction.season, place, near, far, horizon, random)
    dark = time in ("night", "dusk")
    if time == "night":
        near, far, water, wall = near.lit(-0.12), far.lit(-0.24), water.lit(-0.20), wall.at(0.34)
    elif time in ("dusk", "golden"):
        near, far, water = near.lit(-0.08).mixed(zenith, 0.25), far.mixed(sky, 0.4), water.mixed(sky, 0.45)
    hero = random.choice(
        (Colour(0.66, 0.16, 35), Colour(0.60, 0.14, 250), Colour(0.80, 0.15, 88), Colour(0.62, 0.12, 160))
    )
    palette = Palette(zenith, sky, horizon, light, far, near, water, wall, hero, hero.turned(150).vivid(0.7), dark)
    return _in_mood(_coloured(palette, direction.colours, place, random), direction.mood, place)


def _coloured(palette: Palette, colours: tuple[Colour, ...], place: str, random: Random) -> Palette:
    if not colours:
        return palette
    hero = colours[0]
    second = colours[1] if len(colours) > 1 else hero.turned(-22).lit(-0.12 if hero.light > 0.45 else 0.16)
    indoors = place in ("studio", "room", "kitchen", "abstract")
    if indoors:
        # With two colours the second is the set; one stands tone on tone, or before a warm, a cool or a facing hue.
        walls = (
            hero.at(0.86).vivid(0.45),
            Colour(0.88, 0.04, 80),
            hero.turned(180).at(0.84).vivid(0.5),
            hero.turned(40).at(0.80).vivid(0.6),
        )
        wall = second if len(colours) > 1 else random.choice(walls)
        return replace(
            palette, hero=hero, accent=second.turned(8) if len(colours) > 1 else hero.turned(165).vivid(0.8), wall=wall
        )
    tint = (second if len(colours) > 1 else hero).vivid(0.8)
    return replace(
        palette,
        hero=hero,
        accent=second,
        sky=palette.sky.mixed(tint.at(palette.sky.light), 0.5),
        zenith=palette.zenith.mixed(tint.at(palette.zenith.light), 0.35),
        far=palette.far.mixed(tint.at(palette.far.light), 0.45),
    )


def _in_mood(palette: Palette, mood: str | None, place: str) -> Palette:
    names = (*_TINTED, "hero")
    if mood == "calm":
        return replace(palette, **{name: getattr(palette, name).vivid(0.72).lit(0.02) for name in names})
    if mood == "bold":
        return replace(palette, **{name: getattr(palette, name).vivid(1.35) for name in names})
    if mood == "dark":
        indoors = place in ("studio", "room", "kitchen", "abstract")
        shade = {
            name: getattr(palette, name).lit(-0.12) for name in ("zenith", "sky", "horizon", "far", "near", "water")
        }
        return replace(
            palette, **shade, wall=palette.wall.at(0.27) if indoors else palette.wall.lit(-0.2), is_dark=True
        )
    return palette


def _usual_time(place: str, direction: Direction, random: Random) -> str:
    if place == "space":
        return "night"
    if direction.mood == "dark":
        return random.choice(("dusk", "night"))
    if place in ("studio", "kitchen", "room", "abstract"):
        return "day"
    return random.choice(("dawn", "day", "golden", "golden", "dusk", "mist"))


def _seasoned(
    season: str | None, place: str, near: Colour, far: Colour, horizon: Colour, random: Random
) -> tuple[Colour, Colour, Colour]:
    if place in ("city", "space", "beach", "sea") and season != "winter":
        return near, far, horizon
    match season:
        case "winter":
            return near.mixed(Colour(0.90, 0.02, 245), 0.62), far.mixed(Colour(0.86, 0.03, 245), 0.6), horizon.lit(0.02)
        case "autumn":
            rust = Colour(near.light + 0.10, 0.13, random.choice((38.0, 48.0, 62.0)))
            return near.mixed(rust, 0.75), far.mixed(Colour(far.light, 0.09, 55), 0.6), horizon
        case "spring":
            return near.mixed(Colour(0.62, 0.12, 132), 0.6), far.mixed(Colour(0.80, 0.08, 355), 0.5), horizon
        case "summer":
            return near.vivid(1.25), far.vivid(1.15), horizon
        case _:
            return near, far, horizon


def _free_land(random: Random) -> tuple[Colour, Colour, Colour, Colour]:
    hue = random.choice(_WALL_HUES)
    wall = Colour(random.choice((0.88, 0.82, 0.74)), random.choice((0.045, 0.07, 0.10)), hue)
    return wall.lit(-0.18), wall.lit(-0.45), wall.turned(160).at(0.55), wall


def _jittered(colour: Colour, random: Random, hue: float = 8) -> Colour:
    return Colour(
        min(max(colour.light + random.uniform(-0.02, 0.02), 0.05), 0.985),
        colour.chroma * random.uniform(0.88, 1.15),
        (colour.hue + random.uniform(-hue, hue)) % 360,
    )


def _drawn(colour: Colour, references: Sequence[tuple[Colour, float]], share: float) -> Colour:
    # Near in lightness counts most, so that dark stays dark and the reference's own shadows and lights are kept apart.
    total = a = b = light = 0.0
    for reference, weight in references:
        pull = weight / (0.004 + (reference.light - colour.light) ** 2)
        total += pull
        light += pull * reference.light
        a += pull * reference.ab[0]
        b += pull * reference.ab[1]
    wanted = from_lab(colour.light + (light / total - colour.light) * 0.5, a / total, b / total)
    return colour.mixed(wanted, share)
