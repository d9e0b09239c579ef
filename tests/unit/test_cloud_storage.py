"""What the object store on Cloud Storage does when the network, a rival or a client misbehaves."""

import asyncio
import gzip
import socket
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from google.oauth2 import service_account
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from infra.local.cloud_storage.objects import Upload
from shared.adapters.google.object_links import USUAL, signed_url
from shared.adapters.google.objects import SIGNED_AT_ONCE, CloudStorageObjectStore
from shared.adapters.google.sessions import authorized_session, storage_client
from shared.adapters.google.signers import IamSigner
from shared.adapters.system import SystemIds
from shared.domain.errors import ConfigurationWrong, TooLarge, Unavailable
from shared.domain.object_names import MAX_METADATA_BYTES
from tests.clocks import ManualClock
from tests.cloud_storage import BUCKET, Cloud, MachineCredentials, cloud_storage

NAME = "orgs/org_a/a.png"
MANY = bytes(range(256)) * 36 * 1024  # nine mebibytes: more than the client sends in one request


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    with cloud_storage() as made:
        yield made


@pytest.fixture
def web() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False) as client:
        yield client


Treatment = Callable[["Front", Scope, Receive, Send], Awaitable[None]]


class Front:
    """Stands before the store and may treat the first requests of one method and path otherwise."""

    def __init__(self, app: ASGIApp, method: str, path: str, treat: Treatment, times: int = 1) -> None:
        self.app = app
        self.seen = 0
        self._wanted = (method, path)
        self._treat = treat
        self._times = times

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        method, path = self._wanted
        if scope["method"] == method and scope["path"].startswith(path):
            self.seen += 1
            if self.seen <= self._times:
                await self._treat(self, scope, receive, send)
                return
        await self.app(scope, receive, send)


async def lose_the_answer(front: Front, scope: Scope, receive: Receive, send: Send) -> None:
    async def forget(_message: Message) -> None:
        return

    await front.app(scope, receive, forget)
    await say(503, send)


async def refuse(_front: Front, _scope: Scope, receive: Receive, send: Send) -> None:
    while (await receive()).get("more_body"):
        pass
    await say(503, send)


async def damage(front: Front, scope: Scope, receive: Receive, send: Send) -> None:
    async def spoil(message: Message) -> None:
        if message.get("body"):
            message = {**message, "body": b"X" + message["body"][1:]}
        await send(message)

    await front.app(scope, receive, spoil)


async def say(status: int, send: Send) -> None:
    await send({"type": "http.response.start", "status": status, "headers": []})
    await send({"type": "http.response.body", "body": b""})


@pytest.mark.parametrize(("data", "method"), [(b"small", "POST"), (MANY, "PUT")], ids=["at once", "in parts"])
def test_a_put_whose_answer_was_lost_is_known_to_be_ours(data: bytes, method: str) -> None:
    with cloud_storage(before=lambda app: Front(app, method, "/upload/", lose_the_answer)) as cloud:
        assert cloud.store.put(NAME, data, media_type="image/png", metadata={"by": "us"}) is True
        assert cloud.store.get(NAME) == data
        info = cloud.store.find(NAME)
        assert info is not None
        assert dict(info.metadata) == {"by": "us"}
        assert cloud.store.put(NAME, data, media_type="image/png", metadata={"by": "us"}) is False


def test_a_put_that_is_tried_again_after_a_rival_stored_the_same_is_not_ours() -> None:
    made: list[Cloud] = []
    rival = Upload(bucket=BUCKET, name=NAME, data=b"same", described={"contentType": "image/png"})

    async def overtake(front: Front, scope: Scope, receive: Receive, send: Send) -> None:
        made[0].objects.put(rival)
        await refuse(front, scope, receive, send)

    with cloud_storage(before=lambda app: Front(app, "POST", "/upload/", overtake)) as cloud:
        made.append(cloud)
        assert cloud.store.put(NAME, b"same", media_type="image/png") is False


def test_a_put_gives_up_after_its_patience_and_leaves_nothing() -> None:
    with cloud_storage(patience_seconds=0.5, before=lambda app: Front(app, "POST", "/upload/", refuse, 100)) as cloud:
        with pytest.raises(Unavailable):
            cloud.store.put(NAME, b"x", media_type="image/png")
        assert cloud.store.find(NAME) is None


