"""Limits, credits and changes of waiting images by command, over the wire."""

from typing import Any

import pytest

from tests.client.conftest import Invoke
from tests.client.wire import Wire
from tests.client.wire_routes import CREDITS


def test_limits_in_force_are_listed_with_what_is_left(fanfold: Invoke, wire: Wire) -> None:
    result = fanfold("limits")
    assert [line.split("\t") for line in result.stdout.splitlines()] == [
        ["limit", "left", "of", "spent", "set_aside", "anew"],
        ["The organisation's limit for today", "$8.00", "$50.00", "$41.00", "$1.00", ""],
        ["The member's limit for this month", *(f"{n},000,000 images" for n in (8, 50, 41, 1)), ""],
    ]
    assert "! The organisation's limit for today: $41.00 of $50.00 are spent." in result.stderr
    fanfold("limits", "--member", "mem_2")
    assert wire.seen[-1].path == "/v1/limits/members/mem_2"
    wire.binding = {"member": "mem_1", "in_force": []}
    assert "No limit is in force." in fanfold("limits").stderr


@pytest.mark.parametrize(
    ("arguments", "path", "body"),
    [
        (
            ("--month", "500", "--warn", "90"),
            "organisation",
            {"day_micros": 50_000_000, "month_micros": 500_000_000, "total_micros": None, "warn_percent": 90},
        ),
        (
            ("--day", "none"),
            "organisation",
            {"day_micros": None, "month_micros": None, "total_micros": None, "warn_percent": 80},
        ),
        (
            ("--for", "members", "--day", "0"),
            "members",
            {"day_micros": 0, "month_micros": None, "total_micros": None, "month_images": 500},
        ),
        (
            ("--for", "batches", "--total", "$2.50"),
            "batches",
            {"day_micros": None, "month_micros": None, "total_micros": 2_500_000},
        ),
        (
            ("--for", "mem_2", "--images", "9"),
            "members/mem_2",
            {"day_micros": None, "month_micros": None, "total_micros": None, "month_images": 9},
        ),
        (
            ("--for", "members", "--images", "none"),
            "members",
            {"day_micros": None, "month_micros": None, "total_micros": None, "month_images": None},
        ),
    ],
    ids=lambda each: " ".join(each) if isinstance(each, tuple) else "",
)
def test_setting_a_limit_leaves_the_others_as_they_are(
    fanfold: Invoke, wire: Wire, arguments: tuple[str, ...], path: str, body: dict[str, Any]
) -> None:
    result = fanfold("limits", "set", *arguments)
    assert result.exit_code == 0
    assert (wire.seen[-1].method, wire.seen[-1].path) == ("PUT", f"/v1/limits/{path}")
    assert wire.seen[-1].body == body
    assert len(result.stdout.splitlines()) == 3


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "Say which limit"),
        (("--day", "much"), "--day: much is not an amount of dollars above 0"),
        (("--images", "-3", "--for", "members"), "--images: -3 is not a number of images"),
        (("--images", "5"), "--images is counted for members"),
        (("--warn", "50", "--for", "batches"), "--warn holds for the whole organisation"),
    ],
)
def test_a_limit_that_is_none_is_refused_before_anything_is_asked(
    fanfold: Invoke, wire: Wire, arguments: tuple[str, ...], told: str
) -> None:
    result = fanfold("limits", "set", *arguments)
    assert (result.exit_code, told in result.stderr) == (2, True)
    assert wire.seen == []


def test_credits_are_listed_with_what_is_left_and_when_they_are_renewed(fanfold: Invoke, wire: Wire) -> None:
    assert "No credits were granted" in fanfold("credits").stderr
    wire.credits = [CREDITS, CREDITS | {"holder": "mem_2", "renewal_micros": None, "resets_at": None}]
    ours, theirs = (line.split("\t") for line in fanfold("credits").stdout.splitlines()[1:])
    assert ours[:5] == ["organisation", "$80.00", "$100.00", "$20.00", "$0.00"]
    assert ours[5].startswith("$100.00 on ")
    assert (theirs[0], theirs[5]) == ("mem_2", "")


def test_a_waiting_image_is_changed_in_what_is_named(fanfold: Invoke, wire: Wire) -> None:
    result = fanfold("edit", "bat_1", "itm_1", "--prompt", "a dog", "--aspect-ratio", "4:5", "--seed", "7")
    assert (result.exit_code, result.stdout) == (0, "itm_1\n")
    assert (wire.seen[-1].method, wire.seen[-1].path) == ("PATCH", "/v1/batches/bat_1/items/itm_1")
    assert wire.seen[-1].body == {"prompt": "a dog", "aspect_ratio": "4:5", "seed": 7}
    assert "Changed: prompt, aspect ratio, seed." in result.stderr
    assert fanfold("edit", "bat_1", "itm_1", "--without", "seed").exit_code == 0
    assert wire.seen[-1].body == {"seed": None}
    both = fanfold("edit", "bat_1", "itm_1", "--seed", "0", "--without", "seed")
    assert both.exit_code == 2
    assert "Say either --seed or --without seed." in both.stderr
    refused = fanfold("edit", "bat_1", "itm_1")
    assert (refused.exit_code, "Say what is to be different" in refused.stderr) == (2, True)
