"""Stand-ins for gcloud and terraform: programs on the PATH that keep what they are told and remember what they made."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, Router

from shared.version import VERSION
from tests.servers import serve

PROJECT = "my-project"
REGION = "europe-west1"
OLD = "00001-old"
NEW = "00002-new"

PROGRAM = """#!{python} -IS
import json, pathlib, sys
place = pathlib.Path({place!r})
program, words = pathlib.Path(sys.argv[0]).name, sys.argv[1:]
line = " ".join([program, *words])
state = json.loads((place / "state.json").read_text())
given = sys.stdin.read() if "--data-file=-" in words else ""
with (place / "calls.jsonl").open("a") as calls:
    calls.write(json.dumps({{"line": line, "input": given}}) + "\\n")
for failing in list(state["failing"]):
    if failing in line:
        state["failing"].remove(failing)
        (place / "state.json").write_text(json.dumps(state))
        sys.exit("it does not want to")
flags = dict(word[2:].partition("=")[::2] for word in words if word.startswith("--"))
names = [word for word in words if not word.startswith("-")]
answer = None
def say(found):
    global answer
    answer = found
    if found is None:
        sys.exit(1)
if program == "gcloud":
    if names[:2] == ["auth", "list"]: say(state["account"])
    elif names[0] == "auth": say("a-token")
    elif names[0] == "projects": say("123456")
    elif names[0] == "billing": say(state["billed"])
    elif names[:3] == ["storage", "buckets", "describe"]: say(state["buckets"].get(names[3]))
    elif names[:3] == ["storage", "buckets", "create"]: state["buckets"][names[3]] = "there"
    elif names[:3] == ["firestore", "databases", "describe"]: say(state["database"])
    elif names[:3] == ["secrets", "versions", "list"]: say("1" if state["values"].get(names[3]) else "")
    elif names[:3] == ["secrets", "versions", "access"]: say((state["values"].get(flags["secret"]) or [None])[-1])
    elif names[:3] == ["secrets", "versions", "add"]:
        if names[3] not in state["secrets"]: sys.exit("there is no such secret")
        state["values"].setdefault(names[3], []).append(given)
    elif names[:2] == ["secrets", "describe"]: say(names[2] if names[2] in state["secrets"] else None)
    elif names[:2] == ["secrets", "create"]:
        if names[2] in state["secrets"]: sys.exit("it exists")
        state["secrets"].append(names[2])
    elif names[:3] == ["run", "services", "describe"]:
        service = state["services"].get(names[3])
        say(service and json.dumps({{"status": service}}))
    elif names[:3] == ["run", "services", "update-traffic"]:
        service = state["services"][names[3]]
        if "to-revisions" in flags:
            shares = dict(part.split("=") for part in flags["to-revisions"].split(","))
            service["traffic"] = [{{"revisionName": name, "percent": int(share)}} for name, share in shares.items()]
        else:
            tag, _, revision = flags["update-tags"].partition("=")
            service["traffic"].append({{"revisionName": revision, "tag": tag, "url": state["candidate_url"]}})
else:
    if "-target=google_secret_manager_secret.secrets" in words:
        state["secrets"] = sorted(set(state["secrets"]) | set(state["asked"]))
    elif names[0] == "apply": state["applied"] += 1
    elif names[:2] == ["state", "list"]: say("\\n".join(state["imported"]))
    elif names[0] == "import": state["imported"].append(names[1])
    elif names[:2] == ["output", "settings"] or names[:3] == ["output", "settings"]: say(json.dumps(state["settings"]))
    elif names[0] == "output" and "public_url" in names: say(state["public_url"])
(place / "state.json").write_text(json.dumps(state))
if answer is not None:
    print(answer)
