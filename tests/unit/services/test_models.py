"""The models on offer, as they are shown."""

from dataclasses import replace
from datetime import date

import pytest

from shared.domain.callers import Caller
from shared.domain.modes import Role
from shared.domain.offers import Offer
from shared.services.models import ModelService
from tests.clocks import START, ManualClock
from tests.engine.scripted import PRICE, model

CALLER = Caller(org="org_a", id="mem_a", member="mem_a", role=Role.VIEWER)
ENDED = model("ended", shutdown_on=START.date(), replacement="lasting")
ENDING = model("ending", shutdown_on=date(2026, 4, 30), replacement="lasting")
ENDING_LATER = model("ending-later", shutdown_on=date(2026, 5, 1))
LASTING = model("lasting")


def service(*specs: object, default: str = "") -> ModelService:
    return ModelService(Offer(list(specs), {"scripted"}, default=default), clock=ManualClock())  # type: ignore[arg-type]


def test_a_model_tells_what_it_can_and_costs() -> None:
    (view,) = service(LASTING).list(CALLER)
    assert (view.id, view.provider, view.status, view.is_default, view.warning) == (
        "lasting", "scripted", "available", True, None,
    )  # fmt: skip
    assert view.capabilities.sizes == ("512", "1K")
    assert view.price.estimated_micros == {"512": PRICE, "1K": PRICE}
    assert (view.capabilities.quality, view.price.source) == (None, "")


def test_a_model_that_is_sold_in_qualities_tells_its_own_and_where_its_prices_are_from() -> None:
    sold = replace(LASTING, quality="high", price_source="https://prices.example; as reported")
    (view,) = service(sold).list(CALLER)
    assert (view.capabilities.quality, view.price.source) == ("high", "https://prices.example; as reported")


@pytest.mark.parametrize(
    ("spec", "status", "warning"),
    [
        (ENDED, "shut_down", "ended was shut down on 2026-03-01. Use lasting instead."),
        (ENDING, "available", "ending will be shut down on 2026-04-30. Use lasting instead."),
        (ENDING_LATER, "available", None),
        (model("alone", shutdown_on=START.date()), "shut_down", "alone was shut down on 2026-03-01."),
    ],
    ids=lambda value: getattr(value, "id", None),
)
def test_an_end_is_told_sixty_days_before(spec: object, status: str, warning: str | None) -> None:
    (view,) = service(spec).list(CALLER)
    assert (view.status, view.warning) == (status, warning)


def test_the_default_is_marked_if_there_is_one() -> None:
    def defaults(given: ModelService) -> list[str]:
        return [view.id for view in given.list(CALLER) if view.is_default]

    assert defaults(service(ENDED, LASTING, ENDING)) == ["lasting"]
    assert defaults(service(LASTING, ENDING, default="ending")) == ["ending"]
    assert defaults(service(ENDED)) == []


def test_a_provider_that_is_not_configured_is_left_out() -> None:
    offer = Offer([LASTING], {"somebody else"})
    assert ModelService(offer, clock=ManualClock()).list(CALLER) == []
