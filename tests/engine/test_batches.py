"""The life of a batch, from its acceptance to its end."""

from collections import Counter
from datetime import timedelta
from pathlib import Path
from threading import Thread

import pytest

from shared.domain.batch_forms import BatchAccepted
from shared.domain.errors import ErrorKind, Invalid, ProviderError
from shared.domain.modes import BatchStatus, ItemStatus
from shared.ports.providers import GeneratedImage, ImageRequest
from shared.repositories import paths
from tests.clocks import START
from tests.engine import invariants
from tests.engine.faults import FaultyWorld
from tests.engine.scripted import PRICE, ScriptedProvider, made, model
from tests.engine.worlds import ORG, OTHER_ORG, World


def refusing(*prompts: str) -> ScriptedProvider:
    """A provider that refuses these prompts."""

    def answer(request: ImageRequest, _: int) -> GeneratedImage:
        if request.prompt in prompts:
            raise ProviderError(ErrorKind.REFUSED, "Not this.")
        return made(request)

    return ScriptedProvider(answer)


def test_every_image_of_a_batch_is_made_and_counted(folder: Path) -> None:
    world = World(folder)
    accepted = world.accept({"prompt": "a cup", "variants": 3}, {"prompt": "a plate"}, name="Crockery", tags=["white"])
    assert (accepted.status, accepted.images, accepted.estimated_micros) == (BatchStatus.ACCEPTED, 4, 4 * PRICE)
    assert accepted.items_url == f"/v1/batches/{accepted.id}/items"

    waiting = world.batch(accepted.id)
    assert (waiting.status, waiting.started_at, waiting.finished_at) == (BatchStatus.ACCEPTED, None, None)
    assert (waiting.progress.total, waiting.progress.pending, waiting.progress.percent) == (4, 4, 0)
    assert waiting.progress.message == "0 of 4 images are ready."
    assert waiting.cost.reserved_micros == 4 * PRICE

    world.run()
    done = world.batch(accepted.id)
    assert done.status is BatchStatus.COMPLETED
    assert done.status_reason == ""
    assert (done.progress.succeeded, done.progress.percent, done.progress.eta_seconds) == (4, 100, 0)
    assert done.progress.message == "4 of 4 images are ready."
    assert done.cost.spent_micros == 4 * PRICE
    assert done.started_at is not None
    assert done.finished_at is not None
    assert START <= done.started_at <= done.finished_at
    assert [event.name for event in world.events] == ["BatchCompleted"]
    assert world.events[0].data == {"batch": accepted.id, "status": "completed", "series": 1}
    invariants.check(world)


def test_progress_is_seen_while_images_are_made(folder: Path) -> None:
    world = World(folder, specs=[model(concurrency=2, rate_per_second=4.0)])
    batch = world.submit({"prompt": "a cup", "variants": 10})
    world.run(until=lambda: world.batch(batch).progress.succeeded >= 4)
    seen = world.batch(batch)
    assert seen.status is BatchStatus.RUNNING
    assert seen.started_at is not None
    assert 40 <= seen.progress.percent < 100
    assert seen.progress.images_per_minute > 0
    assert seen.progress.eta_seconds is not None
    assert seen.cost.spent_micros == seen.progress.succeeded * PRICE
    world.run()
    invariants.check(world)


def test_partial_failures_are_told_with_their_reasons(folder: Path) -> None:
    world = World(folder, provider=refusing("bad"))
    batch = world.submit({"prompt": "good"}, {"prompt": "bad"})
    world.run()
    done = world.batch(batch)
    assert done.status is BatchStatus.COMPLETED_WITH_FAILURES
    assert done.progress.message == "1 of 2 images are ready, 1 failed."
    assert done.status_reason.startswith("1 of 2 images failed; each says why.")
    failed = world.items(batch)[1]
    assert failed.error is not None
    assert (failed.error.kind, failed.error.detail) == (ErrorKind.REFUSED, "Not this.")
    assert "retry" in failed.error.hint
    invariants.check(world)


