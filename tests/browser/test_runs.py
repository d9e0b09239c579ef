"""A batch that the whole platform makes on the emulators is followed in a browser to its end."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from infra.local.children import Child
from shared.adapters.system import SystemClock
from shared.domain.modes import BatchStatus
from shared.repositories import paths
from tests.browser.pages import PAGE_SIZE, Firebase, ListenerPage
from tests.browser.people import PASSWORD, People
from tests.emulators import PROJECT, auth_host, pubsub_host

IMAGES = PAGE_SIZE + 5
PAGES = 2
ONE_IS_MADE = "state.seen.some(one => one.path.startsWith(given + '/items/') && one.status === 'succeeded')"
clock = SystemClock()

NewPage = Callable[[], ListenerPage]


class Platform:
    """The platform's API as the demo sign-in sees it."""

    def __init__(self, url: str, announcement: Path) -> None:
        said = json.loads(announcement.read_text(encoding="utf-8"))
        self._http = httpx.Client(base_url=url, timeout=60, trust_env=False)
        login = self._http.post("/v1/auth/login", json={"email": said["email"], "password": said["password"]})
        signed_in = login.raise_for_status().json()
        self.org = str(signed_in["organisation"]["id"])
        self._http.headers["Authorization"] = f"Bearer {signed_in['token']}"

    def submit(self) -> str:
        """Have images made; the batch's id."""
        body = {"name": "Live", "rows": [{"prompt": f"Kite {number}", "size": "512"} for number in range(IMAGES)]}
        answer = self._http.post("/v1/batches", json=body)
        assert answer.status_code == 202, answer.text
        return str(answer.json()["id"])

    def ended(self, batch: str) -> dict[str, Any]:
        """The batch, once it is over."""
        while True:
            found: dict[str, Any] = self._http.get(f"/v1/batches/{batch}").raise_for_status().json()
            if BatchStatus(found["status"]).is_terminal:
                return found
            clock.sleep(0.1)

    def revisions(self, batch: str) -> dict[str, int]:
        """The revision of the batch and of each item as they are stored, by path."""
        answer = self._http.get(f"/v1/batches/{batch}/items", params={"page_size": 200})
        items = answer.raise_for_status().json()["items"]
        assert len(items) == IMAGES
        found = {paths.item(self.org, batch, item["id"]): int(item["revision"]) for item in items}
        return found | {paths.batch(self.org, batch): int(self.ended(batch)["revision"])}

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory, firebase: Firebase) -> Iterator[Platform]:
    home = tmp_path_factory.mktemp("live") / "state"
    settings = {
        "FANFOLD_STACK": "emulators",
        "FANFOLD_PROJECT": PROJECT,
        "FIRESTORE_EMULATOR_HOST": firebase.firestore_host,
        "PUBSUB_EMULATOR_HOST": pubsub_host(),
        "FIREBASE_AUTH_EMULATOR_HOST": auth_host(),
        # One after another, so that there is something to be followed.
        "FANFOLD_MODEL_CONCURRENCY": "2",
    }
    with Child(home, settings=settings) as child, closing(Platform(child.url, home.with_name("state.json"))) as running:
        yield running


@pytest.fixture
def viewer(new_page: NewPage, people: People, platform: Platform) -> ListenerPage:
    page = new_page()
    page.sign_in(people.add(platform.org, "viewer"), PASSWORD)
    return page


def assert_all_was_seen(page: ListenerPage, stored: dict[str, int]) -> None:
    """Each document was seen as it is stored, and never an older state after a newer one."""
    for path, revision in stored.items():
        page.wait_for(path, revision)
    seen = page.seen
    for path, revision in stored.items():
        revisions = [one.revision for one in seen if one.path == path]
        assert revisions == sorted(set(revisions))
        assert revisions[-1] == revision
    assert {one.path for one in seen} == set(stored)
    assert page.refused == []


def test_each_item_is_followed_live_until_the_batch_has_ended(
    platform: Platform, viewer: ListenerPage, new_page: NewPage, people: People
) -> None:
    batch = platform.submit()
    path = paths.batch(platform.org, batch)
    viewer.follow(path, PAGES)
    outsider = new_page()
    outsider.sign_in(people.add("org_other", "admin"), PASSWORD)
    outsider.follow(path, PAGES)
    assert platform.ended(batch)["status"] == "completed"
    assert_all_was_seen(viewer, platform.revisions(batch))
    last = {one.path: one.status for one in viewer.seen}
    assert last.pop(path) == "completed"
    assert set(last.values()) == {"succeeded"}
    # Not the end alone: what was going on was seen too.
    assert (
        {"pending", "running", "succeeded"} >= {one.status for one in viewer.seen if one.path != path} != {"succeeded"}
    )
    assert outsider.wait_for_refusals(1 + PAGES) == ["permission-denied"] * (1 + PAGES)
    assert outsider.seen == []


def test_a_batch_that_goes_on_while_the_connection_is_down_is_seen_whole_afterwards(
    platform: Platform, viewer: ListenerPage
) -> None:
    batch = platform.submit()
    path = paths.batch(platform.org, batch)
    viewer.follow(path, PAGES)
    viewer.wait(ONE_IS_MADE, path)
    viewer.set_offline(True)
    assert platform.ended(batch)["status"] == "completed"
    assert viewer.history(path)[-1].status != "completed"
    viewer.set_offline(False)
    assert_all_was_seen(viewer, platform.revisions(batch))
