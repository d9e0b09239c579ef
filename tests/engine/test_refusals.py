"""What cannot be made is refused with the place of every fault, and nothing of it is kept."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from shared.domain.batch_forms import BatchCreate
from shared.domain.callers import Caller
from shared.domain.errors import BudgetExceeded, FieldError, Forbidden, Invalid
from shared.domain.modes import Role
from shared.domain.references import Reference, ReferenceStatus
from shared.ports.documents import Create, Query
from shared.repositories import paths
from shared.services.engine_rules import EngineRules
from tests.clocks import START
from tests.engine.scripted import PRICE, model
from tests.engine.worlds import ORG, OTHER_ORG, World

SPECS = [
    model("good"),
    model("ended", shutdown_on=date(2026, 2, 1), replacement="good"),
    model("gone", shutdown_on=date(2026, 3, 1)),
]
COLLECTIONS = ("batches", "control", "items", "reservations", "budgets", "idempotency", "recipes", "ledger")


@pytest.fixture
def world(folder: Path) -> Iterator[World]:
    world = World(folder, specs=SPECS)
    reference(world, "ref_ready")
    reference(world, "ref_waiting", status=ReferenceStatus.AWAITING_UPLOAD)
    reference(world, "ref_refused", status=ReferenceStatus.REFUSED, detail="It is an animated GIF.")
    reference(world, "ref_deleted", deleted_at=START)
    reference(world, "ref_theirs", org=OTHER_ORG)
    yield world
    world.close()


def reference(world: World, name: str, *, org: str = ORG, **fields: Any) -> None:
    """A reference picture as the library keeps it."""
    stored = {"status": ReferenceStatus.READY, "object": f"orgs/{org}/reference-images/{name}", "sha256": "0" * 64}
    value = Reference(
        **{
            "id": name,
            "filename": f"{name}.png",
            "media_type": "image/png",
            "bytes": 1,
            "upload": "u",
            "created_at": START,
            "created_by": "mem_test",
            **stored,
            **fields,
        }
    )
    world.store.commit([Create(paths.reference(org, name), value.written())])


def kept(world: World) -> tuple[dict[str, int], list[str]]:
    """How many documents there are, and which objects."""
    counts = {name: len(world.store.query(Query(name, group=True))) for name in COLLECTIONS}
    return counts, [info.name for info in world.files.list("orgs/")]


def refused(world: World, *rows: dict[str, Any], **fields: Any) -> list[FieldError]:
    """The faults of a request, which left nothing behind."""
    before = kept(world)
    with pytest.raises(Invalid) as caught:
        world.submit(*rows, key="k", **fields)
    assert kept(world) == before
    create = BatchCreate.model_validate({"rows": list(rows), **fields})
    with pytest.raises(Invalid) as estimated:
        world.engine.submissions.estimate(world.caller, create)
    assert estimated.value.errors == caught.value.errors
    return list(caught.value.errors)


def one(world: World, row: dict[str, Any], **fields: Any) -> tuple[str, str]:
    """The only fault of a request of two rows, of which the second is this one."""
    (error,) = refused(world, {"prompt": "fine"}, {"prompt": "p", **row}, **fields)
    return error.pointer, error.detail


def test_models(world: World) -> None:
    assert one(world, {"model": "nope"}) == ("/rows/1/model", "There is no model nope. Choose one of: good.")
    told = "ended was shut down on 2026-02-01. Use good instead."
    assert one(world, {"model": "ended"}) == ("/rows/1/model", told)
    assert one(world, {"model": "gone"}) == ("/rows/1/model", "gone was shut down on 2026-03-01.")
    assert one(world, {"expand": {"model": ["good", "ended"]}}) == ("/rows/1/expand/model/1", told)
    errors = refused(world, {"prompt": "a"}, {"prompt": "b"}, defaults={"model": "ended"})
    assert errors == [FieldError("/defaults/model", told)]


def test_settings_that_the_model_cannot_make(world: World) -> None:
    pointer, told = one(world, {"aspect_ratio": "21:9"})
    assert (pointer, told) == ("/rows/1/aspect_ratio", "good cannot make 21:9; it makes 1:1, 4:5, 16:9.")
    assert one(world, {"size": "4K"}) == ("/rows/1/size", "good cannot make the size 4K; it makes 512, 1K.")
    assert one(world, {"expand": {"aspect_ratio": ["1:1", "3:2"]}})[0] == "/rows/1/expand/aspect_ratio/1"
    (error,) = refused(world, {"prompt": "a"}, defaults={"expand": {"aspect_ratio": ["3:2", "1:1"]}})
    assert error.pointer == "/defaults/expand/aspect_ratio/0"
    assert one(world, {"seed": 2**31 - 1, "variants": 2})[0] == "/rows/1/seed"
    assert one(world, {"expand": {"seed": [1, 2**31 - 1]}, "variants": 2})[0] == "/rows/1/expand/seed/1"


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("ref_unknown", "There is no reference ref_unknown. Upload it first."),
        ("../../etc", "There is no reference ../../etc. Upload it first."),
        ("ref_theirs", "There is no reference ref_theirs. Upload it first."),
        ("ref_deleted", "There is no reference ref_deleted. Upload it first."),
        ("ref_waiting", "The reference ref_waiting cannot be used: its upload has not been completed"),
        ("ref_refused", "The reference ref_refused cannot be used: It is an animated GIF."),
    ],
)
def test_references(world: World, name: str, told: str) -> None:
    assert one(world, {"references": ["ref_ready", name]}) == ("/rows/1/references/1", told)
    lists = {"references": [["ref_ready"], ["ref_ready", name]]}
    assert one(world, {"expand": lists}) == ("/rows/1/expand/references/1/1", told)


def test_more_references_than_the_model_takes(world: World) -> None:
    pointer, told = one(world, {"references": ["ref_ready"] * 4})
    assert (pointer, told) == ("/rows/1/references", "good takes at most 3 references; there are 4.")


def test_prompts(world: World) -> None:
    missing = "The prompt names {{what}}, but there is no variable of that name."
    assert one(world, {"prompt": "a {{what}}", "variables": {"who": "x"}}) == ("/rows/1/prompt", missing)
    lists = {"variables": [{"what": "cup"}, {"where": "sea"}]}
    assert one(world, {"prompt": "a {{what}}", "expand": lists}) == ("/rows/1/prompt", missing)
    empty = "With its variables filled in, the prompt is empty."
    assert one(world, {"prompt": "{{what}}", "variables": {"what": " "}}) == ("/rows/1/prompt", empty)
    assert one(world, {"prompt": "{{what}}", "variables": {"what": None}}) == ("/rows/1/prompt", empty)
    long = {"prompt": "{{a}} {{a}} {{a}}", "variables": {"a": "x" * 1_400}}
    told = "With its variables filled in, the prompt has 4,202 characters; at most 4,000."
    assert one(world, long) == ("/rows/1/prompt", told)


def test_expansions(world: World) -> None:
    uneven = {"mode": "zip", "seed": [1, 2], "aspect_ratio": ["1:1"]}
    pointer, told = one(world, {"expand": uneven})
    assert pointer == "/rows/1/expand"
    assert told == "Lists that are zipped must be of one length: aspect_ratio has 1, seed has 2."
    assert one(world, {"pack": "pck_x"})[0] == "/rows/1/pack"


def test_sizes_of_batches(world: World) -> None:
    (error,) = refused(world, *({"prompt": "p"} for _ in range(1_001)))
    assert error == FieldError("/rows", "1,001 rows are too many; send at most 1,000 in one batch.")
    expand = {"seed": list(range(100)), "aspect_ratio": ["1:1"] * 100}
    (error,) = refused(world, {"prompt": "p", "expand": expand}, {"prompt": "one more"})
    assert error == FieldError("/rows", "10,001 images are too many; a batch may make 10,000.")
    endless = {"seed": list(range(100)), "aspect_ratio": ["1:1"] * 100, "variables": [{}] * 100, "model": ["m"] * 100}
    (error,) = refused(world, {"prompt": "p", "expand": endless, "variants": 10})
    assert error.detail.startswith("1,000,000,000 images are too many")


@pytest.mark.parametrize(
    ("row", "place"),
    [
        ({"variants": 0}, "variants"),
        ({"variants": 11}, "variants"),
        ({"prompt": "   "}, "prompt"),
        ({"prompt": "x" * 4_001}, "prompt"),
        ({"aspect_ratio": "wide"}, "aspect_ratio"),
        ({"size": "8K"}, "size"),
        ({"seed": -1}, "seed"),
        ({"colour": "red"}, "colour"),
        ({"references": ["r"] * 15}, "references"),
    ],
)
def test_what_no_model_could_make_is_no_request(row: dict[str, Any], place: str) -> None:
    with pytest.raises(ValidationError) as caught:
        BatchCreate.model_validate({"rows": [{"prompt": "p", **row}]})
    assert [error["loc"] for error in caught.value.errors()] == [("rows", 0, place)]


def test_every_fault_is_named_at_once(world: World) -> None:
    errors = refused(
        world,
        {"prompt": "{{x}}"},
        {"prompt": "p", "model": "nope", "references": ["ref_unknown"]},
        {"prompt": "p", "aspect_ratio": "2:1", "size": "2K"},
    )
    assert sorted(error.pointer for error in errors) == [
        "/rows/0/prompt",
        "/rows/1/model",
        "/rows/1/references/0",
        "/rows/2/aspect_ratio",
        "/rows/2/size",
    ]


def test_who_may_not_make_things(world: World) -> None:
    before = kept(world)
    viewer = Caller(org=ORG, id="key_v", member="mem_v", role=Role.VIEWER)
    with pytest.raises(Forbidden):
        world.submit({"prompt": "p"}, caller=viewer)
    assert kept(world) == before
    create = BatchCreate.model_validate({"rows": [{"prompt": "p"}]})
    assert world.engine.submissions.estimate(viewer, create).images == 1
    assert kept(world) == before


def test_a_batch_of_which_not_one_image_fits_the_money(folder: Path) -> None:
    world = World(folder, rules=EngineRules(organisation_limit_micros=PRICE - 1))
    before = kept(world)
    with pytest.raises(BudgetExceeded, match="Not one image fits the organisation's budget"):
        world.submit({"prompt": "p"}, key="k")
    with pytest.raises(BudgetExceeded, match="Not one image fits the batch's budget"):
        world.submit({"prompt": "p"}, budget_micros=PRICE - 1)
    assert kept(world) == before
    assert world.clock.now() - START < timedelta(seconds=1)


def test_a_batch_needs_a_row() -> None:
    with pytest.raises(ValidationError, match="at least one row") as caught:
        BatchCreate.model_validate({"rows": []})
    assert caught.value.errors()[0]["loc"] == ("rows",)
