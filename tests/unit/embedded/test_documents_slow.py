"""Queries that take too long are told in the log, without their values."""

from pathlib import Path

from structlog.testing import capture_logs

from shared.adapters.embedded.documents import SqliteDocumentStore
from shared.ports.documents import Create, Query, Where
from tests.clocks import ManualClock


class CrawlingClock(ManualClock):
    """A clock by which every measurement takes two seconds."""

    def monotonic(self) -> float:
        """Two seconds later than at the last call."""
        self.advance(2)
        return super().monotonic()


def _told(clock: ManualClock, folder: Path) -> list[dict[str, object]]:
    store = SqliteDocumentStore(folder / "documents.sqlite", clock=clock)
    store.commit([Create("orgs/org_a/notes/a", {"word": "secret"})])
    with capture_logs() as lines:
        store.query(Query("orgs/org_a/notes", (Where("word", "==", "secret"),)))
    store.close()
    return [dict(line) for line in lines]


def test_a_query_of_over_a_second_is_a_warning_that_names_fields_and_no_values(tmp_path: Path) -> None:
    (line,) = _told(CrawlingClock(), tmp_path)
    assert (line["event"], line["log_level"]) == ("slow_query", "warning")
    assert (line["fields"], line["found"], line["seconds"]) == (["word"], 1, 2.0)
    assert "secret" not in str(line)


def test_a_quick_query_is_not_told(tmp_path: Path) -> None:
    assert _told(ManualClock(), tmp_path) == []
