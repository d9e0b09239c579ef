"""An object's bytes over HTTP, whole or in part, with the headers that Cloud Storage gives."""

from starlette.requests import Request
from starlette.responses import Response

from infra.local.cloud_storage.objects import Stored
from shared.adapters.embedded.object_headers import byte_range


def media(request: Request, stored: Stored, data: bytes) -> Response:
    """The answer to a GET or HEAD of the object, its Range and If-None-Match included."""
    etag = f'"{stored.generation:x}"'
    headers = {
        "Content-Type": stored.said("contentType"),
        "ETag": etag,
        "Accept-Ranges": "bytes",
        "Cache-Control": stored.said("cacheControl") or "private, max-age=0",
        "x-goog-generation": str(stored.generation),
        "x-goog-metageneration": "1",
        "x-goog-stored-content-length": str(stored.size),
        "x-goog-stored-content-encoding": stored.said("contentEncoding") or "identity",
        "x-goog-hash": f"crc32c={stored.said('crc32c')},md5={stored.said('md5Hash')}",
    }
    optional = {"Content-Disposition": "contentDisposition", "Content-Encoding": "contentEncoding"}
    headers |= {header: stored.said(key) for header, key in optional.items() if stored.said(key)}
    if "response-content-disposition" in request.query_params:
        headers["Content-Disposition"] = request.query_params["response-content-disposition"]
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers=headers)
    span = byte_range(request.headers.get("range", ""), len(data))
    if span is None:
        return Response(status_code=416, headers=headers | {"Content-Range": f"bytes */{len(data)}"})
    if span.partial:
        headers["Content-Range"] = f"bytes {span.start}-{span.stop - 1}/{len(data)}"
    headers["Content-Length"] = str(span.stop - span.start)
    body = b"" if request.method == "HEAD" else data[span.start : span.stop]
    return Response(body, 206 if span.partial else 200, headers)
