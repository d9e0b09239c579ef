"""The If-Match header: a change only to what the caller has seen."""

import re
from typing import Annotated

from fastapi import Header

from shared.domain.errors import FieldError, Invalid

POINTER = "/headers/If-Match"
_REVISION = re.compile(r'(?:W/)?"?([0-9]{1,15})"?')


async def revision(
    if_match: Annotated[
        str | None,
        Header(
            alias="If-Match",
            description="The `revision` that you have seen, quoted or not: the change is refused (409) when there is a newer one.",
        ),
    ] = None,
) -> int | None:
    """A dependency: the revision that is wanted, or None for any; raises Invalid."""
    if if_match is None or if_match.strip() == "*":
        return None
    found = _REVISION.fullmatch(if_match.strip())
    if found is None:
        raise Invalid([FieldError(POINTER, 'Give the revision that you have seen, like "5", or leave it out.')])
    return int(found[1])
