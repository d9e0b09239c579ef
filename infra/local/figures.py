"""What the platform measures, as Prometheus reads it: on the loopback port only."""

from typing import Final

from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.resources import Resource
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from shared import telemetry
from shared.adapters.embedded.tasks import SqliteTaskQueue
from shared.adapters.telemetry import Exports

PATH: Final = "metrics"


class Figures:
    """An application that answers with every figure of this process; made, it records from now on, and exports where wanted."""

    def __init__(self, queue: SqliteTaskQueue, exports: Exports | None = None) -> None:
        self._queue = queue
        self._registry = CollectorRegistry()
        # Labels of scope and target say the same of every figure.
        reader = PrometheusMetricReader(disable_target_info=True, scope_info_enabled=False, registry=self._registry)
        if exports is not None:
            exports.install([reader])
            return
        meters = MeterProvider(metric_readers=[reader], resource=Resource.get_empty(), shutdown_on_exit=False)
        telemetry.install(meters.get_meter(telemetry.METER))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["method"] not in ("GET", "HEAD"):
            await Response(status_code=405, headers={"Allow": "GET, HEAD"})(scope, receive, send)
            return
        text = await run_in_threadpool(self.text)
        await Response(text, media_type=CONTENT_TYPE_LATEST)(scope, receive, send)

    def text(self) -> bytes:
        """All figures, the queues' as they stand now."""
        for name, found in self._queue.figures().items():
            telemetry.queue_seen(name, length=found.length, oldest_age_seconds=found.oldest_age_seconds)
        return generate_latest(self._registry)
