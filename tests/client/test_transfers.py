"""Pictures up, images down: each once, whole, resumable, without our credentials."""

import csv
from pathlib import Path

import pytest

from client import Client, ClientError
from client.downloads import Downloads, file_name, make_folder, slug
from client.errors import WrongUse
from client.manifests import write_manifest
from client.models import Asset, BatchCreate, Failure, Item, Row
from client.pictures import Picture, check_picture
from client.uploads import UploadRefused, upload_pictures
from tests.client.wire import Reply, Wire, png


def batch_of(client: Client, *prompts: str) -> str:
    return client.submit(BatchCreate(rows=[Row(prompt=prompt) for prompt in prompts])).id


def test_each_distinct_picture_is_uploaded_once_to_the_signed_address(
    client: Client, wire: Wire, tmp_path: Path
) -> None:
    paths = [tmp_path / f"{number}.png" for number in range(9)]
    for number, path in enumerate(paths):
        path.write_bytes(png(number % 3))
    done: list[Picture] = []
    ids = upload_pictures(client, map(check_picture, paths), done.append)
    assert len(ids) == len(done) == len(wire.references) == 3
    assert {reference["data"] for reference in wire.references.values()} == {png(0), png(1), png(2)}
    for sha256, name in ids.items():
        assert check_picture(paths[[check_picture(path).sha256 for path in paths].index(sha256)]).size_bytes
        assert wire.asked("POST", f"/v1/references/{name}:complete")


