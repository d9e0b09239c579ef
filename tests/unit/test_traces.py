"""One chain of traces from a request over every task and event that follows from it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from starlette.routing import Mount, Router
from starlette.testclient import TestClient
from starlette.types import ASGIApp
from structlog.testing import LogCapture

from shared import traces
from shared.adapters.embedded.service_tokens import SERVICE_ACCOUNT, LocalServiceTokens
from shared.domain.errors import ErrorKind, ProviderError
from shared.domain.lanes import ALL_QUEUES
from shared.http.edge import Edge
from shared.http.service_edge import EdgeSettings
from shared.http.task_edge import advance_batch_app, generate_image_app
from shared.logging import configure, logger
from tests.engine.scripted import failing
from tests.engine.worlds import World

AUDIENCE = "http://127.0.0.1:9/work"
STRANGERS = {"traceparent": f"00-{'ab' * 16}-{'cd' * 8}-01"}


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    """What is collected, of every trace."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    traces.install(provider.get_tracer(traces.TRACER), share=1.0)
    yield exporter
    traces.uninstall()


class Edges:
    """A world whose tasks are delivered to the functions' own applications, with the headers that they carry."""

    def __init__(self, world: World) -> None:
        self.world = world
        tokens = LocalServiceTokens(Ed25519PrivateKey.generate(), clock=world.clock)
        self._tokens = tokens

        def settings(function: str) -> EdgeSettings:
            accounts = frozenset({SERVICE_ACCOUNT})
            return EdgeSettings(audience=AUDIENCE, accounts=accounts, concurrency=1, function=function)

        apps: dict[str, ASGIApp] = {
            "advance_batch": advance_batch_app(world.engine.steps, tokens, settings("advance_batch")),
            "generate_image": generate_image_app(world.engine.generations, tokens, settings("generate_image")),
        }
        self.client = TestClient(Router(routes=[Mount(f"/{name}", app) for name, app in apps.items()]))

    def run(self) -> None:
        """Deliver everything, moving the clock to what is due next."""
        with self.client:
            while waiting := [
                task
                for queue in ALL_QUEUES
                for task in self.world.queue.engine.list_tasks(queue, after_seq=0, limit=500)
            ]:
                task = min(waiting, key=lambda one: (one.due_at, one.seq))
                self.world.clock.advance(max(task.due_at / 1_000_000 - self.world.clock.now().timestamp(), 0) + 0.001)
                headers = {**task.headers, "Authorization": f"Bearer {self._tokens.token(AUDIENCE)}"}
                answer = self.client.post(f"/{task.function}/", content=task.body, headers=headers)
                assert answer.status_code == 200
                self.world.queue.engine.delete_task(task.queue, task.name)


@pytest.fixture
def edges(tmp_path: Path) -> Iterator[Edges]:
    world = World(tmp_path)
    yield Edges(world)
    world.close()


@contextmanager
def lines() -> Iterator[list[Any]]:
    """What is logged, with the ids that each line carries."""
    captured = LogCapture()
    before = structlog.get_config()
    structlog.configure(processors=[structlog.contextvars.merge_contextvars, _with_ids, captured])
    try:
        yield captured.entries
    finally:
        structlog.configure(**before)


def _with_ids(_logger: Any, _method: str, fields: Any) -> Any:
    found = traces.ids()
    return {**fields, "trace": found and found[0]}


def of(spans: InMemorySpanExporter, name: str) -> list[ReadableSpan]:
    return [span for span in spans.get_finished_spans() if span.name == name]


def trace_of(span: ReadableSpan) -> str:
    assert span.context is not None
    return f"{span.context.trace_id:032x}"


def test_a_request_its_first_step_and_the_steps_images_are_one_trace(edges: Edges, spans: InMemorySpanExporter) -> None:
    with traces.request({}):
        edges.world.submit({"prompt": "A walker", "variants": 3})
    edges.run()
    [request] = of(spans, "request")
    first, *later = of(spans, "advance_batch")
    images, calls = of(spans, "generate_image"), of(spans, "provider.call")
    assert request.context is not None
    assert first.parent is not None
    assert first.parent.span_id == request.context.span_id
    assert {trace_of(span) for span in [first, *images, *calls]} == {trace_of(request)}
    assert len(images) == len(calls) == 3
    assert {image.parent and image.parent.span_id for image in images} == {first.context and first.context.span_id}
    assert {call.parent and call.parent.span_id for call in calls} == {
        image.context and image.context.span_id for image in images
    }
    assert later


def test_a_step_that_many_images_asked_for_is_linked_to_the_first_and_begins_a_trace(
    edges: Edges, spans: InMemorySpanExporter
) -> None:
    with traces.request({}):
        edges.world.submit({"prompt": "A walker", "variants": 3})
    edges.run()
    first, *later = of(spans, "advance_batch")
    images = {image.context.span_id for image in of(spans, "generate_image") if image.context}
    for step in later:
        [link] = step.links
        assert step.parent is None
        assert trace_of(step) != trace_of(first)
        assert link.context.span_id in images | {one.context.span_id for one in (first, *later) if one.context}


