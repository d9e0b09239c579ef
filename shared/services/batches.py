"""Batches: looked at, listed, renamed, duplicated, deleted."""

from collections.abc import Callable
from typing import Any

from shared.domain import search
from shared.domain.batch_forms import BatchAccepted, BatchCreate, BatchUpdate
from shared.domain.batches import Batch, Queue
from shared.domain.callers import Caller
from shared.domain.errors import Conflict, FieldError, Forbidden, Invalid, NotFound
from shared.domain.items import Item
from shared.domain.limit_words import dollars
from shared.domain.modes import BatchStatus, ItemStatus, Role
from shared.domain.progress import item_queue
from shared.domain.rows import Row
from shared.ports.clock import Clock
from shared.ports.documents import DocumentStore, Write
from shared.ports.ids import Ids
from shared.repositories import paths
from shared.repositories.batches import BatchRepository
from shared.repositories.collections import Position, Read, check_id, guarded
from shared.repositories.items import ItemRepository
from shared.repositories.organisations import OrganisationRepository
from shared.repositories.pages import Listing, Page, PageTokens, checked_size, gather
from shared.repositories.rows import RowsRepository
from shared.services.audit import AuditService
from shared.services.periods import Moment, between
from shared.services.repeats import Repeats
from shared.services.searches import ByAge, Search
from shared.services.step_requests import StepRequests
from shared.services.submissions import SubmissionService


