"""References: uploaded, checked by their content, used, deleted."""

import io
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from typing import Any, cast

import httpx2
import pytest
from PIL import Image

from shared.domain.callers import Caller
from shared.domain.errors import Conflict, Forbidden, Invalid, Malformed, NotFound, Unavailable
from shared.domain.references import Reference, ReferenceStatus
from shared.domain.uploads import ReferenceCreate
from shared.ports.objects import ObjectStore
from shared.repositories import paths
from shared.services.references import JUDGED_AT_A_TIME
from tests.unit.services.desks import MAX_BYTES, Desk, png

CREATE = ReferenceCreate(filename="walker.png", media_type="image/png", bytes=100)


def gif() -> bytes:
    data = io.BytesIO()
    frames = [Image.new("RGB", (9, 9), colour) for colour in ("red", "blue")]
    frames[0].save(data, "GIF", save_all=True, append_images=frames[1:])
    return data.getvalue()


def jpeg(**options: Any) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (40, 30), "green").save(data, "JPEG", **options)
    return data.getvalue()


def test_a_new_reference_waits_for_the_bytes_that_were_announced(desk: Desk) -> None:
    made, upload = desk.references.create(desk.editor, CREATE, idempotency_key=None, fingerprint="f")
    assert (made.status, made.created_by) == (ReferenceStatus.AWAITING_UPLOAD, desk.editor.member)
    assert (upload.method, upload.headers) == ("PUT", {"Content-Type": "image/png"})
    assert httpx2.URL(upload.url).params["max_bytes"] == "100"
    assert int(httpx2.URL(upload.url).params["expires"]) == int(desk.clock.now().timestamp()) + 3_600
    assert desk.references.get(desk.viewer, made.id).filename == "walker.png"


def test_a_repeated_create_gives_the_same_answer(desk: Desk) -> None:
    made, upload = desk.references.create(desk.ours, CREATE, idempotency_key="k", fingerprint="f")
    desk.clock.advance(60)
    again, same = desk.references.create(desk.ours, CREATE, idempotency_key="k", fingerprint="f")
    assert (again.id, same) == (made.id, upload)
    with pytest.raises(Invalid, match="another request"):
        desk.references.create(desk.ours, CREATE, idempotency_key="k", fingerprint="g")
    other, _ = desk.references.create(desk.theirs, CREATE, idempotency_key="k", fingerprint="g")
    assert other.id != made.id
    assert len(desk.references.list(desk.ours).values) == 1


def test_a_file_that_is_announced_too_large_is_refused(desk: Desk) -> None:
    create = CREATE.model_copy(update={"bytes": MAX_BYTES + 1})
    with pytest.raises(Invalid, match="50,000") as raised:
        desk.references.create(desk.ours, create, idempotency_key=None, fingerprint="f")
    assert raised.value.errors[0].pointer == "/bytes"


def test_a_picture_is_kept_clean_by_what_it_truly_is(desk: Desk) -> None:
    exif = Image.Exif()
    exif[0x010E] = "a secret place"
    made = desk.reference(jpeg(exif=exif))
    ready = desk.references.complete(desk.editor, made.id)
    assert (ready.status, ready.media_type, ready.width, ready.height) == (ReferenceStatus.READY, "image/jpeg", 40, 30)
    kept = desk.files.get(ready.object or "")
    assert len(kept) == ready.bytes
    assert b"secret place" not in kept
    assert Image.open(io.BytesIO(desk.files.get(ready.thumbnail or ""))).size == (300, 300)
    assert desk.files.find(made.upload) is None
    assert desk.references.get(desk.viewer, made.id) == ready


def test_completing_twice_is_harmless(desk: Desk) -> None:
    made = desk.reference(png())
    ready = desk.references.complete(desk.ours, made.id)
    # The link still permits an upload: what comes late is thrown away, unread.
    desk.files.put(made.upload, b"something else", media_type="image/png")
    assert desk.references.complete(desk.ours, made.id) == ready
    assert desk.files.find(made.upload) is None


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"this is a text file called .png", "not a PNG, JPEG or WebP"),
        (b"", "empty"),
        (png()[:60], "damaged"),
        (jpeg()[:-200], "damaged|cut off"),
        (png(300, 300), "pixels"),
        (png() + bytes(MAX_BYTES), "bytes"),
        (gif(), "not a PNG|animated"),
    ],
    ids=["text", "empty", "cut png", "cut jpeg", "pixels", "bytes", "gif"],
)
def test_what_is_no_picture_of_ours_is_refused_for_good_with_its_reason(desk: Desk, data: bytes, reason: str) -> None:
    made = desk.reference(data)
    for _ in range(2):
        with pytest.raises(Invalid, match=reason) as raised:
            desk.references.complete(desk.ours, made.id)
        assert raised.value.errors[0].pointer == "/upload"
    refused = desk.references.get(desk.ours, made.id)
    assert (refused.status, refused.object) == (ReferenceStatus.REFUSED, None)
    assert refused.detail == raised.value.detail
    assert desk.files.find(made.upload) is None
    assert desk.files.find(paths.reference_object(desk.ours.org, made.id)) is None


def test_what_was_not_uploaded_cannot_be_completed(desk: Desk) -> None:
    made = desk.reference()
    with pytest.raises(Conflict, match="not been uploaded") as raised:
        desk.references.complete(desk.ours, made.id)
    assert raised.value.code == "not-uploaded"
    desk.clock.advance(3_601)
    with pytest.raises(Conflict, match="expired"):
        desk.references.complete(desk.ours, made.id)


