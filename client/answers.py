"""From JSON to typed answers; what does not fit is an error in words."""

from typing import TypeVar

from pydantic import BaseModel, ValidationError

from client.errors import ClientError

T = TypeVar("T", bound=BaseModel)


def typed(model: type[T], answer: object) -> T:
    """The answer as its model; raises ClientError when the two do not fit."""
    try:
        return model.model_validate(answer)
    except ValidationError as error:
        wrong = ", ".join(".".join(map(str, each["loc"])) or "the whole" for each in error.errors()[:5])
        raise ClientError(f"The server's answer does not fit this client ({model.__name__}: {wrong}).") from None


def listing(answer: object, name: str) -> list[object]:
    """The list of that name in an answer; raises ClientError when there is none."""
    entries = answer.get(name) if isinstance(answer, dict) else None
    if not isinstance(entries, list):
        raise ClientError(f"The server's answer holds no list of {name}.")
    return entries


def mapping(answer: object, name: str) -> dict[str, object]:
    """The object of that name in an answer; raises ClientError when there is none."""
    entries = answer.get(name) if isinstance(answer, dict) else None
    if not isinstance(entries, dict):
        raise ClientError(f"The server's answer holds no {name}.")
    return entries
