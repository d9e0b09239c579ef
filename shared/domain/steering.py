"""How far a model follows the picture and the words that it starts from, where it can be told so."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple


class Steering(NamedTuple):
    """What was said; None: nothing.

    `strength` is how much of the reference is painted anew (0 keeps it, 1 lets go of it), `steps` how often the picture
    is refined, `guidance` how closely it keeps to the words.
    """

    strength: float | None = None
    steps: int | None = None
    guidance: float | None = None

    def said(self) -> dict[str, Any]:
        """What was said, by name."""
        return {name: value for name, value in self._asdict().items() if value is not None}


UNSAID = Steering()


@dataclass(frozen=True, slots=True)
class Span:
    """From the least to the most that a model takes."""

    least: float
    most: float


@dataclass(frozen=True, slots=True)
class SteeringSpans:
    """What a model can be told; None: it has no such parameter."""

    strength: Span | None = None
    steps: Span | None = None
    guidance: Span | None = None

    def wrong(self, model: str, steering: Steering) -> Iterator[tuple[str, str]]:
        """What of this the model cannot be told: pairs of a field and what to do about it."""
        for name, value in steering.said().items():
            span: Span | None = getattr(self, name)
            if span is None:
                yield name, f"{model} takes no {name}; leave it out."
            elif not span.least <= value <= span.most:
                yield name, f"{model} takes {name} from {span.least:g} to {span.most:g}; {value:g} is outside."


UNSTEERED = SteeringSpans()
STRENGTH = Span(0.0, 1.0)
STEPS = Span(20, 100)
GUIDANCE = Span(7.0, 15.0)
