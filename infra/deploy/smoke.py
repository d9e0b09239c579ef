"""Tries a deployed Fanfold over its API: `python -m infra.deploy.smoke URL --project P --key-secret SMOKE_API_KEY`.

It answers, is ready, tells its configuration; with a key it makes one preview image, start to finish.
"""

import argparse
import subprocess
import sys
import uuid
from collections.abc import Callable

from client.api import Client
from client.clocks import Clock, SystemClock
from client.errors import ClientError
from client.models import BatchCreate, Row

PATIENCE_SECONDS = 180.0
ASK_SECONDS = 2.0
MODEL = "preview"
Say = Callable[[str], None]


class SmokeFailed(Exception):
    """What did not work, in a sentence."""


def check(
    url: str, key: str | None, *, version: str | None = None, clock: Clock | None = None, say: Say = print
) -> None:
    """Raise SmokeFailed at the first thing that does not work at this address; `version` is the one that must answer."""
    clock = clock or SystemClock()
    with Client(url, key, clock=clock) as client:
        try:
            _answers(client, version, say)
            if key is not None:
                _makes_an_image(client, clock, say)
        except ClientError as error:
            raise SmokeFailed(str(error)) from None


def _answers(client: Client, version: str | None, say: Say) -> None:
    found = client.health().model_dump().get("version")
    if version is not None and found != version:
        raise SmokeFailed(f"Version {found} answers, {version} was expected.")
    say(f"  health: version {found}")
    parts = client.ready().model_dump().get("parts")
    say(f"  ready: {parts}")
    client.configuration()
    say("  configuration: told")


def _makes_an_image(client: Client, clock: Clock, say: Say) -> None:
    row = Row(prompt="A lighthouse at dusk", model=MODEL)
    order = BatchCreate(rows=[row], name="Smoke test", priority="high", tags=["smoke-test"])
    batch = client.submit(order, idempotency_key=str(uuid.uuid4())).id
    end = clock.monotonic() + PATIENCE_SECONDS
    while not (found := client.batch(batch)).ended:
        if clock.monotonic() > end:
            raise SmokeFailed(f"Batch {batch} is {found.status} after {PATIENCE_SECONDS:.0f} s: {found.status_reason}.")
        clock.sleep(ASK_SECONDS)
    [item] = client.items(batch)
    if found.status != "completed" or item.asset is None:
        detail = item.error.detail if item.error else found.status_reason
        raise SmokeFailed(f"Batch {batch} ended as {found.status}: {detail}")
    if item.asset.id not in client.asset_links([item.asset.id]):
        raise SmokeFailed(f"There is no link to the image of batch {batch}.")
    say(f"  image: batch {batch} made it, and a link to it was signed")


def key_of(secret: str, project: str) -> str:
    """The newest value of a secret; raises SmokeFailed when it cannot be read."""
    command = ["gcloud", "secrets", "versions", "access", "latest", f"--secret={secret}", f"--project={project}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise SmokeFailed(f"The key {secret} of project {project} cannot be read: {done.stderr.strip()}")
    return done.stdout.strip()


def main(arguments: list[str]) -> int:
    """Try what the arguments name; 1 with a sentence when something does not work."""
    parser = argparse.ArgumentParser(prog="python -m infra.deploy.smoke", description=__doc__)
    parser.add_argument("url", help="address of the API")
    parser.add_argument("--project", default="", help="Google Cloud project of the key")
    parser.add_argument("--key-secret", default="", help="secret that holds an API key; without it no image is made")
    parser.add_argument("--version", default=None, help="version that must answer")
    asked = parser.parse_args(arguments)
    try:
        key = key_of(asked.key_secret, asked.project) if asked.key_secret else None
        check(asked.url, key, version=asked.version)
    except SmokeFailed as failed:
        print(f"The smoke test of {asked.url} failed: {failed}", file=sys.stderr)
        return 1
    print(f"{asked.url} works.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
