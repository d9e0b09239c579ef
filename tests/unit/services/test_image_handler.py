"""An item whose provider cannot be had."""

import pytest

from shared.adapters.pictures import PillowPictureStudio
from shared.domain.errors import ConfigurationWrong, ErrorKind, ProviderError
from shared.domain.failures import HINTS
from shared.ports.providers import ImageModel
from shared.services.image_handler import ImageHandler
from tests.unit.domain.examples import item
from tests.unit.services.desks import Desk


def not_configured(name: str) -> ImageModel:
    raise ConfigurationWrong(f"The provider {name!r} needs settings that are not given: SCRIPTED_KEY.")


def test_a_provider_whose_key_is_gone_since_the_batch_was_accepted_is_a_failure_that_says_so(desk: Desk) -> None:
    world = desk.world
    handler = ImageHandler(
        offer=world.offer,
        providers=not_configured,
        objects=world.files,
        studio=PillowPictureStudio,
        clock=world.clock,
        ids=world.ids,
    )
    spec = world.offer.all()[0]
    with pytest.raises(ProviderError, match="SCRIPTED_KEY") as raised:
        handler.make(item(model=spec.id, size=spec.sizes[0]))
    assert raised.value.kind is ErrorKind.UNAUTHORISED
    assert raised.value.outcome_known
    assert "Ask an admin" in HINTS[raised.value.kind]