class BatchService:
    """Everything about batches that is not their work."""

    def __init__(
        self,
        documents: DocumentStore,
        *,
        submissions: SubmissionService,
        rows: RowsRepository,
        requests: StepRequests,
        pages: PageTokens,
        audit: AuditService,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._documents = documents
        self._batches = BatchRepository(documents)
        self._items = ItemRepository(documents)
        self._organisations = OrganisationRepository(documents)
        self._by_age = ByAge(self._batches, "batches", pages)
        self._submissions = submissions
        self._rows = rows
        self._requests = requests
        self._tokens = pages
        self._audit = audit
        self._repeats = Repeats(clock, ids)
        self._clock = clock

    def get(self, caller: Caller, batch: str) -> Batch:
        """One batch; raises NotFound."""
        caller.require(Role.VIEWER)
        return self._one(caller, batch).value

    def list(
        self,
        caller: Caller,
        *,
        status: BatchStatus | str | None = None,
        q: str = "",
        tag: str | None = None,
        model: str | None = None,
        archived: bool = False,
        from_: Moment | None = None,
        to: Moment | None = None,
        oldest: bool = False,
        page_size: int | None = None,
        page_token: str = "",
    ) -> Page[Batch]:
        """The batches in use, or with `archived` those that were put away, with images of a model, made within a period, the
        newest first unless `oldest`. A date stands for the whole day as the organisation's clocks have it.

        Raises Invalid (an unknown state, no words, dates, size), Malformed (a token of another list).
        """
        caller.require(Role.VIEWER)
        state = {"status": _status(BatchStatus, status).value} if status else {}
        wanted = Search(
            q=q,
            tag=tag,
            equal={"archived": archived, **state},
            holding={"models": model} if model else {},
            conditions=between("created_at", from_, to, zone=lambda: self._organisations.zone(caller.org)),
            oldest=oldest,
        )
        path = paths.batches(caller.org)
        return self._by_age.page(caller.org, path, wanted, page_size=page_size, page_token=page_token)

    def items(
        self,
        caller: Caller,
        batch: str,
        *,
        status: ItemStatus | str | None = None,
        from_index: int = 0,
        page_size: int | None = None,
        page_token: str = "",
    ) -> Page[Item]:
        """The items that are planned so far, in the order of the rows, from this place on. Raises NotFound, Invalid, Malformed as `list` does."""
        caller.require(Role.VIEWER)
        size, wanted = checked_size(page_size), _status(ItemStatus, status) if status else None
        self._one(caller, batch)
        # Tokens that were given out before lists could begin at a place go on being good.
        filters = {"status": wanted, "from_index": from_index} if from_index else {"status": wanted}
        listing = Listing(org=caller.org, resource=f"items of {batch}", sort="index", filters=filters)

        def read(position: Position | None, limit: int) -> list[Read[Item]]:
            return self._items.in_order(
                caller.org, batch, status=wanted, limit=limit, start_after=position, from_index=from_index
            )

        found, position = gather(
            read,
            size=size,
            start=self._tokens.position(listing, page_token),
            position_of=lambda read: (read.value.index, read.path),
            keep=lambda _: True,
        )
        return Page([read.value for read in found], self._tokens.token(listing, position))

    def rows(self, caller: Caller, batch: str) -> tuple[Row, ...]:
        """The rows as they were accepted, with the defaults merged in and models named: to be sent again. Raises NotFound."""
        caller.require(Role.VIEWER)
        self._one(caller, batch)
        return tuple(self._rows.get(caller.org, batch).rows)

    def item(self, caller: Caller, batch: str, item: str) -> Item:
        """One item; raises NotFound, also when its batch was deleted."""
        caller.require(Role.VIEWER)
        self._one(caller, batch)
        check_id("itm", item, "item")
        found = self._items.one(caller.org, batch, item)
        if found is None:
            raise NotFound(f"There is no item {item} in this batch.")
        return found.value

    def queue_of(self, caller: Caller, item: Item) -> Queue | None:
        """The place of an item that is pending; None for one that is being made or has ended. Raises NotFound."""
        caller.require(Role.VIEWER)
        if item.status is not ItemStatus.PENDING:
            return None
        now = self._clock.now()
        before = 0 if item.in_flight else self._items.before(caller.org, item.batch, item.due_at or now)
        return item_queue(self._one(caller, item.batch).value, before=before, not_before=item.not_before, now=now)

    def update(self, caller: Caller, batch: str, update: BatchUpdate) -> Batch:
        """The batch with another name, other tags or another budget, archived or not; one that its budget held back goes on.

        A budget is its maker's to change, and admins'. Raises Forbidden, NotFound, Invalid (a budget below what is spent).
        """
        caller.require(Role.EDITOR)
        self._repeats.until_unrefused(lambda: self._update(caller, batch, update))
        changed = self._one(caller, batch).value
        if update.budget_micros is not None and changed.is_live:
            self._requests.now(caller.org, batch, f"budget-{changed.revision}")
        return changed

    def duplicate(
        self,
        caller: Caller,
        batch: str,
        *,
        idempotency_key: str | None,
        fingerprint: str,
        admit: Callable[[], None] = lambda: None,
    ) -> BatchAccepted:
        """The same rows and settings once more, at once, as a batch of its own. Raises NotFound and all that `submit` raises."""
        caller.require(Role.EDITOR)
        origin = self._one(caller, batch).value
        create = BatchCreate(
            name=origin.name,
            rows=tuple(self._rows.get(caller.org, batch).rows),
            priority=origin.priority,
            budget_micros=origin.cost.budget_micros,
            reuse=origin.reuse,
            tags=tuple(origin.tags),
        )
        return self._submissions.submit(
            caller,
            create,
            idempotency_key=idempotency_key,
            fingerprint=fingerprint,
            duplicate_of=batch,
            admit=admit,
        )

    def delete(self, caller: Caller, batch: str) -> None:
        """Delete a batch that has ended: unseen from now on, kept for 30 days; its images stay. Its maker and admins may.

        Raises Forbidden, NotFound, Conflict while it is not over.
        """
        caller.require(Role.EDITOR)
        self._repeats.until_unrefused(lambda: self._delete(caller, batch))

    def _one(self, caller: Caller, batch: str) -> Read[Batch]:
        check_id("bat", batch, "batch")
        return self._batches.one(caller.org, batch)

    def _update(self, caller: Caller, batch: str, update: BatchUpdate) -> None:
        read = self._one(caller, batch)
        fields: dict[str, Any] = update.model_dump(exclude_none=True)
        budget = fields.pop("budget_micros", None)
        if "tags" in fields:
            fields["tags"] = list(dict.fromkeys(fields["tags"]))
        changed = {name: value for name, value in fields.items() if getattr(read.value, name) != value}
        if changed:
            after = read.value.model_copy(update=changed)
            changed["terms"] = search.terms(after.name, tags=after.tags)
        beside: list[Write] = []
        if budget is not None and budget != read.value.cost.budget_micros:
            changed |= self._budgeted(caller, read.value, budget)
            beside.append(self._audit.entry(caller, "batch.budgeted", batch, budget_micros=str(budget)))
        if changed:
            self._documents.commit([guarded(read, changed), *beside])

    def _budgeted(self, caller: Caller, batch: Batch, budget_micros: int) -> dict[str, Any]:
        """The fields of another budget; a batch that is not over looks at once what it allows."""
        if batch.created_by != caller.member and caller.role is not Role.ADMIN:
            raise Forbidden("Only its maker or an admin may change a batch's budget.")
        if budget_micros < batch.cost.spent_micros:
            told = f"{dollars(batch.cost.spent_micros)} are spent already: give at least as much."
            raise Invalid([FieldError("/budget_micros", told)])
        looks = {"next_step_at": self._clock.now()} if batch.is_live else {}
        return {"cost.budget_micros": budget_micros, **looks}

    def _delete(self, caller: Caller, batch: str) -> None:
        read = self._one(caller, batch)
        if read.value.created_by != caller.member and caller.role is not Role.ADMIN:
            raise Forbidden("Only its maker or an admin may delete a batch.")
        if read.value.is_live:
            raise Conflict("The batch is not over yet. Cancel it first, or wait.", code="batch-not-finished")
        if read.value.next_step_at is not None:
            raise Conflict("The batch is just being settled. Try again in a moment.", code="batch-not-finished")
        # A step takes its dead letters out of what admins count.
        fields = {"deleted_at": self._clock.now(), "next_step_at": self._clock.now()}
        self._documents.commit([guarded(read, fields), self._audit.entry(caller, "batch.deleted", batch)])


def _status(states: type[Any], value: str) -> Any:
    """The state of this name; raises Invalid with those that there are."""
    try:
        return states(value)
    except ValueError:
        known = ", ".join(state.value for state in states)
        raise Invalid([FieldError("/query/status", f"There is no such state. Give one of: {known}.")]) from None
