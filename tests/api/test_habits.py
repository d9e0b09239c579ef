"""What holds for every answer: ids, headers, problems, limits, credentials, pages, links."""

import json
import re
from collections.abc import Iterator
from contextlib import closing
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from shared import logging
from shared.config import Settings
from shared.container.sign_ins import firebase_settings
from shared.domain.modes import Role
from shared.ports.documents import Query, Update
from shared.repositories import paths
from tests.api.stacks import PASSWORD, ApiStack
from tests.clocks import START


def test_every_answer_carries_security_headers_and_the_id_that_was_sent(stack: ApiStack) -> None:
    sent = {"X-Request-Id": "sheet-42.a_b"}
    for answer in (
        stack.client.get("/v1/health", headers=sent),
        stack.client.get("/v1/nowhere", headers=sent),
        stack.client.get("/v1/batches", headers=sent),
        stack.ask("GET", "/v1/batches", headers=sent),
        stack.ask("POST", "/v1/batches", content=b"{", headers=sent),
    ):
        assert answer.headers["X-Request-Id"] == "sheet-42.a_b"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Strict-Transport-Security"].startswith("max-age=")


@pytest.mark.parametrize("sent", ["", "two words", "x" * 65, "<script>", "a\tb"])
def test_an_id_that_could_do_harm_is_replaced(stack: ApiStack, sent: str) -> None:
    answer = stack.client.get("/v1/health", headers={"X-Request-Id": sent})
    assert re.fullmatch(r"req_[a-z2-7]{20}", answer.headers["X-Request-Id"])


def test_one_line_is_logged_a_request_without_its_query_or_credentials(stack: ApiStack) -> None:
    with capture_logs(processors=[logging._traced("")]) as lines:
        stack.ask("GET", "/v1/assets?q=secretword", headers={"X-Cloud-Trace-Context": "a" * 32 + "/1;o=1"})
    (line,) = [line for line in lines if line["event"] == "request"]
    assert line["method"] == "GET"
    assert line["path"] == "/v1/assets"
    assert line["status"] == 200
    assert line["org"] == stack.ours.org
    assert line["trace"] == "a" * 32
    assert "secretword" not in json.dumps(line)
    assert stack.ours.keys[Role.ADMIN] not in json.dumps(line)


def test_what_nobody_foresaw_is_told_to_the_log_alone(stack: ApiStack) -> None:
    broken = stack.batch_of()
    stack.store.commit([Update(paths.batch(stack.ours.org, broken), {"status": "a state of no version of ours"})])
    with capture_logs() as lines:
        answer = stack.ask("GET", f"/v1/batches/{broken}")
    assert answer.status_code == 500
    assert answer.json()["detail"] == (
        f"This is our mistake, and it was logged as request {answer.headers['X-Request-Id']}. Try again later."
    )
    assert "a state of no version" not in answer.text
    assert [line["event"] for line in lines] == ["request_failed", "request"]


def test_an_unknown_path_and_method_are_problems_too(stack: ApiStack) -> None:
    nowhere = stack.client.get("/v1/nowhere")
    assert (nowhere.status_code, nowhere.json()["code"]) == (404, "not-found")
    for path in (
        "/",
        "/v1",
        "/v1/batches/",
        "/v2/batches",
        "/v1/batches/a.b",
        "/v1/batches/bat_a:explode",
        "/v1//batches",
    ):
        assert stack.ask("POST", path, json={}).status_code == 404, path
    refused = stack.client.put("/v1/batches")
    assert (refused.status_code, refused.headers["Allow"]) == (405, "GET, POST")
    assert refused.json()["detail"] == "PUT is not taken here: use GET, POST."


def test_two_credentials_at_once_are_refused(stack: ApiStack) -> None:
    answer = stack.ask("GET", "/v1/models", headers={"Authorization": "Bearer a.b.c"})
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")


@pytest.mark.parametrize("header", ["X-API-Key", "Authorization"])
def test_a_credential_that_is_sent_twice_is_refused_whichever_is_good(stack: ApiStack, header: str) -> None:
    person = stack.client.post("/v1/auth/login", json={"email": "admin@ours.example", "password": PASSWORD}).json()
    good = stack.ours.keys[Role.ADMIN] if header == "X-API-Key" else f"Bearer {person['token']}"
    assert stack.client.get("/v1/models", headers=[(header, good)]).status_code == 200
    for other in (good, stack.theirs.keys[Role.ADMIN]):
        answer = stack.client.get("/v1/models", headers=[(header, good), (header, other)])
        assert (answer.status_code, answer.json()["code"]) == (400, "malformed")


