"""`make screenshots`: every page with a campaign in it, light and dark, on a desktop and a phone, into docs/images/."""

import csv
import io
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from PIL import Image

from shared.domain.errors import FanfoldError
from tests.browser import pages
from tests.browser.painters import PATIENT, REFUSED
from tests.browser.platforms import Platform, running
from tests.browser.visitors import DESKTOP, PHONE, Visitor, visiting

ROOT: Final = Path(__file__).parents[2]
OUT: Final = ROOT / "docs" / "images"
MODEL: Final = "gemini-nano-banana-2.1"
SIZES: Final = {"desktop": DESKTOP, "phone": PHONE}
QUALITY: Final = 80
# Pages of batches that go on while they are photographed.
LIVE: Final = ("wall", "waiting")
# Every picture in sight has come; what lies below is loaded when it is scrolled to.
SETTLED: Final = """document.querySelector('h1') !== null && document.querySelector('[aria-busy=true]') === null
    && [...document.querySelectorAll("[data-picture]:not([data-loaded])")]
        .every(one => one.getBoundingClientRect().top > innerHeight)
    && [...document.querySelectorAll("[data-place][data-status=succeeded]")]
        .every(tile => tile.querySelector("[data-picture]") !== null)"""

# A picture that has come is painted once it is decoded.
DECODED: Final = "Promise.all([...document.images].filter(one => one.complete).map(one => one.decode()))"


def main() -> None:
    """Make them all; ends with a sentence when a browser or the platform cannot be had."""
    try:
        with (
            tempfile.TemporaryDirectory() as folder,
            running(Path(folder) / "state", {"FANFOLD_STACK": "embedded"}, "--scenes") as platform,
            pages.browsing(pages.chromium()) as browser,
        ):
            places = seeded(platform)
            for scheme in ("light", "dark"):
                for screen, size in SIZES.items():
                    with visiting(browser, platform.url, scheme=scheme, size=size) as visitor:
                        photograph(visitor, platform, places, f"{scheme}-{screen}")
    except FanfoldError as error:
        sys.exit(error.detail)


def seeded(platform: Platform) -> dict[str, str]:
    """An organisation at work: what it made, what failed, what is being made, its people and limits; pages' paths by name."""
    platform.hold()
    rows = campaign()
    done = platform.submit({"name": "Autumn campaign", "rows": rows, "tags": ["autumn"], "defaults": {"model": MODEL}})
    platform.ended(done)
    refused = [{"prompt": f"A {REFUSED} logo on a walking shoe"}, {"prompt": f"A {REFUSED} face on a poster"}]
    warmer = [{**row, "prompt": f"{row['prompt']}, warm evening light"} for row in rows]
    other = platform.submit({"name": "Autumn, warmer", "rows": warmer, "tags": ["autumn"]})
    platform.ended(other)
    partly = platform.submit({"name": "Posters", "rows": [*rows[:4], *refused], "defaults": {"model": MODEL}})
    platform.ended(partly)
    waiting = [{**row, "prompt": f"{row['prompt']}, {PATIENT} light"} for row in rows]
    going = platform.submit({"name": "Winter banners", "rows": [*rows[4:9], *waiting], "defaults": {"model": MODEL}})
    later = [{**row, "prompt": f"{row['prompt']}, {PATIENT} morning"} for row in [*rows, *rows]]
    behind = platform.submit(
        {"name": "Spring lookbook", "rows": later, "tags": ["spring"], "defaults": {"model": MODEL}}
    )
    for name, role in (("Ada Okafor", "editor"), ("Jonas Lind", "viewer"), ("Mei Tanaka", "editor")):
        email = f"{name.split()[0].lower()}@halden.example"
        platform.send("POST", "/v1/members", {"email": email, "name": name, "role": role})
    platform.send("PUT", "/v1/limits/organisation", {"day_micros": 20_000_000, "month_micros": 250_000_000})
    platform.send("POST", "/v1/keys", {"name": "Shop's nightly run", "role": "editor"})
    made = finished(platform, done)
    return {
        "sign-in": "/sign-in",
        "batches": "/batches",
        "builder": "/batches/new",
        "wall": f"/batches/{going}",
        "waiting": f"/batches/{behind}?show=pending",
        "finished": f"/batches/{done}",
        "failures": f"/batches/{partly}?show=failed",
        "viewer": f"/batches/{done}?item={made[1]['id']}",
        **compared(platform, done, other),
        "library": "/library",
        "image": f"/library/{made[0]['asset']['id']}",
        "costs": "/costs",
        "limits": "/limits",
        "members": "/members",
        "keys": "/keys",
        "monitor": "/monitor",
        "dead-letters": "/dead-letters",
        "settings": "/settings",
    }