def test_an_object_of_many_bytes_is_stored_whole(cloud: Cloud) -> None:
    assert cloud.store.put(NAME, MANY, media_type="image/png") is True
    assert cloud.store.put(NAME, MANY[1:], media_type="image/png") is False
    assert cloud.store.get(NAME) == MANY
    with pytest.raises(TooLarge, match=f"{len(MANY)} bytes"):
        cloud.store.get(NAME, max_bytes=len(MANY) - 1)


def test_all_the_metadata_that_is_permitted_fits(cloud: Cloud) -> None:
    recipe = "x" * (MAX_METADATA_BYTES - len("recipe"))
    assert cloud.store.put(NAME, b"x", media_type="image/png", metadata={"recipe": recipe})
    info = cloud.store.find(NAME)
    assert info is not None
    assert dict(info.metadata) == {"recipe": recipe}


def test_bytes_that_were_damaged_on_the_way_are_not_given() -> None:
    with cloud_storage(before=lambda app: Front(app, "GET", "/download/", damage, 100)) as cloud:
        cloud.store.put(NAME, b"precious", media_type="image/png")
        with pytest.raises(Unavailable, match="damaged"):
            cloud.store.get(NAME)


def test_a_read_that_was_refused_for_a_moment_is_tried_again() -> None:
    with cloud_storage(before=lambda app: Front(app, "GET", "/download/", refuse)) as cloud:
        cloud.store.put(NAME, b"precious", media_type="image/png")
        assert cloud.store.get(NAME) == b"precious"


def test_what_says_that_it_is_compressed_is_read_as_it_was_stored(cloud: Cloud, web: httpx.Client) -> None:
    bomb = gzip.compress(b"\0" * 10_000_000)
    ends = cloud.clock.now() + timedelta(hours=1)
    link = cloud.store.sign_upload(NAME, media_type="image/png", max_bytes=20_000, expires_at=ends)
    assert web.put(link.url, content=bomb, headers={**link.headers, "Content-Encoding": "gzip"}).is_success
    assert cloud.store.get(NAME, max_bytes=20_000) == bomb


def test_pages_are_followed_to_the_limit(cloud: Cloud) -> None:
    names = [f"orgs/org_a/{number:05}" for number in range(1_005)]
    for name in names:
        cloud.objects.put(Upload(bucket=BUCKET, name=name, data=b""))
    assert [info.name for info in cloud.store.list("orgs/", limit=1_003, start_after=names[0])] == names[1:1_004]


def test_pictures_are_shown_and_everything_else_is_saved(cloud: Cloud, web: httpx.Client) -> None:
    for name, media_type in (("a.png", "image/png"), ("a.csv", "text/csv"), ("a.html", "text/html")):
        cloud.store.put(name, b"x", media_type=media_type)
    links = cloud.store.sign_downloads(["a.png", "a.csv", "a.html"], expires_at=cloud.clock.now() + USUAL)
    said = [web.get(link).headers["content-disposition"] for link in links]
    assert said == ["inline", 'attachment; filename="a.csv"', 'attachment; filename="a.html"']


def test_browsers_keep_what_is_never_replaced(cloud: Cloud, web: httpx.Client) -> None:
    cloud.store.put("kept.png", b"x", media_type="image/png")
    cloud.store.put("replaced.png", b"x", media_type="image/png", absent=False)
    links = cloud.store.sign_downloads(["kept.png", "replaced.png"], expires_at=cloud.clock.now() + USUAL)
    assert [web.get(link).headers["cache-control"] for link in links] == ["private, max-age=21600", "private, no-cache"]


# --- Links -----------------------------------------------------------------------------------------------------------


