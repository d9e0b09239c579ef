"""The models on offer."""

from datetime import date

import pytest

from shared.domain.errors import ConfigurationWrong
from shared.domain.offers import Offer
from tests.engine.scripted import model

TODAY = date(2026, 3, 1)
ENDED = model("ended", shutdown_on=TODAY, replacement="good")
GOOD, OTHER = model("good"), model("other")


def offer(*providers: str, default: str = "") -> Offer:
    return Offer([ENDED, GOOD, OTHER], providers or ("scripted",), default=default)


def test_only_configured_providers_offer_models() -> None:
    assert [spec.id for spec in offer().all()] == ["ended", "good", "other"]
    assert [spec.id for spec in offer().usable(TODAY)] == ["good", "other"]
    assert offer("another").all() == []
    assert [spec.id for spec in offer("another").known()] == ["ended", "good", "other"]
    assert offer("another").find("good") is GOOD
    assert offer().find("none") is None


def test_the_default_is_the_chosen_one_or_the_best() -> None:
    assert offer().default(TODAY) is GOOD
    assert offer(default="other").default(TODAY) is OTHER
    with pytest.raises(ConfigurationWrong, match="FANFOLD_DEFAULT_MODEL"):
        offer(default="none")
    offer(default="good").check()
    offer("another").check()
    with pytest.raises(ConfigurationWrong, match="GEMINI_API_KEY"):
        offer("another").default(TODAY)


def test_a_default_that_cannot_be_had_is_refused_where_it_matters() -> None:
    without_its_provider = offer("another", default="good")
    assert without_its_provider.find("good") is GOOD
    for ask in (without_its_provider.check, lambda: without_its_provider.default(TODAY)):
        with pytest.raises(ConfigurationWrong, match="needs the provider scripted"):
            ask()


def test_a_refusal_says_what_to_do() -> None:
    assert offer().refusal("good", TODAY) is None
    assert offer().refusal("x" * 500, TODAY) == f"There is no model {'x' * 100}. Choose one of: good, other."
    assert offer().refusal("ended", TODAY) == "ended was shut down on 2026-03-01. Use good instead."
    assert "is not configured here" in (offer("another").refusal("good", TODAY) or "")
    alone = Offer([model("alone", shutdown_on=TODAY)], ["scripted"])
    assert alone.refusal("alone", TODAY) == "alone was shut down on 2026-03-01."
    assert alone.refusal("alone", date(2026, 2, 28)) is None
