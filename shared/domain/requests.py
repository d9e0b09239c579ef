"""What all parts of requests have in common."""

from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, ValidationInfo, field_validator


class Strict(BaseModel):
    """A part of a request: immutable, nothing unknown."""

    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid")


class Changes(Strict):
    """What is to become different: a field that is left out stays. A null takes what is `optional` away; of any other field it
    would say nothing and is refused.
    """

    optional: ClassVar[frozenset[str]] = frozenset()

    @field_validator("*")
    @classmethod
    def _says_something(cls, value: Any, info: ValidationInfo) -> Any:
        if value is None and info.field_name not in cls.optional:
            raise ValueError("Give a value, or leave the field out to keep what is there.")
        return value

    def said(self) -> dict[str, Any]:
        """The fields that were given, by name; a null among them takes a setting away."""
        return {name: getattr(self, name) for name in type(self).model_fields if name in self.model_fields_set}
