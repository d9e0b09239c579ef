"""Reference pictures: sent straight to storage, judged by their content, used in rows by their ids."""

import io
import struct
import zlib
from collections.abc import Callable

import pytest
from PIL import Image

from shared.domain.modes import Role
from tests.api.stacks import MAX_UPLOAD_BYTES, ApiStack
from tests.engine.scripted import picture


def huge_png() -> bytes:
    """A PNG that says it has 30,000 × 30,000 pixels, in a few bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(90_000)))
        + chunk(b"IEND", b"")
    )


def animation() -> bytes:
    frames = [Image.new("P", (40, 40), colour) for colour in (1, 2, 3)]
    data = io.BytesIO()
    frames[0].save(data, "GIF", save_all=True, append_images=frames[1:])
    return data.getvalue()


def jpeg() -> bytes:
    data = io.BytesIO()
    Image.effect_noise((300, 200), 90).convert("RGB").save(data, "JPEG")
    return data.getvalue()


BAD: dict[str, Callable[[], bytes]] = {
    "a text called .png": lambda: b"These are words, whatever the name says." * 20,
    "a PNG of 30,000 x 30,000": huge_png,
    "an animated GIF": animation,
    "a truncated JPEG": lambda: jpeg()[:-3_000],
    "an SVG": lambda: b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_for_good_with_its_reason(stack: ApiStack, name: str) -> None:
    reference = stack.upload(BAD[name]())
    refused = stack.ask("POST", f"/v1/references/{reference}:complete")
    assert refused.status_code == 422
    (error,) = refused.json()["errors"]
    assert error["pointer"] == "/upload"
    assert error["detail"].endswith(".")
    shown = stack.ask("GET", f"/v1/references/{reference}").json()
    assert (shown["status"], shown["detail"]) == ("refused", error["detail"])
    assert stack.ask("POST", f"/v1/references/{reference}:complete").status_code == 422
    used = stack.ask("POST", "/v1/batches", json={"rows": [{"prompt": "a", "references": [reference]}]})
    assert [wrong["pointer"] for wrong in used.json()["errors"]] == ["/rows/0/references/0"]


def test_a_good_picture_is_completed_once_and_again_and_used(stack: ApiStack) -> None:
    reference = stack.upload(jpeg(), "image/jpeg")
    first = stack.ask("POST", f"/v1/references/{reference}:complete").json()
    assert (first["status"], first["width"], first["height"]) == ("ready", 300, 200)
    assert stack.ask("POST", f"/v1/references/{reference}:complete").json() == first
    batch = stack.batch_of({"prompt": "a", "references": [reference]}, done=True)
    (item,) = stack.ask("GET", f"/v1/batches/{batch}/items").json()["items"]
    assert item["references"] == [reference]
    assert stack.ask("GET", f"/v1/batches/{batch}/items/{item['id']}").json()["references"] == [reference]


def test_a_ready_reference_is_seen_by_links_alone_and_one_that_waits_has_none(stack: ApiStack) -> None:
    ready = stack.upload(jpeg(), "image/jpeg")
    completed = stack.ask("POST", f"/v1/references/{ready}:complete").json()
    waiting = stack.upload(jpeg(), "image/jpeg")
    shown = {one["id"]: one for one in stack.ask("GET", "/v1/references").json()["references"]}
    assert shown[ready] == completed
    assert (shown[waiting]["url"], shown[waiting]["thumbnail_url"], shown[waiting]["expires_at"]) == (None, None, None)
    for link, width in ((completed["url"], 300), (completed["thumbnail_url"], 300)):
        seen = stack.client.get(link)
        assert seen.is_success
        assert Image.open(io.BytesIO(seen.content)).width == width
    assert stack.client.get(completed["url"] + "x").status_code in (403, 404)


def test_references_are_found_by_words_of_their_names(stack: ApiStack) -> None:
    made = {}
    for name in ("Red walker, front.jpg", "red-shoes.png", "Übergang.jpg"):
        body = {"filename": name, "media_type": "image/png", "bytes": 10}
        made[name] = stack.ask("POST", "/v1/references", json=body).json()["id"]

    def found(q: str) -> list[str]:
        listed = stack.ask("GET", "/v1/references", params={"q": q}).json()["references"]
        return [one["filename"] for one in listed]

    assert found("red") == ["red-shoes.png", "Red walker, front.jpg"]
    assert found("WALK red") == ["Red walker, front.jpg"]
    assert found("übergang") == ["Übergang.jpg"]
    assert found("blue") == []
    assert stack.ask("GET", "/v1/references?q=,").status_code == 422
    first = stack.ask("GET", "/v1/references?q=red&page_size=1").json()
    again = {"q": "red", "page_size": 1, "page_token": first["next_page_token"]}
    assert [one["filename"] for one in stack.ask("GET", "/v1/references", params=again).json()["references"]] == [
        "Red walker, front.jpg"
    ]
    assert stack.ask("GET", "/v1/references", params={**again, "q": "walker"}).status_code == 400


def test_a_picture_that_never_came_cannot_be_completed(stack: ApiStack) -> None:
    body = {"filename": "a.png", "media_type": "image/png", "bytes": 10}
    reference = stack.ask("POST", "/v1/references", json=body).json()["id"]
    waiting = stack.ask("POST", f"/v1/references/{reference}:complete")
    assert (waiting.status_code, waiting.json()["code"]) == (409, "not-uploaded")
    stack.clock.advance(2 * 3600)
    late = stack.ask("POST", f"/v1/references/{reference}:complete")
    assert (late.status_code, late.json()["code"]) == (409, "expired")


def test_an_upload_takes_what_was_announced_and_nothing_else(stack: ApiStack) -> None:
    data = picture("1:1")
    body = {"filename": "a.png", "media_type": "image/png", "bytes": len(data)}
    way = stack.ask("POST", "/v1/references", json=body).json()["upload"]
    larger = stack.client.request(way["method"], way["url"], headers=way["headers"], content=data + b"x")
    other = stack.client.request(way["method"], way["url"], headers={"Content-Type": "text/html"}, content=data)
    forged = stack.client.request(way["method"], way["url"][:-2], headers=way["headers"], content=data)
    assert larger.status_code in (400, 413)
    assert 400 <= other.status_code < 500
    assert 400 <= forged.status_code < 500
    assert stack.client.request(way["method"], way["url"], headers=way["headers"], content=data).is_success
    too_large = body | {"bytes": MAX_UPLOAD_BYTES + 1}
    assert stack.ask("POST", "/v1/references", json=too_large).status_code == 422


def test_another_organisations_reference_is_as_unknown_as_none_at_all(stack: ApiStack) -> None:
    reference = stack.reference()
    rows = {"rows": [{"prompt": "a", "references": [reference]}]}
    answers = {}
    for path in ("/v1/batches", "/v1/batches:estimate"):
        refused = stack.ask("POST", path, json=rows, tenant=stack.theirs)
        unknown = stack.ask("POST", path, json={"rows": [{"prompt": "a", "references": ["ref_" + "a" * 20]}]})
        assert refused.status_code == unknown.status_code == 422
        detail = refused.json()["errors"][0]["detail"].replace(reference, "X")
        assert detail == unknown.json()["errors"][0]["detail"].replace("ref_" + "a" * 20, "X")
        answers[path] = detail
    assert len(set(answers.values())) == 1


def test_only_its_maker_or_an_admin_deletes_a_reference(stack: ApiStack) -> None:
    mine = stack.reference()
    assert stack.ask("DELETE", f"/v1/references/{mine}", role=Role.VIEWER).status_code == 403
    assert stack.ask("DELETE", f"/v1/references/{mine}", role=Role.EDITOR).status_code == 204
    assert stack.ask("GET", f"/v1/references/{mine}").status_code == 404
    assert stack.ask("GET", "/v1/references").json()["references"] == []
