"""A batch whose answer was lost on its way is found again, and never paid for twice unasked."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.browser.platforms import Platform
from tests.browser.visitors import PATIENCE_MS, Visitor, member

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Response, Route

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def visitor(browser: "Browser", embedded: Platform) -> Iterator[Visitor]:
    with member(browser, embedded) as one:
        yield one


def lose_the_next_answer(visitor: Visitor) -> None:
    """The next batch that is started arrives; that it was accepted is never told."""
    lost: list[int] = []

    def handle(route: "Route") -> None:
        if route.request.method != "POST" or lost:
            return route.fallback()
        lost.append(route.fetch().status)
        return route.abort()

    visitor.page.route("**/v1/batches", handle)


def named(platform: Platform, word: str) -> list[str]:
    return sorted(batch["name"] for batch in platform.read("/v1/batches", q=word)["batches"])


def sent_in(answer: "Response") -> str:
    """What a save of a draft, which has come, has sent; empty for everything else."""
    is_save = answer.request.method == "PUT" and "/v1/drafts/" in answer.url and answer.ok
    return (answer.request.post_data or "") if is_save else ""


def test_a_draft_that_is_changed_after_a_lost_answer_starts_nothing_more_until_the_person_says_so(
    visitor: Visitor, embedded: Platform
) -> None:
    visitor.open("/batches/new")
    name = visitor.page.get_by_label("Name of the batch")
    name.fill("Lighthouse")
    visitor.paste([["A lighthouse in the fog"]])
    lose_the_next_answer(visitor)
    visitor.press("Make 1 image")
    visitor.page.get_by_text("No answer came").wait_for()
    assert named(embedded, "Lighthouse") == ["Lighthouse"]

    # "Draft saved" may still be said of what stood there before.
    with visitor.page.expect_response(lambda answer: "Lighthouse, changed" in sent_in(answer), timeout=PATIENCE_MS):
        name.fill("Lighthouse, changed")
    # A page that is opened anew knows the key as well.
    visitor.page.reload()
    visitor.waits(
        "document.querySelector('[aria-label=\"Name of the batch\"]')?.value === given", "Lighthouse, changed"
    )
    visitor.press("Make 1 image")
    visitor.page.get_by_text("The earlier version was started already").wait_for()
    assert named(embedded, "Lighthouse") == ["Lighthouse"]
    [earlier] = embedded.read("/v1/batches", q="Lighthouse")["batches"]
    link = visitor.page.get_by_role("link", name="Open it")
    assert link.get_attribute("href") == f"/batches/{earlier['id']}"

    visitor.press("Start this one as well")
    visitor.page.wait_for_url(re.compile("/batches/bat_"))
    assert named(embedded, "Lighthouse") == ["Lighthouse", "Lighthouse, changed"]
    assert visitor.page.url.rsplit("/", 1)[1] != earlier["id"]


def test_a_batch_whose_answer_was_lost_is_opened_when_it_is_started_again_unchanged(
    visitor: Visitor, embedded: Platform
) -> None:
    visitor.open("/batches/new")
    visitor.page.get_by_label("Name of the batch").fill("Harbour")
    visitor.paste([["A harbour at dawn"]])
    lose_the_next_answer(visitor)
    visitor.press("Make 1 image")
    visitor.page.get_by_text("No answer came").wait_for()
    visitor.press("Make 1 image")
    visitor.page.wait_for_url(re.compile("/batches/bat_"))
    assert named(embedded, "Harbour") == ["Harbour"]
