"""Changes say what they change."""

import pytest
from pydantic import ValidationError

from shared.domain.batch_forms import BatchUpdate, RetryChanges
from shared.domain.item_changes import ItemUpdate


@pytest.mark.parametrize("model", [BatchUpdate, RetryChanges])
def test_null_says_nothing_and_is_refused(model: type[BatchUpdate] | type[RetryChanges]) -> None:
    for name in model.model_fields.keys() - model.optional:
        with pytest.raises(ValidationError, match="leave the field out to keep what is there"):
            model.model_validate({name: None})


@pytest.mark.parametrize("model", [BatchUpdate, RetryChanges])
def test_what_is_left_out_is_not_said(model: type[BatchUpdate] | type[RetryChanges]) -> None:
    assert model.model_validate({}).model_dump(exclude_none=True) == {}


def test_a_null_of_a_retry_or_an_edit_leaves_a_setting_to_the_model() -> None:
    nothing = dict.fromkeys(("seed", "strength", "steps", "guidance"))
    assert RetryChanges.model_validate(nothing).settings() == nothing
    assert ItemUpdate.model_validate(nothing).said() == nothing
    assert RetryChanges.optional == ItemUpdate.optional == nothing.keys()
    # An order is stored and read again before it is carried out.
    changes = RetryChanges.model_validate({"seed": None, "size": "2K"})
    assert RetryChanges.model_validate(changes.settings()).settings() == {"seed": None, "size": "2K"}
