"""The description of the API against the API: what is described is served, and nothing else."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, assume, given, settings
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode

from shared.domain.modes import Role
from shared.http.openapi import describe
from shared.http.sections import api_routes
from tests.api.stacks import ApiStack
from tests.servers import serve

DOCUMENT = describe(api_routes(), version="1.2.3")
FOUND = list(schemathesis.openapi.from_dict(DOCUMENT).get_all_operations())
OPERATIONS = [found.ok() for found in FOUND if isinstance(found, Ok)]


ACCEPTANCE: Any = schemathesis.checks.CHECKS.get_one("positive_data_acceptance")
FRAMING = {"transfer-encoding", "content-length", "connection", "host", "expect", "upgrade"}
TRIED = [
    pytest.param(operation, mode, id=f"{operation.label} {mode.value}")
    for operation in OPERATIONS
    for mode in GenerationMode
    # Nothing can be wrong with a request that has nothing in it.
    if mode is GenerationMode.POSITIVE or list(operation.iter_parameters()) or operation.body
]


def test_every_operation_can_be_read() -> None:
    assert len(OPERATIONS) == len(FOUND) == sum(len(methods) for methods in DOCUMENT["paths"].values())


@pytest.fixture(scope="module")
def address(shared_stack: ApiStack) -> Iterator[str]:
    with serve() as server:
        # A mount takes no line breaks in a path; the API is to answer those too.
        server.router.default = shared_stack.app
        yield server.url


@pytest.mark.parametrize(("operation", "mode"), TRIED)
def test_the_api_is_as_it_describes_itself(
    operation: Any, mode: GenerationMode, shared_stack: ApiStack, address: str
) -> None:
    @settings(max_examples=6, suppress_health_check=list(HealthCheck), database=None)
    @given(case=operation.as_strategy(mode))
    def check(case: schemathesis.Case[Any]) -> None:
        # Broken HTTP is answered by the server, before the API hears of it.
        assume(not FRAMING & {name.lower() for name in case.headers or {}})
        case.call_and_validate(
            base_url=address,
            headers=shared_stack.ours.headers(Role.ADMIN),
            # A well-formed request may still name a model, a reference or a batch that does not exist.
            excluded_checks=[ACCEPTANCE],
        )

    check()
