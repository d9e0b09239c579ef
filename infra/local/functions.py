"""The functions as they are deployed, found in their folders and loaded by functions-framework."""

from dataclasses import dataclass
from pathlib import Path

import yaml
from functions_framework.aio import create_asgi_app
from starlette.types import ASGIApp, Receive, Scope, Send

FOLDER = Path(__file__).parents[2] / "functions"


@dataclass(frozen=True, slots=True)
class Function:
    """One function: its name, how it is triggered (`http`, `task`, `schedule`, `event`), and its application.

    A schedule has `cron` and `time_zone`, an event its `topic`; others have them empty.
    """

    name: str
    trigger: str
    app: ASGIApp
    timeout_seconds: float
    cron: str = ""
    time_zone: str = "Etc/UTC"
    topic: str = ""


def load(folder: Path = FOLDER) -> list[Function]:
    """Every function, by name."""
    found = []
    for manifest in sorted(folder.glob("*/function.yaml")):
        said = yaml.safe_load(manifest.read_text(encoding="utf-8"))
        # The framework has no types.
        app: ASGIApp = create_asgi_app(said["entry_point"], str(manifest.with_name("main.py")), "http")  # type: ignore[no-untyped-call]
        trigger = said["trigger"]
        found.append(
            Function(
                name=said["name"],
                trigger=trigger["type"],
                app=app,
                timeout_seconds=said["timeout_seconds"],
                cron=trigger.get("cron", ""),
                time_zone=trigger.get("time_zone", "Etc/UTC"),
                topic=trigger.get("topic", ""),
            )
        )
    return found


class ByFirstPart:
    """Passes a request below `/{name}` on to that application, which sees the rest of the path; 404 otherwise."""

    def __init__(self, apps: dict[str, ASGIApp]) -> None:
        self._apps = apps

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            raise RuntimeError("This application answers HTTP only.")
        name, _, rest = scope["path"].lstrip("/").partition("/")
        app = self._apps.get(name)
        if app is None:
            await send({"type": "http.response.start", "status": 404, "headers": [(b"content-length", b"0")]})
            await send({"type": "http.response.body", "body": b""})
            return
        path = f"/{rest}"
        await app({**scope, "path": path, "raw_path": path.encode()}, receive, send)
