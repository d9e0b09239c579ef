"""How a batch ended: following it, its exit code, what to say about it."""

from collections import Counter
from itertools import islice
from pathlib import Path

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from client.api import Client
from client.downloads import Downloads, make_folder
from client.errors import ClientError
from client.follows import Follower
from client.manifests import write_manifest
from client.models import Batch, Item
from client.sessions import Session
from client.views.bars import BatchBar
from client.views.words import aside, money, one_line, plural, standing

EXIT_CODES = {"completed": 0, "failed": 1, "completed_with_failures": 3, "cancelled": 4}
INTERRUPTED = 130
REASONS_SHOWN = 5
REASONS_READ = 200


def follow(session: Session, client: Client, batch_id: str) -> Batch:
    """Show the batch until it has ended; Ctrl-C leaves it running and says so."""
    bar = BatchBar(session.screen, session.clock)
    try:
        with bar:
            return Follower(client, bar.show, session.screen.say).follow(batch_id)
    except KeyboardInterrupt:
        session.screen.say(
            f"The batch goes on without you.\n"
            f"  watch it:  fanfold watch {batch_id}\n"
            f"  stop it:   fanfold cancel {batch_id}"
        )
        raise typer.Exit(INTERRUPTED) from None


def tell(session: Session, client: Client, batch: Batch) -> None:
    """Say how the batch ended, and why items failed."""
    progress, spent = batch.progress, money(batch.cost.spent_micros)
    done = f"{plural(progress.succeeded, 'image')} · {spent}"
    if batch.status == "completed":
        session.screen.succeed(done)
        return
    reason = aside(batch.status_reason)
    advice = f"Try the failed ones again: fanfold retry {batch.id}" if progress.failed else ""
    lines = _reasons(client, batch)
    if batch.status == "completed_with_failures":
        session.screen.warn("\n".join([f"{done} · {progress.failed:,} failed{reason}", *lines]), advice)
    else:
        words = standing(batch.status, batch.status_reason)
        session.screen.fail("\n".join([f"{words} · {done}", *lines]), advice)


def download(session: Session, client: Client, batch_id: str, folder: Path, *, thumbnails: bool = False) -> None:
    """Fetch all images and write the manifest; raises ClientError when an image could not be fetched."""
    make_folder(folder)
    downloads = Downloads(client, folder, thumbnails=thumbnails)
    total = client.batch(batch_id).progress.total
    with Progress(
        TextColumn("  Downloading"), BarColumn(32), MofNCompleteColumn(), console=session.screen.messages,
        disable=not session.screen.is_live, transient=True,
    ) as progress:  # fmt: skip
        task = progress.add_task("", total=total or None)
        entries = downloads.fetch(client.items(batch_id), lambda _: progress.advance(task))
    manifest = write_manifest(folder, entries)
    kept = f", {downloads.kept:,} were there already" if downloads.kept else ""
    session.screen.say(f"  {plural(downloads.fetched, 'image')} saved in {folder}{kept} ({manifest.name})")
    if downloads.failures:
        shown = "\n  ".join(downloads.failures[:REASONS_SHOWN])
        raise ClientError(
            f"{plural(len(downloads.failures), 'image')} could not be fetched:\n  {shown}\n"
            f"  Go on later: fanfold download {batch_id} {folder}"
        )


def _reasons(client: Client, batch: Batch) -> list[str]:
    """Why items failed, equal reasons together, with what a person may do."""
    if not batch.progress.failed:
        return []
    try:
        items = list(islice(client.items(batch.id, status="failed"), REASONS_READ))
    except ClientError:
        return []
    counts = Counter(_reason(item) for item in items)
    lines = [
        f"  {reason}{f' (× {count:,})' if count > 1 else ''}" for reason, count in counts.most_common(REASONS_SHOWN)
    ]
    is_all = len(counts) <= REASONS_SHOWN and len(items) == batch.progress.failed
    return lines if is_all else [*lines, f"  … and more: fanfold items {batch.id} --status failed"]


def _reason(item: Item) -> str:
    error = item.error
    why = " ".join(part for part in (error.detail, error.hint) if part) or error.kind if error else "no reason given"
    return f"{one_line(item.prompt or item.id, 40)}: {one_line(why, 160)}"
