"""Which revision of each function's Cloud Run service gets how much of the traffic."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import yaml

from infra.deploy.programs import Programs, Stopped

FUNCTIONS = Path(__file__).parents[2] / "functions"
CANDIDATE = "candidate"
UNREADABLE = "See that you are signed in (gcloud auth login) and that the project and region are right."


@dataclass(frozen=True, slots=True)
class Place:
    """Where it is deployed."""

    project: str
    region: str

    @property
    def flags(self) -> list[str]:
        """As gcloud is told."""
        return [f"--project={self.project}", f"--region={self.region}"]


@dataclass(frozen=True, slots=True)
class Service:
    """A service before a deployment: its name and the share of the traffic, in percent, that each revision got."""

    name: str
    shares: dict[str, int]


def services() -> list[str]:
    """The service of each function, by its folder."""
    described = (yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(FUNCTIONS.glob("*/function.yaml")))
    return [said["name"].replace("_", "-") for said in described]


def recorded(programs: Programs, place: Place, names: Iterable[str]) -> list[Service]:
    """The services that there are already, with their shares; those that are new are not among them."""
    found = []
    for name in names:
        said = _described(programs, place, name)
        if said is not None:
            found.append(Service(name, _shares(said)))
    return found


def keep(file: Path, found: Sequence[Service]) -> None:
    """Write down what was recorded, for the step that shifts or rolls back."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps([asdict(service) for service in found], indent=1) + "\n", encoding="utf-8")


def kept(file: Path) -> list[Service]:
    """What was written down; raises Stopped when nothing was."""
    try:
        return [Service(**said) for said in json.loads(file.read_text(encoding="utf-8"))]
    except (OSError, ValueError, TypeError):
        raise Stopped(
            f"{file} does not say what ran before.", "Run `python -m infra.deploy.roll hold` first."
        ) from None


def shift(programs: Programs, place: Place, before: Service, percent: int) -> bool:
    """Give the newest ready revision that share, the ones before it the rest; False when there is no newer one."""
    said = _described(programs, place, before.name)
    newest = None if said is None else said["status"].get("latestReadyRevisionName")
    if not programs.dry_run and newest is None:
        raise Stopped(
            f"{before.name} has no revision that is ready.", f"See its log: gcloud run services logs read {before.name}"
        )
    if newest in before.shares or newest is None:
        return False
    _set(programs, place, before.name, _mixed(before.shares, newest, percent))
    return True


def hold(programs: Programs, place: Place, before: Service) -> None:
    """Keep the traffic where it is: a service that sends it to the latest revision would give a new one all at once."""
    _set(programs, place, before.name, before.shares)


def candidate(programs: Programs, place: Place, before: Service) -> str | None:
    """An address of the newest revision alone, before it gets any traffic; None when there is nothing newer."""
    said = _described(programs, place, before.name)
    newest = None if said is None else said["status"].get("latestReadyRevisionName")
    if newest is None or newest in before.shares:
        return None
    tag = f"--update-tags={CANDIDATE}={newest}"
    command = ["gcloud", "run", "services", "update-traffic", before.name, tag, *place.flags, "--quiet"]
    programs.run(command, hint=UNREADABLE)
    targets = (_described(programs, place, before.name) or {"status": {}})["status"].get("traffic")
    found = (
        [target.get("url") for target in targets if target.get("tag") == CANDIDATE] if isinstance(targets, list) else []
    )
    if not found or not found[0]:
        raise Stopped(f"{before.name} has no address for its newest revision.", UNREADABLE)
    return str(found[0])


def back(programs: Programs, place: Place, before: Service) -> None:
    """Give each revision the share that it had."""
    _set(programs, place, before.name, before.shares)


def _mixed(shares: dict[str, int], newest: str, percent: int) -> dict[str, int]:
    """What is left is divided as it was; rounding goes to the largest."""
    left = 100 - percent
    rest = {name: share * left // 100 for name, share in shares.items()}
    largest = max(shares, key=lambda name: shares[name])
    rest[largest] += left - sum(rest.values())
    return {newest: percent} | {name: share for name, share in rest.items() if share > 0}


def _set(programs: Programs, place: Place, name: str, shares: dict[str, int]) -> None:
    told = ",".join(f"{revision}={share}" for revision, share in shares.items())
    command = ["gcloud", "run", "services", "update-traffic", name, f"--to-revisions={told}", *place.flags, "--quiet"]
    programs.run(command, hint=f"Set it by hand with this very command; {UNREADABLE}")


def _described(programs: Programs, place: Place, name: str) -> dict[str, Any] | None:
    """What Cloud Run says of the service; None when there is none."""
    answer = programs.ask(["gcloud", "run", "services", "describe", name, *place.flags, "--format=json"])
    if answer is None:
        return None
    said: dict[str, Any] = json.loads(answer)
    return said


def _shares(said: dict[str, Any]) -> dict[str, int]:
    status = said["status"]
    traffic = status.get("traffic")
    shares: dict[str, int] = {}
    for target in traffic if isinstance(traffic, list) else []:
        name = str(target.get("revisionName") or status.get("latestReadyRevisionName"))
        if target.get("percent"):
            shares[name] = shares.get(name, 0) + int(target["percent"])
    return shares
