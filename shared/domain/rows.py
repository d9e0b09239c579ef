"""What a person submits: rows, defaults, expansion. Unknown fields are refused."""

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints, field_validator

from shared.domain.modes import ReferenceMode
from shared.domain.requests import Strict
from shared.domain.shapes import parse_ratio
from shared.domain.steering import Steering
from shared.domain.texts import Printable, Visible

MAX_PROMPT = 4_000
MAX_VARIANTS = 10
MAX_REFERENCES = 14
MAX_TAGS = 20
MAX_EXPANSION = 100
MAX_SEED = 2**31 - 1
MAX_METADATA_KEYS = 50
MAX_METADATA_BYTES = 16 * 1024
MAX_INTEGER = 2**63 - 1
MAX_NAME = 64


# What no document store can keep is refused here: later, the batch would be accepted and could never be planned.
def _storable(value: Any) -> Any:
    if isinstance(value, int) and abs(value) > MAX_INTEGER:
        raise ValueError("This number has too many digits: write it as text.")
    return value


def _not_reserved(name: str) -> str:
    if name.startswith("__") and name.endswith("__"):
        raise ValueError("Names like __this__ are reserved: choose another one.")
    return name


Tag = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=50), Visible]
Prompt = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_PROMPT), Visible]
Name = Annotated[
    str,
    StringConstraints(min_length=1, max_length=MAX_NAME, pattern=r"^[^./`~*\[\]]+$"),
    Visible,
    AfterValidator(_not_reserved),
]
ReferenceId = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Size = Literal["512", "1K", "2K", "4K"]
Ratio = Annotated[str, StringConstraints(max_length=9)]
ModelId = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Seed = Annotated[int, Field(ge=0, le=MAX_SEED, strict=True)]
# The widest that any model takes; what its own is, the catalogue says.
Strength = Annotated[float, Field(ge=0, le=1, strict=True, allow_inf_nan=False)]
Steps = Annotated[int, Field(ge=1, le=1_000, strict=True)]
Guidance = Annotated[float, Field(ge=0, le=100, strict=True, allow_inf_nan=False)]
# What an image may go without; a change to null takes it away.
LEFT_TO_THE_MODEL = frozenset({"seed", "strength", "steps", "guidance"})
Cell = Annotated[
    Annotated[str, StringConstraints(max_length=2_000), Printable] | int | float | bool | None,
    AfterValidator(_storable),
]

# The spaces around a name are cut off afterwards: in the pattern, a run of them would be tried in every division.
_PLACEHOLDER = re.compile(r"\{\{([^{}]*)\}\}")


class Expansion(Strict):
    """Lists that multiply a row (`product`) or go side by side (`zip`, all of one length)."""

    mode: Literal["product", "zip"] = "product"
    aspect_ratio: tuple[Ratio, ...] = Field((), max_length=MAX_EXPANSION)
    model: tuple[ModelId, ...] = Field((), max_length=MAX_EXPANSION)
    seed: tuple[Seed, ...] = Field((), max_length=MAX_EXPANSION)
    references: tuple[Annotated[tuple[ReferenceId, ...], Field(max_length=MAX_REFERENCES)], ...] = Field(
        (), max_length=MAX_EXPANSION
    )
    variables: tuple[dict[Name, Cell], ...] = Field((), max_length=MAX_EXPANSION)

    def axes(self) -> dict[str, tuple[Any, ...]]:
        """The lists that were given, by field."""
        named = {name: getattr(self, name) for name in ("aspect_ratio", "model", "seed", "references", "variables")}
        return {name: values for name, values in named.items() if values}


class RowSettings(Strict):
    """What a row may set and a batch may give as defaults; None means: not said here."""

    variants: Annotated[int, Field(ge=1, le=MAX_VARIANTS, strict=True)] | None = None
    references: tuple[ReferenceId, ...] | None = Field(None, max_length=MAX_REFERENCES)
    pack: str | None = None
    reference_mode: ReferenceMode | None = None
    aspect_ratio: Ratio | None = None
    size: Size | None = None
    model: ModelId | None = None
    seed: Seed | None = None
    strength: Strength | None = None
    steps: Steps | None = None
    guidance: Guidance | None = None
    variables: dict[Name, Cell] | None = Field(None, max_length=MAX_METADATA_KEYS)
    tags: tuple[Tag, ...] | None = Field(None, max_length=MAX_TAGS)
    metadata: dict[Name, Cell] | None = Field(None, max_length=MAX_METADATA_KEYS)
    expand: Expansion | None = None
    fallback: tuple[ModelId, ...] | None = Field(None, max_length=5)

    @property
    def steering(self) -> Steering:
        """How far the model is told to follow what it starts from."""
        return Steering(self.strength, self.steps, self.guidance)

    def said(self) -> dict[str, Any]:
        """The settings that say something, by name."""
        return {name: value for name, value in self.__dict__.items() if value is not None and name in _SETTINGS}

    @field_validator("metadata")
    @classmethod
    def _metadata_is_small(cls, value: dict[str, Any] | None) -> dict[str, Any] | None:
        check_metadata(value or {})
        return value

    @field_validator("aspect_ratio")
    @classmethod
    def _ratio_is_a_ratio(cls, value: str | None) -> str | None:
        if value is not None:
            check_ratio(value)
        return value


_SETTINGS = frozenset(RowSettings.model_fields)


class Row(RowSettings):
    """One line of a batch."""

    prompt: Prompt

    def over(self, defaults: RowSettings) -> "Row":
        """This row with the defaults of its batch where it says nothing; variables and metadata are merged."""
        own, merged = self.__dict__, {}
        for name, default in defaults.said().items():
            if own[name] is None:
                merged[name] = default
            elif name in ("variables", "metadata"):
                merged[name] = default | own[name]
        return self.model_copy(update=merged) if merged else self


def check_metadata(value: dict[str, Any]) -> None:
    """Raise ValueError with how large metadata may be unless this is small enough."""
    # It is kept with every image of the row, and again with each asset.
    size = sum(len(f"{name}{cell}".encode()) for name, cell in value.items())
    if size > MAX_METADATA_BYTES:
        raise ValueError(f"This has {size:,} bytes; at most {MAX_METADATA_BYTES:,} are kept with a row.")


def check_ratio(value: str) -> None:
    """Raise ValueError with what an aspect ratio looks like unless this is one."""
    try:
        parse_ratio(value)
    except ValueError:
        raise ValueError("An aspect ratio is written like 4:5.") from None


def placeholders(prompt: str) -> list[str]:
    """The names in `{{name}}` places of a prompt, in order."""
    return [name for inside in _PLACEHOLDER.findall(prompt) if _is_name(name := inside.strip())]


def render(prompt: str, variables: dict[str, Any]) -> str:
    """The prompt with its `{{name}}` places filled; raises KeyError with the first name that has no value."""

    def value(match: re.Match[str]) -> str:
        name = match[1].strip()
        return _text(variables[name]) if _is_name(name) else match[0]

    return _PLACEHOLDER.sub(value, prompt)


def rendered_length(prompt: str, variables: dict[str, Any]) -> int:
    """How many characters `render` would make, found without making them; raises KeyError as it does."""
    length = len(prompt)
    for match in _PLACEHOLDER.finditer(prompt):
        name = match[1].strip()
        if _is_name(name):
            length += len(_text(variables[name])) - len(match[0])
    return length


def _is_name(text: str) -> bool:
    return 1 <= len(text) <= MAX_NAME


def _text(value: Any) -> str:
    return "" if value is None else str(value)
