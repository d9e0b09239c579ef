"""A create that is repeated with its key gets the first answer again and starts nothing twice."""

import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from shared.domain.modes import Role
from tests.api.stacks import PASSWORD, ApiStack

BATCH: dict[str, Any] = {"rows": [{"prompt": "A walker", "variants": 3}], "name": "Spring"}
REFERENCE: dict[str, Any] = {"filename": "a.png", "media_type": "image/png", "bytes": 90}
KEY: dict[str, Any] = {"name": "Sheets"}


def batches(stack: ApiStack) -> int:
    return len(stack.ask("GET", "/v1/batches").json()["batches"])


def references(stack: ApiStack) -> int:
    return len(stack.ask("GET", "/v1/references").json()["references"])


def keys(stack: ApiStack) -> int:
    return len(stack.ask("GET", "/v1/keys").json()["keys"])


CREATES = pytest.mark.parametrize(
    ("path", "body", "count"),
    [("/v1/batches", BATCH, batches), ("/v1/references", REFERENCE, references), ("/v1/keys", KEY, keys)],
    ids=["batches", "references", "keys"],
)
Counted = Callable[[ApiStack], int]


@CREATES
def test_a_repeat_gets_the_first_answer(stack: ApiStack, path: str, body: dict[str, Any], count: Counted) -> None:
    before = count(stack)
    first = stack.ask("POST", path, json=body, headers={"Idempotency-Key": "one"})
    quoted = stack.ask("POST", path, json=dict(reversed(body.items())), headers={"Idempotency-Key": '"one"'})
    assert first.status_code == quoted.status_code < 300
    assert first.json() | {"key": None} == quoted.json() | {"key": None}
    assert count(stack) == before + 1


@CREATES
def test_the_same_key_with_another_body_is_refused(
    stack: ApiStack, path: str, body: dict[str, Any], count: Counted
) -> None:
    before = count(stack)
    first = stack.ask("POST", path, json=body, headers={"Idempotency-Key": "one"}).json()
    other = {**body, next(iter(body.keys() - {"rows", "media_type", "bytes"})): "Another"}
    refused = stack.ask("POST", path, json=other, headers={"Idempotency-Key": "one"})
    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.json()["errors"]] == ["/headers/Idempotency-Key"]
    assert refused.json()["existing_id"] == first["id"]
    assert count(stack) == before + 1


@CREATES
def test_keys_belong_to_their_caller_and_route(
    stack: ApiStack, path: str, body: dict[str, Any], count: Counted
) -> None:
    before, theirs = count(stack), len(stack.ask("GET", path, tenant=stack.theirs).json())
    headers = {"Idempotency-Key": "one"}
    first = stack.ask("POST", path, json=body, headers=headers).json()
    person = stack.client.post("/v1/auth/login", json={"email": "admin@ours.example", "password": PASSWORD}).json()
    bearer = {"Authorization": f"Bearer {person['token']}"} | headers
    second = stack.client.post(path, json=body, headers=bearer).json()
    elsewhere = stack.ask("POST", path, json=body, headers=headers, tenant=stack.theirs).json()
    assert len({first["id"], second["id"], elsewhere["id"]}) == 3
    assert count(stack) == before + 2
    assert theirs == len(stack.ask("GET", path, tenant=stack.theirs).json())


def test_what_a_key_made_is_told_to_its_caller_alone(stack: ApiStack) -> None:
    headers = {"Idempotency-Key": "one"}
    first = stack.ask("POST", "/v1/batches", json=BATCH, headers=headers).json()["id"]
    other = {**BATCH, "name": "Summer"}
    elsewhere = stack.ask("POST", "/v1/batches", json=other, headers=headers, tenant=stack.theirs)
    beside = stack.ask("POST", "/v1/batches", json=other, headers=headers, role=Role.EDITOR)
    again = stack.ask("POST", "/v1/batches", json=other, headers=headers)
    assert (elsewhere.status_code, beside.status_code, again.status_code) == (202, 202, 422)
    assert first not in elsewhere.text + beside.text
    assert again.json()["existing_id"] == first


def test_a_key_that_made_nothing_with_an_id_names_nobody(stack: ApiStack) -> None:
    member, headers = stack.ours.caller.member, {"Idempotency-Key": "one"}
    first, again = (
        stack.ask("POST", "/v1/credits", json={"amount_micros": micros, "member": member}, headers=headers)
        for micros in (7, 8)
    )
    assert (first.status_code, again.status_code) == (201, 422)
    assert "existing_id" not in again.json()


