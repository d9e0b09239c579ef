"""The demo sign-in and key of a state folder: the same at every start, and never some that open nothing."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local.credentials import first_credentials
from shared.config import Settings
from shared.container import Container
from shared.domain.errors import ConfigurationWrong


@pytest.fixture
def container(tmp_path: Path) -> Iterator[Container]:
    made = Container(Settings(home=tmp_path / "state", public_url="http://localhost:1"))
    yield made
    made.close()


def test_credentials_open_the_platform_and_stay_the_same(container: Container, tmp_path: Path) -> None:
    said = first_credentials(container, tmp_path / "demo.json")
    assert container.library.sign_ins.login(said["email"], said["password"]).organisation.name == "Demo"
    assert container.library.sign_ins.authenticate_key(said["api_key"]).org
    assert first_credentials(container, tmp_path / "demo.json") == said


def test_a_start_that_was_cut_off_after_the_file_is_made_up_for(container: Container, tmp_path: Path) -> None:
    said = {"email": "demo@fanfold.local", "password": "correct horse", "api_key": "ff_" + "a" * 43}
    (tmp_path / "demo.json").write_text(json.dumps(said))
    assert first_credentials(container, tmp_path / "demo.json") == said
    assert container.library.sign_ins.authenticate_key(said["api_key"]).org


@pytest.mark.parametrize("damaged", [b"", b"{", b"[]", b"null", b'{"email": "a"}', b"\xff"], ids=range(6))
def test_a_damaged_file_stops_the_start_with_a_sentence(container: Container, tmp_path: Path, damaged: bytes) -> None:
    (tmp_path / "demo.json").write_bytes(damaged)
    with pytest.raises(ConfigurationWrong, match="missing or damaged"):
        first_credentials(container, tmp_path / "demo.json")


def test_a_lost_file_is_not_replaced_by_credentials_that_open_nothing(container: Container, tmp_path: Path) -> None:
    first_credentials(container, tmp_path / "demo.json")
    (tmp_path / "demo.json").unlink()
    for _ in range(2):
        with pytest.raises(ConfigurationWrong, match="missing or damaged"):
            first_credentials(container, tmp_path / "demo.json")
    assert not (tmp_path / "demo.json").exists()
