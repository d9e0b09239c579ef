"""Changes say what they change."""

import pytest
from pydantic import ValidationError

from shared.domain.batch_forms import BatchUpdate, RetryChanges


@pytest.mark.parametrize("model", [BatchUpdate, RetryChanges])
def test_null_says_nothing_and_is_refused(model: type[BatchUpdate] | type[RetryChanges]) -> None:
    for name in model.model_fields:
        with pytest.raises(ValidationError, match="leave the field out to keep what is there"):
            model.model_validate({name: None})


@pytest.mark.parametrize("model", [BatchUpdate, RetryChanges])
def test_what_is_left_out_is_not_said(model: type[BatchUpdate] | type[RetryChanges]) -> None:
    assert model.model_validate({}).model_dump(exclude_none=True) == {}
