"""The stand-in's HTTP: the JSON API below /storage, /upload and /download, signBlob below /v1, signed links elsewhere."""

import base64
from collections.abc import Sequence
from functools import partial

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from infra.local.cloud_storage.bodies import described, related, whole_body
from infra.local.cloud_storage.keys import ThrowAwayAccount
from infra.local.cloud_storage.links import check_signature, length_range
from infra.local.cloud_storage.media import media
from infra.local.cloud_storage.objects import StoredObjects, Upload
from infra.local.cloud_storage.problems import Refused, absent, as_json, as_xml, invalid, unknown
from infra.local.cloud_storage.sessions import UploadSessions
from shared.ports.clock import Clock

_PAGE = 1000
# What clients say about the answer, not about what is done.
_HARMLESS = frozenset({"alt", "fields", "prettyPrint", "projection", "uploadType", "name", "quotaUser", "userProject"})


def storage_app(
    objects: StoredObjects, account: ThrowAwayAccount, *, clock: Clock, token: str = "", origins: Sequence[str] = ("*",)
) -> Starlette:
    """An ASGI application to be mounted at the root of its address.

    With `token`, the APIs take only requests that bear it; links are open to browsers of `origins`.
    """
    api = _Api(objects, token)
    signing = _Signing(account, token)
    links = _Links(objects, account, clock)
    cors = Middleware(
        CORSMiddleware,
        allow_origins=[*origins],
        allow_methods=["GET", "HEAD", "PUT"],
        allow_headers=["Content-Type", "Range", "x-goog-content-length-range", "x-goog-if-generation-match"],
        expose_headers=["Content-Type", "Content-Length", "Content-Range", "ETag", "x-goog-generation"],
        max_age=3600,
    )
    routes = [
        Route("/storage/v1/b/{bucket}", api.bucket, methods=["GET"]),
        Route("/storage/v1/b/{bucket}/o", api.list, methods=["GET"]),
        Route("/storage/v1/b/{bucket}/o/{name:path}", api.get, methods=["GET"]),
        Route("/storage/v1/b/{bucket}/o/{name:path}", api.delete, methods=["DELETE"]),
        Route("/download/storage/v1/b/{bucket}/o/{name:path}", api.get, methods=["GET"]),
        Route("/upload/storage/v1/b/{bucket}/o", api.insert, methods=["POST"]),
        Route("/upload/storage/v1/b/{bucket}/o", api.go_on, methods=["PUT"]),
        Route("/v1/projects/-/serviceAccounts/{account}:signBlob", signing.sign, methods=["POST"]),
        Route("/{bucket}/{name:path}", links.serve, methods=["GET", "HEAD", "PUT", "DELETE", "POST"]),
    ]
    return Starlette(routes=routes, middleware=[cors], exception_handlers={Refused: as_json})


class _Api:
    """The part of the JSON API that object stores need; what it does not know it refuses."""

    def __init__(self, objects: StoredObjects, token: str) -> None:
        self._objects = objects
        self._token = token
        self._sessions = UploadSessions()

    async def bucket(self, request: Request) -> Response:
        """The bucket's resource."""
        self._admit(request)
        name = request.path_params["bucket"]
        self._objects.check_bucket(name)
        return JSONResponse(
            {"kind": "storage#bucket", "id": name, "name": name, "location": "LOCAL", "projectNumber": "0"}
        )

    async def list(self, request: Request) -> Response:
        """A page of objects by name."""
        self._admit(request, "prefix", "startOffset", "endOffset", "pageToken", "maxResults")
        query = request.query_params
        limit = min(_PAGE, _number(request, "maxResults") or _PAGE)
        token = query.get("pageToken", "")
        found = await run_in_threadpool(
            self._objects.list,
            request.path_params["bucket"],
            prefix=query.get("prefix", ""),
            start=query.get("startOffset", ""),
            end=query.get("endOffset", ""),
            after=base64.urlsafe_b64decode(token).decode() if token else "",
            limit=limit + 1,
        )
        page: dict[str, object] = {"kind": "storage#objects"}
        if found:
            page["items"] = [stored.described for stored in found[:limit]]
        if len(found) > limit:
            page["nextPageToken"] = base64.urlsafe_b64encode(found[limit - 1].name.encode()).decode()
        return JSONResponse(page)

    async def get(self, request: Request) -> Response:
        """An object's resource, or its bytes (`alt=media`)."""
        self._admit(request, "generation", "ifGenerationMatch")
        stored = await run_in_threadpool(
            self._objects.get,
            request.path_params["bucket"],
            request.path_params["name"],
            generation=_number(request, "generation"),
            if_generation=_number(request, "ifGenerationMatch"),
        )
        if request.query_params.get("alt") != "media":
            return JSONResponse(stored.described)
        return media(request, stored, await run_in_threadpool(self._objects.read, stored))

    async def delete(self, request: Request) -> Response:
        """Delete an object."""
        self._admit(request, "ifGenerationMatch")
        bucket, name = request.path_params["bucket"], request.path_params["name"]
        await run_in_threadpool(
            partial(self._objects.delete, bucket, name, if_generation=_number(request, "ifGenerationMatch"))
        )
        return Response(status_code=204)

    async def insert(self, request: Request) -> Response:
        """Store an object: its bytes alone, with its description, or announced for a resumable upload."""
        self._admit(request, "ifGenerationMatch")
        kind = request.query_params.get("uploadType")
        body = await whole_body(request)
        if kind == "multipart":
            about, data = related(request.headers, body)
        elif kind == "media":
            about, data = {"contentType": request.headers.get("content-type", "")}, body
        elif kind == "resumable":
            about, data = {"contentType": request.headers.get("x-upload-content-type", "")} | described(body), b""
        else:
            raise invalid("uploadType must be multipart, media or resumable.")
        name = request.query_params.get("name") or about.get("name")
        if not isinstance(name, str) or not name:
            raise invalid("Required: the object's name.")
        upload = Upload(
            bucket=request.path_params["bucket"],
            name=name,
            data=data,
            described=about,
            if_generation=_number(request, "ifGenerationMatch"),
        )
        if kind == "resumable":
            self._objects.check_bucket(upload.bucket)
            where = request.url.include_query_params(upload_id=self._sessions.begin(upload))
            return Response(headers={"Location": str(where)})
        return JSONResponse((await run_in_threadpool(self._objects.put, upload)).described)

    async def go_on(self, request: Request) -> Response:
        """Bytes of a resumable upload; the answer to the last of them is the object's resource."""
        self._admit(request, "ifGenerationMatch", "upload_id")
        session = self._sessions.get(request.query_params.get("upload_id", ""))
        session.take(request.headers.get("content-range", ""), await whole_body(request))
        upload = session.whole(request.headers.get("x-goog-hash", ""))
        if upload is None:
            held = {"Range": f"bytes=0-{session.held - 1}"} if session.held else {}
            return Response(status_code=308, headers=held)
        if session.answer is None:
            session.answer = (await run_in_threadpool(self._objects.put, upload)).described
        return JSONResponse(session.answer)

    def _admit(self, request: Request, *known: str) -> None:
        _authorised(request, self._token)
        strange = sorted(set(request.query_params) - _HARMLESS - set(known))
        if strange:
            raise unknown(f"This stand-in does not know {', '.join(strange)} here.")


