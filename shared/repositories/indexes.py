"""Every index that Fanfold's queries stand on, named once for every document store."""

from dataclasses import dataclass

from shared.ports.documents import Order


@dataclass(frozen=True, slots=True)
class Index:
    """Fields that the queries of a collection filter (first) and order (last) by.

    `collection` is a collection's last name (`items`); with `group` the index serves queries over every collection of
    that name at once, otherwise those over one of them. A query may use it in either direction.
    """

    collection: str
    fields: tuple[Order, ...]
    group: bool = False


def _index(collection: str, *fields: str, group: bool = False) -> Index:
    orders = tuple(Order(field.lstrip("-"), descending=field.startswith("-")) for field in fields)
    return Index(collection, orders, group)


INDEXES: tuple[Index, ...] = (
    # The engine: what is due, what runs, what is in flight, what it costs.
    _index("items", "status"),
    _index("items", "status", "due_at"),
    _index("items", "status", "in_flight", "due_at", group=True),
    _index("items", "status", "in_flight", "due_at"),
    _index("items", "status", "in_flight", "model", "due_at"),
    _index("items", "status", "in_flight"),
    _index("items", "status", "series"),
    _index("items", "in_flight", "model"),
    _index("items", "in_flight", "held_micros"),
    _index("items", "cost_micros"),
    _index("batches", "next_step_at", group=True),
    _index("batches", "status", group=True),
    _index("control", "lease_owner", group=True),
    _index("assets", "recipe_hash", "deleted_at"),
    # What people watch and list; a store that joins indexes serves several filters at once by these.
    _index("items", "org", "status", "due_at", group=True),
    _index("batches", "status", "priority", "progress.pending", group=True),
    _index("items", "changed_at"),
    _index("items", "index"),
    _index("items", "status", "index"),
    _index("items", "org", "status", "-finished_at", group=True),
    _index("items", "org", "-discarded_at", group=True),
    _index("items", "id", group=True),
    _index("batches", "-created_at"),
    _index("batches", "archived", "-created_at"),
    _index("batches", "status", "-created_at"),
    _index("batches", "-changed_at"),
    _index("assets", "-created_at"),
    _index("assets", "model", "-created_at"),
    _index("assets", "batch", "-created_at"),
    _index("references", "-created_at"),
    _index("keys", "-created_at"),
    _index("drafts", "created_by", "-changed_at"),
    _index("drafts", "changed_at", group=True),
    _index("members", "created_at"),
    _index("members", "role"),
    _index("by_hash", "key"),
    _index("reports", "-day"),
    _index("webhooks", "-created_at"),
    _index("deliveries", "-created_at"),
    _index("deliveries", "next_at", group=True),
    # What is cleaned up, of every organisation.
    _index("idempotency", "created_at", group=True),
    _index("deliveries", "created_at", group=True),
    _index("batches", "deleted_at", group=True),
    _index("assets", "deleted_at", group=True),
    _index("references", "deleted_at", group=True),
    _index("references", "status", "created_at", group=True),
    _index("reservations", "expires_at", group=True),
    _index("reservations", "member", "expires_at"),
    # Usage.
    _index("ledger", "at"),
    _index("ledger", "model", "at"),
    _index("ledger", "member", "at"),
    _index("ledger", "batch", "at"),
    _index("bills", "-created_at"),
)
