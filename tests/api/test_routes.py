"""Every route, walked from the route table: anonymous, wrong role, other organisation, invalid, happy."""

from typing import Any

import httpx2
import jsonschema
import pytest

from shared.domain.modes import Role
from shared.http.auth import Access, Open
from shared.http.bodies import FileBody, JsonBody
from shared.http.openapi import access_of, dependencies
from shared.http.sections import api_routes
from tests.api.cases import CASES
from tests.api.prepared import UNKNOWN, Ids
from tests.api.stacks import ApiStack
from tests.api.wrongs import Case, Wrong

RANKED = (Role.VIEWER, Role.EVALUATOR, Role.EDITOR, Role.ADMIN)

every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
guarded_cases = pytest.mark.parametrize("case", [case for case in CASES if case.role], ids=lambda case: case.name)


@pytest.fixture(scope="module")
def document(shared_stack: ApiStack) -> dict[str, Any]:
    answer: dict[str, Any] = shared_stack.client.get("/v1/openapi.json").json()
    return answer


def send(stack: ApiStack, case: Case, headers: dict[str, str], ids: Ids, wrong: Wrong | None = None) -> httpx2.Response:
    wrong = wrong or Wrong()
    body = case.body(ids) if callable(case.body) else case.body
    body = body if wrong.body is None else wrong.body
    url = case.path.format(**ids)
    file = case.file if wrong.file is None else wrong.file
    extra: dict[str, Any] = {} if body is None else {"json": body}
    if file is not None:
        extra["content"] = file
        headers = {"Content-Type": case.media_type} | headers
    query = dict(case.query) | dict(wrong.query)
    return stack.client.request(case.method, url, headers=headers | dict(wrong.headers), params=query, **extra)


def headers_for(stack: ApiStack, case: Case, role: Role | None = None) -> dict[str, str]:
    return stack.ours.headers(role or case.role or Role.VIEWER) if case.role else {}


