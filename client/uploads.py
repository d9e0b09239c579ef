"""Local pictures become references: each once, several at a time."""

import uuid
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed

import httpx

from client.api import Client
from client.backoff import PATIENCE_SECONDS, delay_seconds, retry_after_seconds
from client.errors import ClientError, ProblemError, Unreachable
from client.pictures import Picture, PictureRefused
from client.problems import problem_of
from client.resources import Upload
from client.transport import TRIES, plain_client

AT_ONCE = 4
UPLOAD_TIMEOUT = httpx.Timeout(120.0, connect=5.0)
RETRIED = frozenset({408, 429, 500, 502, 503, 504})


class UploadRefused(ClientError):
    """A picture that the server would not take; names the file."""

    exit_code = 2

    def __init__(self, picture: Picture, reason: str) -> None:
        self.picture = picture
        self.reason = reason
        super().__init__(f"{picture.path}: {reason}")


def upload_pictures(
    client: Client, pictures: Iterable[Picture], on_done: Callable[[Picture], None] = lambda _: None
) -> dict[str, str]:
    """Reference ids by SHA-256; raises UploadRefused for the first picture that is not taken."""
    ids: dict[str, str] = {}
    with plain_client(client.transport.url, timeout=UPLOAD_TIMEOUT) as storage, ThreadPoolExecutor(AT_ONCE) as pool:
        pending = {
            pool.submit(_upload_one, client, storage, picture): picture
            for picture in {picture.sha256: picture for picture in pictures}.values()
        }
        try:
            for finished in as_completed(pending):
                picture = pending[finished]
                ids[picture.sha256] = finished.result()
                on_done(picture)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return ids


def _upload_one(client: Client, storage: httpx.Client, picture: Picture) -> str:
    try:
        data = picture.read()
        ticket = client.create_reference(
            picture.filename, picture.media_type, picture.size_bytes, idempotency_key=str(uuid.uuid4())
        )
        _send(client, storage, ticket.upload, data)
        return client.complete_reference(ticket.id).id
    except PictureRefused as refused:
        raise UploadRefused(picture, str(refused)) from None
    except ProblemError as problem:
        if problem.status in (400, 409, 413, 415, 422):
            raise UploadRefused(picture, problem.detail or problem.title) from None
        raise


def _send(client: Client, storage: httpx.Client, upload: Upload, data: bytes) -> None:
    """Send the bytes to the signed address, without any credential of ours."""
    url = str(httpx.URL(client.transport.url + "/").join(upload.url))
    for number in range(1, TRIES + 1):
        try:
            response = storage.request(upload.method, url, content=data, headers=upload.headers)
        except httpx.TransportError as error:
            if number == TRIES:
                raise Unreachable("the storage", type(error).__name__, sent=True) from None
            client.transport.clock.sleep(delay_seconds(number))
            continue
        # An earlier try whose answer was lost may have stored the object: completing it will tell.
        if response.is_success or (number > 1 and response.status_code in (409, 412)):
            return
        asked = retry_after_seconds(response) or 0.0
        if number == TRIES or response.status_code not in RETRIED or asked > PATIENCE_SECONDS:
            raise problem_of(response)
        client.transport.clock.sleep(max(asked, delay_seconds(number)))
