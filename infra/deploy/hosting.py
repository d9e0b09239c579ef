"""`make publish PROJECT=… REGION=…`: the web app to Firebase Hosting, whose `/v1` leads to the API on Cloud Run."""

import argparse
import json
import re
import sys
from pathlib import Path

from infra.deploy.programs import ROOT, Programs, Stopped

TEMPLATE = ROOT / "infra" / "firebase.json"
# At the top, for Hosting publishes nothing that is not below its configuration.
WRITTEN = ROOT / "firebase.json"
FIREBASE = Path("infra/local/firebase/node_modules/.bin/firebase")


def configuration(project: str, region: str) -> str:
    """The configuration of Hosting for this project and region, as JSON."""
    text = TEMPLATE.read_text(encoding="utf-8")
    return text.replace('"REGION"', json.dumps(region)).replace("PROJECT", project)


def publish(programs: Programs, project: str, region: str, *, written: Path = WRITTEN) -> None:
    """Build the web app and publish it; raises Stopped with what to do."""
    programs.run(["make", "web", "firebase"], hint="The web app is built with Node 20 or newer and npm.")
    written.write_text(configuration(project, region), encoding="utf-8")
    programs.run(
        [str(FIREBASE), "deploy", "--only=hosting", f"--config={written}", f"--project={project}", "--non-interactive"],
        hint="Read the error above. The project must be added to Firebase once: docs/runbook.md, The web app.",
    )


def main(arguments: list[str]) -> int:
    """Publish as the arguments say; 1 with what to do when it fails."""
    parser = argparse.ArgumentParser(prog="make publish", description=__doc__)
    parser.add_argument("--project", default="")
    parser.add_argument("--region", default="")
    parser.add_argument("--dry-run", action="store_true", help="print the commands, and run none")
    asked = parser.parse_args(arguments)
    if not (
        re.fullmatch(r"[a-z][a-z0-9-]{4,28}[a-z0-9]", asked.project) and re.fullmatch(r"[a-z]+-[a-z]+\d+", asked.region)
    ):
        print("Usage: make publish PROJECT=my-project REGION=europe-west1 [DRY_RUN=1]", file=sys.stderr)
        return 2
    try:
        publish(Programs(dry_run=asked.dry_run), asked.project, asked.region)
    except Stopped as stopped:
        print(f"\nStopped: {stopped}", file=sys.stderr)
        return 1
    print("A dry run: nothing was done." if asked.dry_run else f"Published at https://{asked.project}.web.app")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
