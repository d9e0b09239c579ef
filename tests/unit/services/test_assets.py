"""Assets: the history of finished images, and links to them."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from shared.domain.errors import Forbidden, Invalid, Malformed, NotFound
from shared.domain.library import Asset
from shared.repositories import paths
from shared.services.assets import MAX_LINKS
from shared.services.links import LinkService
from tests.unit.services.desks import Desk

UNKNOWN = "ast_" + "a" * 20


def listed(desk: Desk, **filters: Any) -> list[str]:
    return [asset.prompt for asset in desk.assets.list(desk.viewer, **filters).values]


def test_a_finished_batch_has_its_images_in_the_history(desk: Desk) -> None:
    batch = desk.batch("A red walker", "A blue walker", tags=["spring"], run=True)
    assert sorted(listed(desk, batch=batch)) == ["A blue walker", "A red walker"]
    assert listed(desk, q="red walk") == ["A red walker"]
    assert listed(desk, tag="spring", model="scripted-1", q="blue") == ["A blue walker"]
    assert listed(desk, model="another") == listed(desk, batch="bat_b") == []
    assert desk.assets.list(desk.theirs).values == []


def test_a_search_checks_all_words_and_pages_through_many(desk: Desk) -> None:
    for number in range(30):
        desk.asset(f"walker number{number} {'even' if number % 2 == 0 else 'odd'}")
    found: list[str] = []
    token, pages = "", 0
    while True:
        page = desk.assets.list(desk.ours, q="walker even", page_size=4, page_token=token)
        found += [asset.prompt for asset in page.values]
        token, pages = page.next_page_token, pages + 1
        if not token:
            break
    assert found == [f"walker number{number} even" for number in range(28, -1, -2)]
    assert pages == 4


def test_the_period_takes_moments_and_whole_days(desk: Desk) -> None:
    days = [datetime(2026, 3, day, 0, 0, tzinfo=UTC) for day in (1, 2, 3)]
    for day in days:
        desk.asset(f"first of {day.day}", created_at=day)
        desk.asset(f"last of {day.day}", created_at=day + timedelta(days=1) - timedelta(microseconds=1))
    second = ["last of 2", "first of 2"]
    assert listed(desk, from_=date(2026, 3, 2), to=date(2026, 3, 2)) == second
    midnight = days[1].replace(tzinfo=None)
    assert listed(desk, from_=midnight, to=midnight) == second
    assert listed(desk, from_=days[1], to=days[2]) == second
    assert listed(desk, from_=days[2]) == ["last of 3", "first of 3"]
    assert listed(desk, to=datetime(2026, 3, 1, 1, tzinfo=UTC)) == ["first of 1"]


def test_a_period_that_cannot_be_is_invalid(desk: Desk) -> None:
    with pytest.raises(Invalid) as raised:
        desk.assets.list(desk.ours, from_=date(2026, 3, 2), to=date(2026, 3, 1))
    assert raised.value.errors[0].pointer == "/query/from"
    with pytest.raises(Invalid, match="time zone") as raised:
        desk.assets.list(desk.ours, to=datetime(2026, 3, 2, 12, tzinfo=UTC).replace(tzinfo=None))
    assert raised.value.errors[0].pointer == "/query/to"
    desk.assets.list(desk.ours, from_=date.min, to=date.max)


def test_a_page_token_is_bound_to_words_and_dates(desk: Desk) -> None:
    desk.asset("walker"), desk.asset("walker")
    token = desk.assets.list(desk.ours, q="walker", page_size=1).next_page_token
    assert desk.assets.list(desk.ours, q=" Walker ", page_size=1, page_token=token).values
    for other in ({"q": "walk"}, {"q": "walker", "to": date(2026, 3, 1)}, {"q": "walker", "model": "m"}, {}):
        with pytest.raises(Malformed):
            desk.assets.list(desk.ours, page_token=token, **other)


def test_a_deleted_image_is_gone_for_everyone_and_remembered(desk: Desk) -> None:
    asset = desk.asset("walker")
    with pytest.raises(Forbidden):
        desk.assets.delete(desk.editor, asset.id)
    desk.assets.delete(desk.ours, asset.id)
    assert listed(desk) == []
    for act in (
        lambda: desk.assets.get(desk.ours, asset.id),
        lambda: desk.assets.links(desk.ours, [asset.id]),
        lambda: desk.assets.delete(desk.ours, asset.id),
    ):
        with pytest.raises(NotFound):
            act()
    assert [entry["action"] for entry in desk.audited()] == ["asset.deleted"]
    document = desk.store.get(paths.asset(desk.ours.org, asset.id))
    assert document is not None
    assert document.data["deleted_by"] == desk.ours.member


def test_another_organisations_image_is_not_found(desk: Desk) -> None:
    asset = desk.asset("walker")
    assert desk.assets.get(desk.viewer, asset.id).prompt == "walker"
    for act in (
        lambda: desk.assets.get(desk.theirs, asset.id),
        lambda: desk.assets.links(desk.theirs, [asset.id]),
        lambda: desk.assets.delete(desk.theirs, asset.id),
    ):
        with pytest.raises(NotFound):
            act()


def test_links_lead_to_the_image_and_its_thumbnail(desk: Desk) -> None:
    desk.batch(run=True)
    (asset,) = desk.assets.list(desk.ours).values
    links = desk.assets.links(desk.viewer, [asset.id, asset.id])[asset.id]
    assert asset.objects.original in links.url
    assert asset.objects.thumbnail in links.thumbnail_url
    assert desk.files.find(asset.objects.original) is not None


def test_equal_requests_get_equal_links_until_the_grid_moves_on(desk: Desk) -> None:
    asset = desk.asset("walker")
    first = desk.assets.links_of([asset])
    desk.clock.advance(3_600)
    assert desk.assets.links_of([asset]) == first == desk.new_assets().links_of([asset])
    desk.clock.advance(6 * 3_600)
    later = desk.assets.links_of([asset])[asset.id]
    assert later.url != first[asset.id].url
    assert later.expires_at == first[asset.id].expires_at + timedelta(hours=6)


@pytest.mark.parametrize(
    ("now", "hours", "ends"),
    [
        (datetime(2026, 3, 1, 12, tzinfo=UTC), 6, datetime(2026, 3, 1, 18, tzinfo=UTC)),
        (datetime(2026, 3, 1, 17, tzinfo=UTC), 6, datetime(2026, 3, 1, 18, tzinfo=UTC)),
        (datetime(2026, 3, 1, 17, 0, 1, tzinfo=UTC), 6, datetime(2026, 3, 2, tzinfo=UTC)),
        (datetime(2026, 3, 4, 23, 30, tzinfo=UTC), 168, datetime(2026, 3, 11, 23, 30, tzinfo=UTC)),
    ],
)
def test_links_end_on_the_grid_with_an_hour_left_and_within_a_week(
    desk: Desk, now: datetime, hours: int, ends: datetime
) -> None:
    links = LinkService(desk.files, clock=desk.clock, grid=timedelta(hours=hours))
    assert links.expiry(now) == ends


def test_links_are_remembered_within_bounds(desk: Desk) -> None:
    links = LinkService(desk.files, clock=desk.clock, grid=timedelta(hours=6), most=3)
    names = [f"o/{number}" for number in range(5)]
    urls, _ = links.downloads(names)
    assert list(urls) == names
    assert links.downloads(names)[0] == urls
    assert links.remembered == 3


def test_unknown_images_are_named(desk: Desk) -> None:
    asset, foreign = desk.asset("walker"), desk.asset("cane", caller=desk.theirs)
    with pytest.raises(NotFound) as raised:
        desk.assets.links(desk.ours, [asset.id, foreign.id, UNKNOWN, "../x"])
    assert asset.id not in raised.value.detail
    assert all(name in raised.value.detail for name in (foreign.id, UNKNOWN, "../x"))
    with pytest.raises(NotFound, match="and 3 more"):
        desk.assets.links(desk.ours, [f"ast_{letter * 20}" for letter in "abcdefgh"])


def test_a_hundred_links_at_a_time(desk: Desk) -> None:
    many = [f"ast_{number:020d}" for number in range(MAX_LINKS + 1)]
    for wrong in (many, []):
        with pytest.raises(Invalid) as raised:
            desk.assets.links(desk.ours, wrong)
        assert raised.value.errors[0].pointer == "/ids"


def test_items_have_links_to_the_images_that_are_left(desk: Desk) -> None:
    batch = desk.batch("one", "two", run=True)
    items = desk.batches.items(desk.ours, batch).values
    assert {*desk.assets.links_of_items(desk.viewer, items)} == {item.asset_id for item in items}
    desk.assets.delete(desk.ours, items[0].asset_id or "")
    assert [*desk.assets.links_of_items(desk.viewer, items)] == [items[1].asset_id]
    assert desk.assets.links_of_items(desk.theirs, items) == {}
    waiting = desk.batches.items(desk.ours, desk.batch()).values
    assert desk.assets.links_of_items(desk.ours, waiting) == {}


def test_an_asset_keeps_what_a_newer_version_wrote(desk: Desk) -> None:
    asset = desk.asset("walker")
    assert Asset.read({**asset.written(), "mood": 5}).written()["mood"] == 5
