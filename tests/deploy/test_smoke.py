"""The smoke test against a whole platform, and against ones that do not work."""

from collections.abc import Iterator

import pytest

from infra.deploy import smoke
from infra.local.children import Child
from shared.version import VERSION
from tests.clocks import ManualClock
from tests.deploy.programs import Api, api


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Child]:
    with Child(tmp_path_factory.mktemp("platform") / "state") as running:
        yield running


@pytest.fixture
def served() -> Iterator[tuple[Api, str]]:
    with api() as made:
        yield made


def test_a_platform_that_works_makes_its_image(platform: Child) -> None:
    said: list[str] = []
    smoke.check(platform.url, platform.api_key, version=VERSION, say=said.append)
    assert [line.split(":")[0].strip() for line in said] == ["health", "ready", "configuration", "image"]


def test_without_a_key_no_image_is_made(platform: Child, capfd: pytest.CaptureFixture[str]) -> None:
    assert smoke.main([platform.url, "--version", VERSION]) == 0
    assert "image" not in capfd.readouterr().out


def test_another_version_a_wrong_key_and_an_empty_address_fail(
    platform: Child, capfd: pytest.CaptureFixture[str]
) -> None:
    assert smoke.main([platform.url, "--version", "9.9.9"]) == 1
    assert "9.9.9 was expected" in capfd.readouterr().err
    with pytest.raises(smoke.SmokeFailed, match="key"):
        smoke.check(platform.url, "ff_not-a-key")
    with pytest.raises(smoke.SmokeFailed, match="Nothing answers"):
        smoke.check("http://127.0.0.1:9", None, clock=ManualClock())


@pytest.mark.parametrize("status", ["completed_with_failures", "failed", "paused"])
def test_a_batch_that_does_not_complete_fails_the_test(served: tuple[Api, str], status: str) -> None:
    made, url = served
    made.ends_as = status
    with pytest.raises(smoke.SmokeFailed, match=status):
        smoke.check(url, "ff_a-key", clock=ManualClock())


def test_a_broken_api_fails_the_test(served: tuple[Api, str]) -> None:
    made, url = served
    made.broken = lambda: made.keys.count("ff_a-key") > 4
    with pytest.raises(smoke.SmokeFailed, match="Broken"):
        smoke.check(url, "ff_a-key", clock=ManualClock())
