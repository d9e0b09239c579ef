"""Every level names a figure that is measured, an alert or chart that exists, and a figure that is recorded."""

import re

from shared import telemetry
from tests.architecture.rules import ROOT

PAGE = (ROOT / "docs" / "service-levels.md").read_text(encoding="utf-8")
RESULTS = (ROOT / "benchmarks" / "results" / "embedded.md").read_text(encoding="utf-8")
ALERTS = (ROOT / "terraform" / "alerts.tf").read_text(encoding="utf-8")
DASHBOARD = (ROOT / "terraform" / "dashboard.tf").read_text(encoding="utf-8")


def rows() -> list[list[str]]:
    table = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith("| level")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table]


def test_measures_are_rows_of_the_benchmark() -> None:
    named = [name for row in rows() for name in re.findall(r'"([^"]+)"', row[2])]
    assert len(named) >= 8
    for name in named:
        beginning = name.partition(" …")[0]
        assert f"| {beginning}" in RESULTS, name


def test_alerts_and_charts_exist() -> None:
    for _, _, _, watched in rows():
        for alert in re.findall(r"`([a-z_]+)`", watched.replace("`GET /v1/ready`", "")):
            assert f"    {alert} = {{" in ALERTS, alert
        for chart in re.findall(r'"([^"]+)"', watched):
            assert f'title = "{chart}"' in DASHBOARD, chart


def test_figures_are_recorded() -> None:
    known = {metric.name for metric in telemetry.METRICS}
    named = set(re.findall(r"`([a-z]+(?:_[a-z]+)+_(?:seconds|duration))`", PAGE))
    assert named
    assert named <= known


def test_what_the_issue_of_levels_asks_for_is_there() -> None:
    for level in ("pickup", "an image", "completion", "recovery", "many at once", "uptime"):
        assert level in [row[0] for row in rows()]
