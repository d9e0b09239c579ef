"""Flux over the wire: what is asked, what is taken from the answers, and where nothing is sent."""

import base64
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import SecretStr

from shared.adapters.providers.flux import FluxImageJobs
from shared.adapters.providers.flux.addresses import Addresses
from shared.adapters.system import SystemClock
from shared.domain.catalogue import find
from shared.domain.errors import ConfigurationWrong, ErrorKind, ProviderError
from shared.domain.image_models import cost_micros
from shared.domain.items import ProviderJob
from shared.domain.modes import ReferenceMode
from shared.domain.steering import Steering
from shared.ports.providers import ReferenceImage, StillRunning
from tests.providers.flux_models import KEY, made, request, speaking_to
from tests.providers.flux_server import FluxServer
from tests.providers.replies import picture

PNG = picture()
REFERENCE = ReferenceImage(data=PNG, media_type="image/png", mode=ReferenceMode.STYLE_AND_COMPOSITION)


@pytest.fixture
def server() -> Iterator[FluxServer]:
    with FluxServer() as running:
        yield running


@pytest.fixture
def flux(server: FluxServer) -> Iterator[FluxImageJobs]:
    with speaking_to(server.url) as jobs:
        yield jobs


def test_a_job_is_submitted_once_asked_for_and_fetched_at_once(server: FluxServer, flux: FluxImageJobs) -> None:
    server.looks_needed = 3
    job = flux.submit(request(prompt="a cup", seed=7))
    assert (job.id, job.seed) == ("job-1", 7)
    assert job.place == ""
    assert flux.poll(job, deadline_seconds=10) == StillRunning(None)
    assert flux.poll(job, deadline_seconds=10) == StillRunning(None)
    image = made(flux, job)
    assert (image.media_type, image.seed, image.request_id) == ("image/png", 7, "job-1")
    assert image.data.startswith(b"\x89PNG")
    assert [each.kind for each in server.requests] == ["submit", "look", "look", "look", "picture"]


def test_only_the_submit_and_the_looks_carry_the_key(server: FluxServer, flux: FluxImageJobs) -> None:
    made(flux, flux.submit(request()))
    assert [each.headers.get("x-key") for each in server.requests] == [KEY, KEY, None]
    assert all(KEY not in each.path for each in server.requests)


def test_another_process_can_go_on_with_a_job(server: FluxServer, flux: FluxImageJobs) -> None:
    stored = ProviderJob.model_validate(flux.submit(request(prompt="a cup")).model_dump(mode="json"))
    with speaking_to(server.url) as other:
        assert made(other, stored).data
    assert len(server.submits) == 1


@pytest.mark.parametrize(
    ("model", "more"),
    [
        ("flux-2-pro", {"disable_pup": True}),
        ("flux-2-max", {"disable_pup": True}),
        ("flux-2-klein-4b", {}),
        ("flux-2-flex", {"prompt_upsampling": False, "steps": 30, "guidance": 4.5}),
    ],
)
def test_the_words_go_as_they_are_with_shape_seed_and_what_steers(
    server: FluxServer, flux: FluxImageJobs, model: str, more: dict[str, Any]
) -> None:
    steering = Steering(steps=more.get("steps"), guidance=more.get("guidance"))
    flux.submit(request(model=model, prompt="a cup", aspect_ratio="16:9", size="1K", seed=0, steering=steering))
    (submit,) = server.submits
    assert submit.path == f"/v1/{model}"
    basis = {"prompt": "a cup", "width": 1360, "height": 768, "seed": 0, "output_format": "png"}
    assert submit.wishes == {**basis, **more}


def test_references_go_as_base64_in_their_order(server: FluxServer, flux: FluxImageJobs) -> None:
    other = ReferenceImage(data=picture("3:2"), media_type="image/png", mode=ReferenceMode.STYLE_ONLY)
    flux.submit(request(prompt="a cup", references=(REFERENCE, other)))
    wishes = server.submits[0].wishes
    assert base64.b64decode(wishes["input_image"]) == PNG
    assert base64.b64decode(wishes["input_image_2"]) == other.data
    assert wishes["prompt"].endswith("a cup")
    assert "Reference image 1, style and composition" in wishes["prompt"]


