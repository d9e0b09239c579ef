"""Alerts and the dashboard speak of what is logged and deployed."""

import ast
import json
import re
from collections.abc import Iterator
from typing import Any

import promql_parser
import pytest

from shared import telemetry
from tests.architecture.rules import modules
from tests.terraform.evaluations import ENVIRONMENTS, plan

ALERTS = {
    "dispatch_lag", "queue_depth", "dead_letters", "sweep", "error_share", "errors", "crashes", "spent",
    "images_slow", "not_recovered", "status_slow", "waiting",
}  # fmt: skip
LOG_METHODS = {"debug", "info", "warning", "error", "exception"}


def logged() -> dict[str, set[str]]:
    """Every event that the product logs, with the fields that some line of it has."""
    found: dict[str, set[str]] = {}
    for module in modules("shared", "functions"):
        for node in ast.walk(module.tree):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in LOG_METHODS
                and node.args
                and isinstance(node.args[0], ast.Constant)
            ):
                fields = {keyword.arg for keyword in node.keywords if keyword.arg}
                found.setdefault(str(node.args[0].value), set()).update(fields)
    return found


def queries() -> dict[str, str]:
    """What alerts and charts ask, by their titles."""
    alerts = {
        name: one["conditions"][0]["condition_prometheus_query_language"][0]["query"]
        for name, one in plan("")["google_monitoring_alert_policy.alerts"].items()
    }
    board = json.loads(plan("")["google_monitoring_dashboard.overview"][""]["dashboard_json"])
    charts = {
        tile["widget"]["title"]: tile["widget"]["xyChart"]["dataSets"][0]["timeSeriesQuery"]["prometheusQuery"]
        for tile in board["mosaicLayout"]["tiles"]
    }
    return {**alerts, **charts}


def test_alerts_are_all_there() -> None:
    assert set(plan("")["google_monitoring_alert_policy.alerts"]) == ALERTS
    for one in plan("")["google_monitoring_alert_policy.alerts"].values():
        assert len(one["documentation"][0]["content"]) > 80


@pytest.mark.parametrize("name", ["spent", "batches_finished"])
def test_a_figure_from_the_log_names_an_event_and_its_fields(name: str) -> None:
    metric = plan("")[f"google_logging_metric.{name}"][""]
    event = re.search(r'jsonPayload\.event="(\w+)"', metric["filter"])
    assert event
    extracted = [*metric["label_extractors"].values(), *filter(None, [metric.get("value_extractor")])]
    fields = {found for text in extracted for found in re.findall(r"jsonPayload\.(\w+)", text)}
    assert fields <= logged()[event[1]]


def test_errors_are_told_by_a_field_of_every_line() -> None:
    assert 'jsonPayload.level=("error" OR "critical")' in plan("")["google_logging_metric.errors"][""]["filter"]


def test_texts_of_alerts_name_events_that_exist() -> None:
    for one in plan("")["google_monitoring_alert_policy.alerts"].values():
        for event in re.findall(r"`([a-z]+(?:_[a-z]+)+)`", one["documentation"][0]["content"]):
            assert event in logged()


def test_queries_can_be_read_and_ask_figures_that_exist() -> None:
    deployed = {ones[""]["name"] for address, ones in plan("").items() if address.startswith("google_logging_metric.")}
    for title, query in queries().items():
        asked = re.findall(r"logging_googleapis_com:user_(\w+?)(?:_sum|_count|_bucket)?\{", query)
        assert set(asked) <= deployed, title
        assert "google_" not in query.replace("googleapis", ""), title
        promql_parser.parse(query)


def selected(asked: Any, by: frozenset[str] = frozenset()) -> Iterator[tuple[str, set[str]]]:
    """The figures that a query reads, each with the labels that it asks of them."""
    if isinstance(asked, promql_parser.VectorSelector):
        yield asked.name or "", {one.name for one in asked.matchers.matchers} | by
        return
    if isinstance(asked, promql_parser.AggregateExpr):
        by = frozenset(asked.modifier.labels) if asked.modifier else frozenset()
    for part in ("expr", "lhs", "rhs", "vector_selector"):
        if (inner := getattr(asked, part, None)) is not None:
            yield from selected(inner, by)
    for inner in getattr(asked, "args", ()):
        yield from selected(inner, by)


def test_figures_of_our_own_are_asked_by_names_and_labels_that_are_recorded() -> None:
    labels = {metric.name: set(metric.labels) for metric in telemetry.METRICS}
    labels |= {f"{one.name}_bucket": {*one.labels, "le"} for one in telemetry.METRICS if one.kind == "histogram"}
    asked = set()
    for title, query in queries().items():
        for name, chosen in selected(promql_parser.parse(query)):
            if ":" not in name:
                assert name in labels, title
                assert chosen <= labels[name], title
                asked.add(name)
    assert len(asked) >= 8


def test_labels_that_queries_group_by_are_kept_by_their_figure() -> None:
    labels = {
        ones[""]["name"]: {label["key"] for label in ones[""]["metric_descriptor"][0]["labels"]}
        for address, ones in plan("").items()
        if address.startswith("google_logging_metric.")
    }
    for address, ones in plan("").items():
        if address.startswith("google_logging_metric."):
            assert set(ones[""]["label_extractors"]) == labels[ones[""]["name"]]
    for title, query in queries().items():
        for figure, known in labels.items():
            if f"user_{figure}" in query and (grouped := re.search(r"sum by \(([\w, ]+)\)", query)):
                assert set(grouped[1].split(", ")) <= known, title


def test_queries_name_functions_that_exist() -> None:
    services = {one["name"] for one in plan("")["google_cloudfunctions2_function.functions"].values()}
    named = {name for query in queries().values() for name in re.findall(r'service_name="([^"]+)"', query)}
    assert named == {"reconcile"}
    assert named <= services


def test_tiles_do_not_overlap() -> None:
    board = json.loads(plan("")["google_monitoring_dashboard.overview"][""]["dashboard_json"])
    places = [(tile["xPos"], tile["yPos"]) for tile in board["mosaicLayout"]["tiles"]]
    assert len(set(places)) == len(places)
    assert all(
        tile["xPos"] + tile["width"] <= board["mosaicLayout"]["columns"] for tile in board["mosaicLayout"]["tiles"]
    )


def test_alerts_reach_whom_they_are_sent_to() -> None:
    deployed = plan("", alert_emails='["ops@example.com"]', alert_channels='["projects/p/notificationChannels/1"]')
    channels = {str(one["notification_channels"]) for one in deployed["google_monitoring_alert_policy.alerts"].values()}
    assert channels == {
        "['projects/p/notificationChannels/1', 'google_monitoring_notification_channel.emails[ops@example.com].id']"
    }


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_a_budget_is_made_where_it_may_be(environment: str) -> None:
    assert plan(environment)["google_billing_budget.month"] == {}
    budget = plan(environment, billing_account="0A-0B-0C")["google_billing_budget.month"]["0"]
    assert [one["threshold_percent"] for one in budget["threshold_rules"]] == [0.5, 0.9, 1, 1]
    assert int(budget["amount"][0]["specified_amount"][0]["units"]) > 0
