"""During a deployment two versions run side by side: each reads what the other writes, and loses nothing of it."""

import gzip
import json
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from shared.domain.audit_entries import AuditEntry
from shared.domain.batches import Batch
from shared.domain.callers import Caller
from shared.domain.documents import SCHEMA, Part, Stored
from shared.domain.idempotency import IdempotencyRecord
from shared.domain.items import Item
from shared.domain.keys import ApiKey, KeyHash
from shared.domain.library import Asset
from shared.domain.modes import BatchStatus, ItemStatus, Role
from shared.domain.money import Budget, LedgerEntry, Reservation
from shared.domain.organisations import Organisation
from shared.domain.people import Login, Member
from shared.domain.references import Reference
from shared.domain.step_controls import StepControl
from shared.domain.windows import SubmitCounter
from shared.http.task_edge import ItemPayload, Payload, StepPayload
from shared.ports.documents import Create, Update
from shared.repositories import paths
from shared.repositories.first_organisations import FirstOrganisation
from shared.repositories.library import RecipeLock
from shared.services.submit_limits import SubmitLimitService
from tests.engine import invariants
from tests.engine.worlds import World
from tests.golden.moments import FOLDER, STATES, Moment, load, play, shape

VERSIONS = sorted(path.name for path in FOLDER.iterdir() if (path / "midway.json").exists())
MODELS: dict[str, type[Stored]] = {
    "orgs/*": Organisation,
    "orgs/*/assets/*": Asset,
    "orgs/*/audit/*": AuditEntry,
    "orgs/*/batches/*": Batch,
    "orgs/*/batches/*/control/*": StepControl,
    "orgs/*/batches/*/items/*": Item,
    "orgs/*/budgets/*": Budget,
    "orgs/*/counters/*": SubmitCounter,
    "orgs/*/idempotency/*": IdempotencyRecord,
    "orgs/*/keys/*": ApiKey,
    "orgs/*/ledger/*": LedgerEntry,
    "orgs/*/members/*": Member,
    "orgs/*/recipes/*": RecipeLock,
    "orgs/*/references/*": Reference,
    "orgs/*/reservations/*": Reservation,
    "system/*/by_email/*": Login,
    "system/*/by_hash/*": KeyHash,
    "system/*/embedded/*": FirstOrganisation,
}
PAYLOADS: dict[str, type[Payload]] = {"advance_batch": StepPayload, "generate_image": ItemPayload}
STORES_OWN = {"revision", "changed_at"}
LATER = {"of_a_later_version": {"list": [1], "text": "kept"}}


def kept(version: str) -> list[Moment]:
    return [load(FOLDER / version / f"{name}.json") for name in ("midway", "ended")]


