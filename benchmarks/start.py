"""A cold start, as its own process: load a function, let it answer, then say what was imported.

`python -m benchmarks.start function NAME` takes one of functions/, `python -m benchmarks.start file PATH` any file with an
entry point `function`. Prints a line when the first answer is there, then the imported third-party modules. The answer is
the whole container's: the API says that it is ready, a task function handles a task with a signed token.
"""

import asyncio
import json
import sys
import sysconfig
from pathlib import Path

from functions_framework.aio import create_asgi_app
from starlette.types import ASGIApp, Message

FUNCTIONS = Path(__file__).parents[1] / "functions"
NOBODY = "a" * 20
PAYLOADS = {
    "advance_batch": {"schema": 1, "org": f"org_{NOBODY}", "batch": f"bat_{NOBODY}"},
    "generate_image": {
        "schema": 1,
        "org": f"org_{NOBODY}",
        "batch": f"bat_{NOBODY}",
        "item": f"itm_{NOBODY}",
        "attempt": 1,
        "dispatch": 1,
    },
    "send_webhook": {
        "schema": 1,
        "org": f"org_{NOBODY}",
        "webhook": f"whk_{NOBODY}",
        "delivery": f"dlv_{NOBODY}",
        "attempt": 1,
    },
}
# What a function named on_… is pushed: a message that is about nothing of ours.
MESSAGE = {"message": {"messageId": "1", "publishTime": "2026-01-01T00:00:00Z", "attributes": {}, "data": ""}}


def main() -> None:
    """Load, ask, tell."""
    kind, name = sys.argv[1:]
    if kind == "file":
        app = create_asgi_app("function", name, "http")  # type: ignore[no-untyped-call]
        method, path, body, token = "GET", "/", b"", ""
    else:
        app = create_asgi_app(name, str(FUNCTIONS / name / "main.py"), "http")  # type: ignore[no-untyped-call]
        method, path, body, token = _request(name)
    status = asyncio.run(_ask(app, method, path, body, token))
    print(status, flush=True)
    print(json.dumps(_third_party()), flush=True)


def _request(name: str) -> tuple[str, str, bytes, str]:
    """What to ask of a function."""
    if name == "api":
        return "GET", "/v1/ready", b"", ""
    from shared.adapters.embedded.service_tokens import LocalServiceTokens
    from shared.container import container

    services = container().stack.services
    assert isinstance(services, LocalServiceTokens)
    token = services.token(container().function_url(name))
    return "POST", "/", json.dumps(PAYLOADS.get(name, MESSAGE if name.startswith("on_") else {})).encode(), token


async def _ask(app: ASGIApp, method: str, path: str, body: bytes, token: str) -> int:
    """The status of the first answer."""
    statuses: list[int] = []
    headers = [(b"host", b"localhost"), (b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    if token:
        headers.append((b"authorization", f"Bearer {token}".encode()))
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
        "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "", "headers": headers,
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
    }  # fmt: skip

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    await app(scope, receive, send)
    return statuses[0]


def _third_party() -> list[str]:
    """The modules that came from installed packages."""
    folders = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    found = []
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if file and any(file.startswith(folder) for folder in folders):
            found.append(name)
    return found


if __name__ == "__main__":
    main()
