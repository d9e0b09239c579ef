"""How a batch's state is put into words."""

import pytest

from client.views.words import standing


@pytest.mark.parametrize(
    ("status", "reason", "words"),
    [
        ("running", "", "Running"),
        ("running", "Cancelling: 3 images still being made will be kept.", "Cancelling: 3 images still being made will be kept"),
        ("paused", "Paused on request. Resume it when you are ready.", "Paused on request. Resume it when you are ready"),
        ("cancelled", "Cancelled on request; 8 finished images are kept.", "Cancelled on request; 8 finished images are kept"),
        ("failed", "5 of 5 images failed; each says why.", "Failed (5 of 5 images failed; each says why)"),
        ("paused", "The limit, $1.00, is reached ($0.98 spent).", "Paused: The limit, $1.00, is reached ($0.98 spent)"),
        ("completed_with_failures", None, "Completed with failures"),
    ],
)  # fmt: skip
def test_a_status_is_not_said_twice(status: str, reason: str | None, words: str) -> None:
    assert standing(status, reason) == words
