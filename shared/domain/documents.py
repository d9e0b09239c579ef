"""What all stored documents share."""

from datetime import datetime
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field

SCHEMA = 1


class Stored(BaseModel):
    """A document as it is kept. Unknown fields are kept: a newer version may run beside this one."""

    model_config = ConfigDict(
        defer_build=True, frozen=True, extra="allow", populate_by_name=True, ser_json_inf_nan="constants"
    )

    schema_number: int = Field(SCHEMA, alias="schema")
    revision: int = 0
    changed_at: datetime | None = None

    @classmethod
    def read(cls, data: dict[str, Any]) -> Self:
        """The model of a document's data."""
        return cls.model_validate(data)

    def written(self) -> dict[str, Any]:
        """The document's data: what a write takes; `revision` and `changed_at` are the store's."""
        return self.model_dump(by_alias=True, exclude={"revision", "changed_at"})


class Part(BaseModel):
    """A part of a stored document."""

    model_config = ConfigDict(defer_build=True, frozen=True, extra="allow")
