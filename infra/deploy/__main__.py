"""`make deploy PROJECT=… REGION=… [ENVIRONMENT=dev]`: from an empty project, or from an older version, to a platform that works.

Every step may be repeated: what is there stays, what is missing is made. After any failure, run the same again.
"""

import argparse
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from infra.deploy import beginnings, bootstrap, releases
from infra.deploy.deployments import Deployment
from infra.deploy.programs import Programs, Stopped


class Step(NamedTuple):
    """One step: what it does, in words, and what does it."""

    title: str
    does: Callable[[Deployment], None]


STEPS = (
    Step("Look for gcloud and Terraform, and who is signed in", bootstrap.check_programs),
    Step("Look at the project and who pays for it", bootstrap.check_project),
    Step("Enable the interfaces that Terraform needs", bootstrap.enable_apis),
    Step("Make the accounts by which Google's services act in the project", bootstrap.make_agents),
    Step("Make the bucket of Terraform's state, which keeps its versions", bootstrap.make_state_bucket),
    Step("Look at the Firestore database", bootstrap.check_database),
    Step("Build the one archive of all functions", releases.build),
    Step("Prepare Terraform", releases.initialise),
    Step("Give the secrets their values", releases.fill_secrets),
    Step("Plan and apply everything", releases.plan_and_apply),
    Step("Make the first organisation and its admin", beginnings.make_first_admin),
    Step("Try it: health, and one preview image from start to finish", beginnings.try_it),
)


def deploy(deployment: Deployment) -> None:
    """All steps in order, each printed; raises Stopped at the first that fails."""
    for number, step in enumerate(STEPS, start=1):
        print(f"[{number}/{len(STEPS)}] {step.title}", flush=True)
        step.does(deployment)


def main(arguments: list[str]) -> int:
    """Deploy as the arguments say; 1 with what to do when a step fails."""
    asked = _parser().parse_args(arguments)
    if wrong := _wrong(asked):
        print(wrong, file=sys.stderr)
        return 2
    deployment = Deployment(
        programs=Programs(dry_run=asked.dry_run),
        project=asked.project,
        region=asked.region,
        environment=asked.environment,
        email=asked.email,
        secret_files={name: Path(file) for name, _, file in (pair.partition("=") for pair in asked.secret)},
    )
    try:
        deploy(deployment)
    except Stopped as stopped:
        print(f"\nStopped: {stopped}\n  Then run the same make deploy again; it goes on from there.", file=sys.stderr)
        return 1
    print("A dry run: nothing was done." if asked.dry_run else "Deployed.")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make deploy", description=__doc__)
    parser.add_argument("--project", default="")
    parser.add_argument("--region", default="")
    parser.add_argument("--environment", default="dev")
    parser.add_argument("--email", default="", help="the first admin's address; otherwise that of gcloud's account")
    parser.add_argument("--secret", action="append", default=[], metavar="NAME=FILE", help="a secret's new value")
    parser.add_argument("--dry-run", action="store_true", help="print the commands of an empty project, and run none")
    return parser


def _wrong(asked: argparse.Namespace) -> str | None:
    """What is wrong with the arguments, in a sentence."""
    usage = "make deploy PROJECT=my-project REGION=europe-west1 [ENVIRONMENT=dev] [DRY_RUN=1]"
    if not re.fullmatch(r"[a-z][a-z0-9-]{4,28}[a-z0-9]", asked.project):
        return f"PROJECT must be the id of a Google Cloud project. Usage: {usage}"
    if not re.fullmatch(r"[a-z]+-[a-z]+\d+", asked.region):
        return f"REGION must be a region of Google Cloud, such as europe-west1. Usage: {usage}"
    if not re.fullmatch(r"[a-z][a-z0-9-]*", asked.environment):
        return f"ENVIRONMENT must be the name of a file in terraform/environments. Usage: {usage}"
    bad = [pair for pair in asked.secret if not re.fullmatch(r"[A-Z][A-Z0-9_]*=.+", pair)]
    return f"SECRETS must be NAME=FILE, not {bad[0].partition('=')[0]!r}." if bad else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
