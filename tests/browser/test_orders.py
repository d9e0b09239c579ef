"""What waits is put in another order in the web app, and is made in that order."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.platforms import Platform, running, until
from tests.browser.visitors import DESKTOP, PHONE, Visitor, visiting

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator

pytestmark = pytest.mark.timeout(300)

COUNT = 40
SHOWN = """[...document.querySelectorAll('[data-item]:not([data-fixed])')]
    .sort((one, other) => one.dataset.place - other.dataset.place).map(row => row.dataset.item)"""


@pytest.fixture(scope="module")
def one_by_one(tmp_path_factory: pytest.TempPathFactory, web_app: None) -> Iterator[Platform]:
    """A platform that makes one image at a time: none overtakes another one."""
    home = tmp_path_factory.mktemp("singly") / "state"
    with running(home, {"FANFOLD_STACK": "embedded", "FANFOLD_LANE_CONCURRENCY": "1"}) as platform:
        yield platform


@pytest.fixture
def paused(one_by_one: Platform) -> Iterator[str]:
    """A batch that somebody paused when most of it still waited."""
    rows = [{"prompt": f"Kite number {number}", "size": "512"} for number in range(COUNT)]
    batch = one_by_one.submit({"name": "Kites", "rows": rows})
    one_by_one.send("POST", f"/v1/batches/{batch}:pause", {})
    until(lambda: one_by_one.read(f"/v1/batches/{batch}")["status"] == "paused")
    yield batch
    if one_by_one.read(f"/v1/batches/{batch}")["status"] == "paused":
        one_by_one.send("POST", f"/v1/batches/{batch}:cancel", {})


def line(platform: Platform, batch: str) -> list[str]:
    """What waits, as the API tells it."""
    told: list[dict[str, Any]] = platform.read(f"/v1/batches/{batch}/line", page_size=200)["items"]
    return [item["id"] for item in told]


def opened(visitor: Visitor, platform: Platform, batch: str) -> list[str]:
    """What waits, as the page shows it first."""
    visitor.open("/sign-in")
    visitor.sign_in(platform.email, platform.password)
    visitor.open(f"/batches/{batch}?show=pending")
    visitor.waits(f"{SHOWN}.length > 6")
    shown: list[str] = visitor.page.evaluate(SHOWN)
    return shown


def is_told(visitor: Visitor, platform: Platform, batch: str, first: list[str]) -> None:
    """The page shows these first, and so does the API as soon as it was asked to."""
    visitor.waits(f"{SHOWN}.slice(0, given.length).join() === given.join()", first)
    until(lambda: line(platform, batch)[: len(first)] == first)


def test_images_are_made_in_the_order_that_they_were_put_in(
    browser: "Browser", one_by_one: Platform, paused: str
) -> None:
    with visiting(browser, one_by_one.url) as visitor:
        one, two, three, four, five, six = opened(visitor, one_by_one, paused)[:6]

        def row(item: str) -> "Locator":
            return visitor.page.locator(f"[data-item='{item}']")

        row(four).hover()
        row(four).get_by_role("button", name="Make first").click()
        is_told(visitor, one_by_one, paused, [four, one, two, three, five])
        row(two).get_by_role("button", name="Kite").focus()
        visitor.page.keyboard.press("Alt+ArrowUp")
        is_told(visitor, one_by_one, paused, [four, two, one, three, five])
        # The upper half of a row: right before it.
        row(five).locator("[draggable]").drag_to(row(two), target_position={"x": 200, "y": 8})
        is_told(visitor, one_by_one, paused, [four, five, two, one, three])
        for each in (five, one):
            row(each).get_by_role("checkbox").click()
        visitor.page.get_by_role("toolbar").get_by_role("button", name="Make last").click()
        is_told(visitor, one_by_one, paused, [four, two, three, six])
        wanted = line(one_by_one, paused)
        assert wanted[-2:] == [five, one]
        visitor.press("Resume")
        assert one_by_one.ended(paused)["status"] == "completed"
    made = one_by_one.read(f"/v1/batches/{paused}/items", page_size=200)["items"]
    begun = {item["id"]: item["started_at"] for item in made}
    assert sorted(wanted, key=begun.__getitem__) == wanted


@pytest.mark.parametrize(("scheme", "size"), [("light", DESKTOP), ("dark", DESKTOP), ("light", PHONE), ("dark", PHONE)])
def test_what_waits_is_accessible_and_moved_by_buttons(
    browser: "Browser", one_by_one: Platform, paused: str, scheme: str, size: tuple[int, int]
) -> None:
    with visiting(browser, one_by_one.url, scheme=scheme, size=size) as visitor:
        one, two, three = opened(visitor, one_by_one, paused)[:3]
        assert visitor.audit() == []
        assert visitor.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (
            "it is wider than the screen"
        )
        row = visitor.page.locator(f"[data-item='{three}']")
        row.hover()
        if size == PHONE:
            row.get_by_role("button", name="Move image").click()
            visitor.page.get_by_role("menuitem", name="Make first").click()
        else:
            row.get_by_role("button", name="Make first").click()
        is_told(visitor, one_by_one, paused, [three, one, two])