def test_a_key_whose_request_was_refused_takes_the_mended_one(stack: ApiStack) -> None:
    headers = {"Idempotency-Key": "one"}
    wrong = stack.ask("POST", "/v1/batches", json={**BATCH, "priority": "soon"}, headers=headers)
    assert wrong.status_code == 422
    assert "existing_id" not in wrong.json()
    assert stack.ask("POST", "/v1/batches", json=BATCH, headers=headers).status_code == 202


def test_a_key_is_forgotten_after_seven_days(stack: ApiStack) -> None:
    headers = {"Idempotency-Key": "one"}
    first = stack.ask("POST", "/v1/batches", json=BATCH, headers=headers).json()
    stack.clock.advance(7 * 24 * 3600 - 1)
    assert stack.ask("POST", "/v1/batches", json=BATCH, headers=headers).json()["id"] == first["id"]
    stack.clock.advance(1)
    assert stack.ask("POST", "/v1/batches", json=BATCH, headers=headers).json()["id"] != first["id"]


def test_errors_are_not_kept(stack: ApiStack) -> None:
    headers = {"Idempotency-Key": "one"}
    assert stack.ask("POST", "/v1/batches", json={"rows": []}, headers=headers).status_code == 422
    assert stack.ask("POST", "/v1/batches", json=BATCH, headers=headers).status_code == 202


def test_repeats_at_the_same_moment_start_one_batch(stack: ApiStack) -> None:
    answers: list[Any] = []

    def submit() -> None:
        answers.append(stack.ask("POST", "/v1/batches", json=BATCH, headers={"Idempotency-Key": "one"}))

    threads = [threading.Thread(target=submit) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert batches(stack) == 1


def test_a_batch_is_duplicated_once_a_key(stack: ApiStack) -> None:
    original = stack.ask("POST", "/v1/batches", json=BATCH).json()
    path = f"/v1/batches/{original['id']}:duplicate"
    first = stack.ask("POST", path, headers={"Idempotency-Key": "again"})
    second = stack.ask("POST", path, headers={"Idempotency-Key": "again"})
    assert first.status_code == 202
    assert first.json() == second.json()
    assert first.json()["images"] == 3
    copy = stack.ask("GET", first.json()["status_url"], role=Role.VIEWER).json()
    assert (copy["name"], copy["duplicate_of"]) == ("Spring", original["id"])
    other = stack.ask("POST", f"/v1/batches/{copy['id']}:duplicate", headers={"Idempotency-Key": "again"})
    assert other.status_code == 422


def test_a_repeat_is_answered_whatever_the_limit_of_submits(tmp_path: Path) -> None:
    with closing(ApiStack(tmp_path, submits_a_minute=1)) as made:
        first = made.ask("POST", "/v1/batches", json=BATCH, headers={"Idempotency-Key": "one"})
        repeats = [made.ask("POST", "/v1/batches", json=BATCH, headers={"Idempotency-Key": "one"}) for _ in range(3)]
        assert [(repeat.status_code, repeat.json()) for repeat in repeats] == [(202, first.json())] * 3
        assert made.ask("POST", "/v1/batches", json=BATCH, headers={"Idempotency-Key": "two"}).status_code == 429
        assert batches(made) == 1


def test_dead_letters_are_requeued_once_a_key(stack: ApiStack) -> None:
    batch = stack.batch_of({"prompt": "refuse this"}, {"prompt": "refuse that"}, done=True)
    body, headers = {"filter": {"kind": "refused", "from": "2026-03-01"}}, {"Idempotency-Key": "again"}
    first = stack.ask("POST", "/v1/dead-letters:requeue", json=body, headers=headers)
    stack.run(until=lambda: stack.batch(batch, stack.ours.org).finished_at is not None)
    second = stack.ask("POST", "/v1/dead-letters:requeue", json=body, headers=headers)
    assert first.status_code == 200
    assert first.json()["done"] == 2
    assert second.json() == first.json()
    assert stack.batch(batch, stack.ours.org).series == 2
    other = stack.ask("POST", "/v1/dead-letters:requeue", json={"filter": {}}, headers=headers)
    assert other.status_code == 422
    assert "existing_id" not in other.json()
