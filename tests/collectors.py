"""A collector that speaks OTLP over HTTP as any other: what the real exporters send is read by the protocol's own messages."""

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


@dataclass
class Collector:
    """What came, in order; `status` is how it answers, and it answers nothing until `open` is set."""

    url: str = ""
    status: int = 200
    open: threading.Event = field(default_factory=threading.Event)
    arrived: threading.Event = field(default_factory=threading.Event)
    headers: list[dict[str, str]] = field(default_factory=list)
    metrics: list[ExportMetricsServiceRequest] = field(default_factory=list)
    traces: list[ExportTraceServiceRequest] = field(default_factory=list)

    def latest(self) -> dict[str, list[tuple[dict[str, str], float]]]:
        """The points of the last export by the names of their figures: labels, and the sum, count or value."""
        found: dict[str, list[tuple[dict[str, str], float]]] = {}
        for part in self.metrics[-1].resource_metrics:
            for scope in part.scope_metrics:
                for metric in scope.metrics:
                    data: Any = getattr(metric, str(metric.WhichOneof("data")))
                    found[metric.name] = [(_labels(point.attributes), _value(point)) for point in data.data_points]
        return found

    def spans(self) -> list[Any]:
        """Every span that came."""
        return [
            span
            for request in self.traces
            for part in request.resource_spans
            for scope in part.scope_spans
            for span in scope.spans
        ]

    def resource(self) -> dict[str, str]:
        """What the sender of the last figures says that it is."""
        return _labels(self.metrics[-1].resource_metrics[0].resource.attributes)


def _labels(attributes: Any) -> dict[str, str]:
    return {one.key: one.value.string_value for one in attributes}


def _value(point: Any) -> float:
    if hasattr(point, "count"):
        return float(point.count)
    return float(point.as_int or point.as_double)


@contextmanager
def collector() -> Iterator[Collector]:
    """A collector on loopback until the block ends."""
    made = Collector()
    made.open.set()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            made.arrived.set()
            made.open.wait(60)
            if made.status == 200:
                made.headers.append({name.lower(): value for name, value in self.headers.items()})
                read = gzip.decompress(body) if self.headers.get("content-encoding") == "gzip" else body
                if self.path == "/v1/metrics":
                    made.metrics.append(ExportMetricsServiceRequest.FromString(read))
                elif self.path == "/v1/traces":
                    made.traces.append(ExportTraceServiceRequest.FromString(read))
            try:
                self.send_response(made.status)
                self.send_header("Content-Length", "0")
                self.end_headers()
            except ConnectionError:
                self.close_connection = True  # whoever sent it has given up

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name that the base class gave it
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    made.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield made
    finally:
        made.open.set()
        server.shutdown()
        server.server_close()
        thread.join()