def test_image_to_image_says_strength_steps_guidance_and_its_one_picture(server: FluxServer) -> None:
    with speaking_to(server.url, key=None) as own:
        steering = Steering(0.0, 20, 15.0)
        job = own.submit(request(model="flux-img2img", prompt="a cup", references=(REFERENCE,), steering=steering))
        image = made(own, job)
    wishes = server.submits[0].wishes
    assert (wishes["strength"], wishes["steps"], wishes["guidance"]) == (0.0, 20, 15.0)
    assert wishes["prompt"] == "a cup"
    assert base64.b64decode(wishes["input_image"]) == PNG
    assert image.usage == {"images": 1}
    assert all("x-key" not in each.headers for each in server.requests)


def test_a_seed_that_nobody_said_is_random_within_the_range_and_told(server: FluxServer, flux: FluxImageJobs) -> None:
    seeds = [made(flux, flux.submit(request(seed=None))).seed for _ in range(20)]
    assert seeds == [each.wishes["seed"] for each in server.submits]
    assert len(set(seeds)) > 1
    assert all(seed is not None and 0 <= seed <= 999_999 for seed in seeds)


@pytest.mark.parametrize(("told", "seed"), [(123, 123), (0, 0), (None, 7), ("12", 7), (True, 7), (-1, 7), (2**70, 7)])
def test_the_seed_that_came_back_is_kept(server: FluxServer, flux: FluxImageJobs, told: object, seed: int) -> None:
    server.result = {"seed": told}
    assert made(flux, flux.submit(request(seed=7))).seed == seed


@pytest.mark.parametrize(
    ("cost", "dollars"), [(3.0, 0.03), (4.5, 0.045), (10, 0.1), (None, 0.03), ("3", 0.03), (0, 0.03), (-1, 0.03)]
)
def test_what_a_job_costs_is_what_its_answer_says_or_the_price_list(
    server: FluxServer, flux: FluxImageJobs, cost: object, dollars: float
) -> None:
    server.taken = {"cost": cost}
    image = made(flux, flux.submit(request()))
    spec = find("flux-2-pro")
    assert spec is not None
    assert cost_micros(image.usage, spec.prices[0]) == dollars * 1_000_000


def test_references_are_booked_by_the_megapixel_where_no_cost_is_told(server: FluxServer, flux: FluxImageJobs) -> None:
    image = made(flux, flux.submit(request(references=(REFERENCE, REFERENCE))))
    assert image.usage == {"images": 1, "input_megapixels": 2}
    assert len(server.submits) == 1


def test_a_job_without_an_address_is_asked_for_by_its_number(server: FluxServer, flux: FluxImageJobs) -> None:
    server.taken = {"polling_url": None}
    job = flux.submit(request())
    assert job.place == ""
    assert made(flux, job).data


def test_a_job_is_asked_for_where_its_answer_says_and_no_url_of_it_is_kept(
    server: FluxServer, flux: FluxImageJobs
) -> None:
    server.taken = {"polling_url": f"{server.url}/v1/get_result?region=us1&id=job-1"}
    job = flux.submit(request())
    assert job.place == "/v1/get_result?region=us1&id=job-1"
    assert made(flux, job).data
    assert server.requests[1].path == "/v1/get_result?region=us1&id=job-1"
    assert "://" not in job.model_dump_json()


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("https://api.bfl.ai/v1/get_result?id=j", ""),
        ("https://api.us1.bfl.ai/v1/get_result?id=j", "api.us1."),
        ("https://bfl.ai/v1/get_result?id=j", "."),
        ("https://api.eu.bfl.ai/v2/jobs/j?x=%20a", "api.eu./v2/jobs/j?x=%20a"),
        ("https://api.bfl.ai//evil.example/x", "//evil.example/x"),
    ],
)
def test_an_address_is_built_again_from_the_place_of_its_job(address: str, place: str) -> None:
    addresses = Addresses("https://api.bfl.ai/")
    assert addresses.place_of(address, "j") == place
    assert addresses.of_result(place, "j") == address


@pytest.mark.parametrize(
    "place", ["evil.example", "user:word@api.", "evil.example#", "evil.example?", ":1/", "evil.example\\", "[::1]."]
)
def test_a_place_that_was_tampered_with_leads_nowhere(place: str) -> None:
    with pytest.raises(ProviderError, match="not its own"):
        Addresses("https://api.bfl.ai/").of_result(place, "j")


def test_an_endless_address_is_not_kept(server: FluxServer, flux: FluxImageJobs) -> None:
    server.taken = {"polling_url": f"{server.url}/v1/get_result?id={'x' * 1_000}"}
    with pytest.raises(ProviderError, match="endless"):
        flux.submit(request())


