"""Queries and aggregations as SQL.

Every field is read by the expression that the indexes are made of, so a declared index serves the query that needs it.
Only names that were checked and quoted stand in the SQL itself; values are always parameters.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from shared.adapters.embedded.documents.values import encode_scalar
from shared.domain.document_paths import Place, collection_name, document_place
from shared.domain.document_values import MIN_INTEGER, check_field_name
from shared.ports.documents import Count, Order, Query, Sum, Value, Where

MAX_IN_VALUES = 30
GROUP_PATH = "replace(parent || '/' || id, '/', char(1))"
_RANGES = {"<": "<", "<=": "<=", ">": ">", ">=": ">="}

Parameters: TypeAlias = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """One SELECT and its parameters."""

    sql: str
    parameters: Parameters


@dataclass(slots=True)
class Conditions:
    """Conditions joined by and, with their parameters in order."""

    terms: list[str] = field(default_factory=list)
    parameters: list[Any] = field(default_factory=list)

    def add(self, term: str, *parameters: Any) -> None:
        """Require one more."""
        self.terms.append(term)
        self.parameters.extend(parameters)


def json_path(name: str) -> str:
    """A dotted field path as a quoted SQL literal for SQLite's JSON functions; ValueError when it cannot be one."""
    parts = name.split(".")
    for part in parts:
        check_field_name(part)
        if any(letter in '"\\' or ord(letter) < 32 for letter in part):
            raise ValueError(
                f"{name!r}: a field to filter or order by holds no quotation mark, backslash or control character."
            )
    return "'$" + "".join(f'."{part}"' for part in parts).replace("'", "''") + "'"


def extracted(name: str) -> str:
    """The SQL expression of a field's value: what the indexes hold."""
    return f"json_extract(data, {json_path(name)})"


