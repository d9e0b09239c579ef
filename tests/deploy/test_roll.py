"""A new version gets its traffic by degrees, and the old one has it back when the new one does not work."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.deploy import roll, smoke, traffic
from infra.deploy.programs import Programs, Stopped
from infra.deploy.traffic import Place
from tests.clocks import ManualClock
from tests.deploy.programs import NEW, OLD, PROJECT, REGION, Api, Cloud, api, cloud
from tests.deployed import DESCRIPTIONS

HERE = Place(PROJECT, REGION)
# Of the functions, those that were deployed before; the others are new.
SERVICES = ["advance-batch", "api", "generate-image"]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Cloud]:
    with cloud(tmp_path / "cloud") as made:
        yield made


@pytest.fixture
def served(place: Cloud) -> Iterator[Api]:
    with api() as (made, url):
        place.change(public_url=url, candidate_url=url)
        yield made


@pytest.fixture
def record(tmp_path: Path) -> Path:
    return tmp_path / "out" / "traffic.json"


def deployed(place: Cloud) -> None:
    """What Terraform does between the two acts: a new revision that is ready, and no other traffic."""
    services = place.state["services"]
    for service in services.values():
        service["latestReadyRevisionName"] = NEW
    place.change(services=services)


def begin(place: Cloud, record: Path) -> None:
    """The old version has everything; it is held there, and the new one is deployed."""
    services = {
        name: {"latestReadyRevisionName": OLD, "traffic": [{"revisionName": OLD, "percent": 100}]} for name in SERVICES
    }
    place.change(services=services)
    roll.hold(Programs(), HERE, record)
    deployed(place)


def forward(place: Cloud, record: Path) -> bool:
    return roll.forward(Programs(), HERE, record, place.state["public_url"], "ff_a-key", clock=ManualClock())


def test_services_are_the_functions_folders() -> None:
    assert sorted(traffic.services()) == sorted(name.replace("_", "-") for name in DESCRIPTIONS)


def test_traffic_is_held_before_a_deployment(place: Cloud, record: Path) -> None:
    begin(place, record)
    holds = [call for call in place.calls if "update-traffic" in call]
    assert len(holds) == len(SERVICES)
    assert all(f"--to-revisions={OLD}=100" in call for call in holds)
    assert all(f"--project={PROJECT}" in call and f"--region={REGION}" in call for call in place.calls)


def test_a_version_that_works_gets_everything_by_degrees(place: Cloud, served: Api, record: Path) -> None:
    begin(place, record)
    place.forget()
    assert forward(place, record)
    api_calls = [call for call in place.calls if "update-traffic api " in call]
    assert [call.split("--to-revisions=")[-1].split(" ")[0] for call in api_calls[1:]] == [
        f"{NEW}=10,{OLD}=90",
        f"{NEW}=50,{OLD}=50",
        f"{NEW}=100",
    ]
    assert f"--update-tags=candidate={NEW}" in api_calls[0]
    assert {name: place.shares(name) for name in SERVICES} == {name: {NEW: 100} for name in SERVICES}
    assert set(served.keys) == {"ff_a-key"}


@pytest.mark.parametrize("percent", [0, 10, 100])
def test_a_version_that_does_not_work_is_taken_back(
    place: Cloud, served: Api, record: Path, percent: int, capfd: pytest.CaptureFixture[str]
) -> None:
    begin(place, record)
    tagged = f"--update-tags=candidate={NEW}"
    reached = {0: tagged, 10: f"={NEW}=10", 50: f"={NEW}=50", 100: f"={NEW}=100"}[percent]
    served.broken = lambda: any(reached in call for call in place.calls)
    assert not forward(place, record)
    assert {name: place.shares(name) for name in SERVICES} == {name: {OLD: 100} for name in SERVICES}
    told = capfd.readouterr()
    assert "The new version does not work" in told.err
    assert "Back: " in told.out


def test_a_version_that_is_not_the_one_deployed_is_taken_back(place: Cloud, served: Api, record: Path) -> None:
    begin(place, record)
    served.version = "0.0.9"
    assert not forward(place, record)
    assert place.shares("api") == {OLD: 100}


def test_a_shift_that_cannot_be_made_is_taken_back(place: Cloud, served: Api, record: Path) -> None:
    begin(place, record)
    place.change(failing=[f"--to-revisions={NEW}=50"])
    assert not forward(place, record)
    assert {name: place.shares(name) for name in SERVICES} == {name: {OLD: 100} for name in SERVICES}


def test_going_back_tries_every_function_before_it_gives_up(place: Cloud, record: Path) -> None:
    begin(place, record)
    before = traffic.kept(record)
    for service in before:
        traffic.shift(Programs(), HERE, service, 100)
    place.change(failing=[f"update-traffic {SERVICES[0]} "])
    with pytest.raises(Stopped, match=SERVICES[0]):
        roll.back(Programs(), HERE, before)
    assert place.shares(SERVICES[0]) == {NEW: 100}
    assert {name: place.shares(name) for name in SERVICES[1:]} == {name: {OLD: 100} for name in SERVICES[1:]}
    assert roll.main(["back", "--project", PROJECT, "--region", REGION, "--record", str(record)]) == 0
    assert place.shares(SERVICES[0]) == {OLD: 100}


def test_what_was_shared_stays_shared_and_always_adds_up(place: Cloud, record: Path) -> None:
    older = [{"revisionName": "00000-older", "percent": 33}, {"revisionName": OLD, "percent": 67}]
    place.change(services={name: {"latestReadyRevisionName": OLD, "traffic": older} for name in SERVICES})
    roll.hold(Programs(), HERE, record)
    deployed(place)
    for percent in roll.STEPS:
        for service in traffic.kept(record):
            assert traffic.shift(Programs(), HERE, service, percent)
            shares = place.shares(service.name)
            assert (shares[NEW], sum(shares.values())) == (percent, 100)


def test_a_function_that_is_new_or_unchanged_is_left_alone(place: Cloud, served: Api, record: Path) -> None:
    begin(place, record)
    services = place.state["services"]
    services["api"]["latestReadyRevisionName"] = OLD
    place.change(services=services | {"brand-new": services["api"]})
    place.forget()
    assert forward(place, record)
    assert not any("update-traffic api" in call or "brand-new" in call for call in place.calls)


def test_without_a_record_nothing_is_moved(place: Cloud, record: Path, capfd: pytest.CaptureFixture[str]) -> None:
    arguments = ["--project", PROJECT, "--region", REGION, "--record", str(record)]
    assert roll.main(["back", *arguments]) == 1
    assert roll.main(["forward", *arguments, "--url", "http://127.0.0.1:9"]) == 1
    assert "python -m infra.deploy.roll hold" in capfd.readouterr().err
    assert place.calls == []


def test_the_key_of_the_smoke_test_is_read_from_its_secret(place: Cloud, served: Api, record: Path) -> None:
    begin(place, record)
    place.change(values={"SMOKE_API_KEY": ["ff_of-the-secret"]}, secrets=["SMOKE_API_KEY"])
    url = place.state["public_url"]
    arguments = ["forward", "--project", PROJECT, "--region", REGION, "--record", str(record), "--url", url]
    assert roll.main([*arguments, "--key-secret", "SMOKE_API_KEY"]) == 0
    assert set(served.keys) == {"ff_of-the-secret"}
    assert roll.main([*arguments, "--key-secret", "NOBODYS"]) == 1
    with pytest.raises(smoke.SmokeFailed, match="NOBODYS"):
        smoke.key_of("NOBODYS", PROJECT)
