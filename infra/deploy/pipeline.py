"""The acts of the pipeline (cloudbuild.yaml), each a step of its own; without `--deploy=true` none of them does anything.

    python -m infra.deploy.pipeline hold    --deploy=true --project=P --region=R --environment=E
    python -m infra.deploy.pipeline apply   …   builds the archive, plans and applies; no request meets the new version
    python -m infra.deploy.pipeline forward …   10, 50 and 100 % of the traffic, and back when it does not work

A project is set up once by `make deploy`, by a person who may do more than the pipeline.
"""

import argparse
import sys
from pathlib import Path

from infra.deploy import bootstrap, releases, roll, smoke
from infra.deploy.beginnings import SMOKE_API_KEY
from infra.deploy.deployments import Deployment
from infra.deploy.programs import Programs, Stopped
from infra.deploy.traffic import Place

FIRST = "Set the project up first: make deploy PROJECT=… REGION=… ENVIRONMENT=…"


def hold(deployment: Deployment, record: Path) -> bool:
    """Keep the traffic with the version that runs, whatever is deployed now."""
    roll.hold(deployment.programs, Place(deployment.project, deployment.region), record)
    return True


def apply(deployment: Deployment, _record: Path) -> bool:
    """Build the archive, plan and apply; the new version runs and gets no traffic. Raises Stopped."""
    bootstrap.check_database(deployment)
    if not deployment.firestore_location:
        # Without its location Terraform would want to make it anew.
        raise Stopped("There is no database, or this account may not see it.", FIRST)
    releases.build(deployment)
    releases.initialise(deployment)
    deployment.absent_secrets = [name for name in releases.wanted_secrets() if not releases.has_value(deployment, name)]
    if releases.PAGE_KEY in deployment.absent_secrets:
        raise Stopped(f"The secret {releases.PAGE_KEY} has no value.", FIRST)
    releases.plan_and_apply(deployment)
    return True


def forward(deployment: Deployment, record: Path) -> bool:
    """Shift the traffic by degrees; False when the new version did not work and the old one has it back."""
    url = deployment.programs.need(deployment.terraform("output", "-raw", "public_url"), hint=FIRST)
    key = smoke.key_of(SMOKE_API_KEY, deployment.project)
    return roll.forward(deployment.programs, Place(deployment.project, deployment.region), record, url, key)


ACTS = {"hold": hold, "apply": apply, "forward": forward}


def main(arguments: list[str]) -> int:
    """Do one act; 1 when it stopped or the new version was taken back."""
    parser = argparse.ArgumentParser(
        prog="python -m infra.deploy.pipeline",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("act", choices=list(ACTS))
    parser.add_argument("--deploy", required=True, choices=["true", "false"])
    parser.add_argument("--project", required=True)
    parser.add_argument("--region", required=True)
    parser.add_argument("--environment", required=True)
    parser.add_argument("--record", type=Path, default=roll.RECORD, help="where is written what ran before")
    asked = parser.parse_args(arguments)
    if asked.deploy != "true":
        print(f"{asked.act}: this build only tests.")
        return 0
    deployment = Deployment(
        programs=Programs(),
        project=asked.project,
        region=asked.region,
        environment=asked.environment,
        by_degrees=True,
    )
    try:
        return 0 if ACTS[asked.act](deployment, asked.record) else 1
    except (Stopped, smoke.SmokeFailed) as stopped:
        print(f"{asked.act} stopped: {stopped}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
