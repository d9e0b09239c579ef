"""How the local stack ends while somebody follows a batch."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from infra.local.children import Child


def test_a_stream_is_closed_whole_and_without_a_traceback_when_the_platform_stops(tmp_path: Path) -> None:
    with Child(tmp_path / "state") as platform:
        key = {"X-API-Key": platform.api_key}
        tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
        wanted = {"rows": [{"prompt": "A tent at dusk"}], "start_at": tomorrow}
        accepted = httpx.post(f"{platform.url}/v1/batches", json=wanted, headers=key)
        assert accepted.status_code == 202, accepted.text
        with httpx.stream("GET", platform.url + accepted.json()["events_url"], headers=key) as stream:
            lines = stream.iter_lines()
            assert next(lines) == "event: batch"
            assert platform.stop() == 0
            assert list(lines)[-2:] == [": You have gone.", ""]
    assert "Traceback" not in platform.log.read_text()