@pytest.mark.parametrize("sent", ["", "k" * 5_000, "sch\xfcssel"])
@pytest.mark.parametrize("header", ["X-API-Key", "Authorization"])
def test_credentials_that_cannot_be_any_are_refused_unread(stack: ApiStack, header: str, sent: str) -> None:
    value = sent if header == "X-API-Key" else f"Bearer {sent}"
    answer = stack.client.get("/v1/models", headers={header.encode(): value.encode("latin-1")})
    assert (answer.status_code, answer.json()["detail"]) == (401, "These credentials are not valid.")


def test_credentials_in_a_url_are_not_taken(stack: ApiStack) -> None:
    key = stack.ours.keys[Role.ADMIN]
    for name in ("key", "api_key", "x-api-key", "access_token", "token"):
        answer = stack.client.get("/v1/models", params={name: key})
        assert answer.status_code == 401
        assert key not in answer.text


def test_a_person_signs_in_and_is_known_until_the_token_ends(stack: ApiStack) -> None:
    body = {"email": "Admin@Ours.example", "password": PASSWORD}
    signed_in = stack.client.post("/v1/auth/login", json=body).json()
    assert signed_in["user"] == {
        "id": stack.ours.admin.id,
        "email": "admin@ours.example",
        "name": "Ours' admin",
        "role": "admin",
    }
    assert signed_in["organisation"] == {"id": stack.ours.org, "name": "Ours"}
    headers = {"Authorization": f"Bearer {signed_in['token']}"}
    assert stack.client.get("/v1/keys", headers=headers).status_code == 200
    assert stack.client.get("/v1/keys", headers={"Authorization": f"bearer  {signed_in['token']} "}).status_code == 200
    stack.clock.advance(13 * 3600)
    assert stack.client.get("/v1/keys", headers=headers).status_code == 401


