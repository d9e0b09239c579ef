"""What the scripted server answers, route by route."""

from collections.abc import Callable
from typing import Any

from tests.client.wire_state import Reply, Seen, State, problem


def _submit(wire: State, seen: Seen) -> Reply:
    key = seen.headers.get("Idempotency-Key", "")
    if not key:
        return problem(400, "Malformed", "A create needs an Idempotency-Key.")
    if key in wire.answers:
        raw, body = wire.answers[key]
        if raw == seen.raw:
            return Reply(202, body)
        errors = [{"pointer": "/headers/Idempotency-Key", "detail": "Another body."}]
        return problem(422, "Idempotency key reused", "Another body.", errors=errors, existing_id=body["id"])
    body = wire.accept(seen.body)
    wire.answers[key] = (seen.raw, body)
    return Reply(202, body)


def _estimate(wire: State, seen: Seen) -> Reply:
    images = sum(row.get("variants", 1) for row in seen.body["rows"])
    saving = {"saves_micros": 400_000, "text": "The economy lane costs half.", "change": {"priority": "economy"}}
    answer = {"images": images, "estimated_micros": 33_600 * images, "estimated_seconds": 75, "by_model": []}
    return Reply(body=answer | {"suggestions": [saving], "limits": {"fits": True, "images": images} | wire.fit})


def _page(name: str, entries: list[Any], seen: Seen) -> Reply:
    size, start = int(seen.query.get("page_size", 50)), int(seen.query.get("page_token", "0"))
    following = str(start + size) if start + size < len(entries) else ""
    return Reply(body={name: entries[start : start + size], "next_page_token": following})


def _list(wire: State, seen: Seen) -> Reply:
    status = seen.query.get("status")
    found = [batch for batch in wire.batches.values() if status in (None, batch["status"])]
    return _page("batches", found, seen)


def _get(wire: State, seen: Seen, batch_id: str) -> Reply:
    if batch_id not in wire.batches:
        return problem(404, "Not found", f"There is no batch {batch_id}.")
    return Reply(body=wire.batches[batch_id])


def _items(wire: State, seen: Seen, batch_id: str) -> Reply:
    status = seen.query.get("status")
    return _page("items", [item for item in wire.items[batch_id] if status in (None, item["status"])], seen)


def _change(wire: State, seen: Seen, batch_id: str) -> Reply:
    wire.batches[batch_id]["cost"] |= seen.body
    return Reply(body=wire.batches[batch_id])


def _act(wire: State, seen: Seen, batch_id: str, verb: str) -> Reply:
    batch = wire.batches[batch_id]
    if batch["status"] in ("completed", "cancelled") and verb != "retry":
        return problem(409, "Conflict", f"The batch is {batch['status']} already.")
    after = {"pause": "paused", "resume": "running", "cancel": "cancelled", "retry": "accepted", "promote": "running"}
    batch["status"] = after[verb]
    batch["revision"] += 1
    return Reply(body=batch)


def _reference(wire: State, seen: Seen) -> Reply:
    name = f"ref_{len(wire.references):020d}"
    wire.references[name] = dict(seen.body)
    upload = {"method": "PUT", "url": f"{wire.url}/signed/{name}?sig=1", "headers": {"X-Upload-Check": name}}
    return Reply(201, {"id": name, "upload": upload})


def _complete(wire: State, seen: Seen, name: str) -> Reply:
    reference = wire.references[name]
    if len(reference.get("data", b"")) != reference["bytes"]:
        return problem(422, "Invalid", "The bytes are not those that were announced.")
    return Reply(body={"id": name, "status": "ready"})


def _links(wire: State, seen: Seen) -> Reply:
    wire.stale_links -= set(seen.body["ids"])
    links = {
        name: {"url": f"/signed/{name}?sig=2", "thumbnail_url": f"/signed/{name}?thumb=2"} for name in seen.body["ids"]
    }
    return Reply(body={"urls": links})


def _keys(wire: State, seen: Seen) -> Reply:
    return Reply(201, {"id": "key_1", "name": seen.body["name"], "key": "ff_shown_once"})


def _edit(wire: State, seen: Seen, batch_id: str, item_id: str) -> Reply:
    if seen.headers.get("If-Match", '"0"') != '"0"':
        return problem(409, "Conflict", "The item was changed meanwhile.")
    return Reply(body={"id": item_id, "batch": batch_id, **seen.body})


def _move(wire: State, seen: Seen, _batch_id: str, _verb: str) -> Reply:
    left = [{"item": item, "detail": "It is being made."} for item in seen.body["items"] if item == "itm_busy"]
    return Reply(body={"moved": len(seen.body["items"]) - len(left), "left": left})


