"""The indexes that Firestore needs beside its own: `python -m infra.firestore_indexes` writes them for deployments.

Firestore indexes every single field by itself and joins indexes that end alike for several equalities. So a listing
needs, for each field that it may be filtered by, one index of that field and what the listing is sorted by.
"""

import json
from pathlib import Path
from typing import Any, Final, NamedTuple

from shared.ports.documents import Order
from shared.repositories.indexes import INDEXES

FILE: Final = Path(__file__).with_name("firestore.indexes.json")


class Needed(NamedTuple):
    """One index: a collection's last name, the fields with ASCENDING, DESCENDING or CONTAINS, and whether of a group."""

    collection: str
    fields: tuple[tuple[str, str], ...]
    group: bool = False


class Listing(NamedTuple):
    """What is listed by what, after which filters (each alone or with others)."""

    collection: str
    filters: tuple[str, ...]
    sort: tuple[Order, ...]
    group: bool = False


_NEWEST = (Order("created_at", descending=True),)
_OLDEST = (Order("created_at"),)
_LATEST = (Order("finished_at", descending=True),)
# What dead letters are counted by, too: counts ask in ascending order.
_COUNTED = ("error.kind", "provider", "model")
_LISTINGS: Final = (
    Listing("batches", ("deleted_at", "status", "models", "terms"), _NEWEST),
    Listing("batches", ("deleted_at", "archived", "status", "models", "terms"), _OLDEST),
    Listing("assets", ("deleted_at", "model", "batch", "terms"), _NEWEST),
    Listing("assets", ("deleted_at", "model", "batch", "terms"), _OLDEST),
    Listing("references", ("deleted_at", "terms"), _NEWEST),
    Listing("items", ("status",), (Order("due_at"),), group=True),
    Listing("items", ("org", "status", "discarded_at", "batch", *_COUNTED), _LATEST, group=True),
    Listing("items", ("org", "status", "discarded_at", *_COUNTED), (Order("finished_at"),), group=True),
    # What failed before a series began.
    Listing("items", ("status", "discarded_at"), (Order("series"),)),
    # Who stands ahead of a place in line.
    Listing("items", ("status", "in_flight"), (Order("due_at", descending=True),)),
    # Sums: the field that is added up comes last.
    Listing("items", ("in_flight",), (Order("held_micros"),)),
    *(
        Listing("reservations", ("member",), (Order("expires_at"), Order(field)))
        for field in ("reserved_micros", "reserved_images")
    ),
    Listing("ledger", ("kind", "model", "member", "batch"), (Order("at"),)),
    Listing("ledger", ("kind",), (Order("at"), Order("cost_micros"))),
    *(
        Listing("ledger", ("", "model", "member", "batch"), (Order("at"), Order(field)))
        for field in ("images", "cost_micros")
    ),
)
# Fields that hold several values, of which one is asked for.
_LISTS: Final = {"terms", "models"}
# Filtered by equality alone, or counted: Firestore joins its own indexes for these.
_JOINED: Final = {
    ("items", ("status", "in_flight")),
    ("items", ("in_flight", "model")),
    ("assets", ("recipe_hash", "deleted_at")),
    # Only added up: the sums' longer ones serve.
    ("reservations", ("member", "expires_at")),
}
# Free text and large maps, which nobody filters or sorts by: indexing them would only cost.
_TEXTS: Final = {
    "items": ("prompt", "metadata", "recipe", "attempts", "error", "references", "place_at", "discard_reason"),
    "assets": ("prompt", "metadata", "recipe", "objects"),
    "batches": ("progress", "cost", "retry", "queue", "demand", "status_reason"),
    "control": ("samples", "booked"),
    "ledger": ("usage",),
    "budgets": ("warned",),
    "reservations": ("warned",),
    "audit": ("details",),
    "bills": ("lines", "left_out"),
    "drafts": ("digest",),
    "parts": ("data",),
    "idempotency": ("resource", "fingerprint"),
    "webhooks": ("secrets", "description"),
    "deliveries": ("body", "tries", "status_reason"),
}
_GUARDED: Final = (
    "items",
    "batches",
    "control",
    "assets",
    "references",
    "members",
    "drafts",
    "ledger",
    "idempotency",
    "reservations",
    "budgets",
    "limits",
    "webhooks",
    "deliveries",
    "reports",
    "bills",
    "checkpoints",
)
_EXPIRING: Final = ("idempotency", "commit_notes", "deliveries")
_TOKEN: Final = "_commit"  # noqa: S105 - a field's name


def needed() -> tuple[Needed, ...]:
    """Every composite index, in a fixed order."""
    found = {
        Needed(listing.collection, (*_filter(name), *_directions(listing.sort)), listing.group)
        for listing in _LISTINGS
        for name in listing.filters
    }
    for index in INDEXES:
        *filters, last = index.fields
        if (index.collection, tuple(one.field for one in index.fields)) in _JOINED:
            continue
        for order in filters:
            found.add(Needed(index.collection, (*_filter(order.field), *_directions((last,))), index.group))
    return tuple(sorted(found))


def grouped() -> tuple[tuple[str, str], ...]:
    """The collections and fields that are asked for over a whole group by one field alone."""
    # Firestore has an index of the group by state and another field, where SQLite takes the state's alone.
    longer = {(one.collection, name) for one in _LISTINGS if one.group for name in one.filters}
    alone = {(one.collection, one.fields[0].field) for one in INDEXES if one.group and len(one.fields) == 1}
    return tuple(sorted(alone - longer))


def configuration() -> dict[str, Any]:
    """The content of the file, as Firebase's and Terraform's deployments read it."""
    overrides = [_override(collection, field, [*_plain(), *_of_group()]) for collection, field in grouped()]
    without = {(collection, field) for collection, fields in _TEXTS.items() for field in fields}
    without |= {(collection, _TOKEN) for collection in _GUARDED}
    overrides += [_override(collection, field, []) for collection, field in sorted(without)]
    overrides += [{**_override(collection, "expires_at", []), "ttl": True} for collection in _EXPIRING]
    return {"indexes": [_composite(one) for one in needed()], "fieldOverrides": overrides}


def text() -> str:
    """The file."""
    return json.dumps(configuration(), indent=2) + "\n"


def _filter(field: str) -> tuple[tuple[str, str], ...]:
    if not field:
        return ()
    return ((field, "CONTAINS" if field in _LISTS else "ASCENDING"),)


def _directions(orders: tuple[Order, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((one.field, "DESCENDING" if one.descending else "ASCENDING") for one in orders)


def _composite(one: Needed) -> dict[str, Any]:
    # The path breaks ties in the direction of the last field.
    named = [*one.fields, ("__name__", one.fields[-1][1])]
    fields = [{"fieldPath": field, ("arrayConfig" if how == "CONTAINS" else "order"): how} for field, how in named]
    scope = "COLLECTION_GROUP" if one.group else "COLLECTION"
    return {"collectionGroup": one.collection, "queryScope": scope, "fields": fields}


def _override(collection: str, field: str, indexes: list[dict[str, str]]) -> dict[str, Any]:
    return {"collectionGroup": collection, "fieldPath": field, "indexes": indexes}


def _plain() -> list[dict[str, str]]:
    orders = [{"order": order, "queryScope": "COLLECTION"} for order in ("ASCENDING", "DESCENDING")]
    return [*orders, {"arrayConfig": "CONTAINS", "queryScope": "COLLECTION"}]


def _of_group() -> list[dict[str, str]]:
    return [{"order": order, "queryScope": "COLLECTION_GROUP"} for order in ("ASCENDING", "DESCENDING")]


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
