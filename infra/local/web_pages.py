"""The web app as it was built, at every path of the public port that nothing else claims."""

from pathlib import Path, PurePosixPath

import anyio.to_thread
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from shared.config import Settings

BUILT = Path(__file__).parents[2] / "web" / "dist"
START = "index.html"
# What this machine knows of media types differs from machine to machine.
MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
# Names of files in there hold a hash of what they hold.
HASHED = "assets"
KEPT = "public, max-age=31536000, immutable"
ASKED_AGAIN = "no-cache"
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin-allow-popups",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
NOT_BUILT = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Fanfold</title>
</head>
<body>
<h1>Fanfold is running</h1>
<p>Its API is at <a href="/v1/docs">/v1/docs</a>. The web app is not built: it needs Node 20 or newer with npm.</p>
<ol>
<li>Install both (Debian: <code>sudo apt-get install nodejs npm</code>).</li>
<li>Stop Fanfold with Ctrl-C and start it again with <code>make run</code>, which builds the web app.</li>
</ol>
</body>
</html>
"""


class WebPages:
    """Serves the built files; every other address is a page of the app itself, which begins with index.html.

    What is not built is told at `/`, with what to install.
    """

    def __init__(self, config: Settings, *, built: Path = BUILT) -> None:
        self._headers = HEADERS | {"Content-Security-Policy": policy(config)}
        self._built = built
        self._files = StaticFiles(directory=built, check_dir=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one GET or HEAD."""
        try:
            response = await self._answer(scope)
        except HTTPException as error:
            response = PlainTextResponse(f"{error.detail}\n", error.status_code, headers={"Cache-Control": "no-store"})
        response.headers.update(self._headers)
        await response(scope, receive, send)

    async def _answer(self, scope: Scope) -> Response:
        if not await anyio.to_thread.run_sync((self._built / START).is_file):
            return HTMLResponse(NOT_BUILT, 200 if scope["path"] == "/" else 404, {"Cache-Control": "no-store"})
        path = self._files.get_path(scope)
        # The paths of pages hold ids and words, never a dot.
        if "." not in path or path == ".":
            path = START
        if any(part.startswith(".") for part in PurePosixPath(path).parts):
            raise HTTPException(404)
        response = await self._files.get_response(path, scope)
        response.headers["Cache-Control"] = KEPT if path.startswith(f"{HASHED}/") else ASKED_AGAIN
        if response.status_code == 200:
            response.headers["Content-Type"] = MEDIA_TYPES.get(PurePosixPath(path).suffix, "application/octet-stream")
        return response


def policy(config: Settings) -> str:
    """The content security policy: this server, and on the emulators' stack the emulators that a browser speaks to.

    Mantine writes its variables into a style element, so styles may be inline; scripts may not.
    """
    storage, auth = config.storage_url, _url(config.firebase_auth_emulator_host)
    sources = {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'", "'unsafe-inline'"],
        "img-src": ["'self'", "data:", "blob:", storage],
        "font-src": ["'self'"],
        "connect-src": ["'self'", storage, auth, _url(config.firestore_emulator_host)],
        "worker-src": ["'self'"],
        "manifest-src": ["'self'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
    return "; ".join(f"{name} {' '.join(filter(None, allowed))}" for name, allowed in sources.items())


def _url(host: str) -> str:
    return f"http://{host}" if host else ""