class _Signing:
    """IAM's signBlob."""

    def __init__(self, account: ThrowAwayAccount, token: str) -> None:
        self._account = account
        self._token = token

    async def sign(self, request: Request) -> Response:
        """Sign a payload for the account."""
        _authorised(request, self._token)
        if request.path_params["account"] not in {"-", self._account.signer_email}:
            raise absent(request.path_params["account"])
        payload = described(await whole_body(request, most=64 * 1024)).get("payload")
        if not isinstance(payload, str):
            raise invalid("payload must be base64.")
        try:
            message = base64.b64decode(payload, validate=True)
        except ValueError:
            raise invalid("payload must be base64.") from None
        signature = await run_in_threadpool(self._account.sign_bytes, message)
        return JSONResponse({"keyId": "throw-away", "signedBlob": base64.b64encode(signature).decode()})


class _Links:
    """The XML API as far as signed links use it: read an object, or put one."""

    def __init__(self, objects: StoredObjects, account: ThrowAwayAccount, clock: Clock) -> None:
        self._objects = objects
        self._account = account
        self._clock = clock

    async def serve(self, request: Request) -> Response:
        """What the link permits."""
        try:
            least, most = length_range(request.headers)
            # Read first, refused later: who is still sending would see a broken connection, not the reason.
            data = await whole_body(request, most=most)
            check_signature(request, self._account, self._clock)
            if request.method == "PUT":
                return await self._put(request, data, least)
            if request.method in {"GET", "HEAD"}:
                return await self._read(request)
            raise unknown("Links of this stand-in read and put objects.")
        except Refused as error:
            return as_xml(error)

    async def _read(self, request: Request) -> Response:
        bucket, name = request.path_params["bucket"], request.path_params["name"]
        stored = await run_in_threadpool(self._objects.get, bucket, name)
        return media(request, stored, await run_in_threadpool(self._objects.read, stored))

    async def _put(self, request: Request, data: bytes, least: int) -> Response:
        if len(data) < least:
            raise Refused(400, "entityTooSmall", f"Your proposed upload is smaller than {least} bytes.")
        condition = request.headers.get("x-goog-if-generation-match")
        if condition is not None and not condition.isdecimal():
            raise Refused(400, "invalidArgument", "x-goog-if-generation-match must be a number.")
        said = {"contentType": "content-type", "contentEncoding": "content-encoding", "cacheControl": "cache-control"}
        upload = Upload(
            bucket=request.path_params["bucket"],
            name=request.path_params["name"],
            data=data,
            described={key: request.headers[header] for key, header in said.items() if header in request.headers},
            if_generation=None if condition is None else int(condition),
        )
        stored = await run_in_threadpool(self._objects.put, upload)
        return Response(headers={"ETag": f'"{stored.generation:x}"', "x-goog-generation": str(stored.generation)})


def _authorised(request: Request, token: str) -> None:
    if token and request.headers.get("authorization") != f"Bearer {token}":
        raise Refused(401, "authError", "Invalid Credentials")


def _number(request: Request, name: str) -> int | None:
    said = request.query_params.get(name)
    if said is None:
        return None
    if not said.isdecimal() or len(said) > 18:
        raise invalid(f"{name} must be a number.")
    return int(said)
