"""A web client of Firestore as its REST interface serves one: every call goes through the security rules."""

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple, Self

import httpx

OWNER: Final = "owner"
_SECONDS: Final = 30.0


class Answer(NamedTuple):
    """What Firestore said: whether it was allowed, and the paths of the documents that it gave."""

    allowed: bool
    paths: tuple[str, ...] = ()


class WebClient:
    """One caller, by an unsigned token with these claims (the emulator takes them), `OWNER` past all rules, or nobody."""

    def __init__(self, host: str, project: str, claims: Mapping[str, Any] | str | None) -> None:
        self._root = f"projects/{project}/databases/(default)/documents"
        token = claims if isinstance(claims, str) or claims is None else unsigned(project, claims)
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        self._http = httpx.Client(base_url=f"http://{host}/v1/", headers=headers, timeout=_SECONDS, trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def get(self, path: str) -> Answer:
        """Read one document; one that is not there is allowed, and gives nothing."""
        answer = self._http.get(f"{self._root}/{path}")
        found = answer.status_code != 404
        return self._judged(answer, [answer.json()] if found else [])

    def list(self, collection: str, *, limit: int | None = 25, kept: bool = False, group: bool = False) -> Answer:
        """Read a collection (with `group`, every one of its name below its parent); `kept`: what was not deleted."""
        parent, _, name = collection.rpartition("/")
        query: dict[str, Any] = {"from": [{"collectionId": name, "allDescendants": group}]}
        if limit is not None:
            query["limit"] = limit
        if kept:
            query["where"] = {"unaryFilter": {"op": "IS_NULL", "field": {"fieldPath": "deleted_at"}}}
        at = f"{self._root}/{parent}" if parent else self._root
        answer = self._http.post(f"{at}:runQuery", json={"structuredQuery": query})
        rows = answer.json()
        return self._judged(answer, [row["document"] for row in rows if "document" in row] if answer.is_success else [])

    def create(self, path: str) -> Answer:
        """Write a document that must not be there."""
        return self._commit(self._set(path, {"exists": False}))

    def put(self, path: str, fields: Mapping[str, Any] | None = None) -> Answer:
        """Write a document, whether or not it is there."""
        return self._commit(self._set(path, None, fields))

    def update(self, path: str) -> Answer:
        """Change one field of a document that must be there."""
        return self._commit({**self._set(path, {"exists": True}), "updateMask": {"fieldPaths": ["name"]}})

    def increment(self, path: str) -> Answer:
        """Change a document by a transform alone."""
        transform = {"fieldPath": "revision", "increment": {"integerValue": "1"}}
        return self._commit({"transform": {"document": f"{self._root}/{path}", "fieldTransforms": [transform]}})

    def delete(self, path: str) -> Answer:
        """Delete a document, whether or not it is there."""
        return self._commit({"delete": f"{self._root}/{path}"})

    def _set(self, path: str, guard: dict[str, Any] | None, fields: Mapping[str, Any] | None = None) -> dict[str, Any]:
        written = {"name": {"stringValue": "x"}} if fields is None else dict(fields)
        write: dict[str, Any] = {"update": {"name": f"{self._root}/{path}", "fields": written}}
        return write if guard is None else {**write, "currentDocument": guard}

    def _commit(self, write: dict[str, Any]) -> Answer:
        return self._judged(self._http.post(f"{self._root}:commit", json={"writes": [write]}), [])

    def _judged(self, answer: httpx.Response, documents: Sequence[dict[str, Any]]) -> Answer:
        if answer.status_code == 403:
            return Answer(allowed=False)
        # A guard that does not hold (409, 404) is met only by those who were let through.
        assert answer.status_code in {200, 404, 409}, answer.text
        return Answer(True, tuple(one["name"].removeprefix(f"{self._root}/") for one in documents))


def unsigned(project: str, claims: Mapping[str, Any]) -> str:
    """A token as the Auth emulator makes them: Firebase's claims, these beside them, and no signature."""
    issued = {"iss": f"https://securetoken.google.com/{project}", "aud": project, "iat": 1, "exp": 4_000_000_000}
    firebase = {"identities": {}, "sign_in_provider": "password"}
    body = {**issued, "sub": "mem_someone", "auth_time": 1, "firebase": firebase, **claims}
    body["user_id"] = body["sub"]
    parts = [json.dumps({"alg": "none", "typ": "JWT"}), json.dumps(body)]
    return ".".join(base64.urlsafe_b64encode(part.encode()).rstrip(b"=").decode() for part in parts) + "."
