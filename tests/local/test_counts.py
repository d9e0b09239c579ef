"""What an image costs in calls of Google Cloud, counted at the wire as it is billed."""

from pathlib import Path

import pytest

from shared.domain.batch_forms import BatchCreate
from shared.domain.modes import BatchStatus
from tests.engine.scripted import ScriptedProvider, model
from tests.local.platforms import platform

IMAGES = 400
# Each step costs reads, writes and tasks of its own. A machine that is busy with other tests makes a few images a second
# where Google Cloud makes dozens by its tick of one second: with this one there are about as many steps an image.
TICK_MS = 4_000
# Its rows are an object, too.
ROWS = 1


@pytest.mark.timeout(300)
def test_an_image_costs_few_reads_writes_tasks_and_uploads(tmp_path: Path) -> None:
    provider = ScriptedProvider()
    rows = [{"prompt": f"A boat, number {number}", "size": "512", "aspect_ratio": "1:1"} for number in range(IMAGES)]
    specs = (model(concurrency=32, rate_per_second=500),)
    with platform(tmp_path, provider=provider, specs=specs, tick_ms=TICK_MS) as running:
        batch = running.ended(running.submit(BatchCreate.model_validate({"rows": rows})))
        calls, tasks, puts = running.calls, running.tasks_created, running.uploads.puts
    assert (batch.status, batch.progress.succeeded) == (BatchStatus.COMPLETED, IMAGES)
    assert len(provider.requests) == IMAGES
    # The batch's own are among them: its acceptance, its steps, its end.
    assert calls.writes + calls.deletes <= 7 * IMAGES
    assert calls.reads <= 4 * IMAGES
    assert tasks <= 1.1 * IMAGES
    assert puts <= 3 * IMAGES + ROWS
