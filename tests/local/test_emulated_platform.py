"""The platform on Google's emulators: the same images as on the embedded default, and nothing that stays behind."""

import hashlib
import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from client.api import Client
from infra.local.children import ROOT, Child
from shared.adapters.system import SystemClock
from shared.domain.errors import Unavailable
from tests.emulators import auth_host, firestore_host, lasting, pubsub_host

SHEET = """prompt,variants,references,size,aspect_ratio
A red kite over a lake,2,,512,1:1
A boat on a quiet sea,1,cat.jpg,512,4:3
"""
clock = SystemClock()
# Three emulators and several platforms are started, beside whatever else the machine does.
pytestmark = pytest.mark.timeout(300)


def made(platform: Child, sheet: Path, out: Path) -> dict[str, str]:
    """The files of a campaign, by their digests."""
    command = platform.command("run", str(sheet), "--out", str(out), "--thumbnails", "--yes")
    command.communicate(timeout=100)
    assert command.returncode == 0
    files = [path for path in sorted(out.rglob("*")) if path.is_file()]
    return {path.relative_to(out).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def listens(address: str) -> bool:
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host, int(port)), timeout=5).close()
    except OSError:
        return False
    return True


def test_a_campaign_gives_the_same_files_on_both_stacks(tmp_path: Path) -> None:
    settings = lasting()
    sheet = tmp_path / "sheet.csv"
    sheet.write_text(SHEET)
    (tmp_path / "cat.jpg").write_bytes((ROOT / "samples" / "references" / "cat.jpg").read_bytes())
    with Child(tmp_path / "embedded", settings={"FANFOLD_STACK": "embedded"}) as embedded:
        expected = made(embedded, sheet, tmp_path / "from-embedded")
    with Child(tmp_path / "emulated", settings=settings) as emulated:
        found = made(emulated, sheet, tmp_path / "from-emulators")
    assert len(expected) == 2 * 3 + 1
    assert found == expected


def assert_people_sign_in_by_firebase(said: dict[str, str]) -> None:
    with httpx.Client(base_url=said["url"], trust_env=False) as http:
        told = http.get("/v1/config").json()
        assert (told["sign_in"], told["firebase"]["projectId"]) == ("firebase", "demo-fanfold")
        assert all(listens(address.removeprefix("http://")) for address in told["emulators"].values())
        body = {"email": said["email"], "password": said["password"]}
        signed_in = http.post("/v1/auth/login", json=body).raise_for_status().json()
        headers = {"Authorization": f"Bearer {signed_in['token']}"}
        assert http.get("/v1/batches", headers=headers).status_code == 200
        assert http.get("/v1/batches", headers={"Authorization": "Bearer a.b.c"}).status_code == 401
        wrong = http.post("/v1/auth/login", json=body | {"password": "wrong horse"})
        assert (wrong.status_code, "demo" in wrong.text) == (401, False)


def test_people_sign_in_by_firebase_and_emulators_that_the_platform_started_end_with_it_even_by_kill_9(
    tmp_path: Path,
) -> None:
    firestore_host(), pubsub_host(), auth_host()
    announced = tmp_path / "said.json"
    with (tmp_path / "said.txt").open("wb") as said:
        platform = subprocess.Popen(
            [sys.executable, "-m", "infra.local", "--announce", str(announced)],
            cwd=ROOT,
            env={**os.environ, "FANFOLD_STACK": "emulators", "FANFOLD_HOME": str(tmp_path / "state"), "PORT": "0"},
            stdout=said,
            stderr=subprocess.DEVNULL,
        )
    try:
        while not announced.exists():
            assert platform.poll() is None
            clock.sleep(0.05)
        welcome = (tmp_path / "said.txt").read_text()
        assert "keeps nothing" in welcome
        addresses = re.findall(r"127\.0\.0\.1:\d+", welcome)
        # Three emulators, two stand-ins, and the figures.
        assert len(addresses) == 6
        assert all(listens(address) for address in addresses)
        assert_people_sign_in_by_firebase(json.loads(announced.read_text()))
    finally:
        platform.kill()
        platform.wait()
    # Java takes a moment to end; what stays behind ends this test by its time limit.
    while any(listens(address) for address in addresses):
        clock.sleep(0.05)


def test_what_the_emulator_kept_is_there_after_a_restart_of_the_platform(tmp_path: Path) -> None:
    settings = lasting()
    sheet = tmp_path / "sheet.csv"
    sheet.write_text("prompt,size,aspect_ratio\nA red kite over a lake,512,1:1\n")
    with Child(tmp_path / "state", settings=settings) as first:
        expected = made(first, sheet, tmp_path / "one")
    with Child(tmp_path / "state", settings=settings) as second, Client(second.url, second.api_key) as client:
        assert second.api_key == first.api_key
        [batch] = client.batches()
        assert batch.status == "completed"
        command = second.command("download", batch.id, str(tmp_path / "two"))
        command.communicate(timeout=60)
    again = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (tmp_path / "two").glob("*.png")}
    assert again == {name: digest for name, digest in expected.items() if re.fullmatch(r"[^/]*\.png", name)} != {}


def test_both_stacks_live_beside_each_other_in_one_folder(tmp_path: Path) -> None:
    home = tmp_path / "state"
    with Child(home, settings=lasting()) as one, Child(home, settings={"FANFOLD_STACK": "embedded"}) as other:
        assert one.api_key != other.api_key


def test_what_is_missing_is_said_with_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=r"Fanfold cannot start\. Google's emulators .* install"):
        Child(tmp_path / "state", settings={"FANFOLD_STACK": "emulators", "PATH": str(tmp_path)})
