"""One chain from a request over its tasks and events to the last of them: W3C Trace Context, carried by every delivery.

The ids travel, and stand in every log line, whether or not anybody collects spans; until a tracer is installed no span is
made. What was carried is believed of our own deliveries only: of a stranger's request the trace id is kept, and whether it
is collected is decided here.
"""

import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import structlog
from opentelemetry import context, trace
from opentelemetry.trace import Link, NonRecordingSpan, Span, SpanContext, SpanKind, Status, StatusCode, TraceFlags
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer

TRACER: Final = "fanfold"
HEADERS: Final = ("traceparent", "tracestate")
# What many ask for together belongs to none of them: it begins a trace of its own that is linked to the first who asked.
_SHARED: Final = "fanfold=shared"
_LOW_64_BITS: Final = 2**64 - 1

_w3c = TraceContextTextMapPropagator()
_tracer: "Tracer | None" = None
_share = 0.0


def install(tracer: "Tracer", *, share: float) -> None:
    """Make spans with this tracer from now on, and collect this share (0 to 1) of the traces that begin here."""
    global _tracer, _share
    _tracer, _share = tracer, share


def uninstall() -> None:
    """Make no spans from now on."""
    global _tracer, _share
    _tracer, _share = None, 0.0


def is_collected(trace_id: int) -> bool:
    """Whether a trace that begins here is among the share that is collected: by its id, so that everybody decides alike."""
    return (trace_id & _LOW_64_BITS) < round(_share * 2**64)


def ids() -> tuple[str, str] | None:
    """The trace's and the span's id in hexadecimal; None outside any trace."""
    found = trace.get_current_span().get_span_context()
    return (f"{found.trace_id:032x}", f"{found.span_id:016x}") if found.is_valid else None


def carried(*, shared: bool = False) -> dict[str, str]:
    """The headers by which a delivery goes on with this trace; `shared`: others may have asked for the same delivery."""
    headers: dict[str, str] = {}
    _w3c.inject(headers)
    if headers:
        headers.pop("tracestate", None)
        if shared:
            headers["tracestate"] = _SHARED
    return headers


@contextmanager
def request(headers: Mapping[str, str]) -> Iterator[Span]:
    """A stranger's request: goes on with the trace that it names, collected as we decide."""
    named = _named(headers)
    parent = None
    if named is not None:
        flags = TraceFlags(TraceFlags.SAMPLED if is_collected(named.trace_id) else TraceFlags.DEFAULT)
        parent = SpanContext(named.trace_id, named.span_id, is_remote=True, trace_flags=flags)
    with _begun("request", parent, None, SpanKind.SERVER) as span:
        yield span


@contextmanager
def delivery(name: str, headers: Mapping[str, str]) -> Iterator[Span]:
    """A delivery of our own: goes on with the trace that it carries, or is linked to it where it was shared."""
    named = _named(headers)
    if named is None or _SHARED not in headers.get("tracestate", ""):
        with _begun(name, named, None, SpanKind.CONSUMER) as span:
            yield span
        return
    with (
        structlog.contextvars.bound_contextvars(cause=f"{named.trace_id:032x}"),
        _begun(name, None, named, SpanKind.CONSUMER) as span,
    ):
        yield span


@contextmanager
def span(name: str, **attributes: str | int) -> Iterator[None]:
    """A part of what goes on, with its duration; an error that leaves it is told by its class, never by its words."""
    if _tracer is None:
        yield
        return
    with _tracer.start_as_current_span(
        name,
        kind=SpanKind.CLIENT,
        attributes=_prefixed(attributes),
        record_exception=False,
        set_status_on_exception=False,
    ) as made:
        try:
            yield
        except BaseException as error:
            made.set_status(Status(StatusCode.ERROR, type(error).__name__))
            raise


def describe(**attributes: str | int) -> None:
    """What the current span is about."""
    trace.get_current_span().set_attributes(_prefixed(attributes))


@contextmanager
def _begun(name: str, parent: SpanContext | None, cause: SpanContext | None, kind: SpanKind) -> Iterator[Span]:
    around = (
        context.Context() if parent is None else trace.set_span_in_context(NonRecordingSpan(parent), context.Context())
    )
    if _tracer is None:
        made: Span = NonRecordingSpan(parent or _fresh(cause))
    else:
        made = _tracer.start_span(name, around, kind, links=[Link(cause)] if cause is not None else None)
    with trace.use_span(made, end_on_exit=True, record_exception=False, set_status_on_exception=False):
        yield made


def _fresh(cause: SpanContext | None) -> SpanContext:
    """The ids of a trace that begins here and of which nobody keeps anything."""
    flags = TraceFlags(TraceFlags.DEFAULT) if cause is None else cause.trace_flags
    # They tell traces apart and guard nothing.
    return SpanContext(random.getrandbits(128) or 1, random.getrandbits(64) or 1, is_remote=False, trace_flags=flags)


def _named(headers: Mapping[str, str]) -> SpanContext | None:
    carrier = {name: headers[name] for name in HEADERS if name in headers}
    found = trace.get_current_span(_w3c.extract(carrier, context.Context())).get_span_context()
    return found if found.is_valid else None


def _prefixed(attributes: Mapping[str, str | int]) -> dict[str, str | int]:
    return {f"fanfold.{name}": value for name, value in attributes.items()}
