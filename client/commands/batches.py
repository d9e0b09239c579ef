"""Commands about batches that are there already."""

from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import typer

from client.api import Client
from client.commands import endings
from client.commands import options as opt
from client.models import Batch
from client.sessions import Session
from client.views.words import moment, money, one_line, standing

Limit = Annotated[int, typer.Option(min=1, help="How many at most.")]
Status = Annotated[str, typer.Option(help="Only those of this status.")]
Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The folder for images and manifest.csv.")]
RetryItems = Annotated[list[str] | None, typer.Option("--item", metavar="ITEM", help="Only this item; several times.")]
RetryModel = Annotated[str | None, typer.Option("--model", help="With another model.")]
RetryRatio = Annotated[str | None, typer.Option("--aspect-ratio", metavar="W:H", help="In another shape.")]
RetrySize = Annotated[str | None, typer.Option("--size", help="In another size.")]


def batches(
    ctx: typer.Context,
    status: Status = "",
    q: Annotated[str, typer.Option("--search", "-q", help="Words to look for.")] = "",
    tag: Annotated[str, typer.Option(help="Only those with this tag.")] = "",
    limit: Limit = 50,
    as_json: opt.Json = False,
) -> None:
    """List batches, the latest first."""
    session: Session = ctx.obj
    with session.client() as client:
        found = list(islice(client.batches(status=status, q=q, tag=tag, page_size=min(limit, 200)), limit))
    if as_json:
        session.screen.document({"batches": found})
    elif not found:
        session.screen.say("No batches yet. Make the first: fanfold run ROWS")
    else:
        columns = ("Batch", "Status", "Done", "Spent", "Created", "Name")
        session.screen.table(
            columns, [_batch_line(batch) for batch in found], right=("Done", "Spent"), flexible=("Name",)
        )


def watch(ctx: typer.Context, batch_id: opt.BatchId, as_json: opt.Json = False) -> None:
    """Follow a batch to its end; the exit code tells how it ended."""
    session: Session = ctx.obj
    with session.client() as client:
        batch = endings.follow(session, client, batch_id)
        endings.tell(session, client, batch)
    if as_json:
        session.screen.document(batch)
    raise typer.Exit(endings.EXIT_CODES.get(batch.status, 1))


def items(
    ctx: typer.Context,
    batch_id: opt.BatchId,
    status: Status = "",
    limit: Annotated[int | None, typer.Option(min=1, help="How many at most; otherwise all.")] = None,
    as_json: opt.Json = False,
) -> None:
    """List the items of a batch."""
    session: Session = ctx.obj
    with session.client() as client:
        found = list(islice(client.items(batch_id, status=status), limit))
    if as_json:
        session.screen.document({"items": found})
        return
    columns = ("Item", "Row", "Variant", "Status", "Cost", "Prompt", "Error")
    lines = [
        (
            item.id,
            str(item.row + 1),
            str(item.variant),
            item.status,
            money(item.cost_micros),
            one_line(item.prompt or "", 60),
            one_line(item.error.detail or item.error.kind, 80) if item.error else "",
        )
        for item in found
    ]
    session.screen.table(columns, lines, right=("Row", "Variant", "Cost"), flexible=("Prompt", "Error"))


def download(
    ctx: typer.Context,
    batch_id: opt.BatchId,
    folder: Folder,
    thumbnails: opt.Thumbnails = False,
    as_json: opt.Json = False,
) -> None:
    """Fetch a batch's images and manifest.csv; what is there already is kept."""
    session: Session = ctx.obj
    with session.client() as client:
        endings.download(session, client, batch_id, folder, thumbnails=thumbnails)
    if as_json:
        session.screen.document({"id": batch_id, "folder": str(folder)})
    else:
        session.screen.line(str(folder))


def pause(ctx: typer.Context, batch_id: opt.BatchId, as_json: opt.Json = False) -> None:
    """Start no further images; go on with resume."""
    _act(ctx.obj, batch_id, as_json, lambda client: client.pause(batch_id))


def resume(ctx: typer.Context, batch_id: opt.BatchId, as_json: opt.Json = False) -> None:
    """Go on with a paused batch."""
    _act(ctx.obj, batch_id, as_json, lambda client: client.resume(batch_id))


def cancel(ctx: typer.Context, batch_id: opt.BatchId, as_json: opt.Json = False) -> None:
    """Give up what has not started; finished images are kept."""
    _act(ctx.obj, batch_id, as_json, lambda client: client.cancel(batch_id))


def budget(
    ctx: typer.Context,
    batch_id: opt.BatchId,
    usd: Annotated[str, typer.Argument(metavar="USD", help="What the batch may spend in all, like 12.50.")],
    as_json: opt.Json = False,
) -> None:
    """Raise or lower what a batch may spend; one that waits for money goes on."""
    micros = opt.micros_of(usd, name="USD")
    _act(ctx.obj, batch_id, as_json, lambda client: client.set_budget(batch_id, micros))


def retry(
    ctx: typer.Context,
    batch_id: opt.BatchId,
    item: RetryItems = None,
    model: RetryModel = None,
    aspect_ratio: RetryRatio = None,
    size: RetrySize = None,
    without: opt.Without = None,
    as_json: opt.Json = False,
) -> None:
    """Make failed items again, with other settings if wanted."""
    wanted = {"model": model, "aspect_ratio": aspect_ratio, "size": size}
    changes: dict[str, Any] = {name: value for name, value in wanted.items() if value is not None}
    changes |= dict.fromkeys(without or ())
    _act(ctx.obj, batch_id, as_json, lambda client: client.retry(batch_id, items=item or None, changes=changes))


def promote(
    ctx: typer.Context,
    batch_id: opt.BatchId,
    priority: Annotated[opt.Priority, typer.Option(help="The lane.")] = opt.Priority.HIGH,
    item: Annotated[
        list[str] | None,
        typer.Option("--item", metavar="ITEM", help="Instead, bring this item to the front; several times."),
    ] = None,
    as_json: opt.Json = False,
) -> None:
    """Move a batch to another lane, or some of its items to its front."""
    session: Session = ctx.obj
    if not item:
        _act(
            session,
            batch_id,
            as_json,
            lambda client: client.promote(batch_id, priority.value),
            f"In the {priority.value} lane. ",
        )
        return
    with session.client() as client:
        moved = client.promote_items(batch_id, item)
    if as_json:
        session.screen.document(moved)
        return
    session.screen.line(batch_id)
    session.screen.say(f"{moved.moved} of {len(item)} images come first now.")
    for left in moved.left:
        session.screen.say(f"{left.item}: {left.detail}")


def _act(session: Session, batch_id: str, as_json: bool, act: Callable[[Client], Batch], done: str = "") -> None:
    with session.client() as client:
        batch = act(client)
    if as_json:
        session.screen.document(batch)
        return
    session.screen.line(batch_id)
    words = standing(batch.status, batch.status_reason)
    session.screen.say(f"{done}{words}. Follow it: fanfold watch {batch_id}")


def _batch_line(batch: Batch) -> tuple[str, ...]:
    return (
        batch.id,
        batch.status,
        f"{batch.progress.succeeded}/{batch.progress.total}",
        money(batch.cost.spent_micros),
        moment(batch.created_at),
        one_line(batch.name or "", 60),
    )
