"""Figures and spans over the wire: the real exporters, a collector that speaks OTLP, and one that is away."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from starlette.routing import Mount, Router
from starlette.testclient import TestClient
from structlog.testing import capture_logs

from shared import telemetry, traces
from shared.adapters.embedded.service_tokens import SERVICE_ACCOUNT, LocalServiceTokens
from shared.adapters.system import SystemIds
from shared.adapters.telemetry import Exports, Target
from shared.adapters.telemetry.spans import MOST_KEPT
from shared.config import Settings
from shared.container.exports import exports as chosen
from shared.http.service_edge import EdgeSettings
from shared.http.task_edge import SweepPayload, TaskEdge
from tests.clocks import ManualClock
from tests.collectors import Collector, collector

EVERY = 30.0
AUDIENCE = "http://127.0.0.1:9/x"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def sink() -> Iterator[Collector]:
    with collector() as made:
        yield made


@pytest.fixture
def exports(sink: Collector, clock: ManualClock) -> Iterator[Exports]:
    made = exporting(sink.url, clock)
    made.install()
    yield made
    telemetry.uninstall()
    traces.uninstall()


def exporting(url: str, clock: ManualClock, **options: Any) -> Exports:
    target = Target(
        url=url,
        resource={"service.name": "api", "service.instance.id": "boot_a"},
        every_seconds=EVERY,
        share=1.0,
        **options,
    )
    return Exports(target, clock=clock)


def test_figures_and_spans_arrive_as_they_were_recorded_and_say_who_sends_them(
    exports: Exports, sink: Collector, clock: ManualClock
) -> None:
    with traces.request({}), traces.span("provider.call", provider="p", model="m"):
        telemetry.attempt_ended("p", "m", telemetry.SUCCEEDED, 1.5)
        telemetry.call_paid("p", "m", 67_000)
    clock.advance(EVERY)
    exports.finish()
    found = sink.latest()
    of_model = {"provider": "p", "model": "m"}
    assert found["generations_total"] == [({**of_model, "outcome": "succeeded"}, 1.0)]
    assert found["generation_duration_seconds"] == [({**of_model, "outcome": "succeeded"}, 1.0)]
    assert found["cost_micros_total"] == [(of_model, 67_000.0)]
    assert sink.resource() == {"service.name": "api", "service.instance.id": "boot_a"}
    call, request = sink.spans()
    assert (call.name, request.name) == ("provider.call", "request")
    assert (call.trace_id, call.parent_span_id) == (request.trace_id, request.span_id)


def test_it_is_sent_when_it_is_time_and_not_before(exports: Exports, sink: Collector, clock: ManualClock) -> None:
    telemetry.call_paid("p", "m", 1)
    exports.finish()
    clock.advance(EVERY - 1)
    exports.finish()
    assert sink.metrics == []
    clock.advance(1)
    for _ in range(5):
        exports.finish()
    assert len(sink.metrics) == 1


def test_sums_go_on_from_export_to_export_so_that_a_lost_one_is_made_good(
    exports: Exports, sink: Collector, clock: ManualClock
) -> None:
    sink.status = 400
    telemetry.call_paid("p", "m", 3)
    clock.advance(EVERY)
    with capture_logs() as lines:
        exports.finish()
    assert [line["event"] for line in lines] == ["telemetry_not_exported"]
    sink.status = 200
    telemetry.call_paid("p", "m", 4)
    clock.advance(EVERY)
    exports.finish()
    assert sink.latest()["cost_micros_total"] == [({"provider": "p", "model": "m"}, 7.0)]


def test_what_is_left_is_sent_at_the_end(exports: Exports, sink: Collector) -> None:
    telemetry.call_paid("p", "m", 5)
    exports.close()
    assert sink.latest()["cost_micros_total"] == [({"provider": "p", "model": "m"}, 5.0)]


def test_a_process_that_recorded_nothing_sends_nothing(exports: Exports, sink: Collector) -> None:
    exports.close()
    assert sink.metrics == sink.traces == []


def test_a_collector_that_never_answers_is_given_up(sink: Collector, clock: ManualClock) -> None:
    sink.open.clear()
    made = exporting(sink.url, clock, deadline_seconds=0.2)
    made.install()
    telemetry.call_paid("p", "m", 1)
    clock.advance(EVERY)
    made.finish()
    assert not sink.open.is_set()
    assert sink.metrics == []
    telemetry.uninstall()
    traces.uninstall()


def test_nothing_that_cannot_be_exported_fails_a_delivery(clock: ManualClock) -> None:
    def no_credentials() -> requests.Session:
        raise RuntimeError("there are no credentials")

    made = exporting("http://127.0.0.1:1", clock, session=no_credentials)
    made.install()
    clock.advance(EVERY)
    assert deliver(clock) == 200
    telemetry.uninstall()
    traces.uninstall()


def test_a_deliverys_own_facts_are_sent_before_its_queue_is_answered(
    exports: Exports, sink: Collector, clock: ManualClock
) -> None:
    clock.advance(EVERY)
    assert deliver(clock, lambda: telemetry.call_paid("p", "m", 9)) == 200
    assert sink.latest()["cost_micros_total"] == [({"provider": "p", "model": "m"}, 9.0)]
    assert [span.name for span in sink.spans()] == ["reconcile"]


def test_a_request_lends_its_time_to_an_export_beside_it(exports: Exports, sink: Collector, clock: ManualClock) -> None:
    telemetry.call_paid("p", "m", 2)
    clock.advance(EVERY)
    sink.open.clear()
    telemetry.request_begins()
    assert sink.arrived.wait(30)
    assert sink.metrics == []
    sink.open.set()
    exports.close()
    assert len(sink.metrics) == 2


def deliver(clock: ManualClock, work: Any = lambda: None) -> int:
    """The answer to a delivery of a function whose work this is."""
    tokens = LocalServiceTokens(Ed25519PrivateKey.generate(), clock=clock)
    settings = EdgeSettings(
        audience=AUDIENCE, accounts=frozenset({SERVICE_ACCOUNT}), concurrency=1, function="reconcile"
    )
    edge = TaskEdge(SweepPayload, lambda _: work(), tokens, settings)
    with TestClient(Router(routes=[Mount("/", edge)])) as client:
        answer = client.post("/", headers={"Authorization": f"Bearer {tokens.token(AUDIENCE)}"})
    return int(answer.status_code)


def test_of_too_many_spans_the_last_are_kept(exports: Exports, sink: Collector, clock: ManualClock) -> None:
    for number in range(MOST_KEPT + 10):
        with traces.delivery(f"step {number}", {}):
            pass
    clock.advance(EVERY)
    exports.finish()
    names = [span.name for span in sink.spans()]
    assert len(names) == MOST_KEPT
    assert names[-1] == f"step {MOST_KEPT + 9}"


@pytest.mark.parametrize(("flags", "kept"), [("01", 2), ("00", 0)])
def test_a_linked_trace_is_collected_when_its_cause_is(
    sink: Collector, clock: ManualClock, flags: str, kept: int
) -> None:
    target = Target(url=sink.url, resource={}, every_seconds=EVERY, share=0.5)
    made = Exports(target, clock=clock)
    made.install()
    headers = {"traceparent": f"00-{'ab' * 16}-{'cd' * 8}-{flags}", "tracestate": "fanfold=shared"}
    with traces.delivery("advance_batch", headers), traces.span("provider.call"):
        pass
    clock.advance(EVERY)
    made.finish()
    assert len(sink.spans()) == kept
    telemetry.uninstall()
    traces.uninstall()


def test_only_googles_own_address_is_shown_the_credentials_of_the_process(clock: ManualClock) -> None:
    assert chosen(Settings(), clock, SystemIds()) is None
    local = chosen(Settings(otlp_url="http://127.0.0.1:4318"), clock, SystemIds())
    assert local is not None
    assert local._target.session is None
    deployed = Settings.model_construct(
        stack="google", otlp_url="https://telemetry.googleapis.com", project="p", region="r", service="api",
        otlp_seconds=30.0, trace_share=0.05,
    )  # fmt: skip
    google = chosen(deployed, clock, SystemIds())
    assert google is not None
    assert google._target.session is not None
    assert google._target.resource["gcp.project_id"] == "p"
    other = chosen(deployed.model_copy(update={"otlp_url": "https://evil.example/googleapis.com"}), clock, SystemIds())
    assert other is not None
    assert other._target.session is None
