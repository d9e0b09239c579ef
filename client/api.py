"""The typed client: batches, images, references, keys, money, dead letters and the monitor over the HTTP API."""

import uuid
from collections.abc import Iterable, Iterator, Mapping
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

from pydantic import SecretStr

from client.answers import T, listing, mapping, typed
from client.clocks import Clock, SystemClock
from client.errors import ClientError, ProblemError
from client.letters import DeadLetter, ItemsMoved, LettersActed
from client.models import Batch, BatchAccepted, BatchCreate, Estimate, Item
from client.resources import (
    AssetLink,
    AssetRecord,
    Configuration,
    Credits,
    Health,
    Key,
    KeyCreated,
    Limits,
    Login,
    Model,
    Monitor,
    Reference,
    ReferenceTicket,
    UsageRow,
)
from client.streams import EventStream
from client.transport import Repeat, Transport

PAGE_SIZE = 200
LINKS_AT_ONCE = 100


class Client:
    """Fanfold over HTTP, with an API key (machines) or a bearer token (people).

    Every method raises ProblemError when the server refuses, Unreachable when it does not answer
    after bounded retries. Safe to use from several threads.
    """

    def __init__(
        self,
        url: str,
        api_key: str | SecretStr | None = None,
        *,
        token: str | SecretStr | None = None,
        clock: Clock | None = None,
    ) -> None:
        credential: dict[str, str] = {}
        if api_key is not None:
            credential["X-API-Key"] = _plain(api_key)
        elif token is not None:
            credential["Authorization"] = f"Bearer {_plain(token)}"
        self.transport = Transport(url, credential, clock or SystemClock())

    def __repr__(self) -> str:
        return f"Client({self.transport.url!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self.transport.close()

    # --- open to all

    def health(self) -> Health:
        """Whether the process lives."""
        return self._get("/v1/health", Health)

    def ready(self) -> Health:
        """Whether its parts answer, each named."""
        return self._get("/v1/ready", Health)

    def configuration(self) -> Configuration:
        """Limits and the way to sign in; asked once, not retried."""
        return typed(Configuration, self.transport.json("GET", "/v1/config", tries=1))

    def login(self, email: str, password: str) -> Login:
        """A bearer token for a person."""
        body = {"email": email, "password": password}
        return typed(Login, self.transport.json("POST", "/v1/auth/login", body=body, repeat=Repeat.REFUSED))

    # --- batches

    def submit(self, batch: BatchCreate, *, idempotency_key: str | None = None) -> BatchAccepted:
        """Accept a batch; the same key and batch again answer the same and start nothing twice."""
        return self._create("/v1/batches", _body(batch), BatchAccepted, idempotency_key)

    def estimate(self, batch: BatchCreate) -> Estimate:
        """What the batch would cost and take; nothing is written."""
        return typed(Estimate, self.transport.json("POST", "/v1/batches:estimate", body=_body(batch)))

    def batch(self, batch_id: str) -> Batch:
        """A batch as it is now."""
        return self._get(f"/v1/batches/{_segment(batch_id)}", Batch)

    def batches(self, *, status: str = "", q: str = "", tag: str = "", page_size: int = PAGE_SIZE) -> Iterator[Batch]:
        """All batches that match, read page by page as they are needed."""
        filters = {"status": status, "q": q, "tag": tag}
        return self._pages("/v1/batches", "batches", Batch, filters, page_size)

    def items(self, batch_id: str, *, status: str = "", page_size: int = PAGE_SIZE) -> Iterator[Item]:
        """All items of a batch, read page by page; links are fresh when their page is read."""
        return self._pages(f"/v1/batches/{_segment(batch_id)}/items", "items", Item, {"status": status}, page_size)

    def pause(self, batch_id: str) -> Batch:
        """Start no further images; those that run are finished."""
        return self._act(batch_id, "pause")

    def resume(self, batch_id: str) -> Batch:
        """Go on with a paused batch."""
        return self._act(batch_id, "resume")

    def cancel(self, batch_id: str) -> Batch:
        """Give up what has not started; what is done is kept."""
        return self._act(batch_id, "cancel")

    def set_budget(self, batch_id: str, budget_micros: int) -> Batch:
        """Give a batch another budget; one that its budget held back goes on."""
        body = {"budget_micros": budget_micros}
        return typed(Batch, self.transport.json("PATCH", f"/v1/batches/{_segment(batch_id)}", body=body))

    def retry(
        self, batch_id: str, *, items: Iterable[str] | None = None, changes: Mapping[str, Any] | None = None
    ) -> Batch:
        """Make failed items again, all or those named, with changed settings if given."""
        body: dict[str, Any] = {}
        if items is not None:
            body["items"] = list(items)
        if changes:
            body["changes"] = dict(changes)
        return self._act(batch_id, "retry", body or None)

    def promote(self, batch_id: str, priority: str) -> Batch:
        """Go on in another lane: high, standard or economy."""
        return self._act(batch_id, "promote", {"priority": priority})

    def edit_item(self, batch_id: str, item_id: str, *, revision: int | None = None, **changes: Any) -> Item:
        """Change an image that waits; with a revision, only if it is still as it was seen."""
        path = f"/v1/batches/{_segment(batch_id)}/items/{_segment(item_id)}"
        headers = {} if revision is None else {"If-Match": f'"{revision}"'}
        return typed(Item, self.transport.json("PATCH", path, body=changes, headers=headers, repeat=Repeat.REFUSED))

    def promote_items(self, batch_id: str, items: Iterable[str]) -> ItemsMoved:
        """Make these images before all others of the batch that wait, in this order."""
        return self._move(batch_id, "promote", {"items": list(items)})

    def reorder_items(
        self,
        batch_id: str,
        items: Iterable[str],
        *,
        before: str | None = None,
        after: str | None = None,
        last: bool = False,
    ) -> ItemsMoved:
        """Make these images in this order, in the places that they hold, right before or after another one, or last of all."""
        beside: dict[str, Any] = {
            name: item for name, item in (("before", before), ("after", after)) if item is not None
        }
        beside |= {"last": True} if last else {}
        return self._move(batch_id, "reorder", {"items": list(items), **beside})

    def events(self, batch_id: str, *, last_event_id: str = "") -> EventStream:
        """The live events of a batch: `.resume()` for all until its end, `.read()` for one connection."""
        return EventStream(self.transport, _segment(batch_id), last_event_id)

    # --- dead letters, for admins

    def dead_letters(
        self, *, discarded: bool = False, page_size: int = PAGE_SIZE, **filters: str
    ) -> Iterator[DeadLetter]:
        """Images that failed for good, the latest first; filters are kind, batch, model, provider, q, from_ and to."""
        named = {name.rstrip("_"): value for name, value in filters.items()}
        named |= {"discarded": "true"} if discarded else {}
        return self._pages("/v1/dead-letters", "dead_letters", DeadLetter, named, page_size)

    def dead_letter(self, item_id: str) -> DeadLetter:
        """One image that failed for good, with every try."""
        return self._get(f"/v1/dead-letters/{_segment(item_id)}", DeadLetter)

    def requeue(
        self,
        selection: Iterable[str] | Mapping[str, Any],
        *,
        changes: Mapping[str, Any] | None = None,
        page_token: str = "",
        idempotency_key: str | None = None,
    ) -> LettersActed:
        """Try dead letters again, named ones or those that a filter finds, with changed settings if given."""
        body = _selected(selection, page_token) | ({"changes": dict(changes)} if changes else {})
        return self._create("/v1/dead-letters:requeue", body, LettersActed, idempotency_key)

    def discard(
        self,
        selection: Iterable[str] | Mapping[str, Any],
        reason: str,
        *,
        page_token: str = "",
        idempotency_key: str | None = None,
    ) -> LettersActed:
        """Give up dead letters, named ones or those that a filter finds."""
        body = _selected(selection, page_token) | {"reason": reason}
        return self._create("/v1/dead-letters:discard", body, LettersActed, idempotency_key)

    # --- references and assets

    def create_reference(
        self, filename: str, media_type: str, size_bytes: int, *, idempotency_key: str | None = None
    ) -> ReferenceTicket:
        """A place for a picture's bytes; `client.uploads` sends them and completes it."""
        body = {"filename": filename, "media_type": media_type, "bytes": size_bytes}
        return self._create("/v1/references", body, ReferenceTicket, idempotency_key)

    def complete_reference(self, reference_id: str) -> Reference:
        """Have the uploaded bytes checked; from then on rows may use the id."""
        return typed(Reference, self.transport.json("POST", f"/v1/references/{_segment(reference_id)}:complete"))

    def asset(self, asset_id: str) -> AssetRecord:
        """One image with its recipe and fresh links."""
        return self._get(f"/v1/assets/{_segment(asset_id)}", AssetRecord)

    def assets(self, *, page_size: int = PAGE_SIZE, **filters: str) -> Iterator[AssetRecord]:
        """The history of images; filters are q, model, tag, batch, from_ and to."""
        named = {name.rstrip("_"): value for name, value in filters.items()}
        return self._pages("/v1/assets", "assets", AssetRecord, named, page_size)

    def asset_links(self, asset_ids: Iterable[str]) -> dict[str, AssetLink]:
        """Fresh signed links by asset id, any number of them."""
        ids, links = list(asset_ids), dict[str, AssetLink]()
        for start in range(0, len(ids), LINKS_AT_ONCE):
            body = {"ids": ids[start : start + LINKS_AT_ONCE]}
            answer = self.transport.json("POST", "/v1/assets:urls", body=body)
            links |= {key: typed(AssetLink, link) for key, link in mapping(answer, "urls").items()}
        return links

    # --- limits and credits

    def limits(self, member: str = "") -> Limits:
        """What binds your own work, or (for admins) one member's, and how much of each limit is left."""
        return self._get(f"/v1/limits/members/{_segment(member)}" if member else "/v1/limits", Limits)

    def set_limits(self, holder: str, **settings: int | None) -> Limits:
        """Set the limits of the `organisation`, its `members`, its `batches` or one member (its id), in place of those before."""
        path = holder if holder in ("organisation", "members", "batches") else f"members/{_segment(holder)}"
        return typed(Limits, self.transport.json("PUT", f"/v1/limits/{path}", body=settings))

    def credits(self) -> list[Credits]:
        """The organisation's credits and your own; for admins every member's."""
        return list(self._pages("/v1/credits", "credits", Credits, {}, PAGE_SIZE))

    # --- models, usage, keys

    def models(self) -> list[Model]:
        """The models that rows may name."""
        return list(self._pages("/v1/models", "models", Model, {}, PAGE_SIZE))

    def usage(self, *, from_: str = "", to: str = "", group_by: str = "") -> list[UsageRow]:
        """Spending between two dates, by day, model, member or batch."""
        filters = {"from": from_, "to": to, "group_by": group_by}
        return list(self._pages("/v1/usage", "usage", UsageRow, filters, None))

    def monitor(self) -> Monitor:
        """What waits, runs, fails and costs in the organisation now; for admins."""
        return typed(Monitor, self.transport.json("GET", "/v1/monitor"))

    def keys(self) -> Iterator[Key]:
        """The organisation's API keys, without the secrets."""
        return self._pages("/v1/keys", "keys", Key, {}, PAGE_SIZE)

    def create_key(self, name: str, *, idempotency_key: str | None = None, **fields: Any) -> KeyCreated:
        """A new API key; its secret is in this answer and never again."""
        return self._create("/v1/keys", {"name": name, **fields}, KeyCreated, idempotency_key)

    def delete_key(self, key_id: str) -> None:
        """Revoke an API key."""
        self.transport.json("DELETE", f"/v1/keys/{_segment(key_id)}")

    # --- how

    def _get(self, path: str, model: type[T]) -> T:
        return typed(model, self.transport.json("GET", path))

    def _create(self, path: str, body: object, model: type[T], idempotency_key: str | None) -> T:
        headers = {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}
        return typed(model, self.transport.json("POST", path, body=body, headers=headers))

    def _act(self, batch_id: str, verb: str, body: object = None) -> Batch:
        path = f"/v1/batches/{_segment(batch_id)}:{verb}"
        return typed(Batch, self.transport.json("POST", path, body=body, repeat=Repeat.REFUSED))

    def _move(self, batch_id: str, verb: str, body: object) -> ItemsMoved:
        path = f"/v1/batches/{_segment(batch_id)}/items:{verb}"
        return typed(ItemsMoved, self.transport.json("POST", path, body=body, repeat=Repeat.REFUSED))

    def _pages(
        self, path: str, name: str, model: type[T], filters: Mapping[str, str], page_size: int | None
    ) -> Iterator[T]:
        params: dict[str, Any] = {key: value for key, value in filters.items() if value}
        if page_size is not None:
            params["page_size"] = page_size
        token = ""
        while True:
            answer = self.transport.json("GET", path, params=params | ({"page_token": token} if token else {}))
            yield from (typed(model, entry) for entry in listing(answer, name))
            following = str(answer.get("next_page_token") or "")
            if not following:
                return
            if following == token:
                raise ClientError(f"The server answers the same page of {name} again and again.")
            token = following


def _body(batch: BatchCreate) -> dict[str, Any]:
    return batch.model_dump(mode="json", exclude_none=True)


def _selected(selection: Iterable[str] | Mapping[str, Any], page_token: str) -> dict[str, Any]:
    chosen = {"filter": dict(selection)} if isinstance(selection, Mapping) else {"items": list(selection)}
    return chosen | ({"page_token": page_token} if page_token else {})


def _plain(secret: str | SecretStr) -> str:
    return secret.get_secret_value() if isinstance(secret, SecretStr) else secret


def _segment(value: str) -> str:
    """One path segment; an id can never lead to another route."""
    if value in ("", ".", ".."):
        raise ProblemError(404, "Not found", "An empty id names nothing.")
    return quote(value, safe="")
