"""What a request would make, before anything of it is made."""

import tracemalloc
from datetime import date
from typing import Any

import pytest

from shared.domain.batch_forms import BatchCreate
from shared.domain.catalogue import MODELS
from shared.domain.errors import Invalid
from shared.domain.offers import Offer
from shared.services.engine_rules import Limits
from shared.services.row_checks import RowChecks

LONG = "x" * 2_000


def refused(*rows: dict[str, Any]) -> dict[str, str]:
    checks = RowChecks(
        Offer(MODELS, frozenset({"preview"}), default=""), {}, day=date(2026, 5, 1), limits=Limits(1_000, 10_000)
    )
    with pytest.raises(Invalid) as raised:
        checks.check(BatchCreate.model_validate({"rows": rows}))
    return {error.pointer: error.detail for error in raised.value.errors}


@pytest.mark.parametrize(
    "expand",
    [
        {"seed": list(range(100)), "variables": [{"a": LONG}] * 100},
        {"seed": list(range(100)), "aspect_ratio": ["1:1", "4:5"]},
    ],
)
def test_a_prompt_that_grows_beyond_its_limit_is_never_filled_in(expand: dict[str, Any]) -> None:
    tracemalloc.start()
    try:
        told = refused({"prompt": "{{a}}" * 500, "variables": {"a": LONG}, "expand": expand})
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert told == {
        "/rows/0/prompt": "With its variables filled in, the prompt has 1,000,000 characters; at most 4,000."
    }
    assert most < 2**20


def test_one_combination_that_is_too_long_is_enough() -> None:
    told = refused({"prompt": "{{a}}{{a}}{{a}}", "expand": {"variables": [{"a": "short"}, {"a": LONG}]}})
    assert list(told) == ["/rows/0/prompt"]
