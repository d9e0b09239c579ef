"""The whole platform killed several times in the middle of a batch, while Firestore lives on as it does elsewhere."""

import time
from collections import Counter
from pathlib import Path

import pytest

from benchmarks.clients import SETTINGS, Platform, moment, platform
from benchmarks.platform.providers import QUICK
from tests.emulators import lasting
from tests.faults.purchases import check_purchases

IMAGES = 1_000
KILLED_AT = (0.2, 0.45, 0.7)
PRICE_MICROS = 1_000
pytestmark = [pytest.mark.faults, pytest.mark.timeout(400)]


def wait_until_made(running: Platform, tag: str, count: float) -> None:
    while running.journal.count(tag, "made") < count:
        time.sleep(0.05)


def test_nothing_is_lost_and_only_what_was_in_flight_is_bought_again(tmp_path: Path) -> None:
    settings, kills, batch = lasting(), [], ""
    tag = "killed"
    for share in KILLED_AT:
        with platform(tmp_path, double=0.01, settings=settings) as running:
            batch = batch or running.submit(tag, rows=IMAGES, model=QUICK).id
            wait_until_made(running, tag, IMAGES * share)
            running.child.kill()
            kills.append(time.time())
    with platform(tmp_path, double=0.01, settings=settings) as running:
        ended = running.wait(batch, seconds=300)
        items = list(running.items(batch))
        [usage] = running.usage()
        doubled = running.figures().doubled
        again = sum(running.journal.made(tag).values()) - IMAGES
        recorded = {f"{item['prompt']}#{item['variant']}": moment(item["finished_at"]) for item in items}
        check_purchases(running.journal, tag, kills, recorded)
    assert doubled > 0
    assert (ended["status"], ended["progress"]["succeeded"]) == ("completed", IMAGES)
    assert Counter(item["status"] for item in items) == {"succeeded": IMAGES}
    assert len({item["asset"]["id"] for item in items}) == IMAGES
    assert ended["cost"]["spent_micros"] == sum(item["cost_micros"] for item in items) == usage["cost_micros"]
    assert ended["cost"]["reserved_micros"] == 0
    assert again <= len(kills) * int(SETTINGS["FANFOLD_LANE_CONCURRENCY"])
    # What was bought without our knowing is accounted at its estimate, which is its price here: never less than was bought.
    assert IMAGES * PRICE_MICROS + again * PRICE_MICROS <= usage["cost_micros"]
