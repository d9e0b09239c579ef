"""Cost reports over the API: listed by day, downloaded by links, each organisation its own."""

from tests.api.prepared import reported
from tests.api.stacks import ApiStack


def test_a_report_is_listed_with_links_to_its_files(stack: ApiStack) -> None:
    reported(stack)
    page = stack.ask("GET", "/v1/reports/costs").json()
    assert [report["day"] for report in page["reports"]] == ["2026-03-01"]
    (report,) = page["reports"]
    spent = stack.ask("GET", "/v1/usage").json()["total_micros"]
    assert report["total"] == {"images": 1, "calls": 1, "cost_micros": spent}
    told = stack.client.get(report["json_url"]).json()
    assert (told["organisation"], told["total"]) == (stack.ours.org, report["total"])
    table = stack.client.get(report["csv_url"])
    assert table.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert table.headers["Content-Disposition"].startswith("attachment")
    theirs = stack.ask("GET", "/v1/reports/costs", tenant=stack.theirs).json()["reports"]
    assert [one["total"]["cost_micros"] for one in theirs] == [0]


def test_reports_come_in_pages_the_last_day_first(stack: ApiStack) -> None:
    reported(stack)
    stack.clock.advance(4 * 24 * 3600)
    stack.jobs.cost_reports.run(seconds=600)
    query = "/v1/reports/costs?from=2026-03-02&to=2026-03-04&page_size=2"
    first = stack.ask("GET", query).json()
    assert [report["day"] for report in first["reports"]] == ["2026-03-04", "2026-03-03"]
    second = stack.ask("GET", f"{query}&page_token={first['next_page_token']}").json()
    assert ([report["day"] for report in second["reports"]], second["next_page_token"]) == (["2026-03-02"], "")
    other = "/v1/reports/costs?from=2026-03-01&to=2026-03-04"
    assert stack.ask("GET", f"{other}&page_token={first['next_page_token']}").status_code == 400
