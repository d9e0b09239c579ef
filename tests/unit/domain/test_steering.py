"""What a model is told of how far to follow its picture and its words."""

import pytest

from shared.domain.steering import GUIDANCE, STEPS, STRENGTH, Span, Steering, SteeringSpans

ALL = SteeringSpans(strength=STRENGTH, steps=STEPS, guidance=GUIDANCE)


@pytest.mark.parametrize("steering", [Steering(), Steering(0.0, 20, 7.0), Steering(1.0, 100, 15.0), Steering(steps=50)])
def test_what_lies_within_the_spans_is_taken_with_their_ends(steering: Steering) -> None:
    assert list(ALL.wrong("flux", steering)) == []


@pytest.mark.parametrize(
    ("steering", "told"),
    [
        (Steering(strength=1.01), ("strength", "flux takes strength from 0 to 1; 1.01 is outside.")),
        (Steering(steps=19), ("steps", "flux takes steps from 20 to 100; 19 is outside.")),
        (Steering(steps=101), ("steps", "flux takes steps from 20 to 100; 101 is outside.")),
        (Steering(guidance=6.9), ("guidance", "flux takes guidance from 7 to 15; 6.9 is outside.")),
        (Steering(guidance=15.5), ("guidance", "flux takes guidance from 7 to 15; 15.5 is outside.")),
    ],
)
def test_what_lies_outside_is_named_with_the_span(steering: Steering, told: tuple[str, str]) -> None:
    assert list(ALL.wrong("flux", steering)) == [told]


def test_what_a_model_does_not_know_is_to_be_left_out() -> None:
    flex = SteeringSpans(steps=Span(1, 50))
    wrong = list(flex.wrong("flex", Steering(0.0, 50, 5.0)))
    assert wrong == [
        ("strength", "flex takes no strength; leave it out."),
        ("guidance", "flex takes no guidance; leave it out."),
    ]


def test_zero_is_said() -> None:
    assert Steering(strength=0.0).said() == {"strength": 0.0}
