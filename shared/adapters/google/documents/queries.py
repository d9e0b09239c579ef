"""Queries and aggregations as Firestore's structured queries."""

from collections.abc import Iterable
from typing import Any

from google.cloud.firestore_v1.types import firestore
from google.cloud.firestore_v1.types import query as query_types

from shared.adapters.google.documents.values import encode_scalar, own_trail, quoted
from shared.domain.document_paths import collection_name, document_place
from shared.ports.documents import Count, Query, Sum, Value, Where

MAX_IN_VALUES = 30
PATH = "__name__"
_Structured = query_types.StructuredQuery
_PbQuery: Any = _Structured.pb()
_PbFilter: Any = _Structured.Filter.pb()
_PbOrder: Any = _Structured.Order.pb()
_PbRun: Any = firestore.RunQueryRequest.pb()
_PbAggregate: Any = firestore.RunAggregationQueryRequest.pb()
_OPERATORS = {
    "==": _Structured.FieldFilter.Operator.EQUAL,
    "<": _Structured.FieldFilter.Operator.LESS_THAN,
    "<=": _Structured.FieldFilter.Operator.LESS_THAN_OR_EQUAL,
    ">": _Structured.FieldFilter.Operator.GREATER_THAN,
    ">=": _Structured.FieldFilter.Operator.GREATER_THAN_OR_EQUAL,
    "array_contains": _Structured.FieldFilter.Operator.ARRAY_CONTAINS,
    "in": _Structured.FieldFilter.Operator.IN,
}
_RANGES = ("<", "<=", ">", ">=")


def query_request(query: Query, root: str) -> Any:
    """The request of a query below `root`, the name that all documents begin with; ValueError for what cannot be asked."""
    structured, parent = _from(query.collection, root, group=query.group)
    _add_filters(structured, query.where)
    free = {where.field for where in query.where if where.op in _RANGES} - {order.field for order in query.order}
    if query.start_after is not None and free:
        raise ValueError("A query with a cursor orders by the fields that have a range.")
    structured.order_by.extend(_order(quoted(own_trail(one.field)), one.descending) for one in query.order)
    if (query.order or query.start_after) and not free:
        structured.order_by.append(_order(PATH, bool(query.order) and query.order[-1].descending))
    if query.limit is not None:
        if type(query.limit) is not int or query.limit < 1:
            raise ValueError(f"The limit {query.limit!r} is not a positive integer.")
        structured.limit.value = query.limit
    if query.start_after is not None:
        structured.start_at.values.extend(_cursor(query, root))
        structured.start_at.before = False
    return _PbRun(parent=parent, structured_query=structured)


def aggregate_request(collection: str, one: Count | Sum, root: str, *, group: bool) -> Any:
    """The request of one aggregation, whose answer is named `one`.

    Each has a query of its own: a query of several leaves out the documents that lack one of the summed fields.
    """
    structured, parent = _from(collection, root, group=group)
    _add_filters(structured, one.where)
    request = _PbAggregate(parent=parent)
    asked = request.structured_aggregation_query
    asked.structured_query.CopyFrom(structured)
    wanted = asked.aggregations.add(alias="one")
    if isinstance(one, Sum):
        wanted.sum.field.field_path = quoted(own_trail(one.field))
    else:
        wanted.count.SetInParent()
    return request


def _from(collection: str, root: str, *, group: bool) -> tuple[Any, str]:
    structured = _PbQuery()
    name = collection_name(collection, group=group)
    structured.from_.add(collection_id=name, all_descendants=group)
    above = collection.rpartition("/")[0]
    return structured, f"{root}/{above}" if above and not group else root


def _order(name: str, descending: bool) -> Any:
    direction = _Structured.Direction.DESCENDING if descending else _Structured.Direction.ASCENDING
    order = _PbOrder(direction=direction)
    order.field.field_path = name
    return order


def _add_filters(structured: Any, where: Iterable[Where]) -> None:
    filters = []
    where = list(where)
    if sum(one.op == "array_contains" for one in where) > 1:
        raise ValueError("A query asks for one value by array_contains; check the others in what it finds.")
    for one in where:
        try:
            filters.append(_filter(one))
        except ValueError as error:
            raise ValueError(f"where {one.field!r} {one.op}: {error}") from None
    if len(filters) == 1:
        structured.where.CopyFrom(filters[0])
    elif filters:
        structured.where.composite_filter.op = _Structured.CompositeFilter.Operator.AND
        structured.where.composite_filter.filters.extend(filters)


def _filter(where: Where) -> Any:
    made = _PbFilter()
    if where.op not in _OPERATORS:
        raise ValueError("this comparison is not known.")
    if where.op == "==" and where.value is None:
        made.unary_filter.op = _Structured.UnaryFilter.Operator.IS_NULL
        made.unary_filter.field.field_path = quoted(own_trail(where.field))
        return made
    if where.value is None and where.op != "in":
        raise ValueError("a comparison needs a value; None is met by '==' only.")
    made.field_filter.op = _OPERATORS[where.op]
    made.field_filter.field.field_path = quoted(own_trail(where.field))
    if where.op == "in":
        made.field_filter.value.array_value.values.extend(_among(where.value))
    else:
        made.field_filter.value.CopyFrom(encode_scalar(where.value))
    return made


def _among(values: Value) -> list[Any]:
    if not isinstance(values, list | tuple | set | frozenset) or not 1 <= len(values) <= MAX_IN_VALUES:
        raise ValueError(f"'in' takes a list of 1 to {MAX_IN_VALUES} values.")
    if any(value is None for value in values):
        raise ValueError("'in' does not take None; ask for it with '=='.")
    return [encode_scalar(value) for value in values]


def _cursor(query: Query, root: str) -> list[Any]:
    *values, path = query.start_after or ("",)
    if len(values) != len(query.order) or not isinstance(path, str):
        raise ValueError("start_after holds the value of each order field, then the path, of the last document seen.")
    encoded = [encode_scalar(value, (order.field,)) for value, order in zip(values, query.order, strict=True)]
    last = encode_scalar("")
    last.reference_value = f"{root}/{document_place(path).path}"
    return [*encoded, last]
