"""What the scripted server knows: batches, items, references, and what a test wants it to answer."""

import json
import struct
import zlib
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

KEY = "ff_test_5up3r53cr3t"
DROP = object()
"""In a script of events: the connection breaks in the middle."""
CLOSE = object()
"""In a script of events: the server ends the stream properly."""


@dataclass
class Seen:
    """A request as it arrived."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    raw: bytes

    @property
    def body(self) -> Any:
        return json.loads(self.raw)


@dataclass
class Reply:
    """An answer that a test scripted."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    drop: bool = False


def png(seed: int = 0) -> bytes:
    """A true picture of one pixel; another seed gives other bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    pixel = zlib.compress(bytes([0, seed % 256, seed // 256 % 256, 7]))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixel) + chunk(b"IEND", b"")


class State:
    """The state that the server speaks from; every request is kept in `seen`."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self.script: dict[tuple[str, str], deque[Reply]] = defaultdict(deque)
        self.batches: dict[str, dict[str, Any]] = {}
        self.items: dict[str, list[dict[str, Any]]] = {}
        self.answers: dict[str, tuple[bytes, Any]] = {}
        self.references: dict[str, dict[str, Any]] = {}
        self.images: dict[str, bytes] = {}
        self.events: deque[Any] = deque()
        self.limits: dict[str, int] = {}
        self.fit: dict[str, Any] = {}
        self.usage: list[dict[str, Any]] = []
        self.binding: dict[str, Any] = {}
        self.credits: list[dict[str, Any]] = []
        self.monitor: dict[str, Any] = {}
        self.stale_links: set[str] = set()
        self.on_event: Callable[[], None] = lambda: None
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def then(self, method: str, path: str, *replies: Reply) -> None:
        """Answer the next requests of that route with these, then as usual again."""
        self.script[(method, path)].extend(replies)

    def asked(self, method: str, path: str) -> list[Seen]:
        """The requests of a route so far."""
        return [seen for seen in self.seen if seen.method == method and seen.path == path]

    def accept(self, body: dict[str, Any]) -> dict[str, Any]:
        """Make a batch with its items, as finished as their prompts say."""
        batch_id = f"bat_{len(self.batches):020d}"
        items = [
            self._item(row, index, variant)
            for index, row in enumerate(body["rows"])
            for variant in range(1, row.get("variants", 1) + 1)
        ]
        for number, item in enumerate(items):
            item["index"] = number
        self.items[batch_id] = items
        self.batches[batch_id] = {
            "id": batch_id,
            "name": body.get("name"),
            "status": "accepted",
            "created_at": "2026-03-01T12:00:00Z",
            "progress": progress(len(items)),
            "cost": {"estimated_micros": 33_600 * len(items), "spent_micros": 0},
            "revision": 1,
            "unknown_field_of_a_later_version": {"x": 1},
        }
        return {
            "id": batch_id,
            "status": "accepted",
            "images": len(items),
            "estimated_micros": 33_600 * len(items),
            "status_url": f"/v1/batches/{batch_id}",
            "items_url": f"/v1/batches/{batch_id}/items",
            "events_url": f"/v1/batches/{batch_id}/events",
        }

    def finish(self, batch_id: str) -> dict[str, Any]:
        """Bring a batch to its end by the state of its items."""
        batch, items = self.batches[batch_id], self.items[batch_id]
        failed = sum(item["status"] == "failed" for item in items)
        good = len(items) - failed
        batch["status"] = "failed" if not good else "completed_with_failures" if failed else "completed"
        batch["progress"] = progress(len(items), succeeded=good, failed=failed)
        batch["cost"] = {**batch["cost"], "spent_micros": 33_600 * good}
        batch["revision"] += 1
        return batch

    def _item(self, row: dict[str, Any], index: int, variant: int) -> dict[str, Any]:
        number = len(self.images)
        item = {
            "id": f"itm_{index:010d}{variant:010d}", "row": index, "variant": variant, "kind": "image",
            "status": "succeeded", "prompt": row["prompt"], "model": row.get("model", "preview"), "provider": "preview",
            "seed": row.get("seed"), "attempts": [], "error": None, "cost_micros": 33_600, "asset": None,
            "tags": row.get("tags", []), "metadata": row.get("metadata", {}),
        }  # fmt: skip
        if "fail" in row["prompt"]:
            error = {"kind": "refused", "detail": "Blocked by the model.", "hint": "Say it differently."}
            return item | {"status": "failed", "error": error, "cost_micros": 0}
        asset_id, image = f"ast_{number:020d}", png(number)
        self.images[asset_id] = image
        asset = {
            "id": asset_id, "url": f"/signed/{asset_id}?sig=1", "thumbnail_url": f"/signed/{asset_id}?thumb=1", "width": 1, "height": 1,
            "media_type": "image/png", "bytes": len(image),
        }  # fmt: skip
        return item | {"asset": asset}


def progress(total: int, succeeded: int = 0, failed: int = 0, running: int = 0, **more: Any) -> dict[str, Any]:
    """Counts as the API tells them."""
    pending = total - succeeded - failed - running
    percent = 100 * (succeeded + failed) // total if total else 0
    counts = {"total": total, "pending": pending, "running": running, "succeeded": succeeded, "failed": failed}
    return counts | {"cancelled": 0, "percent": percent, "message": "", "images_per_minute": 30.0, **more}


def problem(status: int, title: str, detail: str, **more: Any) -> Reply:
    """Problem details."""
    body = {"type": f"https://fanfold.dev/problems/{title.lower().replace(' ', '-')}", "title": title, "status": status}
    headers = {"Content-Type": "application/problem+json", "X-Request-Id": "req-7", **more.pop("headers", {})}
    return Reply(status, body | {"detail": detail} | more, headers)
