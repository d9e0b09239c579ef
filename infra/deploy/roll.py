"""Brings a new version into traffic by degrees, and the old one back by itself when the new one does not work.

`hold` before Terraform applies, `forward` after it:

    python -m infra.deploy.roll hold    --project P --region R
    python -m infra.deploy.roll forward --project P --region R --url URL --key-secret SMOKE_API_KEY
    python -m infra.deploy.roll back    --project P --region R
"""

import argparse
import sys
from pathlib import Path

from client.clocks import Clock
from infra.deploy import smoke, traffic
from infra.deploy.programs import Programs, Stopped
from infra.deploy.traffic import Place, Service
from shared.version import VERSION

STEPS = (10, 50, 100)
API = "api"
RECORD = Path("out/traffic.json")


def hold(programs: Programs, place: Place, file: Path) -> None:
    """Write down which revisions have the traffic now, and keep it with them whatever is deployed."""
    found = traffic.recorded(programs, place, traffic.services())
    traffic.keep(file, found)
    for service in found:
        traffic.hold(programs, place, service)
        print(f"{service.name}: {service.shares}", flush=True)


def forward(
    programs: Programs, place: Place, file: Path, url: str, key: str | None, *, clock: Clock | None = None
) -> bool:
    """Give the new revisions 10, 50 and 100 % with a smoke test after each; False, with the old ones back, when one fails."""
    before = traffic.kept(file)
    try:
        for alone in _alone(programs, place, before):
            smoke.check(alone, key, version=VERSION, clock=clock)
        for percent in STEPS:
            _shift(programs, place, before, percent)
            smoke.check(url, key, version=VERSION if percent == STEPS[-1] else None, clock=clock)
    except (Stopped, smoke.SmokeFailed) as failed:
        print(f"The new version does not work: {failed}", file=sys.stderr)
        back(programs, place, before)
        return False
    print(f"Version {VERSION} has all the traffic at {url}.")
    return True


def _alone(programs: Programs, place: Place, before: list[Service]) -> list[str]:
    """The address of the API's new revision alone, to try it before anybody else meets it."""
    urls = [traffic.candidate(programs, place, service) for service in before if service.name == API]
    return [url for url in urls if url is not None]


def _shift(programs: Programs, place: Place, before: list[Service], percent: int) -> None:
    moved = [service.name for service in before if traffic.shift(programs, place, service, percent)]
    print(f"{percent} %: {', '.join(moved) or 'nothing is new'}", flush=True)


def back(programs: Programs, place: Place, before: list[Service]) -> None:
    """Give all of them the shares that were written down; one that fails does not keep the others from it."""
    failed = []
    for service in before:
        try:
            traffic.back(programs, place, service)
        except Stopped as stopped:
            failed.append(str(stopped))
    if failed:
        raise Stopped(
            "Not every function is back:\n" + "\n".join(failed), "Run `python -m infra.deploy.roll back` again."
        )
    print(f"Back: {', '.join(service.name for service in before) or 'nothing ran before'}")


def main(arguments: list[str]) -> int:
    """Do what the arguments say; 1 when the new version was taken back or something stopped."""
    parser = argparse.ArgumentParser(
        prog="python -m infra.deploy.roll", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("act", choices=["hold", "forward", "back"])
    parser.add_argument("--project", required=True)
    parser.add_argument("--region", required=True)
    parser.add_argument("--record", type=Path, default=RECORD, help="where is written what ran before")
    parser.add_argument("--url", default="", help="address of the API, for the smoke tests")
    parser.add_argument("--key-secret", default="", help="secret that holds the smoke test's API key")
    asked = parser.parse_args(arguments)
    programs, place = Programs(), Place(asked.project, asked.region)
    try:
        if asked.act == "hold":
            hold(programs, place, asked.record)
        elif asked.act == "back":
            back(programs, place, traffic.kept(asked.record))
        else:
            if not asked.url:
                parser.error("forward needs --url")
            key = smoke.key_of(asked.key_secret, asked.project) if asked.key_secret else None
            return 0 if forward(programs, place, asked.record, asked.url, key) else 1
    except (Stopped, smoke.SmokeFailed) as stopped:
        print(stopped, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