def documents(version: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for moment in kept(version):
        for path, data in moment.documents.items():
            yield path, shape(path), data


@pytest.fixture(scope="module")
def present(tmp_path_factory: pytest.TempPathFactory) -> tuple[Moment, Moment]:
    return play(tmp_path_factory.mktemp("present"))


def test_a_version_kept_every_kind_of_document() -> None:
    assert VERSIONS
    assert {where for version in VERSIONS for _, where, _ in documents(version)} == set(MODELS)


@pytest.mark.parametrize("version", VERSIONS)
def test_this_version_reads_what_an_older_one_wrote_and_writes_all_of_it_back(version: str) -> None:
    for path, where, data in documents(version):
        model = MODELS[where]
        assert subset(data, model.read(data).written(), ignored=STORES_OWN) == [], path


@pytest.mark.parametrize("version", VERSIONS)
def test_what_a_newer_version_adds_is_kept_at_every_depth(version: str) -> None:
    for path, where, data in documents(version):
        model = MODELS[where]
        newer = widened(data, model.read(data))
        written = model.read(newer).written()
        assert subset(newer, written, ignored=STORES_OWN) == [], path
        assert written["of_a_later_version"] == LATER["of_a_later_version"], path


@pytest.mark.parametrize("version", VERSIONS)
def test_an_older_version_finds_in_what_this_one_writes_all_that_it_wrote_itself(
    version: str, present: tuple[Moment, Moment]
) -> None:
    def fields(moments: list[Moment]) -> dict[str, dict[str, set[str]]]:
        found: dict[str, dict[str, set[str]]] = {}
        for moment in moments:
            for path, data in moment.documents.items():
                kinds = found.setdefault(shape(path), {})
                for name, value in data.items():
                    kinds.setdefault(name, set()).add(kind(value))
        return found

    ours, theirs = fields(list(present)), fields(kept(version))
    # A field that left would be missed by the older version; a value of another kind would stop it.
    missing = {
        f"{where}: {name}" for where, names in theirs.items() for name in names if name not in ours.get(where, {})
    }
    assert missing == set(), "raise SCHEMA, and write the field until no older version runs"
    changed = {
        f"{where}: {name} was {sorted(kinds)}, is {sorted(ours[where][name])}"
        for where, names in theirs.items()
        for name, kinds in names.items()
        if not ours[where][name] <= kinds | {"nothing"}
    }
    assert changed == set()


@pytest.mark.parametrize("version", VERSIONS)
def test_an_older_version_takes_the_tasks_of_this_one_and_this_one_takes_its(
    version: str, present: tuple[Moment, Moment]
) -> None:
    older = [task for moment in kept(version) for task in moment.tasks]
    newer = [task for moment in present for task in moment.tasks]
    assert {task["function"] for task in older} == set(PAYLOADS)
    for task in older:
        PAYLOADS[task["function"]].model_validate(task["payload"])
    wanted = {task["function"]: set(task["payload"]) for task in older}
    for task in newer:
        if task["function"] in wanted:
            assert wanted[task["function"]] <= set(task["payload"])
            assert task["payload"]["schema"] == SCHEMA


@pytest.mark.parametrize("version", VERSIONS)
def test_this_version_finishes_a_batch_that_an_older_one_began(version: str, tmp_path: Path) -> None:
    moment = kept(version)[0]
    with closing(restored(moment, tmp_path)) as world:
        batch = next(iter(moment.rows))
        before = world.batch(batch, moment.org)
        assert before.status is BatchStatus.RUNNING
        assert {item.status for item in world.items(batch, moment.org)} > {ItemStatus.RUNNING, ItemStatus.SUCCEEDED}
        world.run()
        assert world.batch(batch, moment.org).status is BatchStatus.COMPLETED
        assert {item.status for item in world.items(batch, moment.org)} == {ItemStatus.SUCCEEDED}
        # The tasks that the older version had sent come late, and are void.
        for task in moment.tasks:
            payload = PAYLOADS[task["function"]].model_validate(task["payload"])
            if isinstance(payload, ItemPayload):
                world.engine.generations.generate(payload.org, payload.batch, payload.item, payload.attempt)
        world.run()
        invariants.check(world, moment.org)


@pytest.mark.parametrize("version", VERSIONS)
def test_this_version_finishes_a_batch_of_a_newer_one_and_loses_nothing_of_it(version: str, tmp_path: Path) -> None:
    moment = kept(version)[0]
    with closing(restored(moment, tmp_path)) as world:
        batch = next(iter(moment.rows))
        newer = {**LATER, "schema": SCHEMA + 1}
        world.store.commit([Update(path, newer) for path in moment.documents])
        world.run()
        submits = SubmitLimitService(world.store, clock=world.clock, ids=world.ids, per_minute=10)
        submits.take(Caller(org=moment.org, id=submitter(moment), member="mem_test", role=Role.ADMIN))
        assert world.batch(batch, moment.org).status is BatchStatus.COMPLETED
        for path in moment.documents:
            document = world.store.get(path)
            if document is None:
                assert shape(path) == "orgs/*/recipes/*", path
                continue
            assert {name: document.data.get(name) for name in newer} == newer, path


@pytest.mark.parametrize("version", VERSIONS)
def test_every_state_that_an_older_version_knows_is_still_read(version: str) -> None:
    states = json.loads((FOLDER / version / "states.json").read_text(encoding="utf-8"))
    for name, values in states.items():
        assert set(values) <= known_states()[name], name


def submitter(moment: Moment) -> str:
    """Whose submits are counted."""
    return next(path.partition("/submits-")[2] for path in moment.documents if "/submits-" in path)


def known_states() -> dict[str, set[str]]:
    return {states.__name__: {state.value for state in states} for states in STATES}


def restored(moment: Moment, folder: Path) -> World:
    """A machine with what was stored at that moment, a little later: its queue is lost, its leases still hold."""
    world = World(folder)
    world.clock.advance((moment.now - world.clock.now()).total_seconds() + 1)
    world.store.commit(
        [
            Create(path, {name: value for name, value in data.items() if name not in STORES_OWN})
            for path, data in moment.documents.items()
        ]
    )
    for batch, lines in moment.rows.items():
        packed = gzip.compress("\n".join(lines).encode())
        world.files.put(paths.rows_object(moment.org, batch), packed, media_type="application/gzip")
    for path, data in moment.documents.items():
        if shape(path) == "orgs/*/assets/*":
            for name in data["objects"].values():
                world.files.put(name, b"a picture of then", media_type="image/png")
    return world


def kind(value: Any) -> str:
    """What an older version takes a value for."""
    if value is None:
        return "nothing"
    if isinstance(value, bool | datetime | str | list | dict):
        return type(value).__name__
    return "number"


def subset(small: Any, large: Any, *, ignored: set[str] = frozenset(), trail: str = "") -> list[str]:  # type: ignore[assignment]
    """Where what is in `small` is missing from `large`, or differs."""
    if isinstance(small, dict) and isinstance(large, dict):
        return [
            where
            for name, value in small.items()
            if name not in ignored
            for where in (
                subset(value, large[name], trail=f"{trail}.{name}") if name in large else [f"{trail}.{name} is gone"]
            )
        ]
    if isinstance(small, list) and isinstance(large, list) and len(small) == len(large):
        return [
            where
            for place, value in enumerate(small)
            for where in subset(value, large[place], trail=f"{trail}[{place}]")
        ]
    return [] if small == large else [f"{trail}: {small!r} became {large!r}"]


def widened(data: Any, model: Any) -> Any:
    """The data with a field of a later version in every part of it that has fields of its own."""
    if isinstance(model, BaseModel) and isinstance(data, dict):
        names = {field.alias or name: name for name, field in type(model).model_fields.items()}
        inner = {
            key: widened(value, getattr(model, names[key])) if key in names else value for key, value in data.items()
        }
        return {**inner, **LATER} if isinstance(model, Stored | Part) else inner
    if isinstance(data, list) and isinstance(model, list | tuple) and len(data) == len(model):
        return [widened(value, part) for value, part in zip(data, model, strict=True)]
    return data
