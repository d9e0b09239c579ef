"""From a row to the images that it asks for."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

from shared.domain.rows import Row, render
from shared.domain.steering import UNSAID, Steering


@dataclass(frozen=True, slots=True)
class PlannedImage:
    """One image of a row: `combination` counts the row's expansion from 0, `variant` the images of a combination from 1."""

    row: int
    combination: int
    variant: int
    prompt: str
    model: str | None
    aspect_ratio: str | None
    size: str | None
    seed: int | None
    references: tuple[str, ...]
    steering: Steering = UNSAID


@dataclass(frozen=True, slots=True)
class Combination:
    """What one combination of a row's expansion asks for, `variants` times; `number` counts them from 0."""

    row: int
    number: int
    variants: int
    prompt: str
    model: str | None
    aspect_ratio: str | None
    size: str | None
    seed: int | None
    references: tuple[str, ...]
    steering: Steering = UNSAID

    @property
    def last_seed(self) -> int | None:
        """The seed of the last variant: variants of one seed would be the same picture, so each takes the next one."""
        return None if self.seed is None else self.seed + self.variants - 1

    def images(self) -> Iterator[PlannedImage]:
        """Its images, in order."""
        for variant in range(1, self.variants + 1):
            yield PlannedImage(
                row=self.row,
                combination=self.number,
                variant=variant,
                prompt=self.prompt,
                model=self.model,
                aspect_ratio=self.aspect_ratio,
                size=self.size,
                seed=None if self.seed is None else self.seed + variant - 1,
                references=self.references,
                steering=self.steering,
            )


def combinations(row: Row) -> int:
    """How many combinations a row's expansion makes; 1 without one. Raises ValueError when lists to zip differ in length."""
    axes = row.expand.axes() if row.expand else {}
    if not axes:
        return 1
    lengths = {name: len(values) for name, values in axes.items()}
    if row.expand and row.expand.mode == "zip":
        if len(set(lengths.values())) > 1:
            told = ", ".join(f"{name} has {length}" for name, length in lengths.items())
            raise ValueError(f"Lists that are zipped must be of one length: {told}.")
        return next(iter(lengths.values()))
    total = 1
    for length in lengths.values():
        total *= length
    return total


def images_of(row: Row) -> int:
    """How many images a row (with its defaults merged) asks for; raises ValueError as `combinations` does."""
    return combinations(row) * (row.variants or 1)


def expand(row: Row, number: int) -> Iterator[PlannedImage]:
    """Every image of a row (with its defaults merged), in order; `number` is the row's place in the batch, from 0.

    Raises KeyError with the name of a placeholder that no variable fills.
    """
    for combination in combinations_of(row, number):
        yield from combination.images()


def combinations_of(row: Row, number: int) -> Iterator[Combination]:
    """Every combination of a row, as `expand` does."""
    for place, chosen in enumerate(_chosen(row)):
        yield Combination(
            row=number,
            number=place,
            variants=row.variants or 1,
            prompt=render(row.prompt, (row.variables or {}) | chosen.get("variables", {})),
            model=chosen.get("model", row.model),
            aspect_ratio=chosen.get("aspect_ratio", row.aspect_ratio),
            size=row.size,
            seed=chosen.get("seed", row.seed),
            references=chosen.get("references", row.references) or (),
            steering=row.steering,
        )


def _chosen(row: Row) -> Iterator[dict[str, Any]]:
    axes = row.expand.axes() if row.expand else {}
    if not axes or row.expand is None:
        yield {}
        return
    rows = zip(*axes.values(), strict=True) if row.expand.mode == "zip" else product(*axes.values())
    for values in rows:
        yield dict(zip(axes, values, strict=True))
