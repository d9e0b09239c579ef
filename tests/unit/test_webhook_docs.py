"""What docs/webhooks.md tells receivers is true of what is sent."""

import re
import runpy
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from shared.adapters.system import SystemClock
from shared.domain.event_names import EventName
from shared.domain.webhooks import TESTED, Webhook
from shared.services.webhook_secrets import WebhookSecrets

PAGE = Path(__file__).parents[2] / "docs" / "webhooks.md"
BODY = b'{"type":"BatchCompleted"}'
clock = SystemClock()


@pytest.fixture
def verified(tmp_path: Path) -> Callable[[str, dict[str, str], bytes], dict[str, Any]]:
    """The page's own function."""
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    file = tmp_path / "receiver.py"
    file.write_text(code, encoding="utf-8")
    found: Callable[[str, dict[str, str], bytes], dict[str, Any]] = runpy.run_path(str(file))["verified"]
    return found


def signed(at: datetime) -> tuple[str, dict[str, str]]:
    """A secret, and the headers of a message that it signs beside another one."""
    secrets = WebhookSecrets(bytes(32))
    shown, sealed = secrets.new("org_a", "whk_a")
    ending = secrets.new("org_a", "whk_a")[1].model_copy(update={"until": at + timedelta(hours=1)})
    webhook = Webhook(
        id="whk_a", url="https://a.example", events=[], secrets=[ending, sealed], created_at=at, created_by="mem_a"
    )
    return shown, secrets.signatures("org_a", webhook, message="evt_a", at=at, body=BODY)


def test_the_pages_function_takes_what_is_sent(verified: Callable[..., dict[str, Any]]) -> None:
    secret, headers = signed(clock.now())
    assert verified(secret, headers, BODY) == {"type": "BatchCompleted"}


def test_the_pages_function_refuses_what_is_not_ours_or_is_old(verified: Callable[..., dict[str, Any]]) -> None:
    secret, headers = signed(clock.now())
    with pytest.raises(ValueError, match="not ours"):
        verified(secret, headers, BODY + b" ")
    with pytest.raises(ValueError, match="not ours"):
        verified(secret, headers | {"webhook-id": "evt_b"}, BODY)
    with pytest.raises(ValueError, match="not ours"):
        verified(signed(clock.now())[0], headers, BODY)
    secret, headers = signed(datetime(2026, 3, 1, tzinfo=UTC))
    with pytest.raises(ValueError, match="too old"):
        verified(secret, headers, BODY)


def test_the_page_names_every_event() -> None:
    named = set(re.findall(r"^\| `([A-Z]\w+)` \|", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert named == {name.value for name in EventName} | {TESTED}
