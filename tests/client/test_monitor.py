"""What `fanfold monitor` shows."""

from tests.client.conftest import Invoke
from tests.client.wire import Wire


def test_the_monitor_is_a_line_for_each_thing_and_says_what_could_not_be_read(fanfold: Invoke, wire: Wire) -> None:
    lane = {"lane": "high", "waiting": 1_200, "running": 3, "images_per_minute": 41.5, "oldest_waiting_seconds": 95}
    lease = {"batch": "bat_1", "item": "itm_1", "lease_until": "2026-03-01T12:00:00Z"}
    quota = "The day's quota is used up."
    paced = {"model": "m-1", "breaker": "half_open", "rate_per_second": 0.5, "concurrency": 1, "reason": quota}
    well = {"model": "m-2", "breaker": "closed", "rate_per_second": 32.0, "concurrency": 8, "reason": ""}
    wire.monitor = {
        "lanes": [lane],
        "leases": {"running": 3, "oldest": lease},
        "models": [paced, well],
        "dead_letters": {"total": 2, "by_kind": {"refused": 2}},
        "spend": None,
        "limits": [
            {
                "name": "The organisation's limit for this month",
                "spent": 2_000_000,
                "limit": 5_000_000,
                "left": 3_000_000,
            }
        ],
        "slow_batches": [{"id": "bat_2", "waiting": 4, "running": 0, "reason": "No image for 9 minutes."}],
        "failing_webhooks": [{"url": "https://a.example", "enabled": False, "reason": "410 Gone."}],
        "unavailable": ["spend"],
        "more": "of a later version",
    }
    lines = [line.split("\t") for line in fanfold("monitor").stdout.splitlines()[1:]]
    assert lines == [
        ["lane", "high", "1,200 waiting, 3 running, 41.5 a minute: the oldest waits for 1 min 35 s"],
        ["leases", "", "3 images with workers: the first ends 2026-03-01T12:00:00Z, itm_1 of bat_1"],
        ["model", "m-1", f"tried by one image at a time: {quota}"],
        ["model", "m-2", "asked up to 32 times a second, 8 at once"],
        ["dead letters", "", "2 refused"],
        ["spend", "", "could not be read: the part that it stands on does not answer"],
        ["limit", "for this month", "$2.00 of $5.00, $3.00 left"],
        ["slow batch", "bat_2", "4 waiting, 0 running: No image for 9 minutes."],
        ["webhook", "https://a.example", "disabled: 410 Gone."],
    ]