def test_links_are_those_that_the_library_would_make_at_that_moment(cloud: Cloud) -> None:
    key = {"private_key": cloud.account.private_key, "client_email": cloud.account.signer_email, "token_uri": cloud.url}
    credentials = service_account.Credentials.from_service_account_info(key)  # type: ignore[no-untyped-call]
    headers = {"x-goog-if-generation-match": "0", "x-goog-content-length-range": "0,  10", "Content-Type": "image/png"}
    blob = storage_client("p", credentials=cloud.credentials, url=cloud.url).bucket(BUCKET).blob("a~b/c-d_e.f")
    theirs = blob.generate_signed_url(
        version="v4",
        expiration=USUAL,
        method="PUT",
        headers=headers,
        credentials=credentials,
        api_access_endpoint=cloud.url,
    )

    stamp = parse_qs(urlsplit(theirs).query)["X-Goog-Date"][0]
    ours = signed_url(
        credentials,
        method="PUT",
        base_url=cloud.url,
        path=f"/{BUCKET}/a~b/c-d_e.f",
        headers=headers,
        signed_at=datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC),
        seconds=int(USUAL.total_seconds()),
    )
    assert ours == theirs


@pytest.mark.parametrize("hours", [1, 12, 13, 24 * 7])
def test_a_link_opens_from_the_start_to_its_end(cloud: Cloud, web: httpx.Client, hours: int) -> None:
    cloud.store.put(NAME, b"x", media_type="image/png")
    [link] = cloud.store.sign_downloads([NAME], expires_at=cloud.clock.now() + timedelta(hours=hours))
    assert web.get(link).is_success
    cloud.clock.advance(hours * 3600 - 1)
    assert web.get(link).is_success
    cloud.clock.advance(1)
    assert web.get(link).status_code == 400


def test_links_of_half_a_day_are_equal_whenever_they_are_made(cloud: Cloud) -> None:
    ends = cloud.clock.now() + USUAL
    first = cloud.store.sign_downloads([NAME], expires_at=ends)
    cloud.clock.advance(11 * 3600 + 1.5)
    assert cloud.store.sign_downloads([NAME], expires_at=ends) == first


def test_a_link_of_more_than_seven_days_or_of_no_zone_is_not_made(cloud: Cloud) -> None:
    ends = cloud.clock.now() + timedelta(days=7, seconds=1)
    with pytest.raises(ValueError, match="seven days"):
        cloud.store.sign_downloads([NAME], expires_at=ends)
    with pytest.raises(ValueError, match="aware"):
        cloud.store.sign_downloads([NAME], expires_at=ends.replace(tzinfo=None))
    with pytest.raises(ValueError, match="one byte"):
        cloud.store.sign_upload(NAME, media_type="image/png", max_bytes=0, expires_at=cloud.clock.now())


@pytest.mark.parametrize(
    "change",
    [
        {"x-goog-if-generation-match": None},
        {"x-goog-if-generation-match": "1"},
        {"x-goog-content-length-range": None},
        {"x-goog-content-length-range": "0,999999"},
        {"x-goog-acl": "public-read"},
        {"x-goog-meta-recipe": "forged"},
        {"Content-Type": None},
    ],
)
def test_an_upload_with_other_headers_than_were_signed_is_refused(
    cloud: Cloud, web: httpx.Client, change: dict[str, str | None]
) -> None:
    ends = cloud.clock.now() + timedelta(hours=1)
    link = cloud.store.sign_upload(NAME, media_type="image/png", max_bytes=10, expires_at=ends)
    headers = {key: value for key, value in {**link.headers, **change}.items() if value is not None}
    assert web.put(link.url, content=b"x", headers=headers).is_client_error
    assert cloud.store.find(NAME) is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("X-Goog-Expires=43200", "X-Goog-Expires=604800"),
        ("X-Goog-Signature=", "X-Goog-Signature=00"),
        ("X-Goog-Algorithm=", "response-content-type=text%2Fhtml&X-Goog-Algorithm="),
        ("X-Goog-SignedHeaders=host", "X-Goog-SignedHeaders="),
    ],
)
def test_a_link_that_was_changed_opens_nothing(cloud: Cloud, web: httpx.Client, old: str, new: str) -> None:
    cloud.store.put(NAME, b"x", media_type="image/png")
    [link] = cloud.store.sign_downloads([NAME], expires_at=cloud.clock.now() + timedelta(hours=1))
    changed = link.replace(old, new)
    assert changed != link
    assert web.get(changed).is_client_error


# --- Signing without a key -------------------------------------------------------------------------------------------


