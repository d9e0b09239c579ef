"""Every row of a submit against models, references and limits: all that is wrong is named, or the images are known."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from shared.domain.abilities import check_setting
from shared.domain.batch_forms import BatchCreate
from shared.domain.errors import FieldError, Invalid
from shared.domain.expansion import Combination, combinations_of, images_of
from shared.domain.offers import Offer
from shared.domain.references import Reference, ReferenceStatus
from shared.domain.rows import MAX_PROMPT, Row, placeholders, rendered_length
from shared.domain.steering import Steering
from shared.services.engine_rules import Limits
from shared.services.planning import DEFAULT_RATIO, DEFAULT_SIZE

MAX_ERRORS = 1_000


@dataclass(slots=True)
class CheckedRows:
    """Rows with defaults merged in and models named, and the combinations that they make."""

    rows: list[Row] = field(default_factory=list)
    combinations: list[Combination] = field(default_factory=list)

    @property
    def fallbacks(self) -> set[str]:
        """The models that may take over somewhere."""
        return {model for row in self.rows for model in row.fallback or ()}

    @property
    def images(self) -> int:
        """How many images that are."""
        return sum(combination.variants for combination in self.combinations)


class RowChecks:
    """Checks one request; `check` raises Invalid with everything that is wrong."""

    def __init__(self, offer: Offer, references: Mapping[str, Reference], *, day: date, limits: Limits) -> None:
        self._offer = offer
        self._references = references
        self._day = day
        self._limits = limits
        self._errors: dict[tuple[str, str], FieldError] = {}
        self._asked: dict[tuple[str, str, str, int | None, int, Steering], tuple[tuple[str, str], ...]] = {}

    def check(self, create: BatchCreate) -> CheckedRows:
        """The rows as they will be made; raises Invalid."""
        if len(create.rows) > self._limits.rows:
            told = f"{len(create.rows):,} rows are too many; send at most {self._limits.rows:,} in one batch."
            raise Invalid([FieldError("/rows", told)])
        total = 0
        checked = CheckedRows()
        named = {"model": create.defaults.model or self._offer.default(self._day).id}
        defaults = create.defaults.model_copy(update=named)
        for number, row in enumerate(create.rows):
            merged = row.over(defaults)
            total += self._count(row, merged, number)
            if total <= self._limits.images:
                checked.rows.append(merged)
                checked.combinations += self._combinations(row, merged, number)
        if total > self._limits.images:
            told = f"{total:,} images are too many; a batch may make {self._limits.images:,}."
            self._add("/rows", told)
        if self._errors:
            raise Invalid(list(self._errors.values())[:MAX_ERRORS])
        return checked

    def _count(self, row: Row, merged: Row, number: int) -> int:
        if merged.pack:
            self._add(self._pointer(row, number, "pack"), "This installation offers no pack yet; leave it out.")
        try:
            return images_of(merged)
        except ValueError as error:
            self._add(self._pointer(row, number, "expand"), str(error))
            return 1

    def _combinations(self, row: Row, merged: Row, number: int) -> list[Combination]:
        """The combinations of one row, each checked; [] when its prompt cannot be filled in."""
        if not (self._fills(merged, number) and self._fits(merged, number)):
            return []
        try:
            found = list(combinations_of(merged, number))
        except (KeyError, ValueError):
            return []
        for combination in found:
            self._check_prompt(combination, number)
            self._check_references(row, merged, combination, number)
            for name, detail in self._wrong_settings(combination):
                self._add(self._said_at(row, merged, combination, number, name), detail)
            self._check_fallback(row, merged, combination, number)
        return found

    def _check_fallback(self, row: Row, merged: Row, combination: Combination, number: int) -> None:
        """Each model that may take over can make the same; the combination's own is passed over."""
        pointer = self._pointer(row, number, "fallback")
        named: set[str] = set()
        for place, model in enumerate(merged.fallback or ()):
            if model in named:
                self._add(f"{pointer}/{place}", f"{model} is named twice; name each model once.")
            elif model != combination.model:
                for _, detail in self._wrong_settings(replace(combination, model=model)):
                    self._add(f"{pointer}/{place}", detail)
            named.add(model)

    def _wrong_settings(self, combination: Combination) -> tuple[tuple[str, str], ...]:
        """What is wrong with a combination's settings; asked once for all that have the same."""
        key = (
            combination.model or "",
            combination.aspect_ratio or DEFAULT_RATIO,
            combination.size or DEFAULT_SIZE,
            combination.last_seed,
            len(combination.references),
            combination.steering,
        )
        if key not in self._asked:
            model, aspect_ratio, size, seed, references, steering = key
            self._asked[key] = tuple(
                check_setting(
                    self._offer,
                    day=self._day,
                    model=model,
                    aspect_ratio=aspect_ratio,
                    size=size,
                    seed=seed,
                    references=references,
                    steering=steering,
                )
            )
        return self._asked[key]

    def _fills(self, merged: Row, number: int) -> bool:
        """Whether every placeholder of the prompt has a value in each combination."""
        wanted = placeholders(merged.prompt)
        own = merged.variables or {}
        lists = (merged.expand.variables if merged.expand else ()) or ({},)
        missing = sorted({name for name in wanted for values in lists if name not in own and name not in values})
        for name in missing:
            told = f"The prompt names {{{{{name}}}}}, but there is no variable of that name."
            self._add(f"/rows/{number}/prompt", told)
        return not missing

    def _fits(self, merged: Row, number: int) -> bool:
        """Whether the prompt stays short enough in each combination; nothing longer is ever filled in."""
        lists = (merged.expand.variables if merged.expand else ()) or ({},)
        own = merged.variables or {}
        longest = max(rendered_length(merged.prompt, own | values) for values in lists)
        if longest > MAX_PROMPT:
            told = f"With its variables filled in, the prompt has {longest:,} characters; at most {MAX_PROMPT:,}."
            self._add(f"/rows/{number}/prompt", told)
        return longest <= MAX_PROMPT

    def _check_prompt(self, image: Combination, number: int) -> None:
        if not image.prompt.strip():
            self._add(f"/rows/{number}/prompt", "With its variables filled in, the prompt is empty.")

    def _check_references(self, row: Row, merged: Row, image: Combination, number: int) -> None:
        pointer = self._said_at(row, merged, image, number, "references")
        for place, name in enumerate(image.references):
            found = self._references.get(name)
            if found is None:
                self._add(f"{pointer}/{place}", f"There is no reference {name}. Upload it first.")
            elif found.status is not ReferenceStatus.READY:
                told = found.detail or "its upload has not been completed"
                self._add(f"{pointer}/{place}", f"The reference {name} cannot be used: {told}")

    def _pointer(self, row: Row, number: int, name: str) -> str:
        """Where a setting was said: in the row, or in the defaults of the batch."""
        return f"/rows/{number}/{name}" if getattr(row, name, None) is not None else f"/defaults/{name}"

    def _said_at(self, row: Row, merged: Row, image: Combination, number: int, name: str) -> str:
        """Where a combination's setting was said: in an entry of its expansion's list, in its row, or in the defaults."""
        axis = merged.expand.axes().get(name, ()) if merged.expand else ()
        if not axis:
            # What nobody said is missing in the row.
            return self._pointer(row, number, name) if getattr(merged, name) is not None else f"/rows/{number}/{name}"
        value = getattr(image, name)
        if value not in axis:
            return self._pointer(row, number, name)
        return f"{self._pointer(row, number, 'expand')}/{name}/{axis.index(value)}"

    def _add(self, pointer: str, detail: str) -> None:
        self._errors[pointer, detail] = FieldError(pointer, detail)
