"""Items and what happens to them, made for tests of the domain."""

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from shared.domain.errors import ErrorKind, ProviderError, RefusalStage
from shared.domain.items import Item
from tests.clocks import START

PATIENT = (ErrorKind.BUSY, ErrorKind.QUOTA)
ONE_MORE = (ErrorKind.UNKNOWN, ErrorKind.NO_IMAGE, ErrorKind.WRONG_SHAPE)
FINAL = (ErrorKind.REFUSED, ErrorKind.INVALID, ErrorKind.UNAUTHORISED)
TRANSIENT = (ErrorKind.UNAVAILABLE, ErrorKind.TIMEOUT)

kinds = st.sampled_from(list(ErrorKind))


def item(**fields: Any) -> Item:
    """A pending item."""
    values: dict[str, Any] = {
        "id": "itm_a",
        "org": "org_a",
        "batch": "bat_a",
        "index": 0,
        "row": 0,
        "variant": 1,
        "prompt": "A walker",
        "model": "m",
        "provider": "p",
        "aspect_ratio": "1:1",
        "size": "1K",
        "recipe": "r",
        "created_at": START,
        "created_by": "mem_a",
        "due_at": START,
    }
    return Item(**(values | fields))


def after(before: Item, fields: dict[str, Any] | None) -> Item:
    """The item with what a transition writes; the transition must be allowed."""
    assert fields is not None
    return Item.read({**before.written(), **fields})


def error(kind: ErrorKind = ErrorKind.UNAVAILABLE, **fields: Any) -> ProviderError:
    """A failure of this kind."""
    stage = RefusalStage.OUTPUT if kind is ErrorKind.REFUSED else None
    return ProviderError(kind, f"It was {kind.value}.", stage=stage, **fields)


def moment(seconds: float) -> Any:
    """So many seconds after the start."""
    return START + timedelta(seconds=seconds)