def test_an_account_signs_in_its_own_name_and_with_a_new_token_when_the_old_one_is_refused(
    cloud: Cloud, web: httpx.Client
) -> None:
    cloud.store.put(NAME, b"x", media_type="image/png")
    cloud.credentials.token = "revoked meanwhile"
    [link] = cloud.store.sign_downloads([NAME], expires_at=cloud.clock.now() + timedelta(hours=1))
    assert web.get(link).is_success
    assert parse_qs(urlsplit(link).query)["X-Goog-Credential"][0].startswith(f"{cloud.account.signer_email}/")


def test_at_most_so_many_signatures_are_asked_for_at_a_time() -> None:
    running, most = 0, 0
    full = asyncio.Event()

    async def hold(front: Front, scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        if running == SIGNED_AT_ONCE:
            full.set()
        await full.wait()
        await front.app(scope, receive, send)
        running -= 1

    with cloud_storage(before=lambda app: Front(app, "POST", "/v1/projects/", hold, 1_000)) as cloud:
        names = [f"{number}.png" for number in range(100)]
        links = cloud.store.sign_downloads(names, expires_at=cloud.clock.now() + timedelta(hours=1))
        assert [urlsplit(link).path.rpartition("/")[2] for link in links] == names
    assert most == SIGNED_AT_ONCE


def test_a_signature_that_is_refused_for_a_moment_is_asked_for_again() -> None:
    with cloud_storage(before=lambda app: Front(app, "POST", "/v1/projects/", refuse)) as cloud:
        assert cloud.store.sign_downloads([NAME], expires_at=cloud.clock.now() + timedelta(hours=1))


def test_an_account_that_does_not_exist_is_said_in_words_without_secrets() -> None:
    with (
        cloud_storage(email="nobody@example.com") as cloud,
        pytest.raises(Unavailable, match="service account") as told,
    ):
        cloud.store.sign_downloads([NAME], expires_at=cloud.clock.now() + timedelta(hours=1))
    assert cloud.url not in told.value.detail


def test_credentials_of_a_person_cannot_sign(cloud: Cloud) -> None:
    person = IamSigner(lambda: authorized_session(MachineCredentials("")))
    with pytest.raises(ConfigurationWrong, match="service account"):
        person.sign_bytes(b"x")


# --- What is not there -----------------------------------------------------------------------------------------------


def test_a_bucket_that_does_not_exist_is_said() -> None:
    with cloud_storage(bucket="another") as cloud:
        for act in (
            cloud.store.ping,
            lambda: cloud.store.put(NAME, b"x", media_type="image/png"),
            lambda: cloud.store.list(""),
        ):
            with pytest.raises(Unavailable, match="bucket does not exist"):
                act()


def test_a_store_that_cannot_be_reached_is_unavailable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
    credentials = MachineCredentials("a@example.com")
    store = CloudStorageObjectStore(
        lambda: storage_client("p", credentials=credentials, url=url),
        BUCKET,
        clock=ManualClock(),
        ids=SystemIds(),
        signer=IamSigner(lambda: authorized_session(credentials), url=url),
        patience_seconds=0.2,
    )
    for act in (store.ping, lambda: store.get(NAME), lambda: store.find(NAME), lambda: store.delete(NAME)):
        with pytest.raises(Unavailable):
            act()
    store.close()


@pytest.mark.parametrize("url", ["http://storage.example.com", "ftp://127.0.0.1", "127.0.0.1:80"])
def test_a_stand_in_of_another_machine_is_refused(url: str) -> None:
    credentials = MachineCredentials("a@example.com")
    with pytest.raises(ConfigurationWrong, match="this machine"):
        storage_client("p", credentials=credentials, url=url)
    with pytest.raises(ConfigurationWrong, match="this machine"):
        IamSigner(lambda: authorized_session(credentials), url=url)


def test_the_stand_in_takes_nothing_from_whoever_has_no_token(cloud: Cloud, web: httpx.Client) -> None:
    assert web.get(f"{cloud.url}/storage/v1/b/{BUCKET}/o").status_code == 401
    upload = f"{cloud.url}/upload/storage/v1/b/{BUCKET}/o"
    assert web.post(upload, params={"uploadType": "media", "name": "a"}, content=b"x").status_code == 401
    account = cloud.account.signer_email
    assert web.post(f"{cloud.url}/v1/projects/-/serviceAccounts/{account}:signBlob", json={}).status_code == 401
