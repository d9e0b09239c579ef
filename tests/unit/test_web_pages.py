"""The web app's files on the public port."""

from pathlib import Path

import pytest
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from infra.local.stacks import Public
from infra.local.web_pages import WebPages
from shared.config import Settings

API = PlainTextResponse("the API")
START = "<!doctype html><title>Fanfold</title>"


@pytest.fixture
def built(tmp_path: Path) -> Path:
    folder = tmp_path / "dist"
    for name, content in {
        "index.html": START,
        "scheme.js": "1",
        "icon.svg": "<svg/>",
        ".built": "",
        ".vite/manifest.json": "{}",
        "assets/index-abc.js": "2",
        "assets/inter-abc.woff2": "3",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    return folder


def client(built: Path, **settings: str) -> TestClient:
    pages = WebPages(Settings.model_construct().model_copy(update=settings), built=built)
    return TestClient(Public(API, pages, {"objects": PlainTextResponse("an object")}))


@pytest.mark.parametrize("path", ["/", "/batches", "/batches/bat_1/compare?left=a", "/v1x", "/objects"])
def test_pages_of_the_app_begin_with_its_start(built: Path, path: str) -> None:
    answer = client(built).get(path)
    assert (answer.status_code, answer.text) == (200, START)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    ("path", "media_type", "kept"),
    [
        ("/scheme.js", "text/javascript; charset=utf-8", "no-cache"),
        ("/icon.svg", "image/svg+xml", "no-cache"),
        ("/assets/index-abc.js", "text/javascript; charset=utf-8", "public, max-age=31536000, immutable"),
        ("/assets/inter-abc.woff2", "font/woff2", "public, max-age=31536000, immutable"),
    ],
)
def test_files_are_told_by_their_type_and_kept_by_their_name(
    built: Path, path: str, media_type: str, kept: str
) -> None:
    answer = client(built).get(path)
    assert answer.status_code == 200
    assert (answer.headers["content-type"], answer.headers["cache-control"]) == (media_type, kept)


def test_a_file_that_was_not_changed_is_not_sent_again(built: Path) -> None:
    asking = client(built)
    tag = asking.get("/scheme.js").headers["etag"]
    again = asking.get("/scheme.js", headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "path", ["/assets/gone.js", "/favicon.ico", "/.built", "/.vite/manifest.json", "/..%2fsecret.txt", "/%00.js"]
)
def test_what_is_no_file_of_the_app_is_not_found(built: Path, path: str) -> None:
    answer = client(built).get(path)
    assert answer.status_code == 404
    assert "secret" not in answer.text
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("method", "path", "told"),
    [
        ("GET", "/v1", "the API"),
        ("GET", "/v1/batches", "the API"),
        ("POST", "/batches", "the API"),
        ("GET", "/objects/1", "an object"),
    ],
)
def test_the_rest_is_answered_as_before(built: Path, method: str, path: str, told: str) -> None:
    assert client(built).request(method, path).text == told


def test_scripts_run_from_this_server_alone(built: Path) -> None:
    answer = client(built).get("/")
    policy = dict(one.split(" ", 1) for one in answer.headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_emulators_may_be_asked_where_they_are_used(built: Path) -> None:
    asking = client(
        built,
        storage_url="http://127.0.0.1:3",
        firestore_emulator_host="127.0.0.1:1",
        firebase_auth_emulator_host="127.0.0.1:2",
    )
    policy = asking.get("/").headers["content-security-policy"]
    assert "connect-src 'self' http://127.0.0.1:3 http://127.0.0.1:2 http://127.0.0.1:1;" in policy
    assert "img-src 'self' data: blob: http://127.0.0.1:3;" in policy


def test_without_a_built_app_the_start_says_what_to_install(tmp_path: Path) -> None:
    asking = client(tmp_path / "nothing")
    start = asking.get("/")
    assert start.status_code == 200
    assert "Node 20" in start.text
    assert "/v1/docs" in start.text
    assert asking.get("/batches").status_code == 404
