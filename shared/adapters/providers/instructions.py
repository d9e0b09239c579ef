"""How a prompt and its references are put to a model that has no setting for how far a reference guides: in words."""

from shared.domain.modes import ReferenceMode
from shared.ports.providers import ImageRequest

_GUIDANCE = {
    ReferenceMode.STYLE_ONLY: (
        "style only: take palette, texture, materials and light; "
        "do not take layout, framing or viewpoint, and show none of the objects or people in it."
    ),
    ReferenceMode.STYLE_AND_COMPOSITION: (
        "style and composition: take palette, texture, materials and light, and also the layout: "
        "framing, viewpoint, where things stand and how large they are."
    ),
}


def words(request: ImageRequest) -> str:
    """The prompt, after a line for each mode that says which references guide how; the prompt alone without any."""
    modes = [reference.mode for reference in request.references]
    lines = [
        f"{_named([number for number, found in enumerate(modes, 1) if found is mode])}, {guidance}"
        for mode, guidance in _GUIDANCE.items()
        if mode in modes
    ]
    if not lines:
        return request.prompt
    head = "The attached reference images, numbered in their order, guide a new image."
    return "\n".join([head, *lines, "", "The image to make:", request.prompt])


def _named(numbers: list[int]) -> str:
    if len(numbers) == 1:
        return f"Reference image {numbers[0]}"
    first = ", ".join(str(number) for number in numbers[:-1])
    return f"Reference images {first} and {numbers[-1]}"
