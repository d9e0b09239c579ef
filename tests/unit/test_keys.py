"""Keys are made once, whole, for their owner alone."""

import stat
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from shared.adapters.embedded.keys import KeyFolder
from shared.domain.errors import ConfigurationWrong

ROOT = Path(__file__).resolve().parents[2]
RACER = """
import hashlib, sys
from pathlib import Path
from shared.adapters.embedded.keys import KeyFolder
print("ready", flush=True)
sys.stdin.readline()
keys = KeyFolder(Path(sys.argv[1]))
print(hashlib.sha256(keys.secret("links") + keys.signing_key("identity").private_bytes_raw()).hexdigest())
"""


def test_a_key_stays_the_same_and_differs_from_every_other(tmp_path: Path) -> None:
    first, again, other = KeyFolder(tmp_path / "a"), KeyFolder(tmp_path / "a"), KeyFolder(tmp_path / "b")
    assert first.secret("links") == again.secret("links")
    assert len({first.secret("links"), first.secret("pages"), other.secret("links")}) == 3
    assert first.signing_key("identity").private_bytes_raw() == again.signing_key("identity").private_bytes_raw()


def test_keys_are_their_owners_alone(tmp_path: Path) -> None:
    KeyFolder(tmp_path / "keys").secret("links")
    KeyFolder(tmp_path / "keys").signing_key("identity")
    files = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "keys").iterdir()}
    assert files == {"links.secret": 0o600, "identity.pem": 0o600}
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700


@pytest.mark.faults
def test_processes_that_start_at_once_get_the_same_keys(tmp_path: Path) -> None:
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", RACER, str(tmp_path / "keys")],
            env={"PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for racer in racers:
        assert racer.stdout is not None
        assert racer.stdout.readline() == "ready\n"
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("go\n")
        racer.stdin.flush()
    assert len({racer.communicate()[0] for racer in racers}) == 1
    assert len(list((tmp_path / "keys").iterdir())) == 2


def test_a_key_that_others_may_read_is_not_trusted(tmp_path: Path) -> None:
    KeyFolder(tmp_path).secret("links")
    (tmp_path / "links.secret").chmod(0o640)
    with pytest.raises(ConfigurationWrong, match=r"chmod 600 .*links\.secret"):
        KeyFolder(tmp_path).secret("links")


@pytest.mark.parametrize("content", [b"", b"short", b"x" * 33, b"-----BEGIN PRIVATE KEY-----\n"])
def test_a_damaged_key_stops_the_start_with_what_to_do(tmp_path: Path, content: bytes) -> None:
    for name in ("links.secret", "identity.pem"):
        (tmp_path / name).write_bytes(content)
        (tmp_path / name).chmod(0o600)
    with pytest.raises(ConfigurationWrong, match=r"links\.secret is damaged"):
        KeyFolder(tmp_path).secret("links")
    with pytest.raises(ConfigurationWrong, match=r"identity\.pem is damaged"):
        KeyFolder(tmp_path).signing_key("identity")


def test_a_key_of_another_kind_is_not_taken(tmp_path: Path) -> None:
    pem = generate_private_key(SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "identity.pem").write_bytes(pem)
    (tmp_path / "identity.pem").chmod(0o600)
    with pytest.raises(ConfigurationWrong, match="damaged"):
        KeyFolder(tmp_path).signing_key("identity")


def test_a_folder_that_is_none_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("a file")
    with pytest.raises(ConfigurationWrong, match="neither read nor made"):
        KeyFolder(tmp_path / "keys").secret("links")


@pytest.mark.parametrize("name", ["", "../up", "a/b", "A", "a.b"])
def test_a_name_of_a_key_cannot_lead_elsewhere(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="no name"):
        KeyFolder(tmp_path).secret(name)
