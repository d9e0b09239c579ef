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
    _index("items", "status"),
    _index("items", "status", "not_before"),
    _index("items", "changed_at"),
    _index("batches", "next_step_at", group=True),
    _index("batches", "-created_at"),
    _index("batches", "status", "-created_at"),
    _index("ledger", "at"),
    _index("ledger", "model", "at"),
    _index("ledger", "member", "at"),
    _index("ledger", "batch"),
    _index("assets", "-created_at"),
)