"""


@dataclass(frozen=True)
class Cloud:
    """What the stand-ins were told and remember, in a folder."""

    place: Path

    @property
    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.place / "state.json").read_text(encoding="utf-8"))
        return found

    def change(self, **fields: Any) -> None:
        """Make it so."""
        (self.place / "state.json").write_text(json.dumps(self.state | fields), encoding="utf-8")

    @property
    def calls(self) -> list[str]:
        """Each command, in order."""
        return [said["line"] for said in self._said()]

    @property
    def inputs(self) -> list[str]:
        """What came through standard input."""
        return [said["input"] for said in self._said() if said["input"]]

    def forget(self) -> None:
        """Begin a new list of calls."""
        (self.place / "calls.jsonl").write_text("", encoding="utf-8")

    def shares(self, service: str) -> dict[str, int]:
        """Who gets the traffic."""
        traffic = self.state["services"][service]["traffic"]
        return {target["revisionName"]: target["percent"] for target in traffic if target.get("percent")}

    def _said(self) -> list[dict[str, str]]:
        return [json.loads(line) for line in (self.place / "calls.jsonl").read_text(encoding="utf-8").splitlines()]


@contextmanager
def cloud(place: Path) -> Iterator[Cloud]:
    """The programs in a folder of their own, first on the PATH until the block ends."""
    programs = place / "bin"
    programs.mkdir(parents=True)
    for name in ("gcloud", "terraform"):
        (programs / name).write_text(PROGRAM.format(python=sys.executable, place=str(place)), encoding="utf-8")
        (programs / name).chmod(0o755)
    state = {
        "account": "ana@ours.example",
        "billed": "True",
        "buckets": {},
        "database": None,
        "secrets": [],
        "asked": ["BFL_API_KEY", "FANFOLD_PAGE_KEY", "GEMINI_API_KEY", "OPENAI_API_KEY"],
        "values": {},
        "services": {},
        "candidate_url": "",
        "imported": [],
        "applied": 0,
        "settings": {"FANFOLD_STACK": "embedded", "FANFOLD_HOME": str(place / "home")},
        "public_url": "",
        "failing": [],
    }
    (place / "state.json").write_text(json.dumps(state), encoding="utf-8")
    (place / "calls.jsonl").touch()
    before = os.environ["PATH"]
    os.environ["PATH"] = f"{programs}:{before}"
    try:
        yield Cloud(place)
    finally:
        os.environ["PATH"] = before


class Api:
    """A small API that makes every batch at once, or is broken as the test says: `broken()` before each answer."""

    def __init__(self) -> None:
        self.version = VERSION
        self.broken: Callable[[], bool] = lambda: False
        self.keys: list[str | None] = []
        self.ends_as = "completed"

    @property
    def router(self) -> Router:
        item = {"id": "itm_a", "status": "succeeded", "asset": {"id": "ast_a"}}
        answers: dict[tuple[str, str], Any] = {
            ("GET", "/v1/health"): lambda: {"status": "ok", "version": self.version},
            ("GET", "/v1/ready"): lambda: {"status": "ready", "parts": {"documents": "ok"}},
            ("GET", "/v1/config"): lambda: {"sign_in": "password", "limits": {}},
            ("POST", "/v1/batches"): lambda: {"id": "bat_a", "images": 1},
            ("GET", "/v1/batches/bat_a"): lambda: {"id": "bat_a", "status": self.ends_as},
            ("GET", "/v1/batches/bat_a/items"): lambda: {"items": [item]},
            ("POST", "/v1/assets:urls"): lambda: {"urls": {"ast_a": {"url": "http://localhost/o/a"}}},
        }

        async def answer(request: Request) -> Response:
            self.keys.append(request.headers.get("X-API-Key"))
            if self.broken():
                return JSONResponse({"title": "Broken", "status": 500}, 500, media_type="application/problem+json")
            return JSONResponse(answers[request.method, request.url.path]())

        return Router([Route("/{path:path}", answer, methods=["GET", "POST"])])


@contextmanager
def api() -> Iterator[tuple[Api, str]]:
    """The small API and its address."""
    made = Api()
    with serve() as server:
        server.mount("/", made.router)
        yield made, server.url
