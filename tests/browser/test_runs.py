"""A batch that the whole platform makes on the emulators is followed in a browser to its end."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from infra.local.children import Child
from shared.adapters.system import SystemClock
from shared.domain.modes import BatchStatus
from shared.repositories import paths
from tests.browser.pages import PAGE_SIZE, ListenerPage
from tests.browser.people import PASSWORD, People
from tests.emulators import PROJECT, auth_host, pubsub_host

IMAGES = PAGE_SIZE + 5
PAGES = 2
ONE_IS_MADE = "state.seen.some(one => one.path.startsWith(given + '/items/') && one.status === 'succeeded')"
clock = SystemClock()

# Three emulators, a platform and a browser start before the first of them.
pytestmark = pytest.mark.timeout(300)

NewPage = Callable[[], ListenerPage]


class Platform:
    """The platform's API as the demo sign-in sees it."""

    def __init__(self, url: str, announcement: Path) -> None:
        said = json.loads(announcement.read_text(encoding="utf-8"))
        self.email, self.password = said["email"], said["password"]
        self._http = httpx.Client(base_url=url, timeout=60, trust_env=False)
        login = self._http.post("/v1/auth/login", json={"email": self.email, "password": self.password})
        signed_in = login.raise_for_status().json()
        self.org, self.member = str(signed_in["organisation"]["id"]), str(signed_in["user"]["id"])
        self._http.headers["Authorization"] = f"Bearer {signed_in['token']}"

    @property
    def configuration(self) -> dict[str, Any]:
        """What the platform tells a browser."""
        told: dict[str, Any] = self._http.get("/v1/config").raise_for_status().json()
        return told

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
def platform(tmp_path_factory: pytest.TempPathFactory, configuration: Mapping[str, Any]) -> Iterator[Platform]:
    home = tmp_path_factory.mktemp("live") / "state"
    settings = {
        "FANFOLD_STACK": "emulators",
        "FANFOLD_PROJECT": PROJECT,
        "FIRESTORE_EMULATOR_HOST": configuration["emulators"]["firestore"],
        "PUBSUB_EMULATOR_HOST": pubsub_host(),
        "FIREBASE_AUTH_EMULATOR_HOST": auth_host(),
        # One after another, so that there is something to be followed.
        "FANFOLD_MODEL_CONCURRENCY": "2",
    }
    with Child(home, settings=settings) as child, closing(Platform(child.url, home.with_name("state.json"))) as running:
        yield running


@pytest.fixture
def admin(new_page: NewPage, platform: Platform) -> ListenerPage:
    """Whom the platform itself has made an account for, signed in with the web SDK alone."""
    page = new_page()
    page.open(platform.configuration)
    claims = page.sign_in(platform.email, platform.password)
    assert claims == {"uid": platform.member, "org": platform.org, "role": "admin"}
    return page


def assert_all_was_seen(page: ListenerPage, stored: dict[str, int]) -> None:
    """Each document was seen as it is stored or newer, and never an older state after a newer one."""
    for path, revision in stored.items():
        page.wait_for(path, revision)
    seen = page.seen
    for path, revision in stored.items():
        revisions = [one.revision for one in seen if one.path == path]
        assert revisions == sorted(set(revisions))
        # The batch may be written once more when its end has been told.
        assert revisions[-1] >= revision
    assert {one.path for one in seen} == set(stored)
    assert page.refused == []


def test_each_item_is_followed_live_until_the_batch_has_ended(
    platform: Platform, admin: ListenerPage, new_page: NewPage, people: People
) -> None:
    batch = platform.submit()
    path = paths.batch(platform.org, batch)
    admin.follow(path, PAGES)
    outsider = new_page()
    outsider.open(platform.configuration)
    outsider.sign_in(people.add("org_other", "admin"), PASSWORD)
    outsider.follow(path, PAGES)
    assert platform.ended(batch)["status"] == "completed"
    assert_all_was_seen(admin, platform.revisions(batch))
    last = {one.path: one.status for one in admin.seen}
    assert last.pop(path) == "completed"
    assert set(last.values()) == {"succeeded"}
    # Not the end alone: what was going on was seen too.
    assert (
        {"pending", "running", "succeeded"} >= {one.status for one in admin.seen if one.path != path} != {"succeeded"}
    )
    assert outsider.wait_for_refusals(1 + PAGES) == ["permission-denied"] * (1 + PAGES)
    assert outsider.seen == []


def test_a_batch_that_goes_on_while_the_connection_is_down_is_seen_whole_afterwards(
    platform: Platform, admin: ListenerPage
) -> None:
    batch = platform.submit()
    path = paths.batch(platform.org, batch)
    admin.follow(path, PAGES)
    admin.wait(ONE_IS_MADE, path)
    admin.set_offline(True)
    assert platform.ended(batch)["status"] == "completed"
    assert admin.history(path)[-1].status != "completed"
    admin.set_offline(False)
    assert_all_was_seen(admin, platform.revisions(batch))
