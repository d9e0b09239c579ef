"""What is measured, by which names and labels, and what it costs where nobody reads it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient
from structlog.testing import capture_logs

from infra.local.figures import Figures
from shared import telemetry
from shared.domain.errors import ErrorKind, ProviderError, Unavailable
from shared.domain.ids import is_id
from shared.domain.modes import ItemStatus, Priority
from shared.domain.offers import Offer
from shared.ports.providers import GeneratedImage, ImageRequest
from shared.services.backlogs import BacklogService
from tests.engine.faults import Faults
from tests.engine.scripted import ScriptedProvider, made
from tests.engine.worlds import World

# Asked for by name: dashboards and alerts of others may stand on them.
PROMISED = {"generations_total", "generation_duration_seconds", "api_request_duration"}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made_world = World(tmp_path, provider=ScriptedProvider(_by_prompt))
    yield made_world
    made_world.close()
    telemetry.uninstall()


def _by_prompt(request: ImageRequest, turn: int) -> GeneratedImage:
    if "refuse" in request.prompt:
        raise ProviderError(ErrorKind.REFUSED, "No.")
    if "once" in request.prompt and turn == 1:
        raise ProviderError(ErrorKind.UNAVAILABLE, "Away.")
    return made(request)


def sums(figures: Figures) -> dict[tuple[str, tuple[str, ...]], float]:
    """Every sample by its name and its labels' values."""
    families = text_string_to_metric_families(figures.text().decode())
    return {
        (sample.name, tuple(sample.labels.values())): sample.value for family in families for sample in family.samples
    }


def test_names_are_those_that_were_promised() -> None:
    assert {metric.name for metric in telemetry.METRICS} >= PROMISED
    assert [metric.kind for metric in telemetry.METRICS if metric.name in PROMISED] == [
        "counter",
        "histogram",
        "histogram",
    ]


def test_nothing_is_kept_and_nothing_fails_before_a_meter_is_installed(world: World) -> None:
    world.submit({"prompt": "A walker"})
    world.run()
    assert sums(Figures(world.queue)).keys() == {
        (name, (queue,)) for queue in world.queue.figures() for name in ("queue_length", "queue_oldest_age_seconds")
    }


def test_a_batch_is_told_by_its_attempts_retries_dead_letters_and_cost(world: World) -> None:
    figures = Figures(world.queue)
    batch = world.submit({"prompt": "A walker", "variants": 2}, {"prompt": "refuse"}, {"prompt": "once"})
    world.run()
    items = world.items(batch)
    assert [item.status for item in items].count(ItemStatus.FAILED) == 1
    provider, model = items[0].provider, items[0].model
    found = sums(figures)
    of_model = (model, provider)
    assert found["generations_total", (model, "succeeded", provider)] == 3
    assert found["generations_total", (model, "refused", provider)] == 1
    assert found["generations_total", (model, "unavailable", provider)] == 1
    assert found["generation_duration_seconds_count", (model, "succeeded", provider)] == 3
    assert found["provider_call_duration_seconds_count", (model, "succeeded", provider)] == 3
    assert found["provider_refusals_total", ("refused", *of_model)] == 1
    assert found["retries_total", ("unavailable", *of_model)] == 1
    assert found["dead_letters_total", ("refused", *of_model)] == 1
    assert found["cost_micros_total", of_model] == sum(item.cost_micros for item in items)
    assert found["step_duration_seconds_count", ("done",)] > 0


def test_queues_are_told_as_they_stand_when_asked(world: World) -> None:
    figures = Figures(world.queue)
    world.submit({"prompt": "A walker"})
    before = sums(figures)["queue_length", ("advance",)]
    world.run()
    assert (before, sums(figures)["queue_length", ("advance",)]) == (1, 0)


def test_what_waits_is_measured_by_lane_with_the_age_of_what_is_longest_due(world: World) -> None:
    figures = Figures(world.queue)
    world.submit({"prompt": "A walker", "variants": 3}, priority="high")
    world.steps()
    world.clock.advance(90)
    assert world.engine.backlogs.sweep() == 0
    found = sums(figures)
    assert [found["pending_images", (lane.value,)] for lane in Priority] == [3, 0, 0]
    # What is on its way to a worker is due again after a minute.
    assert found["pending_oldest_age_seconds", ()] == 30
    [spec] = world.offer.usable(world.clock.now().date())
    assert found["open_breakers", (spec.id, spec.provider)] == 0


def test_what_waits_for_long_is_warned_of(world: World) -> None:
    world.submit({"prompt": "A walker"})
    world.steps()
    world.clock.advance(3_600)
    with capture_logs() as lines:
        world.engine.backlogs.sweep()
    [line] = [line for line in lines if line["event"] == "backlog_waits"]
    assert line["log_level"] == "warning"
    assert line["waiting"] == 1


def test_a_model_that_is_not_asked_is_told_of_by_a_function_without_its_key(world: World) -> None:
    figures, pacers = Figures(world.queue), world.engine.pacers
    [spec] = world.offer.usable(world.clock.now().date())
    pacers.refused(spec, ProviderError(ErrorKind.QUOTA, "Used up."), pacers.started(spec))
    assert BacklogService(world.store, world.clock, offer=Offer([spec], ()), pacers=pacers).sweep() == 0
    assert sums(figures)["open_breakers", (spec.id, spec.provider)] == 1


def test_a_store_that_is_away_only_leaves_the_backlog_unmeasured(tmp_path: Path) -> None:
    faults = Faults()
    gone = World(tmp_path, documents=lambda store: faults.over(store, "documents"))

    def away(_call: str) -> None:
        raise Unavailable("It does not answer.")

    faults.read = away
    with capture_logs() as lines:
        assert gone.engine.backlogs.sweep() == 0
    assert [line["event"] for line in lines] == ["backlog_not_measured"]
    gone.close()


def test_no_label_is_an_id_or_anybodys_text(world: World) -> None:
    figures = Figures(world.queue)
    world.submit({"prompt": "A walker nobody knows"}, {"prompt": "refuse"})
    world.run()
    for _, values in sums(figures):
        for value in values:
            prefix = value.partition("_")[0]
            assert not is_id(prefix, value)
            assert re.fullmatch(r"[A-Za-z0-9/._+{}: -]{0,80}", value)
            assert "nobody" not in value


def test_figures_are_answered_as_prometheus_reads_them(world: World) -> None:
    client = TestClient(Figures(world.queue))
    telemetry.request_answered(route="/v1/batches/{batch_id}", method="BREW", status=404, seconds=0.01)
    answer = client.get("/")
    assert answer.headers["content-type"].startswith("text/plain")
    assert 'api_request_duration_count{method="other",route="/v1/batches/{batch_id}",status="4xx"} 1.0' in answer.text
    assert client.post("/").status_code == 405