def test_another_request_may_judge_the_upload_first(desk: Desk) -> None:
    made = desk.reference(png())
    raced: list[Reference] = []

    class Slow:
        """The object store, beside which another request is quicker."""

        def __getattr__(self, name: str) -> Any:
            return getattr(desk.files, name)

        def get(self, name: str, *, max_bytes: int | None = None) -> bytes:
            if not raced:
                raced.append(desk.references.complete(desk.ours, made.id))
            return desk.files.get(name, max_bytes=max_bytes)

    assert desk.new_references(cast("ObjectStore", Slow())).complete(desk.ours, made.id) == raced[0]


def test_a_crash_between_storing_and_recording_is_mended_by_completing_again(desk: Desk) -> None:
    made, before = desk.reference(png()), desk.reference(png())
    done = desk.references.complete(desk.ours, before.id)
    # As if the worker had stopped after storing the pictures and before writing that it did.
    name = paths.reference_object(desk.ours.org, made.id)
    desk.files.put(name, desk.files.get(done.object or ""), media_type="image/png")
    assert desk.references.complete(desk.ours, made.id).object == name


def test_a_ready_reference_guides_images(desk: Desk) -> None:
    made = desk.references.complete(desk.ours, desk.reference(png()).id)
    batch = desk.world.submit({"prompt": "A walker", "references": [made.id]}, caller=desk.ours)
    desk.world.run()
    (item,) = desk.batches.items(desk.ours, batch).values
    assert item.references[0].sha256 == made.sha256
    with pytest.raises(Invalid, match="no reference"):
        desk.world.submit({"prompt": "A walker", "references": [made.id]}, caller=desk.theirs)


def test_a_list_shows_ones_own_the_newest_first(desk: Desk) -> None:
    made = [desk.reference().id for _ in range(3)][::-1]
    desk.reference(caller=desk.theirs)
    first = desk.references.list(desk.viewer, page_size=2)
    rest = desk.references.list(desk.viewer, page_size=2, page_token=first.next_page_token)
    assert [reference.id for reference in first.values + rest.values] == made
    with pytest.raises(Malformed):
        desk.references.list(desk.theirs, page_token=first.next_page_token)


def test_a_deleted_reference_is_gone_and_cannot_be_used(desk: Desk) -> None:
    made = desk.references.complete(desk.editor, desk.reference(png(), caller=desk.editor).id)
    desk.references.delete(desk.editor, made.id)
    assert desk.references.list(desk.ours).values == []
    for act in (
        lambda: desk.references.get(desk.ours, made.id),
        lambda: desk.references.complete(desk.ours, made.id),
        lambda: desk.references.delete(desk.ours, made.id),
    ):
        with pytest.raises(NotFound):
            act()
    with pytest.raises(Invalid, match="no reference"):
        desk.world.submit({"prompt": "A", "references": [made.id]}, caller=desk.ours)
    assert [entry["action"] for entry in desk.audited()] == ["reference.deleted"]


def test_only_its_maker_and_admins_delete_a_reference(desk: Desk) -> None:
    with pytest.raises(Forbidden, match="maker"):
        desk.references.delete(desk.editor, desk.reference().id)
    desk.references.delete(desk.ours, desk.reference(caller=desk.editor).id)


def test_a_viewer_makes_nothing(desk: Desk) -> None:
    made = desk.reference(png())
    for act in (
        lambda: desk.references.create(desk.viewer, CREATE, idempotency_key=None, fingerprint="f"),
        lambda: desk.references.complete(desk.viewer, made.id),
        lambda: desk.references.delete(desk.viewer, made.id),
    ):
        with pytest.raises(Forbidden):
            act()


def test_another_organisations_reference_is_not_found(desk: Desk) -> None:
    made = desk.reference(png())

    def not_found(caller: Caller, reference: str) -> None:
        for act in (
            lambda: desk.references.get(caller, reference),
            lambda: desk.references.complete(caller, reference),
            lambda: desk.references.delete(caller, reference),
        ):
            with pytest.raises(NotFound):
                act()

    not_found(desk.theirs, made.id)
    not_found(desk.ours, "ref_" + "a" * 20)
    not_found(desk.ours, "../" + made.id)


def test_so_many_pictures_are_judged_at_once_and_no_more(desk: Desk) -> None:
    made = [desk.reference(png()) for _ in range(JUDGED_AT_A_TIME + 1)]
    all_in, leave = Barrier(JUDGED_AT_A_TIME + 1), Event()

    class Slow:
        """The object store, on a day when it takes its time."""

        def __getattr__(self, name: str) -> Any:
            return getattr(desk.files, name)

        def get(self, name: str, *, max_bytes: int | None = None) -> bytes:
            if not leave.is_set():
                all_in.wait(60)
                leave.wait(60)
            return desk.files.get(name, max_bytes=max_bytes)

    references = desk.new_references(cast("ObjectStore", Slow()))
    with ThreadPoolExecutor(JUDGED_AT_A_TIME) as pool:
        running = [pool.submit(references.complete, desk.ours, one.id) for one in made[1:]]
        all_in.wait(60)
        try:
            with pytest.raises(Unavailable, match="Ask again"):
                references.complete(desk.ours, made[0].id)
        finally:
            leave.set()
        assert {one.result(20).status for one in running} == {ReferenceStatus.READY}
    assert references.complete(desk.ours, made[0].id).status is ReferenceStatus.READY