def test_an_upload_survives_a_broken_connection_and_a_busy_storage(client: Client, wire: Wire, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(png())
    wire.then("PUT", f"/signed/ref_{0:020d}", Reply(drop=True), Reply(503))
    assert len(upload_pictures(client, [check_picture(tmp_path / "a.png")])) == 1
    assert wire.references[f"ref_{0:020d}"]["data"] == png()


def test_a_picture_that_the_server_refuses_or_that_changed_is_named(client: Client, wire: Wire, tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(png())
    picture = check_picture(path)
    wire.then("PUT", f"/signed/ref_{0:020d}", Reply(200, raw=b""))
    with pytest.raises(UploadRefused, match=r"a\.png: The bytes are not those"):
        upload_pictures(client, [picture])
    path.write_bytes(png(9))
    with pytest.raises(UploadRefused, match=r"a\.png changed while"):
        upload_pictures(client, [picture])


def test_images_come_whole_under_safe_names_and_are_kept_the_second_time(
    client: Client, wire: Wire, tmp_path: Path
) -> None:
    batch_id = batch_of(client, "../../etc/passwd", "=cmd|'/c'!A1", "Ein schöner Bär", "fail", "日本")
    first = Downloads(client, tmp_path)
    entries = first.fetch(client.items(batch_id))
    names = [
        "0001-r1-v1-etc-passwd.png",
        "0002-r2-v1-cmd-c-a1.png",
        "0003-r3-v1-ein-schoner-bar.png",
        "",
        "0005-r5-v1-image.png",
    ]
    assert [name for _, name in entries] == names
    assert sorted(path.name for path in tmp_path.iterdir()) == [name for name in names if name]
    assert (tmp_path / names[1]).read_bytes() == png(1)
    (tmp_path / names[1]).write_bytes(b"half")
    again = Downloads(client, tmp_path)
    assert again.fetch(client.items(batch_id)) == entries
    assert (first.fetched, again.fetched, again.kept) == (4, 1, 3)
    assert (tmp_path / names[1]).read_bytes() == png(1)


def test_thumbnails_lie_in_a_folder_of_their_own_and_are_fetched_once(
    client: Client, wire: Wire, tmp_path: Path
) -> None:
    batch_id = batch_of(client, "a", "fail")
    for _ in range(2):
        downloads = Downloads(client, tmp_path, thumbnails=True)
        downloads.fetch(client.items(batch_id))
        assert downloads.failures == []
    assert [path.name for path in (tmp_path / "thumbnails").iterdir()] == ["0001-r1-v1-a_thumb.jpg"]
    assert (tmp_path / "thumbnails" / "0001-r1-v1-a_thumb.jpg").read_bytes() == b"small " + png(0)
    assert len([seen for seen in wire.seen if "thumb" in seen.query]) == 1


def test_a_link_that_expired_is_made_anew(client: Client, wire: Wire, tmp_path: Path) -> None:
    batch_id = batch_of(client, "a")
    wire.stale_links.add(f"ast_{0:020d}")
    downloads = Downloads(client, tmp_path)
    downloads.fetch(client.items(batch_id))
    assert downloads.failures == []
    assert wire.asked("POST", "/v1/assets:urls")[0].body == {"ids": [f"ast_{0:020d}"]}


def test_an_image_that_breaks_off_leaves_nothing_half_and_is_tried_again(
    client: Client, wire: Wire, tmp_path: Path
) -> None:
    batch_id = batch_of(client, "a", "b")
    half = Reply(raw=b"half", headers={"Content-Length": "900", "Connection": "close"})
    wire.then("GET", f"/signed/ast_{0:020d}", half, Reply(503))
    wire.then("GET", f"/signed/ast_{1:020d}", *[Reply(503)] * 9)
    downloads = Downloads(client, tmp_path)
    downloads.fetch(client.items(batch_id))
    assert [path.name for path in tmp_path.iterdir()] == ["0001-r1-v1-a.png"]
    assert (tmp_path / "0001-r1-v1-a.png").read_bytes() == png(0)
    assert downloads.failures == ["0002-r2-v1-b.png: 503 Service Unavailable"]


def test_names_are_short_and_depend_on_the_item_alone() -> None:
    item = Item(
        id="itm_1", index=11, row=3, variant=2, prompt="x" * 500, asset=Asset(id="ast_1", media_type="image/webp")
    )
    assert file_name(item) == f"0012-r4-v2-{'x' * 40}.webp"
    assert file_name(item) == file_name(item.model_copy(update={"status": "succeeded"}))
    # The web app names files in the same way: web/src/pages/library/downloads/names.test.ts.
    assert slug("CON\x00../\\:*?") == "con"
    assert slug("Crème brûlée, ½ — 日本") == "creme-brulee-12"
    assert slug("日本") == "image"


def test_a_folder_that_cannot_be_one_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(WrongUse, match="is a file"):
            make_folder(path)
    assert make_folder(tmp_path / "a" / "b").is_dir()


def test_the_manifest_has_a_line_an_item_and_no_formulas(tmp_path: Path) -> None:
    item = Item(
        id="itm_1", index=1, row=0, variant=2, status="failed", prompt='=HYPERLINK("http://x")', model="+m",
        cost_micros=5, error=Failure(kind="refused", detail="@SUM(A1)"), tags=["-a", "b", "=c"], metadata={"sku": "ü"},
    )  # fmt: skip
    first = item.model_copy(
        update={"index": 0, "prompt": 'a,\n"b"', "seed": -1, "asset": Asset(id="a", width=2, height=3)}
    )
    path = write_manifest(tmp_path, [(item, ""), (first, "0001.png")])
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    assert [(row["index"], row["row"]) for row in rows] == [("1", "1"), ("2", "1")]
    assert rows[0]["prompt"] == 'a,\n"b"'
    assert (rows[0]["file"], rows[0]["width"], rows[0]["height"], rows[0]["seed"]) == ("0001.png", "2", "3", "-1")
    assert rows[1]["prompt"] == '\'=HYPERLINK("http://x")'
    assert (rows[1]["model"], rows[1]["error_detail"], rows[1]["tags"]) == ("'+m", "'@SUM(A1)", "'-a; b;' =c")
    assert (rows[1]["error_kind"], rows[1]["cost_micros"], rows[1]["metadata"]) == ("refused", "5", '{"sku": "ü"}')
    assert [each.name for each in tmp_path.iterdir()] == ["manifest.csv"]


def test_a_manifest_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "manifest.csv").mkdir()
    with pytest.raises(ClientError, match="cannot be written"):
        write_manifest(tmp_path, [])
