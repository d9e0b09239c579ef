"""What a case of a route is, and the wrong requests that several routes share."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.domain.modes import Role
from tests.api.prepared import (
    BILL,
    DRAFT,
    HOOK,
    UNKNOWN,
    Ids,
    billed,
    done,
)
from tests.api.stacks import ApiStack


@dataclass(frozen=True)
class Wrong:
    """A request that is refused: what is different from the good one, and how it is refused."""

    status: int = 422
    pointer: str | None = None
    query: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    file: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    make: Callable[[ApiStack], Ids] | None = None


@dataclass(frozen=True)
class Case:
    """A route: `make` prepares what it acts on, in our organisation, and names it; `role` is the least that may call it.

    A good request has `body` as JSON, or `file` of the `media_type`, and `query`.
    """

    method: str
    path: str
    role: Role | None
    status: int = 200
    make: Callable[[ApiStack], Ids] = lambda _: {}
    body: Any = None
    file: bytes | None = None
    media_type: str = ""
    query: Mapping[str, str] = field(default_factory=dict)
    wrong: tuple[Wrong, ...] = ()

    @property
    def name(self) -> str:
        """The route as it is written."""
        return f"{self.method} {self.path}"


LINE: Any = BILL["lines"][0]
BILLS = (
    Wrong(422, "/provider", body=BILL | {"provider": "preview"}),
    Wrong(422, "/lines", body=BILL | {"lines": []}),
    Wrong(422, "/lines/0/day", body=BILL | {"lines": [LINE | {"day": "1 March"}]}),
    Wrong(422, "/lines/0/day", body=BILL | {"lines": [LINE | {"day": "1772323200"}]}),
    Wrong(422, "/lines/0/day", body=BILL | {"lines": [LINE | {"day": "9999-12-31"}]}),
    Wrong(422, "/from", body=BILL | {"from": "0"}),
    Wrong(422, "/lines/0/cost_usd", body=BILL | {"lines": [LINE | {"cost_usd": "1_000"}]}),
    Wrong(422, "/lines/0/day", body=BILL | {"to": "2026-03-05", "from": "2026-03-02"}),
    Wrong(422, "/lines/0/model", body=BILL | {"lines": [LINE | {"model": " "}]}),
    Wrong(422, "/lines/0/cost_usd", body=BILL | {"lines": [LINE | {"cost_usd": "a dollar"}]}),
    Wrong(422, "/lines/0/cost_usd", body=BILL | {"lines": [LINE | {"cost_usd": "1e12"}]}),
    Wrong(422, "/lines/0/currency", body=BILL | {"lines": [LINE | {"currency": "EUR"}]}),
    Wrong(422, "/from", body=BILL | {"from": "2026-03-02", "to": "2026-03-01"}),
    Wrong(422, "/to", body=BILL | {"from": "2026-01-01", "to": "2026-12-31"}),
    Wrong(422, "/surprise", body=BILL | {"surprise": 1}),
    Wrong(409, body=BILL, make=billed),
)
FILE = b"date,model,cost_usd\n2026-03-01,gpt-image-2,2.50\n"
FILES = (
    Wrong(422, "/query/provider", {"provider": "nobody"}),
    Wrong(422, "/query/name", {"provider": "openai", "name": "x" * 121}),
    Wrong(422, "/rows/2/cost_usd", {"provider": "openai"}, file=FILE.replace(b"2.50", b"=1+1")),
    Wrong(422, "/rows/2/date", {"provider": "openai"}, file=FILE.replace(b"2026-03-01", b"01.03.2026")),
    Wrong(400, None, {"provider": "openai"}, file=b"a,b,c\n1,2,3\n"),
    Wrong(400, None, {"provider": "openai"}, file=b"\xff\x00\xfe"),
    Wrong(400, None, {"provider": "openai"}, file=b""),
    Wrong(413, None, {"provider": "openai"}, file=b" " * (2**20 + 1)),
    Wrong(415, None, {"provider": "openai"}, headers={"Content-Type": "application/json"}),
    Wrong(415, None, {"provider": "openai"}, headers={"Content-Encoding": "gzip"}),
)
PLENTY: Any = {"day_micros": 10**12, "month_micros": 10**13, "total_micros": None}
LIMITS = (
    Wrong(422, "/day_micros", body={"day_micros": -1}),
    Wrong(422, "/month_micros", body={"month_micros": 1.5}),
    Wrong(422, "/total_micros", body={"total_micros": 10**15 + 1}),
    Wrong(422, "/hour_micros", body={"hour_micros": 5}),
)
IMAGES = (*LIMITS, Wrong(422, "/month_images", body={"month_images": "many"}))
URLS = (
    Wrong(422, "/url", body=HOOK | {"url": "http://hooks.example.com/"}),
    Wrong(422, "/url", body=HOOK | {"url": "https://169.254.169.254/"}),
    Wrong(422, "/url", body=HOOK | {"url": "https://[::ffff:10.0.0.1]/"}),
    Wrong(422, "/url", body=HOOK | {"url": "https://me:secret@hooks.example.com/"}),
    Wrong(422, "/url", body=HOOK | {"url": ""}),
    Wrong(422, "/url", body=HOOK | {"url": "https://hooks.example.com/" + "x" * 2_000}),
    Wrong(422, "/events", body=HOOK | {"events": []}),
    Wrong(422, "/events/0", body=HOOK | {"events": ["EverythingBroke"]}),
    Wrong(422, "/description", body=HOOK | {"description": "x" * 201}),
    Wrong(422, "/secret", body=HOOK | {"secret": "mine"}),
)
ROWS: Any = {"rows": [{"prompt": "A walker", "variants": 2}]}
LONG = "x" * 5_000
PAGES = (
    Wrong(422, "/query/page_size", {"page_size": "0"}),
    Wrong(422, "/query/page_size", {"page_size": "-5"}),
    Wrong(422, "/query/page_size", {"page_size": "many"}),
    Wrong(400, None, {"page_token": "garbage"}),
    Wrong(422, "/query/page_token", {"page_token": LONG}),
)
SUBMITS = (
    Wrong(422, "/rows", body={}),
    Wrong(422, "/rows", body={"rows": []}),
    Wrong(422, "/rows/0/prompt", body={"rows": [{"prompt": ""}]}),
    Wrong(422, "/rows/0/prompt", body={"rows": [{"prompt": "x" * 4_001}]}),
    Wrong(422, "/rows/0/model", body={"rows": [{"prompt": "a", "model": "no-such-model"}]}),
    Wrong(422, "/rows/0/aspect_ratio", body={"rows": [{"prompt": "a", "aspect_ratio": "21:9"}]}),
    Wrong(422, "/rows/0/references/0", body={"rows": [{"prompt": "a", "references": [UNKNOWN["reference_id"]]}]}),
    Wrong(422, "/rows/0/references", body={"rows": [{"prompt": "a", "references": ["ref_a"] * 15}]}),
    Wrong(422, "/rows/0/variants", body={"rows": [{"prompt": "a", "variants": 0}]}),
    Wrong(422, "/rows/0/variants", body={"rows": [{"prompt": "a", "variants": 11}]}),
    Wrong(422, "/rows", body={"rows": [{"prompt": "a"}] * 1_001}),
    Wrong(422, "/rows/0/colour", body={"rows": [{"prompt": "a", "colour": "red"}]}),
    Wrong(422, "/start_at", body=ROWS | {"start_at": "tomorrow"}),
)
KEYS = (
    Wrong(422, "/headers/Idempotency-Key", headers={"Idempotency-Key": '""'}),
    Wrong(422, "/headers/Idempotency-Key", headers={"Idempotency-Key": "k" * 256}),
    Wrong(422, "/headers/Idempotency-Key", headers={"Idempotency-Key": "two words"}),
)
DRAFTS = (
    Wrong(422, "/name", body=DRAFT | {"name": ""}),
    Wrong(422, "/rows", body=DRAFT | {"rows": -1}),
    Wrong(422, "/content", body={"name": "Spring"}),
    Wrong(422, "/content", body=DRAFT | {"content": [1]}),
    Wrong(422, "/prompt", body=DRAFT | {"prompt": "A walker"}),
)


def moves() -> tuple[Wrong, ...]:
    """Wrong items to be moved."""
    return (
        Wrong(422, "/items", body={"items": []}),
        Wrong(422, "/items", body={"items": ["itm_a"] * 1_001}),
        Wrong(422, "/items/0", body={"items": [UNKNOWN["item_id"]]}),
    )


def selections(**fields: str) -> tuple[Wrong, ...]:
    """Wrong selections of dead letters, in a body with these fields."""
    return (
        Wrong(404, None, body={"items": [UNKNOWN["item_id"]], **fields}),
        Wrong(422, "/items", body={"items": [], **fields}),
        Wrong(422, "/items", body={"items": ["itm_a"] * 1_001, **fields}),
        Wrong(422, "/filter/kind", body={"filter": {"kind": "bored"}, **fields}),
        Wrong(422, "/filter/q", body={"filter": {"q": "…"}, **fields}),
        Wrong(422, "", body={"items": ["itm_a"], "filter": {}, **fields}),
        Wrong(422, "", body=fields),
    )


def chosen(**fields: Any) -> Callable[[Ids], Any]:
    """A body about the image that was made, with these fields."""
    return lambda ids: {"ids": [ids["asset_id"]], **fields}


def choices(**fields: Any) -> tuple[Wrong, ...]:
    """Wrong images, in a body with these fields."""
    return (
        Wrong(404, body={"ids": [UNKNOWN["asset_id"]], **fields}),
        Wrong(422, "/ids", body={"ids": [], **fields}),
        Wrong(422, "/ids", body={"ids": ["ast_a"] * 101, **fields}),
        Wrong(422, "/ids/0", body={"ids": [5], **fields}),
    )


ENDED = (Wrong(409, make=done),)
