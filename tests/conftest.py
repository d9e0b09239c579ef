"""What holds for every test."""

import os
from collections.abc import Iterator

import hypothesis
import pytest
import structlog

# Speed is measured by benchmarks, never asserted; continuous integration tries the same examples every time.
hypothesis.settings.register_profile("fanfold", deadline=None, derandomize="CI" in os.environ)
hypothesis.settings.load_profile("fanfold")


@pytest.fixture(autouse=True)
def _log_as_before() -> Iterator[None]:
    """Whatever a test makes of the log, the next one finds it as it was."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """In continuous integration a skipped test is a failure: what was not run was not shown."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if "CI" in os.environ and reporter and reporter.stats.get("skipped"):
        reporter.write_line("Tests were skipped; with CI set that is a failure.", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
