"""From a prompt to art direction: what the words say about place, light, colour, season, mood and subject."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from shared.adapters.providers.preview.colours import Colour


def _spread(groups: Mapping[str, str]) -> dict[str, str]:
    return {word: name for name, words in groups.items() for word in words.split()}


PLACES = _spread(
    {
        "beach": "beach coast shore seaside sand surf bay strand plage playa shoreline coastal",
        "sea": "sea ocean lake water river island harbour harbor pier fjord meer mer waves wave boat sailing lagoon pond",
        "mountain": "mountain alpine alps peak summit ridge cliff hike hiking trail trek canyon berge montagne highland rock",
        "forest": "forest wood woods woodland jungle pine trees grove wald foret bosque fern moss birch",
        "desert": "desert dune sahara dunes arid savanna savannah mesa",
        "field": "field meadow hill countryside farm vineyard prairie grass lawn park garden orchard valley picnic lavender",
        "city": "city street skyline urban town downtown rooftop tokyo paris york london berlin avenue bridge metro crossing",
        "kitchen": "kitchen cafe coffee bakery table breakfast dining restaurant counter bar cooking food tea brunch",
        "room": "room interior home living bedroom sofa couch apartment loft office desk window hallway library wall house"
        " indoor cabin armchair fireplace",
        "studio": "studio product backdrop packshot plinth pedestal catalog catalogue minimal showcase isolated podium seamless",
        "space": "space galaxy stars planet cosmos universe orbit nebula astronaut cosmic",
        "abstract": "abstract pattern geometric gradient texture bauhaus shapes shape poster logo concept idea emotion",
    }
)
TIMES = _spread(
    {
        "dawn": "dawn sunrise daybreak morning early sonnenaufgang aube amanecer",
        "day": "day noon midday daylight sunny sunlit sunlight bright sun clear",
        "golden": "golden sunset evening afternoon sundown warm sonnenuntergang atardecer hour",
        "dusk": "dusk twilight nightfall blue-hour gloaming",
        "night": "night midnight moon moonlit moonlight starry dark neon stars nacht nuit noche",
        "mist": "mist misty fog foggy haze hazy overcast cloudy grey-sky drizzle rain rainy storm stormy cloud soft",
    }
)
SEASONS = _spread(
    {
        "spring": "spring blossom cherry bloom flowers flower blooming printemps",
        "summer": "summer sommer tropical palm hot holiday",
        "autumn": "autumn fall october november leaves harvest herbst foliage",
        "winter": "winter snow snowy frost frosty ice icy christmas glacier cold snowfall schnee",
    }
)
MOODS = _spread(
    {
        "calm": "calm quiet serene peaceful gentle still minimal soft tranquil cosy cozy pastel hygge slow",
        "bold": "bold vivid vibrant energetic dynamic joyful playful bright pop saturated loud electric neon",
        "dark": "dark moody dramatic mysterious cinematic noir deep brooding luxurious luxury elegant",
    }
)
SUBJECTS = _spread(
    {
        "shoe": "shoe sneaker trainer footwear loafer runner walker sole laces",
        "boot": "boot boots wellington",
        "chair": "chair stool armchair seat lounge rocker",
        "sofa": "sofa couch settee loveseat daybed",
        "lamp": "lamp light-fixture lantern luminaire lampshade",
        "table": "table desk sideboard console bench",
        "cup": "cup mug coffee espresso tea latte cappuccino",
        "bottle": "bottle perfume wine serum shampoo flask fragrance lotion oil",
        "vase": "vase pottery ceramic ceramics jug pitcher jar carafe",
        "plant": "plant houseplant cactus monstera succulent fern",
        "bag": "bag backpack rucksack tote handbag suitcase luggage purse",
        "tent": "tent camping camp campsite",
        "boat": "boat sailboat yacht ship sailing",
        "house": "house cabin cottage hut home barn chalet",
        "book": "book notebook journal novel magazine",
        "fruit": "apple orange lemon fruit peach pear citrus tomato cherries",
    }
)
MATERIALS = _spread(
    {
        "matte": "matte clay linen cotton wool felt paper chalk plaster concrete stone fabric knit canvas",
        "glossy": "glossy glass chrome metal steel silk satin polished porcelain lacquer plastic gold silver brass ceramic",
        "rough": "rough rustic oak wood wooden bark gravel rock brick leather suede grain weathered walnut",
    }
)
COLOURS: Mapping[str, Colour] = {
    name: Colour(light, chroma, hue)
    for names, light, chroma, hue in (
        ("red scarlet crimson rot rouge rojo", 0.58, 0.21, 26),
        ("burgundy maroon wine bordeaux oxblood", 0.38, 0.13, 15),
        ("terracotta rust brick sienna", 0.60, 0.13, 42),
        ("coral salmon", 0.72, 0.15, 28),
        ("orange tangerine apricot", 0.73, 0.17, 55),
        ("amber honey ochre caramel", 0.74, 0.14, 72),
        ("yellow lemon gelb jaune amarillo", 0.88, 0.17, 98),
        ("mustard gold golden saffron", 0.76, 0.14, 85),
        ("lime chartreuse", 0.85, 0.19, 122),
        ("green grün vert verde", 0.60, 0.15, 148),
        ("sage eucalyptus pistachio", 0.74, 0.05, 140),
        ("olive khaki moss", 0.55, 0.09, 115),
        ("emerald jade malachite", 0.58, 0.14, 162),
        ("mint", 0.88, 0.08, 165),
        ("teal petrol", 0.52, 0.09, 198),
        ("turquoise aqua cyan aquamarine", 0.78, 0.12, 200),
        ("sky", 0.78, 0.09, 232),
        ("blue blau bleu azul azure cerulean", 0.58, 0.16, 250),
        ("cobalt ultramarine", 0.46, 0.21, 262),
        ("navy midnight marine indigo", 0.32, 0.10, 265),
        ("violet purple plum aubergine lila", 0.50, 0.18, 305),
        ("lavender lilac mauve", 0.77, 0.09, 300),
        ("magenta fuchsia", 0.62, 0.24, 345),
        ("pink rosa", 0.78, 0.13, 355),
        ("blush rose dusty", 0.82, 0.07, 15),
        ("brown chocolate mocha walnut tan cognac", 0.46, 0.07, 55),
        ("beige sand camel oat linen", 0.84, 0.04, 80),
        ("cream ivory vanilla", 0.94, 0.035, 92),
        ("white weiß blanc blanco snow", 0.96, 0.008, 95),
        ("grey gray silver concrete stone slate", 0.68, 0.012, 250),
        ("charcoal graphite anthracite", 0.34, 0.012, 260),
        ("black schwarz noir negro ebony", 0.22, 0.008, 280),
        ("copper bronze brass", 0.64, 0.11, 58),
    )
    for name in names.split()
}
# Words that also name a thing or a place set its colour only weakly; they are read as colours in no other sense.
FAINT = frozenset(
    [
        "wine",
        "brick",
        "sand",
        "snow",
        "linen",
        "stone",
        "slate",
        "concrete",
        "walnut",
        "midnight",
        "sky",
        "noir",
        "rose",
        "cherry",
        "golden",
        "gold",
        "moss",
    ]
)


@dataclass(frozen=True, slots=True)
class Direction:
    """What the words of a prompt ask for; None or empty where they say nothing."""

    place: str | None
    time: str | None
    season: str | None
    mood: str | None
    subject: str | None
    material: str | None
    colours: tuple[Colour, ...]


def read_direction(prompt: str) -> Direction:
    """The art direction of a prompt: the first word that speaks of a thing decides it, a thing by its first mention."""
    words = _words(prompt)
    colours = [word for word in words if word in COLOURS]
    things = [index for index, word in enumerate(words) if word in SUBJECTS]
    # "An orange tent" is a tent: what may be a colour is a thing only when nothing else is.
    named = next((index for index in things if words[index] not in COLOURS), things[0] if things else None)
    if named is not None:
        # "A white house in lavender fields": the colour just before the thing is the thing's.
        own = [word for word in words[max(0, named - 3) : named] if word in COLOURS]
        colours = [*reversed(own), *colours]
    firm = [word for word in colours if word not in FAINT] or colours
    return Direction(
        place=_place(words),
        time=_first(words, TIMES),
        season=_first(words, SEASONS),
        mood=_first(words, MOODS),
        subject=SUBJECTS[words[named]] if named is not None else None,
        material=_first(words, MATERIALS),
        colours=tuple(COLOURS[word] for word in dict.fromkeys(firm))[:3],
    )


def _place(words: list[str]) -> str | None:
    # What stands after "on", "in" or "by" is where it happens; what stands before may be the thing itself.
    votes: dict[str, float] = {}
    for index, word in enumerate(words):
        if word in PLACES:
            near = words[max(0, index - 3) : index]
            votes[PLACES[word]] = votes.get(PLACES[word], 0) + (
                2.5
                if {"on", "in", "at", "by", "over", "through", "against", "near", "above", "across"} & set(near)
                else 1
            )
    return max(votes, key=lambda place: votes[place]) if votes else None


def _first(words: list[str], names: Mapping[str, str]) -> str | None:
    return next((names[word] for word in words if word in names), None)


def _words(prompt: str) -> list[str]:
    found = re.findall(r"[^\W\d_]+", prompt.casefold())
    return [_singular(word) for word in found]


def _singular(word: str) -> str:
    known = (PLACES, TIMES, SEASONS, MOODS, SUBJECTS, MATERIALS, COLOURS)
    if any(word in names for names in known):
        return word
    for ending in ("s", "es"):
        short = word.removesuffix(ending)
        if short != word and any(short in names for names in known):
            return short
    return word