def test_failed_means_that_nothing_succeeded(folder: Path) -> None:
    world = World(folder, provider=refusing("bad", "worse"))
    batch = world.submit({"prompt": "bad"}, {"prompt": "worse"})
    world.run()
    assert world.batch(batch).status is BatchStatus.FAILED
    assert world.batch(batch).cost.spent_micros == 0
    invariants.check(world)


def test_a_scheduled_batch_starts_at_its_time(folder: Path) -> None:
    world = World(folder)
    start_at = START + timedelta(hours=5)
    accepted = world.accept({"prompt": "later"}, start_at=start_at)
    assert accepted.status is BatchStatus.SCHEDULED
    world.run(seconds=4 * 3_600)
    assert world.batch(accepted.id).status is BatchStatus.SCHEDULED
    assert "Starts at 2026-03-01 17:00 UTC." in world.batch(accepted.id).status_reason
    assert world.batch(accepted.id).next_step_at == start_at
    world.run(seconds=2 * 3_600)
    done = world.batch(accepted.id)
    assert done.status is BatchStatus.COMPLETED
    assert done.started_at is not None
    assert done.started_at >= start_at
    invariants.check(world)


def test_a_start_in_the_past_means_now_and_one_too_far_away_is_refused(folder: Path) -> None:
    world = World(folder)
    assert world.accept({"prompt": "now"}, start_at=START - timedelta(days=1)).status is BatchStatus.ACCEPTED
    with pytest.raises(Invalid, match="at most 30 days") as caught:
        world.submit({"prompt": "never"}, start_at=START + timedelta(days=31))
    assert caught.value.errors[0].pointer == "/start_at"


def test_a_product_makes_every_combination_in_the_order_of_the_rows(folder: Path) -> None:
    world = World(folder)
    expand = {"aspect_ratio": ["1:1", "16:9"], "variables": [{"what": "cup"}, {"what": "jug"}]}
    batch = world.submit({"prompt": "a {{what}}", "expand": expand, "variants": 2}, {"prompt": "last"})
    world.run()
    told = [(item.index, item.row, item.prompt, item.aspect_ratio, item.variant) for item in world.items(batch)]
    assert told == [
        (0, 0, "a cup", "1:1", 1),
        (1, 0, "a cup", "1:1", 2),
        (2, 0, "a jug", "1:1", 1),
        (3, 0, "a jug", "1:1", 2),
        (4, 0, "a cup", "16:9", 1),
        (5, 0, "a cup", "16:9", 2),
        (6, 0, "a jug", "16:9", 1),
        (7, 0, "a jug", "16:9", 2),
        (8, 1, "last", "1:1", 1),
    ]
    invariants.check(world)


def test_lists_that_are_zipped_go_side_by_side(folder: Path) -> None:
    world = World(folder)
    expand = {"mode": "zip", "aspect_ratio": ["1:1", "16:9"], "seed": [3, 40]}
    batch = world.submit({"prompt": "a cup", "expand": expand, "variants": 2})
    world.run()
    assert [(item.aspect_ratio, item.seed) for item in world.items(batch)] == [
        ("1:1", 3),
        ("1:1", 4),
        ("16:9", 40),
        ("16:9", 41),
    ]


def test_variants_of_one_seed_take_the_next_ones(folder: Path) -> None:
    world = World(folder)
    batch = world.submit({"prompt": "a cup", "variants": 3, "seed": 7}, {"prompt": "free", "variants": 2})
    world.run()
    assert [item.seed for item in world.items(batch)] == [7, 8, 9, None, None]
    asked = Counter((request.seed, request.variant) for request in world.provider.requests)  # type: ignore[attr-defined]
    assert asked == {(7, 1): 1, (8, 2): 1, (9, 3): 1, (None, 1): 1, (None, 2): 1}