def compared(platform: Platform, a: str, b: str) -> dict[str, str]:
    """Two batches of which people have picked winners; the paths at which they are compared, by name."""
    made, others = finished(platform, a), finished(platform, b)
    winners = [*(made[at] for at in (0, 2, 3, 6)), *(others[at] for at in (1, 4))]
    platform.send("POST", "/v1/assets:pick", {"ids": [item["asset"]["id"] for item in winners], "picked": True})
    return {
        "compare": f"/batches/{a}/compare?items={made[0]['id']},{made[1]['id']}",
        "compare-batches": f"/compare/batches?a={a}&b={b}",
        "compare-pair": f"/compare/batches?a={a}&b={b}&pair=1.1&mode=slider",
        "compare-images": f"/compare/images?items={made[0]['asset']['id']},{others[0]['asset']['id']}",
    }


def finished(platform: Platform, batch: str) -> list[dict[str, Any]]:
    """The items of a batch that have an image."""
    return [item for item in platform.read(f"/v1/batches/{batch}/items", page_size=50)["items"] if item["asset"]]


def campaign() -> list[dict[str, Any]]:
    """The rows of the sample campaign, one image each."""
    with (ROOT / "samples" / "campaign.csv").open(encoding="utf-8", newline="") as sheet:
        return [
            {
                "prompt": row["prompt"].replace("{{product}}", row["product"]).replace("{{colour}}", row["colour"]),
                "aspect_ratio": row["aspect_ratio"],
                "tags": [tag.strip() for tag in row["tags"].split(";") if tag.strip()],
            }
            for row in csv.DictReader(sheet)
        ]


def photograph(visitor: Visitor, platform: Platform, places: dict[str, str], suffix: str) -> None:
    """One picture a page, as it looks when everything on it has come."""
    for name, path in places.items():
        visitor.open(path)
        if name == "builder":
            visitor.sees_heading("New batch")
            fill = fill_by_pasting if suffix.endswith("desktop") else fill_by_importing
            fill(visitor, [["Prompt", "Aspect ratio"], *([row["prompt"], row["aspect_ratio"]] for row in campaign())])
        if name == "waiting":
            visitor.waits("document.querySelector('[data-item]') !== null")
        if name == "wall":
            visitor.waits("document.querySelector('[data-place] [data-loaded]') !== null")
        visitor.waits(SETTLED)
        visitor.page.wait_for_load_state("networkidle" if name not in LIVE else "load")
        visitor.page.evaluate(DECODED)
        keep(visitor.page.screenshot(animations="disabled", caret="hide"), OUT / f"{name}-{suffix}.webp")
        if name == "sign-in":
            visitor.sign_in(platform.email, platform.password)


def fill_by_pasting(visitor: Visitor, cells: list[list[str]]) -> None:
    """The rows in the builder's sheet."""
    visitor.paste(cells)
    visitor.button("Make 12 images").wait_for()


def fill_by_importing(visitor: Visitor, cells: list[list[str]]) -> None:
    """The rows as a phone's cards."""
    sheet = io.StringIO()
    csv.writer(sheet).writerows(cells)
    with visitor.page.expect_file_chooser() as choosing:
        visitor.press("Import")
    choosing.value.set_files({"name": "campaign.csv", "mimeType": "text/csv", "buffer": sheet.getvalue().encode()})
    visitor.press("Add 12 rows")
    visitor.page.get_by_text("12 images").wait_for()


def keep(picture: bytes, file: Path) -> None:
    """Write it small."""
    Image.open(io.BytesIO(picture)).convert("RGB").save(file, "WEBP", quality=QUALITY, method=6)


if __name__ == "__main__":
    main()