def quoted(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def of_collection(collection: str, *, group: bool) -> Conditions:
    """What lies in a collection, or in all collections of a name."""
    conditions = Conditions()
    # A literal, not a parameter: only so does SQLite see that the partial index of this collection applies.
    conditions.add(f"collection = {quoted(collection_name(collection, group=group))}")
    if not group:
        conditions.add("parent = ?", collection)
    return conditions


def query_statements(query: Query, *, only: Place | None = None) -> list[Statement]:
    """SELECTs of path, version and data: their results, one after the other up to the limit, answer the query.

    With `only`, the answer is that document if it matches (whatever limit and cursor say).
    """
    conditions = of_collection(query.collection, group=query.group)
    _add_filters(conditions, query.where)
    _add_presence(conditions, query)
    if only is not None:
        conditions.add("parent = ? AND id = ?", only.parent, only.id)
        return [_select(query, conditions, limit=None)]
    if query.limit is not None and (type(query.limit) is not int or query.limit < 1):
        raise ValueError(f"The limit {query.limit!r} is not a positive integer.")
    if query.start_after is None:
        return [_select(query, conditions, limit=query.limit)]
    if not {one.field for one in query.where if one.op in _RANGES} <= {order.field for order in query.order}:
        raise ValueError("A query with a cursor orders by the fields that have a range.")
    return [_select(query, part, limit=query.limit) for part in _after(query, conditions)]


def aggregate_statement(collection: str, aggregations: Mapping[str, Count | Sum], *, group: bool) -> Statement:
    """One SELECT with a column for each aggregation, so that all are read at one time."""
    columns: list[str] = []
    parameters: list[Any] = []
    for aggregation in aggregations.values():
        conditions = of_collection(collection, group=group)
        _add_filters(conditions, aggregation.where)
        if isinstance(aggregation, Sum):
            # The bound leads SQLite to an index over the field, and the limit keeps it from merging the two selects:
            # only the inner one takes the field's value from the index.
            conditions.add(f"{extracted(aggregation.field)} >= ?", MIN_INTEGER)
            each = _selecting(f"{extracted(aggregation.field)} AS one", conditions)
            columns.append(f"(SELECT coalesce(sum(one), 0) FROM ({each} LIMIT -1))")  # noqa: S608 - quoted
        else:
            columns.append(f"({_selecting('count(*)', conditions)})")
        parameters += conditions.parameters
    return Statement(f"SELECT {', '.join(columns)}", tuple(parameters))


def _select(query: Query, conditions: Conditions, *, limit: int | None) -> Statement:
    path = "parent || '/' || id" if query.group else "id"
    sql = [_selecting(f"{path}, version, data", conditions), "ORDER BY"]
    sql.append(", ".join(f"{expression} {_direction(down)}" for expression, down in _sorting(query)))
    parameters = tuple(conditions.parameters)
    if limit is not None:
        sql.append("LIMIT ?")
        parameters += (limit,)
    return Statement(" ".join(sql), parameters)


def _selecting(columns: str, conditions: Conditions) -> str:
    return " ".join(["SELECT", columns, "FROM documents WHERE", " AND ".join(conditions.terms)])


def _sorting(query: Query) -> list[tuple[str, bool]]:
    """Expressions to sort by, each with whether it descends; the path comes last."""
    sorting = [(extracted(order.field), order.descending) for order in query.order]
    return [*sorting, (GROUP_PATH if query.group else "id", bool(query.order) and query.order[-1].descending)]


def _direction(descending: bool) -> str:
    return "DESC" if descending else "ASC"


def _add_filters(conditions: Conditions, where: Iterable[Where]) -> None:
    where = list(where)
    if sum(one.op == "array_contains" for one in where) > 1:
        raise ValueError("A query asks for one value by array_contains; check the others in what it finds.")
    for one in where:
        try:
            if one.op == "==":
                conditions.add(*_equal(one.field, one.value))
            elif one.op == "in":
                conditions.add(*_among(one.field, one.value))
            elif one.op == "array_contains":
                conditions.add(*_containing(one.field, one.value))
            else:
                conditions.add(*_within(one))
        except ValueError as error:
            raise ValueError(f"where {one.field!r} {one.op}: {error}") from None


def _equal(name: str, value: Value) -> tuple[Any, ...]:
    path, encoded = json_path(name), encode_scalar(value)
    if encoded is None:
        return (f"json_type(data, {path}) = 'null'",)
    types = _types_to_check(encoded)
    term = f"json_extract(data, {path}) = ?"
    return (f"{term} AND json_type(data, {path}) IN ({types})" if types else term, encoded)


def _types_to_check(encoded: Any) -> str:
    """The JSON types that must be asked for, because SQLite gives another type's value in the same way."""
    if isinstance(encoded, bool):
        return "'true'" if encoded else "'false'"
    if encoded in {0, 1}:
        return "'integer', 'real'"
    if isinstance(encoded, str) and encoded[:1] in {"[", "{"}:
        return "'text'"
    return ""


def _among(name: str, values: Value) -> tuple[Any, ...]:
    if not isinstance(values, list | tuple | set | frozenset) or not 1 <= len(values) <= MAX_IN_VALUES:
        raise ValueError(f"'in' takes a list of 1 to {MAX_IN_VALUES} values.")
    if any(value is None for value in values):
        raise ValueError("'in' does not take None; ask for it with '=='.")
    encoded = [encode_scalar(value) for value in values]
    if any(_types_to_check(one) for one in encoded):
        terms = [_equal(name, value) for value in values]
        return ("(" + " OR ".join(f"({term[0]})" for term in terms) + ")", *encoded)
    return (f"{extracted(name)} IN ({', '.join('?' * len(encoded))})", *encoded)


def _containing(name: str, value: Value) -> tuple[Any, ...]:
    path, encoded = json_path(name), encode_scalar(value)
    if encoded is None:
        raise ValueError("array_contains needs a value; None is met by '==' only.")
    array = f"json_type(data, {path}) = 'array' AND ? IN"
    types = _types_to_check(encoded)
    kind = f" WHERE type IN ({types})" if types else ""
    return (f"{array} (SELECT value FROM json_each(data, {path}){kind})", encoded)  # noqa: S608 - quoted


def _within(where: Where) -> tuple[Any, ...]:
    if where.op not in _RANGES:
        raise ValueError("this comparison is not known.")
    if where.value is None:
        raise ValueError("a range needs a value; None is met by '==' only.")
    return (f"{extracted(where.field)} {_RANGES[where.op]} ?", encode_scalar(where.value))


def _add_presence(conditions: Conditions, query: Query) -> None:
    """Leave out what lacks an ordered field; a condition on the field says so already."""
    certain = {one.field for one in query.where if one.op != "array_contains"}
    for order in query.order:
        path = json_path(order.field)
        if order.field not in certain:
            conditions.add(f"json_type(data, {path}) IS NOT NULL")


def _after(query: Query, conditions: Conditions) -> list[Conditions]:
    """The conditions of what comes after the cursor, in parts that follow one another.

    The first order field's bound stands apart, where an index can use it. SQLite sorts null below all else, so a
    descending order has its nulls in a part of their own behind that bound.
    """
    values = _cursor(query)
    later = _later([*zip(_sorting(query), values, strict=True)])
    term, parameters = later
    if not query.order or values[0] is None:
        return [_joined(conditions, term, *parameters)]
    first, name = query.order[0], extracted(query.order[0].field)
    bounded = _joined(conditions, f"{name} {'<=' if first.descending else '>='} ? AND {term}", values[0], *parameters)
    if not first.descending:
        return [bounded]
    return [bounded, _joined(conditions, f"{name} IS NULL")]


def _cursor(query: Query) -> list[Any]:
    """The encoded values of the cursor; the path as it is sorted."""
    *values, path = query.start_after or ("",)
    if len(values) != len(query.order) or not isinstance(path, str):
        raise ValueError("start_after holds the value of each order field, then the path, of the last document seen.")
    place = document_place(path)
    last = path.replace("/", "\x01") if query.group else place.id
    return [*(encode_scalar(value, (order.field,)) for value, order in zip(values, query.order, strict=True)), last]


def _later(keys: list[tuple[tuple[str, bool], Any]]) -> tuple[str, list[Any]]:
    """The condition of coming after these values of the sort expressions."""
    ((name, descending), value), *rest = keys
    if value is None:
        after, parameters = ("0" if descending else f"{name} IS NOT NULL"), []
    elif descending and rest:
        after, parameters = f"({name} < ? OR {name} IS NULL)", [value]
    else:
        after, parameters = f"{name} {'<' if descending else '>'} ?", [value]
    if not rest:
        return after, parameters
    deeper, more = _later(rest)
    return f"({after} OR ({name} IS ? AND {deeper}))", [*parameters, value, *more]


def _joined(conditions: Conditions, term: str, *parameters: Any) -> Conditions:
    return Conditions([*conditions.terms, term], [*conditions.parameters, *parameters])


def index_expression(order: Order) -> str:
    """The column of an index for a field."""
    return f"{extracted(order.field)} {_direction(order.descending)}"
