"""axe finds nothing to mend on any page of the route table, in both schemes of colours and on a phone."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.browser.painters import REFUSED
from tests.browser.platforms import Platform
from tests.browser.routes import page_paths
from tests.browser.visitors import DESKTOP, PHONE, Visitor, visiting

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.timeout(300)

OUTSIDE = ("/sign-in", "/invitation")
# Skeletons are gone, and nothing that was asked for is under way.
SETTLED = "document.querySelector('h1') !== null && document.querySelector('[aria-busy=true]') === null"


@pytest.fixture(scope="module")
def places(embedded: Platform) -> dict[str, str]:
    """What stands for the parameters of addresses: a batch with pictures and a failure, one of its pictures, a draft."""
    rows = [{"prompt": f"A {word} boat on a lake", "size": "512"} for word in ("red", "blue", REFUSED)]
    batch = embedded.submit({"name": "Boats", "rows": rows, "tags": ["spring"]})
    embedded.ended(batch)
    items = embedded.read(f"/v1/batches/{batch}/items")["items"]
    made = [item for item in items if item["asset"]]
    compared = ",".join(item["id"] for item in made)
    again = embedded.submit({"name": "Boats again", "rows": [*rows[:2], {**rows[0], "size": "1K"}], "tags": ["spring"]})
    embedded.ended(again)
    return {
        ":batch/compare": f"{batch}/compare?items={compared}",
        "compare/batches": f"compare/batches?a={batch}&b={again}",
        "compare/images": "compare/images?items=" + ",".join(item["asset"]["id"] for item in made),
        ":batch": batch,
        ":asset": made[0]["asset"]["id"],
        ":draft": "drf_none",
        "*": "nowhere",
    }


def filled(path: str, places: dict[str, str]) -> str:
    """The address with its parameters."""
    for name, value in places.items():
        path = path.replace(name, value)
    return path


@pytest.fixture(scope="module", params=[("light", DESKTOP), ("dark", DESKTOP), ("light", PHONE), ("dark", PHONE)])
def looking(
    request: pytest.FixtureRequest, browser: "Browser", embedded: Platform
) -> Iterator[tuple[Visitor, Visitor]]:
    """A member and a stranger, each with the same colours and screen."""
    scheme, size = request.param
    with (
        visiting(browser, embedded.url, scheme=scheme, size=size) as member,
        visiting(browser, embedded.url, scheme=scheme, size=size) as stranger,
    ):
        member.open("/sign-in")
        member.sign_in(embedded.email, embedded.password)
        yield member, stranger


@pytest.mark.parametrize("path", page_paths())
def test_a_page_is_accessible(path: str, looking: tuple[Visitor, Visitor], places: dict[str, str]) -> None:
    member, stranger = looking
    visitor = stranger if path in OUTSIDE else member
    visitor.open(filled(path, places))
    visitor.waits(SETTLED)
    assert visitor.audit() == []
    assert visitor.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "it is wider than the screen"
