"""Options that several commands share, and what they are read as."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from client.errors import WrongUse
from client.rows.cells import Limits, Refused, read_cell


class Priority(StrEnum):
    """The lanes a batch can take."""

    HIGH = "high"
    STANDARD = "standard"
    ECONOMY = "economy"


class ReferenceMode(StrEnum):
    """How far a reference guides an image."""

    STYLE_ONLY = "style_only"
    STYLE_AND_COMPOSITION = "style_and_composition"


class Optional(StrEnum):
    """Settings that an image may go without."""

    SEED = "seed"
    STRENGTH = "strength"
    STEPS = "steps"
    GUIDANCE = "guidance"


Json = Annotated[bool, typer.Option("--json", help="Print JSON, and nothing else, on stdout.")]
BatchId = Annotated[str, typer.Argument(metavar="ID", help="The batch's id, bat_…")]
Without = Annotated[
    list[Optional] | None, typer.Option("--without", help="Leave this setting to the model; several times.")
]
Rows = Annotated[str, typer.Argument(metavar="ROWS", help=".csv, .tsv, .json, .jsonl, .xlsx, or - for standard input.")]
Name = Annotated[str | None, typer.Option(help="The batch's name; otherwise the file's.")]
PromptColumn = Annotated[str, typer.Option(metavar="COLUMN", help="The column that holds the prompts.")]
Encoding = Annotated[str, typer.Option(metavar="NAME", help="The text's encoding, when it is guessed wrongly.")]
Variants = Annotated[int | None, typer.Option(help="Images a row, where the row says nothing.")]
ModelName = Annotated[str | None, typer.Option("--model", help="Model for rows that name none.")]
AspectRatio = Annotated[str | None, typer.Option(metavar="W:H", help="Aspect ratio for rows that name none.")]
Size = Annotated[str | None, typer.Option(help="Size for rows that name none: 1K, 2K …")]
Seed = Annotated[int | None, typer.Option(help="Seed for rows that name none.")]
Mode = Annotated[ReferenceMode | None, typer.Option(help="How far references guide rows that do not say.")]
Lane = Annotated[Priority | None, typer.Option(help="The lane: high goes first, economy waits for the others.")]
Budget = Annotated[str | None, typer.Option(metavar="USD", help="Stop before spending more than this.")]
Tags = Annotated[list[str] | None, typer.Option("--tag", help="A tag for the batch; may be given several times.")]
Reuse = Annotated[bool, typer.Option("--reuse", help="Take equal images made earlier, at no cost.")]
Thumbnails = Annotated[bool, typer.Option("--thumbnails", help="Fetch the thumbnails too, into thumbnails/.")]
Out = Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Download the images into this folder.")]


@dataclass(frozen=True)
class RowDefaults:
    """The options that stand in where a row says nothing."""

    variants: int | None = None
    model: str | None = None
    aspect_ratio: str | None = None
    size: str | None = None
    seed: int | None = None
    reference_mode: ReferenceMode | None = None

    def checked(self, limits: Limits) -> dict[str, Any]:
        """The defaults as the API takes them; raises WrongUse naming the option."""
        given = {name: value for name, value in vars(self).items() if value is not None}
        checked: dict[str, Any] = {}
        for name, value in given.items():
            try:
                checked[name] = read_cell(name, str(value), limits)
            except Refused as refused:
                raise WrongUse(f"--{name.replace('_', '-')}: {refused}.") from None
        return checked


@dataclass(frozen=True)
class Choices:
    """The options that belong to the batch as a whole."""

    name: str | None = None
    priority: Priority | None = None
    budget: str | None = None
    tags: list[str] | None = None
    reuse: bool = False

    def checked(self, fallback_name: str) -> dict[str, Any]:
        """The batch's fields as the API takes them; raises WrongUse naming the option."""
        fields: dict[str, Any] = {}
        if self.name is not None or fallback_name:
            fields["name"] = self.name or fallback_name
        if self.priority is not None:
            fields["priority"] = self.priority.value
        if self.budget is not None:
            fields["budget_micros"] = micros_of(self.budget)
        if self.tags:
            fields["tags"] = self.tags
        if self.reuse:
            fields["reuse"] = True
        return fields


def micros_of(dollars: str, *, name: str = "--budget") -> int:
    """Dollars as micros, exactly; raises WrongUse when they are none."""
    try:
        amount = Decimal(dollars.strip().removeprefix("$")) * 1_000_000
        if not 0 < amount <= 10**15 or amount != amount.to_integral_value():
            raise InvalidOperation
    except InvalidOperation:
        raise WrongUse(f"{name}: {dollars} is not an amount of dollars above 0, like 12.50.") from None
    return int(amount)
