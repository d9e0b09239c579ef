"""What all parts of requests have in common."""

from typing import Any

from pydantic import BaseModel, ConfigDict, field_validator


class Strict(BaseModel):
    """A part of a request: immutable, nothing unknown."""

    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid")


class Changes(Strict):
    """What is to become different: a field that is left out stays, so null would say nothing and is refused."""

    @field_validator("*")
    @classmethod
    def _not_null(cls, value: Any) -> Any:
        if value is None:
            raise ValueError("Give a value, or leave the field out to keep what is there.")
        return value