def assert_is_problem(answer: httpx2.Response, status: int, path: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["status"] == status
    assert body["instance"] == path
    assert body["type"] == f"urn:fanfold:problem:{body['code']}"
    assert body["request_id"] == answer.headers["X-Request-Id"]
    assert body["title"]
    assert body["detail"]
    assert ("errors" in body) == (status == 422)
    assert "Traceback" not in answer.text
    return body


def test_every_route_has_its_cases() -> None:
    routes = {f"{method} {route.path_format}" for route in api_routes() for method in route.methods or ()}
    assert routes == {case.name for case in CASES}


def test_every_route_names_who_may_call_it() -> None:
    by_name = {case.name: case for case in CASES}
    for route in api_routes():
        calls = list(dependencies(route))
        guards = [call for call in calls if isinstance(call, Access | Open)]
        assert len(guards) == 1, route.path
        assert isinstance(calls[0], Access | Open), f"{route.path} does something before it knows its caller"
        access = access_of(route)
        for method in route.methods or ():
            assert by_name[f"{method} {route.path_format}"].role == (access and access.role), route.path


def test_every_route_that_takes_a_body_is_tried_with_a_wrong_one() -> None:
    by_name = {case.name: case for case in CASES}
    for route in api_routes():
        for kind, field in ((JsonBody, "body"), (FileBody, "file")):
            if any(isinstance(call, kind) for call in dependencies(route)):
                for method in route.methods or ():
                    tried = by_name[f"{method} {route.path_format}"].wrong
                    assert any(getattr(wrong, field) is not None for wrong in tried)


@every_case
def test_a_good_request_is_answered_as_described(case: Case, shared_stack: ApiStack, document: dict[str, Any]) -> None:
    answer = send(shared_stack, case, headers_for(shared_stack, case), case.make(shared_stack))
    assert answer.status_code == case.status, answer.text
    operation = document["paths"].get(case.path, {}).get(case.method.lower())
    if operation is None:
        return
    described = operation["responses"][str(case.status)].get("content", {})
    if "application/json" in described:
        schema = described["application/json"]["schema"] | {"components": document["components"]}
        jsonschema.Draft202012Validator(schema).validate(answer.json())
    elif not described:
        assert answer.content == b""


@guarded_cases
def test_nobody_gets_in_without_credentials(case: Case, shared_stack: ApiStack) -> None:
    ids = UNKNOWN
    path = case.path.format(**ids)
    for headers in ({}, {"X-API-Key": "ff_wrong"}, {"Authorization": "Bearer a.b.c"}, {"Authorization": "Basic YTpi"}):
        answer = send(shared_stack, case, headers, ids)
        assert_is_problem(answer, 401, path)
        assert answer.headers["WWW-Authenticate"] == "Bearer"


@guarded_cases
def test_lower_roles_are_refused_and_higher_ones_served(case: Case, shared_stack: ApiStack) -> None:
    assert case.role is not None
    place = RANKED.index(case.role)
    path = case.path.format(**UNKNOWN)
    for role in RANKED[:place]:
        body = assert_is_problem(send(shared_stack, case, headers_for(shared_stack, case, role), UNKNOWN), 403, path)
        assert body["detail"] == f"This needs the role {case.role.value}; yours is {role.value}."
    for role in RANKED[place:]:
        answer = send(shared_stack, case, headers_for(shared_stack, case, role), UNKNOWN)
        assert answer.status_code not in (401, 403), answer.text


@guarded_cases
def test_another_organisation_sees_nothing_of_ours(case: Case, shared_stack: ApiStack) -> None:
    ids = case.make(shared_stack)
    answer = send(shared_stack, case, shared_stack.theirs.headers(Role.ADMIN), ids)
    if "{" in case.path or callable(case.body):
        path = case.path.format(**ids)
        refused = assert_is_problem(answer, 404, path)
        strangers = send(shared_stack, case, shared_stack.theirs.headers(Role.ADMIN), UNKNOWN)
        unknown = assert_is_problem(strangers, 404, case.path.format(**UNKNOWN))
        assert anonymised(refused["detail"], ids) == anonymised(unknown["detail"], UNKNOWN)
        assert send(shared_stack, case, headers_for(shared_stack, case), ids).status_code == case.status
    else:
        assert answer.is_success
        assert not [one for one in ids.values() if one in answer.text]
        assert shared_stack.ours.org not in answer.text


def anonymised(detail: str, ids: Ids) -> str:
    for one in ids.values():
        detail = detail.replace(one, "X")
    return detail


@pytest.mark.parametrize("case", [case for case in CASES if case.role and "{" in case.path], ids=lambda case: case.name)
def test_what_is_no_id_of_anything_is_not_found(case: Case, shared_stack: ApiStack) -> None:
    # Stores keep such names for themselves.
    ids = dict.fromkeys(UNKNOWN, "__proto__")
    assert_is_problem(send(shared_stack, case, headers_for(shared_stack, case), ids), 404, case.path.format(**ids))


@every_case
def test_unknown_and_doubled_query_parameters_are_refused(case: Case, shared_stack: ApiStack) -> None:
    headers = headers_for(shared_stack, case)
    ids = {"name": "swagger-ui.css"} | UNKNOWN
    path = case.path.format(**ids)
    answer = send(shared_stack, case, headers, ids, Wrong(query={"surprise": "secret-value"}))
    body = assert_is_problem(answer, 422, path)
    assert [error["pointer"] for error in body["errors"]] == ["/query/surprise"]
    assert "secret-value" not in answer.text


WRONG = [
    pytest.param(case, wrong, id=f"{case.name} {number}") for case in CASES for number, wrong in enumerate(case.wrong)
]


@pytest.mark.parametrize(("case", "wrong"), WRONG)
def test_a_wrong_request_is_refused_in_words(case: Case, wrong: Wrong, shared_stack: ApiStack) -> None:
    ids = (wrong.make or case.make)(shared_stack)
    answer = send(shared_stack, case, headers_for(shared_stack, case), ids, wrong)
    body = assert_is_problem(answer, wrong.status, case.path.format(**ids))
    if wrong.pointer is not None:
        assert wrong.pointer in [error["pointer"] for error in body["errors"]]
    for error in body.get("errors", []):
        assert error["detail"][-1] in ".!?"


BODIES = [case for case in CASES if case.body is not None]


@pytest.mark.parametrize("case", BODIES, ids=lambda case: case.name)
@pytest.mark.parametrize(
    ("content", "headers", "status"),
    [
        (b"{", {"Content-Type": "application/json"}, 400),
        (b"", {"Content-Type": "application/json"}, 400),
        (b"{}", {"Content-Type": "text/csv"}, 415),
        (b"{}", {}, 415),
        (b"{}", {"Content-Type": "application/json; charset=latin-1"}, 415),
        (b"{}", {"Content-Type": "application/json", "Content-Encoding": "gzip"}, 415),
        (b"[]", {"Content-Type": "application/json; charset=UTF-8"}, 422),
        (b" " * (2**20 + 1), {"Content-Type": "application/json"}, 413),
    ],
    ids=["broken", "empty", "text", "nothing said", "latin", "packed", "list", "large"],
)
def test_a_body_that_cannot_be_taken_is_refused(
    case: Case, shared_stack: ApiStack, content: bytes, headers: dict[str, str], status: int
) -> None:
    path = case.path.format(**UNKNOWN)
    sent = headers_for(shared_stack, case) | headers
    answer = shared_stack.client.request(case.method, path, content=content, headers=sent)
    assert_is_problem(answer, status, path)
