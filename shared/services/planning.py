"""From accepted rows to items, a few hundred at a time, in the order of the rows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from shared.domain import places
from shared.domain.batches import Batch
from shared.domain.expansion import PlannedImage, expand, images_of
from shared.domain.ids import derived
from shared.domain.items import Item, ItemReference
from shared.domain.modes import Desired, ItemStatus, ReferenceMode
from shared.domain.offers import Offer
from shared.domain.recipes import recipe_hash
from shared.domain.rows import Row
from shared.domain.step_controls import StepControl
from shared.ports.clock import Clock
from shared.ports.documents import MAX_BYTES_A_COMMIT, MAX_WRITES_A_COMMIT, DocumentStore, Write
from shared.repositories import items as item_writes
from shared.repositories.collections import Read, guarded
from shared.repositories.commits import size_bytes
from shared.repositories.rows import AcceptedRows, RowsRepository

DEFAULT_RATIO = "1:1"
DEFAULT_SIZE = "1K"
# One write and a little room are the step's own.
_ITEMS_A_COMMIT = MAX_WRITES_A_COMMIT - 1
# The first turn only makes what can be sent out at once: the first image does not wait for the plan of the hundreds after it.
_ITEMS_AT_FIRST = 128
_BYTES_OF_ITEMS = MAX_BYTES_A_COMMIT - 10_000


@dataclass(frozen=True, slots=True)
class Planned:
    """What one turn of planning made: the control document as it is now, and the items."""

    control: Read[StepControl]
    items: tuple[Item, ...]


class PlanService:
    """Creates items. The place in the plan moves in the same commit, guarded by the step's lease: nothing is planned twice."""

    def __init__(self, documents: DocumentStore, rows: RowsRepository, offer: Offer, clock: Clock) -> None:
        self._documents = documents
        self._rows = rows
        self._offer = offer
        self._clock = clock

    def is_complete(self, batch: Batch, control: StepControl) -> bool:
        """Whether every row has its items."""
        return control.next_row >= batch.rows

    def plan(self, org: str, batch: Batch, control: Read[StepControl]) -> Planned:
        """Create the next items, at most one commit of them; raises GuardRefused when the step's lease was lost."""
        accepted = self._rows.get(org, batch.id)
        start, done = control.value.next_row, control.value.next_index
        skip = done - _images_before(accepted, start)
        most = _ITEMS_A_COMMIT if done else _ITEMS_AT_FIRST
        images = islice(_images(accepted, start), skip, skip + most)
        now = self._clock.now()
        items = (self._item(org, batch, accepted, image, done + n, now) for n, image in enumerate(images))
        made, writes = _one_commit(items)
        is_last = done + len(made) >= batch.progress.total
        next_row = batch.rows if is_last else made[-1].row
        fields = {"next_row": next_row, "next_index": done + len(made)}
        result = self._documents.commit([guarded(control, fields), *writes])
        moved = control.value.model_copy(update=fields)
        return Planned(Read(moved, control.path, result.versions[control.path]), tuple(made))

    def _item(
        self, org: str, batch: Batch, accepted: AcceptedRows, image: PlannedImage, index: int, now: datetime
    ) -> Item:
        row = accepted.rows[image.row]
        model = image.model or ""
        # A model may have left the catalogue since: the item is made nevertheless, and fails with that as its reason.
        spec = self._offer.find(model)
        ends = {"status": ItemStatus.CANCELLED, "finished_at": now, "due_at": None}
        # All are due at once; their places keep the order of the rows among them.
        place_at = places.planned(batch.created_at, index=index, total=batch.progress.total)
        waits = {"status": ItemStatus.PENDING, "due_at": place_at, "place_at": place_at}
        return Item(
            id=derived("itm", batch.id, image.row, image.combination, image.variant),
            org=org,
            batch=batch.id,
            index=index,
            row=image.row,
            variant=image.variant,
            prompt=image.prompt,
            model=model,
            provider=spec.provider if spec else "",
            seed=image.seed,
            strength=image.steering.strength,
            steps=image.steering.steps,
            guidance=image.steering.guidance,
            aspect_ratio=image.aspect_ratio or DEFAULT_RATIO,
            size=image.size or DEFAULT_SIZE,
            references=[accepted.references[reference] for reference in image.references],
            reference_mode=row.reference_mode or ReferenceMode.STYLE_ONLY,
            fallback=[other for other in row.fallback or () if other != model],
            tags=list(dict.fromkeys([*batch.tags, *(row.tags or ())])),
            metadata=dict(row.metadata or {}),
            recipe=planned_recipe(image, row, accepted.references),
            reuse=batch.reuse,
            created_at=now,
            created_by=batch.created_by,
            series=batch.series,
            **(ends if batch.desired is Desired.CANCEL else waits),
        )


def _one_commit(items: Iterator[Item]) -> tuple[list[Item], list[Write]]:
    """The first items, as many as one commit takes, and their creation: long prompts and metadata make large ones."""
    made: list[Item] = []
    writes: list[Write] = []
    size = 0
    for item in items:
        write = item_writes.create(item)
        size += size_bytes(write)
        if made and size > _BYTES_OF_ITEMS:
            break
        made.append(item)
        writes.append(write)
    return made, writes


def planned_recipe(image: PlannedImage, row: Row, references: Mapping[str, ItemReference]) -> str:
    """The recipe hash of an image of a row (with its defaults merged and its model named)."""
    return recipe_hash(
        model=image.model or "",
        prompt=image.prompt,
        references=[references[name] for name in image.references],
        reference_mode=row.reference_mode or ReferenceMode.STYLE_ONLY,
        aspect_ratio=image.aspect_ratio or DEFAULT_RATIO,
        size=image.size or DEFAULT_SIZE,
        seed=image.seed,
        variant=image.variant,
        steering=image.steering,
    )


def _images_before(accepted: AcceptedRows, row: int) -> int:
    """How many images the rows before this one make."""
    return sum(images_of(earlier) for earlier in accepted.rows[:row])


def _images(accepted: AcceptedRows, row: int) -> Iterator[PlannedImage]:
    """The images of the rows from this one on."""
    for number in range(row, len(accepted.rows)):
        yield from expand(accepted.rows[number], number)