FOREIGN = [
    "https://evil.example/v1/get_result?id=1",
    "http://169.254.169.254/latest/meta-data",
    "http://127.0.0.1:1/v1/get_result",
    "https://127.0.0.1.evil.example/",
    "file:///etc/passwd",
    "ftp://127.0.0.1/x",
    "//evil.example/x",
    "",
    "http://[broken",
    17,
    None,
]


@pytest.mark.parametrize("address", FOREIGN[:-1], ids=str)
def test_a_job_that_is_to_be_asked_for_elsewhere_is_not(
    server: FluxServer, flux: FluxImageJobs, address: object
) -> None:
    server.taken = {"polling_url": address}
    with pytest.raises(ProviderError) as raised:
        flux.submit(request())
    assert (raised.value.kind, raised.value.outcome_known) == (ErrorKind.UNKNOWN, False)


@pytest.mark.parametrize("address", FOREIGN, ids=str)
def test_a_picture_that_lies_elsewhere_is_not_fetched(server: FluxServer, flux: FluxImageJobs, address: object) -> None:
    server.result = {"sample": address}
    job = flux.submit(request())
    with pytest.raises(ProviderError) as raised:
        flux.poll(job, deadline_seconds=10)
    assert (raised.value.kind, raised.value.outcome_known) == (ErrorKind.UNKNOWN, False)
    assert [each.kind for each in server.requests] == ["submit", "look"]


@pytest.mark.parametrize(
    "address",
    [
        "https://api.bfl.ai/v1/get_result?id=1",
        "https://api.us1.bfl.ai/v1/get_result?id=1",
        "https://delivery-eu1.bfl.ai/results/x.png?sig=1",
    ],
)
def test_the_service_may_name_its_own_regions_and_delivery_hosts(address: str) -> None:
    assert Addresses("https://api.bfl.ai/").checked(address) == address
    assert Addresses("https://api.eu.bfl.ai").checked(address) == address


@pytest.mark.parametrize(
    "address",
    [
        "http://api.bfl.ai/v1/get_result?id=1",
        "https://api.bfl.ai:8443/x",
        "https://user:word@api.bfl.ai/x",
        "https://bfl.ai.evil.example/x",
        "https://evilbfl.ai/x",
    ],
)
def test_what_only_looks_like_the_service_is_not_it(address: str) -> None:
    with pytest.raises(ProviderError):
        Addresses("https://api.bfl.ai/").checked(address)


def test_a_base_with_a_path_is_kept() -> None:
    proxied = Addresses("https://proxy.example/bfl/")
    assert proxied.of_model("flux-2-pro") == "https://proxy.example/bfl/v1/flux-2-pro"
    assert proxied.of_result("", "a b") == "https://proxy.example/bfl/v1/get_result?id=a+b"
    assert proxied.checked("https://media.proxy.example/x.png") == "https://media.proxy.example/x.png"


@pytest.mark.parametrize("key", ["", "two words", "schl\u00fcssel"])
def test_a_key_that_cannot_be_sent_stops_the_start(key: str) -> None:
    with pytest.raises(ConfigurationWrong, match="BFL_API_KEY"):
        FluxImageJobs(
            SecretStr(key), base_url="https://api.bfl.ai", clock=SystemClock(), key_setting="BFL_API_KEY",
            address_setting="FANFOLD_FLUX_BASE_URL",
        )  # fmt: skip


@pytest.mark.parametrize("url", ["api.bfl.ai", "ftp://api.bfl.ai", "https://api.bfl.ai/?x=1", "https://u:p@api.bfl.ai"])
def test_an_address_that_cannot_be_called_stops_the_start(url: str) -> None:
    with pytest.raises(ConfigurationWrong, match="FANFOLD_FLUX_SERVER_URL"):
        FluxImageJobs(
            None, base_url=url, clock=SystemClock(), key_setting="", address_setting="FANFOLD_FLUX_SERVER_URL"
        )


def test_a_model_that_is_not_in_the_catalogue_is_not_bought(server: FluxServer, flux: FluxImageJobs) -> None:
    with pytest.raises(ProviderError) as raised:
        flux.submit(request(model="flux-9"))
    assert (raised.value.kind, raised.value.outcome_known) == (ErrorKind.INVALID, True)
    assert server.calls == 0


def test_connections_are_kept_between_calls_and_let_go_of_on_closing(server: FluxServer, flux: FluxImageJobs) -> None:
    made(flux, flux.submit(request()))
    assert server.connections == 1
    flux.close()
    flux.close()
    made(flux, flux.submit(request()))
    assert server.connections == 2
