"""The tree keeps the design's rules, and each rule can be broken."""

import pytest

from tests.architecture import rules
from tests.architecture.rules import EVERYTHING, PRODUCT, Module

ENVIRONMENT_READERS = {
    "shared/config.py": "the platform's only reader of the environment",
    "client/settings.py": "the client's own two variables; it does not import the platform",
    "infra/local/children.py": "a child process inherits the environment of its parent",
}
CLOCK_READERS = {
    "shared/adapters/system.py": "the clock itself",
    "client/clocks.py": "the client's clock; it does not import the platform",
}
EDGES = {
    "shared/adapters/embedded/tasks/dispatchers.py": "one delivery's trouble does not stop the others",
    "shared/adapters/embedded/documents/watchers.py": "a listener's fault does not blind the other watchers",
    "shared/adapters/google/documents/watches.py": "a listener's fault does not end its watch",
    "shared/adapters/providers/gemini/models.py": "whatever the SDK raises becomes a ProviderError here",
    "shared/adapters/providers/flux/models.py": "whatever a client raises becomes a ProviderError here",
    "shared/adapters/providers/openai/models.py": "whatever the SDK raises becomes a ProviderError here",
    "shared/http/service_edge.py": "an unforeseen error becomes a 500, so that the delivery is made again",
    "shared/http/task_edge.py": "one sweep's trouble leaves no other out; it is raised when all were carried out",
    "shared/adapters/telemetry/exports.py": "what is measured never fails what is done",
    "shared/services/live.py": "one watched batch's trouble does not stop the others",
    "shared/http/edge.py": "an unforeseen error becomes a 500 that tells nothing inside",
    "shared/adapters/embedded/events.py": "a listener that fails hurts nobody else",
    "shared/adapters/embedded/sqlite.py": "the border between threads: a writer's error goes to the caller who waits for it",
}


def test_settings_alone_read_the_environment() -> None:
    assert rules.breaches(rules.environment_reads, PRODUCT, ENVIRONMENT_READERS) == []


def test_the_system_adapter_alone_reads_the_clock_and_sleeps() -> None:
    assert rules.breaches(rules.clock_reads, PRODUCT, CLOCK_READERS) == []


def test_only_edges_catch_every_exception() -> None:
    assert rules.breaches(rules.catch_alls, PRODUCT, EDGES) == []


def test_no_excuse_outlives_its_need() -> None:
    assert rules.needless(rules.environment_reads, ENVIRONMENT_READERS) == []
    assert rules.needless(rules.clock_reads, CLOCK_READERS) == []
    assert rules.needless(rules.catch_alls, EDGES) == []


def test_modules_are_short_enough() -> None:
    assert [
        f"{module.path}: {module.length} lines"
        for module in rules.modules(*EVERYTHING)
        if module.length > rules.LONGEST_MODULE
    ] == []


def test_functions_are_short_enough() -> None:
    assert rules.breaches(rules.long_functions, PRODUCT, {}) == []


def test_names_say_what_is_inside() -> None:
    assert [module.path for module in rules.modules(*EVERYTHING) if rules.forbidden_words(module)] == []


def test_the_walk_sees_the_platform() -> None:
    paths = {module.path for module in rules.modules(*EVERYTHING)}
    assert {
        "shared/config.py",
        "shared/adapters/system.py",
        "client/__init__.py",
        "tests/architecture/rules.py",
    } <= paths


@pytest.mark.parametrize(
    "source",
    [
        "import os\nos.environ['A']",
        "import os as system\nsystem.environ.get('A')",
        "from os import getenv\ngetenv('A')",
        "from os import environ as e\ne['A']",
        "from pydantic_settings import BaseSettings",
    ],
)
def test_a_read_of_the_environment_is_found(source: str) -> None:
    assert rules.environment_reads(Module("x.py", source))


@pytest.mark.parametrize(
    "source",
    [
        "import time\ntime.sleep(1)",
        "from time import time\ntime()",
        "import datetime\ndatetime.datetime.now()",
        "from datetime import datetime\ndatetime.now(UTC)",
        "from datetime import date as day\nday.today()",
        "import datetime as dt\nclock = dt.datetime.now",
    ],
)
def test_a_read_of_the_clock_is_found(source: str) -> None:
    assert rules.clock_reads(Module("x.py", source))


def test_measuring_and_waiting_on_events_are_not_reads_of_the_clock() -> None:
    assert (
        rules.clock_reads(Module("x.py", "import time\ntime.monotonic()\ntime.perf_counter()\nstopped.wait(1)")) == []
    )


@pytest.mark.parametrize("caught", ["", " Exception", " BaseException as error", " (ValueError, Exception)"])
def test_a_catch_all_is_found(caught: str) -> None:
    assert rules.catch_alls(Module("x.py", f"try:\n    f()\nexcept{caught}:\n    g()")) == [3]


def test_suppressing_everything_is_a_catch_all() -> None:
    assert rules.catch_alls(Module("x.py", "with contextlib.suppress(Exception):\n    f()")) == [1]


def test_cleaning_up_and_raising_again_is_no_catch_all() -> None:
    assert rules.catch_alls(Module("x.py", "try:\n    f()\nexcept BaseException:\n    g()\n    raise")) == []


def test_naming_an_error_is_no_catch_all() -> None:
    assert rules.catch_alls(Module("x.py", "try:\n    f()\nexcept (OSError, ValueError):\n    g()")) == []


@pytest.mark.parametrize(("statements", "found"), [(39, []), (40, [1])])
def test_a_docstring_does_not_count_but_every_other_line_does(statements: int, found: list[int]) -> None:
    body = "\n".join(["    '''One.\n\n    Two.\n    '''", *["    a = 1"] * statements])
    assert rules.long_functions(Module("x.py", f"def f():\n{body}")) == found


@pytest.mark.parametrize(
    "path", ["shared/utils.py", "shared/image_helpers.py", "client/common/rows.py", "shared/http/manager.py"]
)
def test_an_empty_name_is_found(path: str) -> None:
    assert rules.forbidden_words(Module(path, ""))
