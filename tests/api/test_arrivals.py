"""What arrives where clients upload to, as notifications tell it: late, twice, of strangers, of nothing."""

import pytest

from shared.adapters.embedded.pushes import UPLOAD_BUCKET
from shared.domain.callers import Caller
from shared.repositories import paths
from tests.api.stacks import ApiStack
from tests.api.test_uploads import BAD, jpeg


def upload_name(stack: ApiStack, reference: str) -> str:
    return paths.upload_object(stack.ours.org, reference)


def status(stack: ApiStack, reference: str) -> str:
    return str(stack.ask("GET", f"/v1/references/{reference}").json()["status"])


def test_a_picture_is_ready_without_its_client_asking_and_stays_so(stack: ApiStack) -> None:
    reference = stack.upload(jpeg(), "image/jpeg")
    name = upload_name(stack, reference)
    stack.library.uploads.arrived(UPLOAD_BUCKET, name)
    first = stack.ask("GET", f"/v1/references/{reference}").json()
    assert (first["status"], first["width"], first["height"]) == ("ready", 300, 200)
    stack.library.uploads.arrived(UPLOAD_BUCKET, name)
    assert stack.ask("POST", f"/v1/references/{reference}:complete").json() == first
    assert stack.files.find(name) is None


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_file_is_refused_with_its_reason_and_removed(stack: ApiStack, kind: str) -> None:
    reference = stack.upload(BAD[kind]())
    stack.library.uploads.arrived(UPLOAD_BUCKET, upload_name(stack, reference))
    shown = stack.ask("GET", f"/v1/references/{reference}").json()
    assert shown["status"] == "refused"
    assert shown["detail"].endswith(".")
    assert stack.files.find(upload_name(stack, reference)) is None


def test_what_is_sent_again_after_its_judgement_is_removed_and_changes_nothing(stack: ApiStack) -> None:
    reference = stack.reference()
    before = stack.ask("GET", f"/v1/references/{reference}").json()
    name = upload_name(stack, reference)
    stack.files.put(name, b"other bytes", media_type="image/png")
    stack.library.uploads.arrived(UPLOAD_BUCKET, name)
    assert stack.ask("GET", f"/v1/references/{reference}").json() == before
    assert stack.files.find(name) is None


def test_a_notification_without_its_object_changes_nothing(stack: ApiStack) -> None:
    reference = stack.upload(jpeg(), "image/jpeg")
    stack.files.delete(upload_name(stack, reference))
    stack.library.uploads.arrived(UPLOAD_BUCKET, upload_name(stack, reference))
    assert status(stack, reference) == "awaiting_upload"


def test_what_was_sent_for_a_deleted_or_unknown_reference_is_removed(stack: ApiStack) -> None:
    deleted = stack.upload(jpeg(), "image/jpeg")
    assert stack.ask("DELETE", f"/v1/references/{deleted}").is_success
    unknown = paths.upload_object(stack.ours.org, stack.ids.new("ref"))
    stack.files.put(unknown, b"x", media_type="image/png")
    for name in (upload_name(stack, deleted), unknown):
        stack.library.uploads.arrived(UPLOAD_BUCKET, name)
        assert stack.files.find(name) is None


@pytest.mark.parametrize(
    "name",
    [
        "",
        "orgs/{org}/uploads/",
        "orgs/{org}/uploads/../references/{reference}",
        "orgs/{org}/uploads/{reference}/more",
        "orgs/{org}/uploads/ast_aaaaaaaaaaaaaaaaaaaa",
        "orgs/{org}/reference-images/{reference}",
        "orgs/.*/uploads/{reference}",
        "system/{org}/uploads/{reference}",
        "x" * 2000,
    ],
)
def test_a_strangers_object_is_passed_over(stack: ApiStack, name: str) -> None:
    reference = stack.upload(jpeg(), "image/jpeg")
    stack.library.uploads.arrived(UPLOAD_BUCKET, name.format(org=stack.ours.org, reference=reference))
    assert status(stack, reference) == "awaiting_upload"
    assert stack.files.find(upload_name(stack, reference)) is not None


def test_another_buckets_object_is_passed_over(stack: ApiStack) -> None:
    reference = stack.upload(jpeg(), "image/jpeg")
    stack.library.uploads.arrived("somebody-elses", upload_name(stack, reference))
    assert status(stack, reference) == "awaiting_upload"


def test_another_organisations_name_reaches_no_reference_of_ours(stack: ApiStack) -> None:
    reference = stack.upload(jpeg(), "image/jpeg")
    stack.library.uploads.arrived(UPLOAD_BUCKET, paths.upload_object(stack.theirs.org, reference))
    assert status(stack, reference) == "awaiting_upload"
    caller: Caller = stack.ours.caller
    assert stack.library.references.complete(caller, reference).status.value == "ready"
