"""Scheduled work on Firestore and Cloud Storage: the same queries, pages and objects as on the embedded stack."""

import json
import secrets
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest

from shared.adapters.embedded.events import InProcessEventBus
from shared.adapters.embedded.tasks import QueueConfig, SqliteTaskQueue
from shared.adapters.google.buckets import TwoBuckets
from shared.adapters.google.documents import FirestoreDocumentStore
from shared.adapters.pictures import PillowPictureStudio
from shared.adapters.system import SystemIds
from shared.domain.idempotency import IdempotencyRecord
from shared.domain.lanes import WEBHOOKS
from shared.domain.money import LedgerEntry, LedgerKind
from shared.domain.offers import Offer
from shared.domain.organisations import Organisation
from shared.domain.references import Reference
from shared.domain.reports import CostReport
from shared.domain.webhooks import WebhookDelivery
from shared.ports.documents import Create, Query
from shared.ports.events import Event
from shared.ports.objects import ObjectStore
from shared.ports.tasks import TaskQueue
from shared.repositories import money, paths
from shared.services.engine import Engine, Ports
from shared.services.engine_rules import EngineRules
from shared.services.jobs import Jobs
from shared.services.overdue import GROUP
from shared.services.webhook_sweeps import JOB, OVERDUE, WebhookSweepService
from tests.clocks import START, ManualClock
from tests.cloud_storage import cloud_storage
from tests.emulators import firestore_host
from tests.engine.scripted import ScriptedProvider, model
from tests.engine.worlds import ORG, OTHER_ORG


@dataclass
class Cloud:
    """The jobs on Google's adapters; `kept` and `uploads` are the two buckets."""

    jobs: Jobs
    documents: FirestoreDocumentStore
    kept: ObjectStore
    uploads: ObjectStore
    clock: ManualClock
    events: list[Event]


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    clock, ids, events, bus = ManualClock(), SystemIds(), list[Event](), InProcessEventBus()
    bus.subscribe(events.append)
    documents = FirestoreDocumentStore(f"demo-{secrets.token_hex(8)}", clock=clock, emulator_host=firestore_host())
    with cloud_storage() as kept, cloud_storage() as uploads:
        ports = Ports(
            documents=documents,
            tasks=cast("TaskQueue", None),
            objects=TwoBuckets(kept.store, uploads.store),
            events=bus,
            studio=PillowPictureStudio,
            clock=clock,
            ids=ids,
            provider=lambda _: ScriptedProvider(),
            worker="boot",
        )
        jobs = Jobs(ports, Engine(ports, lambda: Offer((model(),), {"scripted"}), EngineRules()))
        made = START - timedelta(days=2)
        for org in (ORG, OTHER_ORG):
            documents.commit(
                [Create(paths.organisation(org), Organisation(id=org, name=org, created_at=made).written())]
            )
        yield Cloud(jobs, documents, kept.store, uploads.store, clock, events)
    documents.close()


def test_a_days_entries_are_paged_through_and_add_up(cloud: Cloud) -> None:
    entries = [
        LedgerEntry(
            id=money.entry_id(f"itm_{number}", 1),
            kind=LedgerKind.CHARGE,
            at=START - timedelta(days=1, seconds=number // 3),
            batch=f"bat_{number % 7}",
            item=f"itm_{number}",
            attempt=1,
            member="mem_a",
            provider="scripted",
            model="scripted-1",
            images=1,
            cost_micros=number,
        )
        for number in range(700)
    ]
    for start in range(0, len(entries), 350):
        cloud.documents.commit([money.create(ORG, entry) for entry in entries[start : start + 350]])
    assert cloud.jobs.cost_reports.run(seconds=600) == 2
    assert cloud.jobs.cost_reports.run(seconds=600) == 2
    day = (START - timedelta(days=1)).date().isoformat()
    document = cloud.documents.get(paths.report(ORG, day))
    assert document is not None
    report = CostReport.read(document.data)
    assert (report.total.images, report.total.cost_micros, report.lines) == (700, sum(range(700)), 7)
    assert json.loads(cloud.kept.get(report.json_object))["total"]["cost_micros"] == sum(range(700))
    assert [event.data["cost_micros"] for event in cloud.events] == [sum(range(700))]
    assert len(cloud.documents.query(Query(paths.reports(OTHER_ORG)))) == 2


def test_a_sweep_goes_on_where_the_one_before_stopped(cloud: Cloud, folder: Path) -> None:
    names = [f"dlv_{number:03}" for number in range(2 * GROUP + 1)]
    creates = [
        Create(
            paths.webhook_delivery(ORG, "whk_a", name),
            WebhookDelivery(
                id=name,
                webhook="whk_a",
                event="evt",
                event_name="Made",
                body="{}",
                # Several of one moment: their paths are the rest of the place that is kept.
                next_at=START + timedelta(seconds=number // 7),
                created_at=START,
                expires_at=START,
            ).written(),
        )
        for number, name in enumerate(names)
    ]
    cloud.documents.commit(creates)
    cloud.clock.advance(OVERDUE.total_seconds() + len(names))
    queue = SqliteTaskQueue(
        folder / "tasks.sqlite", clock=cloud.clock, token=lambda _: "", queues=[QueueConfig(name=WEBHOOKS)]
    )
    with closing(queue):
        service = WebhookSweepService(cloud.documents, tasks=queue, clock=cloud.clock)
        assert service.sweep(seconds=0) == GROUP
        kept = cloud.documents.get(paths.job_position(JOB))
        assert kept is not None
        assert kept.data["after"] == paths.webhook_delivery(ORG, "whk_a", names[GROUP - 1])
        assert service.sweep() == len(names)
        tasks = queue.engine.list_tasks(WEBHOOKS, after_seq=0, limit=500)
        assert sorted(json.loads(task.body)["delivery"] for task in tasks) == names


def test_what_has_had_its_time_goes_from_both_buckets_and_the_store(cloud: Cloud) -> None:
    record = IdempotencyRecord(fingerprint="f", resource="r", created_at=START, expires_at=START + timedelta(days=7))
    reference = Reference(
        id="ref_aaaaaaaaaaaaaaaaaaaa",
        filename="a.png",
        media_type="image/png",
        bytes=1,
        upload=paths.upload_object(ORG, "ref_aaaaaaaaaaaaaaaaaaaa"),
        created_at=START,
        created_by="mem_a",
    )
    cloud.documents.commit(
        [
            Create(paths.idempotency(ORG, "i"), record.written()),
            Create(paths.reference(ORG, reference.id), reference.written()),
            Create(paths.commit_note("n"), {"expires_at": START}),
        ]
    )
    cloud.uploads.put(reference.upload, b"x", media_type="image/png")
    rows = paths.rows_object(ORG, "bat_aaaaaaaaaaaaaaaaaaaa")
    cloud.kept.put(rows, b"x", media_type="application/gzip")
    cloud.clock.advance(8 * 24 * 3600)
    assert cloud.jobs.clean_up.run(seconds=600) == 3
    for name in ("idempotency", "references"):
        assert cloud.documents.query(Query(name, group=True)) == []
    # Guarded deletes leave notes themselves: one for all records, one for the reference.
    assert cloud.documents.get(paths.commit_note("n")) is None
    assert len(cloud.documents.query(Query(paths.commit_notes()))) == 2
    assert cloud.uploads.find(reference.upload) is None
    assert cloud.kept.find(rows) is None
