"""Spans between their end and their export, and which of them are kept."""

from collections import deque
from collections.abc import Sequence
from threading import Lock
from typing import Final

from opentelemetry.context import Context
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor
from opentelemetry.sdk.trace.sampling import Decision, ParentBased, Sampler, SamplingResult
from opentelemetry.trace import Link, SpanKind, TraceState
from opentelemetry.util.types import Attributes

from shared import traces

MOST_KEPT: Final = 2_048


class KeptSpans(SpanProcessor):
    """Keeps the last 2,048 spans until they are taken; it has no thread, for an idle instance is given no processor."""

    def __init__(self) -> None:
        self._kept: deque[ReadableSpan] = deque(maxlen=MOST_KEPT)
        self._lock = Lock()

    def on_end(self, span: ReadableSpan) -> None:
        """Keep it when it is collected."""
        if span.context is not None and span.context.trace_flags.sampled:
            with self._lock:
                self._kept.append(span)

    def take(self) -> list[ReadableSpan]:
        """What ended since this was asked last."""
        with self._lock:
            found = list(self._kept)
            self._kept.clear()
        return found


class ByCause(Sampler):
    """A trace that begins here is collected when what it is linked to is, or when it is of the share."""

    def should_sample(
        self,
        parent_context: Context | None,  # noqa: ARG002 - the signature is OpenTelemetry's
        trace_id: int,
        name: str,  # noqa: ARG002 - as above
        kind: SpanKind | None = None,  # noqa: ARG002 - as above
        attributes: Attributes = None,
        links: Sequence[Link] | None = None,
        trace_state: TraceState | None = None,
    ) -> SamplingResult:
        """As OpenTelemetry asks."""
        caused = [link.context.trace_flags.sampled for link in links or ()]
        is_kept = any(caused) if caused else traces.is_collected(trace_id)
        return SamplingResult(Decision.RECORD_AND_SAMPLE if is_kept else Decision.DROP, attributes, trace_state)

    def get_description(self) -> str:
        """As OpenTelemetry asks."""
        return "ByCause"


def sampler() -> Sampler:
    """Whoever has a parent follows it."""
    return ParentBased(ByCause())
