"""The pages that show the API's description: Swagger UI from its package, from this server alone."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from fastapi import APIRouter, Depends, Response

from shared.domain.errors import NotFound
from shared.http.auth import OPEN

router = APIRouter(prefix="/v1/docs", dependencies=[Depends(OPEN)], include_in_schema=False)

# Swagger UI sets styles on elements and draws its icons from data URLs; scripts and requests stay with this server.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Fanfold API</title>
<link rel="stylesheet" href="docs/swagger-ui.css">
<link rel="icon" type="image/png" href="docs/favicon-32x32.png">
</head>
<body>
<div id="description"></div>
<noscript>This page needs JavaScript; the description itself is at <a href="openapi.json">openapi.json</a>.</noscript>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
"""
START = """SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#description",
  deepLinking: true,
  displayRequestDuration: true,
  persistAuthorization: false,
  validatorUrl: null,
});
"""
MEDIA_TYPES = {
    "swagger-ui.css": "text/css",
    "swagger-ui-bundle.js": "text/javascript",
    "favicon-32x32.png": "image/png",
}
HEADERS = {"Content-Security-Policy": POLICY}
KEPT = HEADERS | {"Cache-Control": "public, max-age=3600"}


@router.get("")
async def page() -> Response:
    """The page."""
    return Response(PAGE, media_type="text/html", headers=HEADERS)


@router.get("/start.js")
async def start() -> Response:
    """What starts the page."""
    return Response(START, media_type="text/javascript", headers=KEPT)


@router.get("/{name}")
def file(name: str) -> Response:
    """A file of Swagger UI; raises NotFound for any other name."""
    if name not in MEDIA_TYPES:
        raise NotFound("The documentation has no such file.")
    return Response(_bytes(name), media_type=MEDIA_TYPES[name], headers=KEPT)


@cache
def _bytes(name: str) -> bytes:
    """The package is found, not imported: it would bring a second web framework along."""
    spec = find_spec("flask_swagger_ui")
    if spec is None or spec.origin is None:
        raise RuntimeError("The package flask-swagger-ui is not installed.")
    return (Path(spec.origin).parent / "dist" / name).read_bytes()