def test_guessing_passwords_is_slowed_down(stack: ApiStack) -> None:
    body = {"email": "admin@ours.example", "password": "wrong"}
    answers = [stack.client.post("/v1/auth/login", json=body) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [401] * 10 + [429]
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert answers[-1].headers["RateLimit-Policy"] == '"sign-ins";q=10;w=60'


def test_a_revoked_key_is_shut_out(stack: ApiStack) -> None:
    made = stack.ask("POST", "/v1/keys", json={"name": "Sheets", "role": "viewer"}).json()
    headers = {"X-API-Key": made["key"]}
    assert stack.client.get("/v1/models", headers=headers).status_code == 200
    assert stack.ask("DELETE", f"/v1/keys/{made['id']}").status_code == 204
    stack.clock.advance(5)
    assert stack.client.get("/v1/models", headers=headers).status_code == 401
    listed = {key["id"]: key for key in stack.ask("GET", "/v1/keys").json()["keys"]}
    assert listed[made["id"]]["revoked_at"] is not None
    assert made["key"] not in json.dumps(listed)


def test_a_key_tells_when_it_was_last_used_to_the_hour_and_for_one_write(stack: ApiStack) -> None:
    made = stack.ask("POST", "/v1/keys", json={"name": "Sheets", "role": "viewer"}).json()

    def listed() -> dict[str, Any]:
        return next(key for key in stack.ask("GET", "/v1/keys").json()["keys"] if key["id"] == made["id"])

    def use() -> str:
        assert stack.client.get("/v1/models", headers={"X-API-Key": made["key"]}).status_code == 200
        return str(listed()["last_used_at"])

    assert (made["last_used_at"], listed()["last_used_at"]) == (None, None)
    first = use()
    assert first == stack.clock.now().isoformat().replace("+00:00", "Z")
    for _ in range(3):
        stack.clock.advance(1_000)
        assert use() == first
    stack.clock.advance(1_000)
    assert use() == stack.clock.now().isoformat().replace("+00:00", "Z")


@pytest.fixture
def tight(tmp_path: Path) -> Iterator[ApiStack]:
    with closing(ApiStack(tmp_path, submits_a_minute=2, requests_a_minute=5)) as made:
        yield made


def test_requests_are_limited_for_each_caller_and_said_so(tight: ApiStack) -> None:
    answers = [tight.ask("GET", "/v1/models") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert [answer.headers["RateLimit"] for answer in answers[:2]] == ['"requests";r=4;t=12', '"requests";r=3;t=24']
    assert {answer.headers["RateLimit-Policy"] for answer in answers} == {'"requests";q=5;w=60'}
    assert answers[-1].headers["Retry-After"] == "12"
    assert answers[-1].json()["code"] == "rate-limited"
    assert tight.ask("GET", "/v1/models", role=Role.VIEWER).status_code == 200
    assert tight.ask("GET", "/v1/models", tenant=tight.theirs).status_code == 200
    tight.clock.advance(12)
    assert tight.ask("GET", "/v1/models").status_code == 200


def test_submits_have_a_limit_of_their_own_that_estimates_do_not_use(tight: ApiStack) -> None:
    body = {"rows": [{"prompt": "A walker"}]}
    tight.ask("POST", "/v1/batches:estimate", json=body)
    answers = [tight.ask("POST", "/v1/batches", json=body) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [202, 202, 429]
    assert {answer.headers["RateLimit-Policy"] for answer in answers} == {'"submits";q=2;w=60'}
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert tight.ask("POST", "/v1/batches", json=body, role=Role.EDITOR).status_code == 202


def test_a_body_without_a_length_is_cut_off_at_the_limit(stack: ApiStack) -> None:
    pieces = (b" " * 2**16 for _ in range(17))
    answer = stack.ask("POST", "/v1/batches", content=pieces, headers={"Content-Type": "application/json"})
    assert answer.status_code == 413
    assert answer.json()["detail"] == "The body may have at most 1 MiB. Split it into several requests."


def test_pages_follow_one_another_and_their_tokens_fit_one_list_only(stack: ApiStack) -> None:
    made = []
    for number in range(5):
        stack.clock.advance(1)
        made.append(stack.batch_of(name=f"Batch {number}", tags=["spring"]))
    first = stack.ask("GET", "/v1/batches?page_size=2&tag=spring").json()
    token = first["next_page_token"]
    second = stack.ask("GET", "/v1/batches", params={"page_size": 3, "tag": "spring", "page_token": token}).json()
    seen = [batch["id"] for batch in first["batches"] + second["batches"]]
    assert seen == made[::-1]
    assert second["next_page_token"] == ""
    for params, tenant in (
        ({"page_token": token}, stack.ours),
        ({"page_token": token, "tag": "summer"}, stack.ours),
        ({"page_token": token, "tag": "spring"}, stack.theirs),
        ({"page_token": token[:-4], "tag": "spring"}, stack.ours),
    ):
        refused = stack.ask("GET", "/v1/batches", params=params, tenant=tenant)
        assert (refused.status_code, refused.json()["code"]) == (400, "malformed")
    assert len(stack.ask("GET", "/v1/batches?page_size=100000").json()["batches"]) == 5


def test_links_are_made_when_read_and_lead_to_the_picture(stack: ApiStack) -> None:
    batch = stack.batch_of({"prompt": "A walker", "variants": 3, "aspect_ratio": "4:5"}, done=True)
    items = stack.ask("GET", f"/v1/batches/{batch}/items").json()["items"]
    assert [item["variant"] for item in items] == [1, 2, 3]
    for item in items:
        shown = stack.client.get(item["asset"]["url"])
        assert shown.headers["Content-Type"] == item["asset"]["media_type"] == "image/png"
        assert len(shown.content) == item["asset"]["bytes"]
        assert stack.client.get(item["asset"]["thumbnail_url"]).headers["Content-Type"] == "image/jpeg"
    ids = [item["asset"]["id"] for item in items]
    urls = stack.ask("POST", "/v1/assets:urls", json={"ids": ids}).json()["urls"]
    assert [urls[item["asset"]["id"]]["url"] for item in items] == [item["asset"]["url"] for item in items]
    smaller = stack.client.get(urls[ids[0]]["optimised_url"])
    assert smaller.headers["Content-Type"] == "image/jpeg"
    assert smaller.content not in (shown.content, b"")
    one = stack.ask("GET", f"/v1/assets/{ids[0]}").json()
    assert (one["url"], one["batch"], one["prompt"]) == (items[0]["asset"]["url"], batch, "A walker")
    stored = [document.data for document in stack.store.query(Query(paths.assets(stack.ours.org)))]
    assert "http" not in json.dumps(stored, default=str)
    assert stack.ask("DELETE", f"/v1/assets/{ids[0]}").status_code == 204
    left = stack.ask("GET", f"/v1/batches/{batch}/items/{items[0]['id']}").json()
    assert (left["asset"]["id"], left["asset"]["url"]) == (ids[0], None)
    assert stack.ask("POST", "/v1/assets:urls", json={"ids": ids}).status_code == 404


def test_the_history_is_filtered(stack: ApiStack) -> None:
    first = stack.batch_of({"prompt": "A red walker", "tags": ["spring"]}, done=True)
    stack.clock.advance(48 * 3600)
    second = stack.batch_of({"prompt": "A blue rollator"}, done=True)

    def found(**params: str) -> list[str]:
        return [asset["batch"] for asset in stack.ask("GET", "/v1/assets", params=params).json()["assets"]]

    assert found() == [second, first]
    assert found(q="walk") == [first]
    assert found(tag="spring") == [first]
    assert found(batch=second) == [second]
    assert found(model="scripted-1") == [second, first]
    assert found(to=f"{START:%Y-%m-%d}") == [first]
    assert found(**{"from": f"{START:%Y-%m-%d}", "to": f"{START:%Y-%m-%d}"}) == [first]
    assert found(**{"from": "2026-03-02T00:00:00Z"}) == [second]


def test_readiness_names_the_part_that_is_away(stack: ApiStack) -> None:
    ready = stack.client.get("/v1/ready")
    assert ready.json() == {"status": "ready", "parts": {"documents": "ok", "objects": "ok", "tasks": "ok"}}
    folder = next(path for path in (stack.folder / "objects").iterdir() if path.name == "data")
    folder.rename(folder.with_name("gone"))
    away = stack.client.get("/v1/ready")
    assert away.status_code == 503
    assert away.json() == {"status": "not_ready", "parts": {"documents": "ok", "objects": "unavailable", "tasks": "ok"}}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1/assets?from=0001-01-01T00:00:00%2B14:00", 422),
        ("/v1/assets?to=9999-12-31T23:00:00-10:00", 422),
        ("/v1/assets?from=0001-01-01&to=9999-12-31", 200),
        ("/v1/usage?to=0001-01-02", 200),
        ("/v1/usage?from=9999-12-31&to=9999-12-31", 200),
    ],
)
def test_the_ends_of_the_calendar_break_nothing(stack: ApiStack, path: str, status: int) -> None:
    assert stack.ask("GET", path).status_code == status


def test_the_configuration_tells_the_limits(stack: ApiStack) -> None:
    config = stack.client.get("/v1/config").json()
    assert config["sign_in"] == "password"
    assert (config["firebase"], config["emulators"]) == (None, None)
    assert config["limits"]["rows"] == 1_000
    assert config["limits"]["images"] == 10_000
    assert config["limits"]["prompt_characters"] == 4_000
    assert config["limits"]["variants"] == 10


@pytest.mark.parametrize("is_emulated", [False, True])
def test_the_configuration_tells_a_browser_where_to_sign_in(tmp_path: Path, is_emulated: bool) -> None:
    config = Settings.model_validate(
        {
            "stack": "emulators",
            "project": "our-project",
            "firebase_api_key": "public",
            "firebase_auth_domain": "our-project.firebaseapp.com",
            "firebase_app_id": "1:2:web:3",
            "FIREBASE_AUTH_EMULATOR_HOST": "127.0.0.1:9099" if is_emulated else "",
            "FIRESTORE_EMULATOR_HOST": "127.0.0.1:8081" if is_emulated else "",
        }
    )
    with closing(ApiStack(tmp_path, firebase=firebase_settings(config))) as stack:
        said = stack.client.get("/v1/config").json()
    assert said["sign_in"] == "firebase"
    assert said["firebase"] == {
        "apiKey": "public",
        "authDomain": "our-project.firebaseapp.com",
        "projectId": "our-project",
        "appId": "1:2:web:3",
        "databaseId": "(default)",
    }
    emulators = {"auth": "http://127.0.0.1:9099", "firestore": "127.0.0.1:8081"}
    assert said["emulators"] == (emulators if is_emulated else None)
    assert firebase_settings(Settings.model_validate({"stack": "embedded"})) is None


class Links(HTMLParser):
    """Every address in a page, and whether it holds scripts of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href")]
        assert tag != "script" or dict(attrs).get("src"), "the policy forbids scripts inside the page"


def test_the_documentation_needs_nobody_but_this_server(stack: ApiStack) -> None:
    page = stack.client.get("/v1/docs")
    links = Links()
    links.feed(page.text)
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert "script-src 'self';" in page.headers["Content-Security-Policy"]
    for address in links.addresses:
        found = stack.client.get(f"/v1/{address}")
        assert found.status_code == 200, address
        assert found.content
    assert stack.client.get("/v1/docs/start.js").headers["Content-Type"].startswith("text/javascript")


def test_the_description_is_of_openapi_3_1_and_knows_every_route(stack: ApiStack) -> None:
    document = stack.client.get("/v1/openapi.json").json()
    assert document["openapi"] == "3.1.0"
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert operation["description"], (method, path)
            if operation["security"]:
                assert "Needs the role `" in operation["description"]
                assert {"401", "403", "429"} <= set(operation["responses"])
    ids = [operation["operationId"] for operations in document["paths"].values() for operation in operations.values()]
    assert len(ids) == len(set(ids))
    assert "HTTPValidationError" not in json.dumps(document)
