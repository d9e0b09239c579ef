"""A batch that the whole platform makes on the emulators is followed in a browser to its end."""

from collections.abc import Callable, Iterator

import pytest

from shared.repositories import paths
from tests.browser.pages import PAGE_SIZE, ListenerPage
from tests.browser.painters import PATIENT
from tests.browser.people import PASSWORD, People
from tests.browser.platforms import Platform

IMAGES = PAGE_SIZE + 5
PAGES = 2
ONE_IS_MADE = "state.seen.some(one => one.path.startsWith(given + '/items/') && one.status === 'succeeded')"

# Three emulators, a platform and a browser start before the first of them.
pytestmark = pytest.mark.timeout(300)

NewPage = Callable[[], ListenerPage]


@pytest.fixture
def platform(emulated: Platform) -> Iterator[Platform]:
    """Its last images are painted when a test says so."""
    emulated.hold()
    yield emulated
    emulated.release()


def submit(platform: Platform) -> str:
    """Have images made, half of them patient; the batch's id."""
    rows = [{"prompt": f"Kite {number}{f', {PATIENT}' * (number % 2)}", "size": "512"} for number in range(IMAGES)]
    return platform.submit({"name": "Live", "rows": rows})


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
    batch = submit(platform)
    path = paths.batch(platform.org, batch)
    admin.follow(path, PAGES)
    outsider = new_page()
    outsider.open(platform.configuration)
    outsider.sign_in(people.add("org_other", "admin"), PASSWORD)
    outsider.follow(path, PAGES)
    admin.wait(ONE_IS_MADE, path)
    platform.release()
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
    batch = submit(platform)
    path = paths.batch(platform.org, batch)
    admin.follow(path, PAGES)
    admin.wait(ONE_IS_MADE, path)
    admin.set_offline(True)
    platform.release()
    assert platform.ended(batch)["status"] == "completed"
    assert admin.history(path)[-1].status != "completed"
    admin.set_offline(False)
    assert_all_was_seen(admin, platform.revisions(batch))
