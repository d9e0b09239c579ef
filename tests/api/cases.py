"""Each route's cases: what a good request is, who may send it, what is wrong with others. A route without cases fails the tests."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.domain.modes import Role
from tests.api.prepared import (
    BILL,
    CREDITS,
    HOOK,
    UNKNOWN,
    Ids,
    billed,
    credited,
    delivered,
    done,
    failed,
    hooked,
    keyed,
    paused,
    planned,
    referenced,
    reported,
    unbilled,
    unhooked,
    uploaded,
    waiting,
)
from tests.api.stacks import PASSWORD, ApiStack


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

CASES = (
    Case("POST", "/v1/batches", Role.EDITOR, 202, body=ROWS, wrong=(*SUBMITS, *KEYS,
        Wrong(409, body=ROWS | {"budget_micros": 1}),
    )),
    Case("POST", "/v1/batches:estimate", Role.VIEWER, body=ROWS, wrong=SUBMITS),
    Case("GET", "/v1/batches", Role.VIEWER, make=waiting, wrong=(*PAGES,
        Wrong(422, "/query/status", {"status": "lost"}),
        Wrong(422, "/query/q", {"q": LONG}),
        Wrong(422, "/query/from", {"from": "2026-03-02", "to": "2026-03-01"}),
        Wrong(422, "/query/sort", {"sort": "name"}),
    )),
    Case("GET", "/v1/batches/{batch_id}", Role.VIEWER, make=waiting),
    Case("PATCH", "/v1/batches/{batch_id}", Role.EDITOR, make=waiting, body={"name": "Renamed", "tags": ["spring"]}, wrong=(
        Wrong(422, "/name", body={"name": ""}),
        Wrong(422, "/status", body={"status": "completed"}),
        Wrong(422, "/tags", body={"tags": ["t"] * 21}),
        Wrong(422, "/budget_micros", body={"budget_micros": -1}),
        Wrong(422, "/budget_micros", body={"budget_micros": 0}, make=done),
    )),
    Case("DELETE", "/v1/batches/{batch_id}", Role.EDITOR, 204, make=done, wrong=(Wrong(409, make=waiting),)),
    Case("POST", "/v1/batches/{batch_id}:duplicate", Role.EDITOR, 202, make=waiting, wrong=KEYS),
    Case("POST", "/v1/batches/{batch_id}:pause", Role.EDITOR, make=waiting, wrong=ENDED),
    Case("POST", "/v1/batches/{batch_id}:resume", Role.EDITOR, make=paused, wrong=ENDED),
    Case("POST", "/v1/batches/{batch_id}:cancel", Role.EDITOR, make=waiting, wrong=ENDED),
    Case("POST", "/v1/batches/{batch_id}:promote", Role.EDITOR, make=waiting, body={"priority": "high"}, wrong=(*ENDED,
        Wrong(422, "/priority", body={}),
        Wrong(422, "/priority", body={"priority": "highest"}),
    )),
    Case("POST", "/v1/batches/{batch_id}:retry", Role.EDITOR, make=failed, wrong=(
        Wrong(409, make=done),
        Wrong(422, "/items", body={"items": []}),
        Wrong(422, "/changes/size", body={"changes": {"size": "8K"}}),
        Wrong(422, "/changes/model", body={"changes": {"model": "no-such-model"}}),
    )),
    Case("GET", "/v1/batches/{batch_id}/events", Role.VIEWER, make=done, wrong=(
        Wrong(422, "/query/from_index", {"from_index": "-1"}),
        Wrong(422, "/query/to_index", {"to_index": "the end"}),
        Wrong(422, "/query/to_index", {"to_index": "9" * 30}),
        Wrong(422, "/headers/Last-Event-ID", headers={"Last-Event-ID": "yesterday"}),
        Wrong(422, "/headers/Last-Event-ID", headers={"Last-Event-ID": "2026-13-01T00:00:00Z,itm_aaaaaaaaaaaaaaaaaaaa"}),
    )),
    Case("GET", "/v1/batches/{batch_id}/items", Role.VIEWER, make=done, wrong=(*PAGES,
        Wrong(422, "/query/status", {"status": "lost"}),
        Wrong(422, "/query/from_index", {"from_index": "-1"}),
    )),
    Case("GET", "/v1/batches/{batch_id}/items/{item_id}", Role.VIEWER, make=done),
    Case("PATCH", "/v1/batches/{batch_id}/items/{item_id}", Role.EDITOR, make=planned, body={"prompt": "A bowl"}, wrong=(
        *ENDED,
        Wrong(409, make=failed),
        Wrong(409, headers={"If-Match": '"99"'}),
        Wrong(422, "/headers/If-Match", headers={"If-Match": "yesterday"}),
        Wrong(422, "/prompt", body={"prompt": ""}),
        Wrong(422, "/prompt", body={"prompt": "A {{product}}"}),
        Wrong(422, "/prompt", body={"prompt": None}),
        Wrong(422, "/model", body={"model": "no-such-model"}),
        Wrong(422, "/aspect_ratio", body={"aspect_ratio": "21:9"}),
        Wrong(422, "/size", body={"size": "8K"}),
        Wrong(422, "/references/0", body={"references": [UNKNOWN["reference_id"]]}),
        Wrong(422, "/status", body={"status": "succeeded"}),
        Wrong(422, "/metadata", body={"metadata": {"note": "x" * 2_000, **{f"n{n}": "x" * 1_990 for n in range(9)}}}),
    )),
    Case("POST", "/v1/batches/{batch_id}/items:promote", Role.EDITOR, make=planned, body=lambda ids: {
        "items": [ids["item_id"]]
    }, wrong=(*ENDED, *moves())),
    Case("POST", "/v1/batches/{batch_id}/items:reorder", Role.EDITOR, make=planned, body=lambda ids: {
        "items": [ids["item_id"]]
    }, wrong=(*ENDED, *moves(),
        Wrong(422, "", body={"items": ["itm_a"], "before": "itm_b", "after": "itm_c"}),
    )),
    Case("GET", "/v1/dead-letters", Role.ADMIN, make=failed, wrong=(*PAGES,
        Wrong(422, "/query/kind", {"kind": "bored"}),
        Wrong(422, "/query/from", {"from": "yesterday"}),
        Wrong(422, "/query/from", {"from": "2026-03-02", "to": "2026-03-01"}),
        Wrong(422, "/query/q", {"q": "…"}),
    )),
    Case("GET", "/v1/dead-letters/{item_id}", Role.ADMIN, make=failed),
    Case("POST", "/v1/dead-letters:requeue", Role.ADMIN, make=failed, body=lambda ids: {"items": [ids["item_id"]]}, wrong=(
        *KEYS, *selections(),
        Wrong(422, "/changes/size", body={"filter": {}, "changes": {"size": "8K"}}),
    )),
    Case("POST", "/v1/dead-letters:discard", Role.ADMIN, make=failed, body=lambda ids: {
        "items": [ids["item_id"]], "reason": "Nobody needs it."
    }, wrong=(*KEYS, *selections(reason="Nobody needs it."), Wrong(422, "/reason", body={"filter": {}}))),
    Case("GET", "/v1/assets", Role.VIEWER, make=done, wrong=(*PAGES,
        Wrong(422, "/query/from", {"from": "yesterday"}),
        Wrong(422, "/query/to", {"to": "2026-02-30"}),
        Wrong(422, "/query/model", {"model": LONG}),
        Wrong(422, "/query/sort", {"sort": "random"}),
        Wrong(422, "/query/rating", {"rating": "5"}),
    )),
    Case("GET", "/v1/assets/{asset_id}", Role.VIEWER, make=done),
    Case("POST", "/v1/assets:urls", Role.VIEWER, make=done, body=lambda ids: {"ids": [ids["asset_id"]]}, wrong=(
        Wrong(404, body={"ids": [UNKNOWN["asset_id"]]}),
        Wrong(422, "/ids", body={"ids": []}),
        Wrong(422, "/ids", body={"ids": ["ast_a"] * 101}),
        Wrong(422, "/ids/0", body={"ids": [5]}),
    )),
    Case("DELETE", "/v1/assets/{asset_id}", Role.ADMIN, 204, make=done),
    Case("PATCH", "/v1/assets/{asset_id}", Role.EDITOR, make=done, body={"tags": ["hero"]}, wrong=(
        Wrong(409, headers={"If-Match": '"99"'}),
        Wrong(422, "/tags", body={"tags": ["t"] * 21}),
        Wrong(422, "/tags", body={"tags": None}),
        Wrong(422, "/prompt", body={"prompt": "Another"}),
    )),
    Case("POST", "/v1/assets:tag", Role.EDITOR, make=done, body=chosen(add=["hero"], remove=["draft"]), wrong=(
        *choices(add=["hero"]),
        Wrong(422, "", body={"ids": ["ast_a"]}),
        Wrong(422, "", body={"ids": ["ast_a"], "add": ["Hero"], "remove": ["hero"]}),
        Wrong(422, "/add/0", body={"ids": ["ast_a"], "add": [""]}),
    )),
    Case("POST", "/v1/assets:pick", Role.EVALUATOR, make=done, body=chosen(picked=True), wrong=(
        *choices(picked=True),
        Wrong(422, "/picked", body={"ids": ["ast_a"], "picked": "yes"}),
    )),
    Case("POST", "/v1/assets:rate", Role.EVALUATOR, make=done, body=chosen(rating=3), wrong=(
        *choices(rating=3),
        Wrong(422, "/rating", body={"ids": ["ast_a"]}),
        Wrong(422, "/rating", body={"ids": ["ast_a"], "rating": 5}),
    )),
    Case("POST", "/v1/assets:delete", Role.ADMIN, make=done, body=chosen(), wrong=choices()),
    Case("POST", "/v1/references", Role.EDITOR, 201, body={"filename": "a.png", "media_type": "image/png", "bytes": 9}, wrong=(*KEYS,
        Wrong(422, "/media_type", body={"filename": "a.gif", "media_type": "image/gif", "bytes": 9}),
        Wrong(422, "/bytes", body={"filename": "a.png", "media_type": "image/png", "bytes": 0}),
        Wrong(422, "/bytes", body={"filename": "a.png", "media_type": "image/png", "bytes": 20 * 2**20 + 1}),
        Wrong(422, "/filename", body={"media_type": "image/png", "bytes": 9}),
    )),
    Case("GET", "/v1/references", Role.VIEWER, make=referenced, wrong=PAGES),
    Case("GET", "/v1/references/{reference_id}", Role.VIEWER, make=referenced),
    Case("POST", "/v1/references/{reference_id}:complete", Role.EDITOR, make=uploaded),
    Case("DELETE", "/v1/references/{reference_id}", Role.EDITOR, 204, make=referenced),
    Case("GET", "/v1/models", Role.VIEWER, wrong=PAGES),
    Case("GET", "/v1/usage", Role.VIEWER, make=done, wrong=(
        Wrong(422, "/query/from", {"from": "yesterday"}),
        Wrong(422, "/query/from", {"from": "2026-03-02", "to": "2026-03-01"}),
        Wrong(422, "/query/to", {"from": "2020-01-01", "to": "2026-03-01"}),
        Wrong(422, "/query/group_by", {"group_by": "colour"}),
    )),
    Case("GET", "/v1/reports/costs", Role.VIEWER, make=reported, wrong=(*PAGES,
        Wrong(422, "/query/from", {"from": "yesterday"}),
        Wrong(422, "/query/from", {"from": "2026-03-02", "to": "2026-03-01"}),
        Wrong(422, "/query/to", {"from": "2020-01-01", "to": "2026-03-01"}),
    )),
    Case("GET", "/v1/monitor", Role.ADMIN, make=waiting),
    Case("POST", "/v1/bills", Role.ADMIN, 201, make=unbilled, body=BILL, wrong=(*BILLS, *KEYS)),
    Case("POST", "/v1/bills:import", Role.ADMIN, 201, make=unbilled, file=FILE, media_type="text/csv",
         query={"provider": "openai"}, wrong=(*FILES, *KEYS)),
    Case("GET", "/v1/bills", Role.ADMIN, make=billed, wrong=PAGES),
    Case("GET", "/v1/bills/{bill_id}", Role.ADMIN, make=billed),
    Case("DELETE", "/v1/bills/{bill_id}", Role.ADMIN, 204, make=billed),
    Case("GET", "/v1/limits", Role.VIEWER, make=credited),
    Case("GET", "/v1/limits/members/{member_id}", Role.ADMIN, make=credited),
    Case("PUT", "/v1/limits/organisation", Role.ADMIN, body=PLENTY | {"warn_percent": 90}, wrong=(*LIMITS,
        Wrong(422, "/warn_percent", body={"warn_percent": 0}),
        Wrong(422, "/warn_percent", body={"warn_percent": 101}),
    )),
    Case("PUT", "/v1/limits/members", Role.ADMIN, body=PLENTY | {"month_images": 10**6}, wrong=IMAGES),
    Case("PUT", "/v1/limits/batches", Role.ADMIN, body=PLENTY, wrong=LIMITS),
    Case("PUT", "/v1/limits/members/{member_id}", Role.ADMIN, make=credited, body=PLENTY, wrong=IMAGES),
    Case("DELETE", "/v1/limits/members/{member_id}", Role.ADMIN, 204, make=credited),
    Case("GET", "/v1/credits", Role.VIEWER, wrong=PAGES),
    Case("POST", "/v1/credits", Role.ADMIN, 201, body=CREDITS, wrong=(*KEYS,
        Wrong(404, body=CREDITS | {"member": UNKNOWN["member_id"]}),
        Wrong(422, "/amount_micros", body={"amount_micros": -1}),
        Wrong(422, "/renewal/on", body=CREDITS | {"renewal": {"amount_micros": 5, "on": "2020-01-01"}}),
        Wrong(422, "/renewal/on", body=CREDITS | {"renewal": {"amount_micros": 5, "on": "the first"}}),
        Wrong(422, "/renewal/amount_micros", body=CREDITS | {"renewal": {"on": "2036-01-01"}}),
    )),
    Case("DELETE", "/v1/credits/{holder_id}", Role.ADMIN, 204, make=credited, wrong=(
        Wrong(404, make=lambda _: {"holder_id": "nobody"}),
    )),
    Case("POST", "/v1/keys", Role.ADMIN, 201, body={"name": "Sheets"}, wrong=(*KEYS,
        Wrong(422, "/name", body={"name": " "}),
        Wrong(422, "/role", body={"name": "a", "role": "owner"}),
    )),
    Case("GET", "/v1/keys", Role.ADMIN, wrong=PAGES),
    Case("DELETE", "/v1/keys/{key_id}", Role.ADMIN, 204, make=keyed),
    Case("POST", "/v1/webhooks", Role.ADMIN, 201, make=hooked, body=HOOK, wrong=(*URLS, *KEYS)),
    Case("GET", "/v1/webhooks", Role.ADMIN, make=hooked, wrong=PAGES),
    Case("GET", "/v1/webhooks/{webhook_id}", Role.ADMIN, make=hooked),
    Case("PATCH", "/v1/webhooks/{webhook_id}", Role.ADMIN, make=hooked, body={"enabled": True}, wrong=(*URLS,
        Wrong(422, "/enabled", body={"enabled": None}),
    )),
    Case("POST", "/v1/webhooks/{webhook_id}:rotate", Role.ADMIN, make=hooked),
    Case("POST", "/v1/webhooks/{webhook_id}:test", Role.ADMIN, 202, make=hooked, wrong=(Wrong(409, make=unhooked),)),
    Case("DELETE", "/v1/webhooks/{webhook_id}", Role.ADMIN, 204, make=hooked),
    Case("GET", "/v1/webhooks/{webhook_id}/deliveries", Role.ADMIN, make=delivered, wrong=PAGES),
    Case("GET", "/v1/webhooks/{webhook_id}/deliveries/{delivery_id}", Role.ADMIN, make=delivered),
    Case("POST", "/v1/webhooks/{webhook_id}/deliveries/{delivery_id}:redeliver", Role.ADMIN, 202, make=delivered, wrong=(
        Wrong(409, make=unhooked),
    )),
    Case("POST", "/v1/auth/login", None, body={"email": "admin@ours.example", "password": PASSWORD}, wrong=(
        Wrong(401, None, body={"email": "admin@ours.example", "password": "wrong"}),
        Wrong(401, None, body={"email": "nobody@ours.example", "password": PASSWORD}),
        Wrong(422, "/email", body={"email": "", "password": PASSWORD}),
        Wrong(422, "/password", body={"email": "admin@ours.example", "password": ""}),
    )),
    Case("GET", "/v1/health", None),
    Case("GET", "/v1/ready", None),
    Case("GET", "/v1/config", None),
    Case("GET", "/v1/openapi.json", None),
    Case("GET", "/v1/docs", None),
    Case("GET", "/v1/docs/start.js", None),
    Case("GET", "/v1/docs/{name}", None, make=lambda _: {"name": "swagger-ui.css"}, wrong=(
        Wrong(404, make=lambda _: {"name": "passwd"}),
    )),
)  # fmt: skip
