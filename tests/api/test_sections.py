from pathlib import Path

from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Match
from starlette.testclient import TestClient

from shared.domain.modes import Role
from shared.http.app import create_app
from shared.http.sections import SECTIONS, api_routes, section_of
from tests.api.stacks import ApiStack

ROUTES = Path(__file__).parents[2] / "shared" / "http" / "routes"


def modules_of(routes: list[BaseRoute]) -> set[str]:
    return {route.endpoint.__module__.rpartition(".")[2] for route in routes if isinstance(route, APIRoute)}


def test_each_module_of_routes_is_in_a_section() -> None:
    written = {file.stem for file in ROUTES.glob("*.py")} - {"__init__"}

    assert {module for modules in SECTIONS.values() for module in modules} == written


def test_each_route_lies_in_a_section_of_its_module() -> None:
    astray = [
        route.path
        for route in api_routes()
        if route.endpoint.__module__.rpartition(".")[2] not in SECTIONS.get(section_of(route.path), ())
    ]

    assert astray == []


def test_no_route_takes_paths_of_another_section() -> None:
    scope = {"type": "http", "method": "GET"}
    paths = [f"/v1/{section}" for section in SECTIONS]
    greedy = [
        (route.path, path)
        for route in api_routes()
        for path in paths
        if section_of(path) != section_of(route.path) and route.matches({**scope, "path": path})[0] is not Match.NONE
    ]

    assert greedy == []


def test_a_request_loads_the_routes_of_its_section_and_no_other(stack: ApiStack) -> None:
    app = create_app(stack.services, stack.settings)
    headers = stack.ours.headers(Role.ADMIN)
    with TestClient(app, base_url="http://localhost") as client:
        assert modules_of(app.router.routes) == set()
        assert client.get("/v1/nowhere").status_code == 404
        assert client.get("/").status_code == 404
        assert modules_of(app.router.routes) == set()
        assert client.get("/v1/health").status_code == 200
        assert modules_of(app.router.routes) == {"system"}
        assert client.put("/v1/usage", headers=headers).headers["allow"] == "GET"
        assert modules_of(app.router.routes) == {"system", "usage"}
        loaded = len(app.router.routes)
        assert client.get("/v1/usage?of=nothing", headers=headers).status_code == 422
        assert len(app.router.routes) == loaded