def _letters_acted(wire: State, seen: Seen, _verb: str) -> Reply:
    chosen = seen.body.get("items") or [letter["id"] for letter in LETTERS]
    busy = {"code": "retry-in-progress", "detail": "A retry of this batch is being prepared."}
    batches = [{"batch": "bat_1", "name": "Pets", "selected": len(chosen), "done": len(chosen), "reason": None}]
    if "itm_busy" in chosen:
        batches.append({"batch": "bat_2", "name": "Dogs", "selected": 1, "done": 0, "reason": busy})
    return Reply(body={"done": len(chosen), "batches": batches, "more": "filter" in seen.body})


LETTERS = [
    {
        "id": f"itm_{number}",
        "batch": "bat_1",
        "batch_name": "Pets",
        "status": "failed",
        "prompt": f"a cat {number}",
        "error": {"kind": "refused", "detail": "It was refused.", "hint": "Say it otherwise."},
        "finished_at": "2026-03-01T12:00:00Z",
        "can_requeue": True,
        "hindrance": None,
    }
    for number in range(3)
]
MODEL = {
    "id": "preview",
    "provider": "preview",
    "is_default": True,
    "capabilities": {"sizes": ["1K", "2K"], "max_references": 6},
    "price": {"estimated_micros": {"2K": 67_000, "1K": 33_600}},
    "shutdown_on": "2026-12-31",
    "replacement": "preview-2",
    "warning": "Ends on 2026-12-31. Use preview-2.",
}

STANDING = {
    "name": "The organisation's limit for today", "holder": "organisation", "period": "day", "unit": "micros",
    "limit": 50_000_000, "spent": 41_000_000, "reserved": 1_000_000, "left": 8_000_000, "resets_at": None, "warned": True,
}  # fmt: skip
NONE_SET = {"day_micros": None, "month_micros": None, "total_micros": None, "month_images": None}
LIMITS = {
    "member": "mem_1", "time_zone": "UTC", "warn_percent": 80, "own": None, "batches": NONE_SET,
    "organisation": NONE_SET | {"day_micros": 50_000_000}, "members": NONE_SET | {"month_images": 500},
    "in_force": [STANDING, STANDING | {"name": "The member's limit for this month", "unit": "images", "warned": False}],
}  # fmt: skip
CREDITS = {
    "holder": "organisation", "amount_micros": 100_000_000, "spent_micros": 20_000_000, "reserved_micros": 0,
    "left_micros": 80_000_000, "resets_at": "2026-04-01T00:00:00Z", "renewal_micros": 100_000_000, "monthly": True,
}  # fmt: skip


def _limits(wire: State, _seen: Seen, *_name: str) -> Reply:
    return Reply(body=wire.binding or LIMITS)


ROUTES: tuple[tuple[str, str, Callable[..., Reply]], ...] = (
    (r"/v1/batches", "POST", _submit),
    (r"/v1/batches:estimate", "POST", _estimate),
    (r"/v1/batches", "GET", _list),
    (r"/v1/batches/([^/:]+)", "GET", _get),
    (r"/v1/batches/([^/:]+)", "PATCH", _change),
    (r"/v1/batches/([^/:]+)/items", "GET", _items),
    (r"/v1/batches/([^/:]+):(\w+)", "POST", _act),
    (r"/v1/batches/([^/:]+)/items/([^/:]+)", "PATCH", _edit),
    (r"/v1/batches/([^/:]+)/items:(promote|reorder)", "POST", _move),
    (r"/v1/dead-letters", "GET", lambda _, seen: _page("dead_letters", LETTERS, seen)),
    (r"/v1/dead-letters/([^/:]+)", "GET", lambda _wire, _seen, name: Reply(body={**LETTERS[0], "id": name})),
    (r"/v1/dead-letters:(requeue|discard)", "POST", _letters_acted),
    (r"/v1/references", "POST", _reference),
    (r"/v1/references/([^/:]+):complete", "POST", _complete),
    (r"/v1/assets/([^/:]+)", "GET", lambda _wire, _seen, name: Reply(body={"id": name, "prompt": "a cat"})),
    (r"/v1/assets", "GET", lambda wire, seen: _page("assets", [{"id": name} for name in wire.images], seen)),
    (r"/v1/assets:urls", "POST", _links),
    (r"/v1/models", "GET", lambda _, seen: _page("models", [MODEL], seen)),
    (r"/v1/limits(?:/members/([^/:]+))?", "GET", _limits),
    (r"/v1/limits/(organisation|members|batches|members/[^/:]+)", "PUT", _limits),
    (r"/v1/credits", "GET", lambda wire, seen: _page("credits", wire.credits, seen)),
    (r"/v1/usage", "GET", lambda wire, seen: _page("usage", wire.usage, seen)),
    (r"/v1/monitor", "GET", lambda wire, _seen: Reply(200, wire.monitor)),
    (r"/v1/keys", "GET", lambda _, seen: _page("keys", [{"id": "key_1", "name": "ci"}], seen)),
    (r"/v1/keys", "POST", _keys),
    (r"/v1/keys/([^/:]+)", "DELETE", lambda _wire, _seen, _name: Reply(204, raw=b"")),
)
