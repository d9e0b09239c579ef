"""Sending figures and spans by OTLP over HTTP, at moments at which this process is sure to be given a processor."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock, Thread
from typing import TYPE_CHECKING, Final

from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader, MetricExporter, MetricExportResult, MetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from shared import telemetry, traces
from shared.adapters.telemetry.spans import KeptSpans, sampler
from shared.logging import logger
from shared.ports.clock import Clock

if TYPE_CHECKING:
    from requests import Session

DEADLINE_SECONDS: Final = 2.0

_log = logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where to, as whom, how often at most, how long one attempt may take, and the share of traces that are collected."""

    url: str
    resource: Mapping[str, str]
    every_seconds: float
    share: float
    deadline_seconds: float = DEADLINE_SECONDS
    session: "Callable[[], Session] | None" = None


class Exports:
    """The figures and spans of this process, sent when somebody who works lends the time for it.

    A thread of its own would do nothing while an instance answers nobody. Figures are sums since the start, so an export
    that failed is made good by the next; its spans are gone.
    """

    def __init__(self, target: Target, *, clock: Clock) -> None:
        self._target = target
        self._clock = clock
        self._figures = InMemoryMetricReader()
        self._spans = KeptSpans()
        self._exporters: tuple[MetricExporter, SpanExporter] | None = None
        self._exported_at = clock.monotonic()
        self._busy = Lock()

    def install(self, readers: Sequence[MetricReader] = ()) -> None:
        """Record and trace from now on; other `readers` read the same figures."""
        resource = Resource(dict(self._target.resource))
        meters = MeterProvider([self._figures, *readers], resource=resource, shutdown_on_exit=False)
        tracers = TracerProvider(sampler=sampler(), resource=resource, shutdown_on_exit=False)
        tracers.add_span_processor(self._spans)
        telemetry.install(meters.get_meter(telemetry.METER), exports=self)
        traces.install(tracers.get_tracer(traces.TRACER), share=self._target.share)

    def begin(self) -> None:
        """Export beside whoever calls, if it is time: of a caller for whom somebody waits."""
        if self._is_due():
            Thread(target=self._export_due, name="export", daemon=True).start()

    def finish(self) -> None:
        """Export before whoever calls goes on, if it is time: of a caller for whom only a queue waits."""
        if self._is_due():
            self._export_due()

    def close(self) -> None:
        """Export what is left; nothing is recorded any more."""
        telemetry.uninstall()
        traces.uninstall()
        with self._busy:
            self._export()

    def _is_due(self) -> bool:
        return self._clock.monotonic() - self._exported_at >= self._target.every_seconds

    def _export_due(self) -> None:
        """One at a time; who comes second leaves it to the first."""
        if not self._busy.acquire(blocking=False):
            return
        try:
            if self._is_due():
                self._exported_at = self._clock.monotonic()
                self._export()
        finally:
            self._busy.release()

    def _export(self) -> None:
        """Send both; whatever goes wrong is logged and hurts nobody."""
        data, ended = self._figures.get_metrics_data(), self._spans.take()
        if data is None and not ended:
            return
        failed = []
        try:
            figures, spans = self._connected()
            if data is not None and figures.export(data) is not MetricExportResult.SUCCESS:
                failed.append("figures")
            if ended and spans.export(ended) is not SpanExportResult.SUCCESS:
                failed.append("spans")
        except Exception as error:  # noqa: BLE001 - an edge: what is measured must never fail what is done
            _log.warning("telemetry_not_exported", error=type(error).__name__)
        if failed:
            _log.warning("telemetry_not_exported", parts=failed)

    def _connected(self) -> tuple[MetricExporter, SpanExporter]:
        """The exporters, loaded at the first export: a cold start does without them."""
        if self._exporters is None:
            from opentelemetry.exporter.otlp.proto.http import Compression
            from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

            url, seconds = self._target.url.rstrip("/"), self._target.deadline_seconds
            session = self._target.session() if self._target.session else None
            self._exporters = (
                OTLPMetricExporter(f"{url}/v1/metrics", timeout=seconds, compression=Compression.Gzip, session=session),
                OTLPSpanExporter(f"{url}/v1/traces", timeout=seconds, compression=Compression.Gzip, session=session),
            )
        return self._exporters