def test_spans_say_which_batch_item_attempt_provider_and_model(edges: Edges, spans: InMemorySpanExporter) -> None:
    batch = edges.world.submit({"prompt": "A walker"})
    edges.run()
    [image], [call] = of(spans, "generate_image"), of(spans, "provider.call")
    item = edges.world.items(batch)[0]
    said = dict(image.attributes or {})
    assert (said["fanfold.batch"], said["fanfold.item"], said["fanfold.attempt"]) == (batch, item.id, 1)
    assert dict(call.attributes or {}) == {"fanfold.provider": item.provider, "fanfold.model": item.model}
    assert said["http.response.status_code"] == 200


def test_an_error_is_told_by_its_class_and_never_by_its_words(tmp_path: Path, spans: InMemorySpanExporter) -> None:
    error = ProviderError(ErrorKind.REFUSED, "a secret of the prompt")
    world = World(tmp_path, provider=failing(lambda: error, prompt="bad"))
    world.submit({"prompt": "bad"})
    Edges(world).run()
    [call] = of(spans, "provider.call")
    assert (call.status.is_ok, call.status.description, call.events) == (False, "ProviderError", ())
    assert "secret" not in json.dumps([json.loads(span.to_json()) for span in spans.get_finished_spans()])
    world.close()


def test_lines_of_a_request_its_step_and_its_images_carry_one_trace_though_nobody_collects(edges: Edges) -> None:
    with lines() as logged:
        with traces.request(STRANGERS):
            edges.world.submit({"prompt": "A walker"})
        edges.run()
    by_event = {line["event"]: line for line in logged}
    assert by_event["batch_accepted"]["trace"] == by_event["image_made"]["trace"] == "ab" * 16
    finished = by_event["batch_finished"]
    assert finished["trace"] not in ("ab" * 16, None)
    assert finished["cause"]


@pytest.mark.parametrize(("method", "name", "said"), [("PUT", "PUT none", "PUT"), ("B" * 50, "HTTP none", "_OTHER")])
def test_methods_that_nobody_knows_name_no_span(
    method: str, name: str, said: str, spans: InMemorySpanExporter, edges: Edges
) -> None:
    app = Edge(Router(), clock=edges.world.clock, new_id=lambda: "req_1")
    assert TestClient(app).request(method, "/v1/batches").status_code == 404
    [span] = of(spans, name)
    assert span.attributes is not None
    assert span.attributes["http.request.method"] == said


def test_without_a_trace_there_is_nothing_to_carry() -> None:
    assert (traces.ids(), traces.carried(), traces.carried(shared=True)) == (None, {}, {})


@pytest.mark.parametrize(
    "wrong", ["", "garbage", "00-0-0-00", f"00-{'0' * 32}-{'cd' * 8}-01", f"ff-{'ab' * 16}-{'cd' * 8}-01"]
)
def test_a_request_that_names_no_trace_rightly_begins_one(wrong: str) -> None:
    with traces.request({"traceparent": wrong}):
        found = traces.ids()
    assert found is not None
    assert found[0] not in ("ab" * 16, "0" * 32)


@pytest.mark.parametrize(("share", "collected"), [(0.0, False), (1.0, True)])
def test_whether_a_strangers_trace_is_collected_is_ours_to_decide(share: float, collected: bool) -> None:
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    traces.install(provider.get_tracer(traces.TRACER), share=share)
    try:
        with traces.request(STRANGERS):
            carried = traces.carried()["traceparent"]
    finally:
        traces.uninstall()
    assert carried.startswith(f"00-{'ab' * 16}-")
    assert carried.endswith("01" if collected else "00")
    assert bool(exporter.get_finished_spans()) is collected


def test_of_a_share_about_that_many_traces_are_collected() -> None:
    provider = TracerProvider(shutdown_on_exit=False)
    traces.install(provider.get_tracer(traces.TRACER), share=0.25)
    try:
        found = sum(traces.is_collected(number * 2**64 // 1_000) for number in range(1_000))
    finally:
        traces.uninstall()
    assert found == 250


def test_a_line_names_its_trace_as_cloud_logging_joins_it(capsys: pytest.CaptureFixture[str]) -> None:
    before = structlog.get_config()
    configure("INFO", project="our-project")
    try:
        with traces.request(STRANGERS):
            logger("x").info("said")
    finally:
        structlog.configure(**before)
    line = json.loads(capsys.readouterr().err)
    assert line["logging.googleapis.com/trace"] == f"projects/our-project/traces/{'ab' * 16}"
    assert line["logging.googleapis.com/spanId"] == line["span"]