def test_a_row_takes_the_defaults_where_it_says_nothing(folder: Path) -> None:
    world = World(folder)
    defaults = {"aspect_ratio": "16:9", "size": "512", "variants": 2, "variables": {"where": "sea"}, "tags": ["all"]}
    batch = world.submit(
        {"prompt": "a {{what}} at {{where}}", "variables": {"what": "cup"}, "variants": 1, "metadata": {"sku": 7}},
        {"prompt": "plain"},
        defaults=defaults,
        tags=["spring"],
    )
    world.run()
    first, second, third = world.items(batch)
    assert (first.prompt, first.aspect_ratio, first.size) == ("a cup at sea", "16:9", "512")
    assert (first.tags, first.metadata) == (["spring", "all"], {"sku": 7})
    assert (second.variant, third.variant, third.prompt) == (1, 2, "plain")


def test_large_batches_are_planned_in_several_steps(folder: Path) -> None:
    world = World(folder, provider=refusing("no"), specs=[model(concurrency=400, rate_per_second=10_000.0)])
    batch = world.submit(*({"prompt": "no", "variants": 10} for _ in range(120)))
    planned = set[int]()

    def seen() -> bool:
        control = world.store.get(paths.step_control(ORG, batch))
        planned.add(control.data["next_index"] if control else 0)
        return 1_200 in planned

    world.run(until=seen)
    world.run()
    assert {128, 527, 926, 1_200} <= planned
    assert [item.row for item in world.items(batch)] == [row for row in range(120) for _ in range(10)]
    invariants.check(world)


def test_the_same_key_and_body_get_the_first_answer(folder: Path) -> None:
    world = World(folder)
    first = world.accept({"prompt": "once"}, key="k")
    world.run()
    assert world.accept({"prompt": "once"}, key="k") == first
    assert len(world.batches()) == 1
    with pytest.raises(Invalid, match="used for another request") as caught:
        world.accept({"prompt": "twice"}, key="k")
    assert caught.value.errors[0].pointer == "/headers/Idempotency-Key"
    world.clock.advance(timedelta(days=7).total_seconds())
    assert world.accept({"prompt": "once"}, key="k").id != first.id


def test_two_requests_with_one_key_at_once_make_one_batch(folder: Path) -> None:
    world = FaultyWorld(folder)
    answers: list[BatchAccepted] = []
    threads = [Thread(target=lambda: answers.append(world.accept({"prompt": "once"}, key="k"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 8
    assert len({answer.id for answer in answers}) == 1
    rows = [info.name for info in world.files.list(f"orgs/{ORG}/batches/")]
    assert rows == [paths.rows_object(ORG, answers[0].id)]
    world.run()
    assert sum(world.scripted.billed.values()) == 1
    invariants.check(world)


def test_callers_do_not_share_keys(folder: Path) -> None:
    world = World(folder)
    other = type(world.caller)(org=ORG, id="key_other", member="mem_other", role=world.caller.role)
    stranger = type(world.caller)(org=OTHER_ORG, id="key_test", member="mem_test", role=world.caller.role)
    ids = {world.submit({"prompt": "once"}, key="k", caller=caller) for caller in (world.caller, other, stranger)}
    assert len(ids) == 3
    world.run()
    invariants.check(world)
    invariants.check(world, OTHER_ORG)


def test_a_model_that_left_the_catalogue_fails_its_images(folder: Path) -> None:
    world = World(folder, specs=[model("old"), model("kept")])
    batch = world.submit({"prompt": "a cup", "model": "old"}, {"prompt": "a jug", "model": "kept"})
    world.offer = type(world.offer)([model("kept")], {"scripted"})
    world.restart()
    world.run()
    gone, made_one = world.items(batch)
    assert made_one.status is ItemStatus.SUCCEEDED
    assert gone.error is not None
    assert (gone.error.kind, gone.error.detail) == (ErrorKind.INVALID, "There is no model old.")
    invariants.check(world)
