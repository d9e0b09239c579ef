"""`make demo`: the sample campaign through the public API, ending with images and a contact sheet in out/demo/."""

import csv
import shutil
import sys
from pathlib import Path

from infra.demo.contact_sheet import make_contact_sheet
from infra.local.children import ROOT, Child
from shared.domain.errors import FanfoldError

OUT = ROOT / "out" / "demo"
STATE = ROOT / "out" / ".demo-state"
ROWS = ROOT / "samples" / "campaign.csv"
TITLE = "Fanfold demo campaign"


def main() -> int:
    """Make the campaign; 0 when every image is there, otherwise the exit code of `fanfold run`."""
    for folder in (OUT, STATE):
        shutil.rmtree(folder, ignore_errors=True)
    say("Starting Fanfold on this machine …")
    try:
        with Child(STATE) as platform:
            say(f"Sending {ROWS.relative_to(ROOT)} through the API at {platform.url}")
            words = ("run", str(ROWS), "--name", TITLE, "--out", str(OUT), "--thumbnails", "--yes")
            command = platform.command(*words)
            command.communicate()
    except FanfoldError as error:
        say(error.detail)
        return 1
    if command.returncode:
        say(f"The campaign did not finish. What the platform said is in {STATE.with_name(STATE.name + '.log')}.")
        return command.returncode
    sheet = make_contact_sheet(OUT, title=TITLE)
    shutil.rmtree(STATE, ignore_errors=True)
    summarise(sheet)
    return 0


def summarise(sheet: Path) -> None:
    """Say what was made and where it is."""
    with (OUT / "manifest.csv").open(encoding="utf-8-sig", newline="") as reading:
        made = sum(1 for row in csv.DictReader(reading) if row["status"] == "succeeded")
    say(f"{made} images, their thumbnails and manifest.csv are in {OUT.relative_to(ROOT)}/")
    say(f"The contact sheet: {sheet.relative_to(ROOT)}")


def say(words: str) -> None:
    """A line for the person who waits."""
    print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
