"""`fanfold run` and `fanfold estimate`: rows in, finished images out."""

import re
import uuid
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from client.api import Client
from client.commands import endings
from client.commands import options as opt
from client.downloads import make_folder
from client.errors import ClientError, ProblemError, Unreachable, WrongUse
from client.models import Estimate
from client.rows import read_sheet
from client.sessions import Session, limits_of
from client.submissions import Submission
from client.views.quotes import show_estimate
from client.views.words import about, plural

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before spending.")]
Key = Annotated[
    str,
    typer.Option(
        "--key", help="Idempotency key: what was accepted under it is not started a second time within 7 days."
    ),
]
# What the header takes that brings it.
_KEY = re.compile(r"[!#-~]{1,255}")
Detach = Annotated[bool, typer.Option("--detach", help="Submit and return at once.")]


def run(
    ctx: typer.Context,
    rows: opt.Rows,
    name: opt.Name = None,
    prompt_column: opt.PromptColumn = "",
    variants: opt.Variants = None,
    model: opt.ModelName = None,
    aspect_ratio: opt.AspectRatio = None,
    size: opt.Size = None,
    seed: opt.Seed = None,
    reference_mode: opt.Mode = None,
    priority: opt.Lane = None,
    budget: opt.Budget = None,
    tag: opt.Tags = None,
    reuse: opt.Reuse = False,
    out: opt.Out = None,
    thumbnails: opt.Thumbnails = False,
    encoding: opt.Encoding = "",
    yes: Yes = False,
    detach: Detach = False,
    key: Key = "",
    as_json: opt.Json = False,
) -> None:
    """Turn ROWS into images: price, question, live progress, download. Prints the batch's id."""
    session: Session = ctx.obj
    defaults = opt.RowDefaults(variants, model, aspect_ratio, size, seed, reference_mode)
    choices = opt.Choices(name, priority, budget, tag, reuse)
    _check_use(session, rows, yes, key)
    with session.client() as client:
        if out is not None:
            make_folder(out)
        submission, estimate = _prepare(session, client, rows, prompt_column, encoding, choices, defaults)
        if not yes:
            _ask(session, estimate)
        batch_id = _submit(session, submission, as_json, detach, key)
        if not detach:
            _finish(session, client, batch_id, out, thumbnails, as_json)


def estimate(
    ctx: typer.Context,
    rows: opt.Rows,
    prompt_column: opt.PromptColumn = "",
    variants: opt.Variants = None,
    model: opt.ModelName = None,
    aspect_ratio: opt.AspectRatio = None,
    size: opt.Size = None,
    seed: opt.Seed = None,
    reference_mode: opt.Mode = None,
    priority: opt.Lane = None,
    reuse: opt.Reuse = False,
    encoding: opt.Encoding = "",
    as_json: opt.Json = False,
) -> None:
    """Say what ROWS would cost and take. Nothing is sent but the rows, nothing is started."""
    session: Session = ctx.obj
    defaults = opt.RowDefaults(variants, model, aspect_ratio, size, seed, reference_mode)
    choices = opt.Choices(priority=priority, reuse=reuse)
    with session.client() as client:
        _, quote = _prepare(session, client, rows, prompt_column, encoding, choices, defaults, upload=False)
    if as_json:
        session.screen.document(quote)
    else:
        seconds = "" if quote.estimated_seconds is None else f"{quote.estimated_seconds:.0f}"
        columns = ("Images", "Estimated micros", "Estimated seconds")
        if not session.screen.results.is_terminal:
            session.screen.table(columns, [(str(quote.images), str(quote.estimated_micros), seconds)])


def _prepare(
    session: Session,
    client: Client,
    source: str,
    prompt_column: str,
    encoding: str,
    choices: opt.Choices,
    defaults: opt.RowDefaults,
    *,
    upload: bool = True,
) -> tuple[Submission, Estimate]:
    """Read and check the rows, upload their pictures, ask for the price and show it."""
    limits = limits_of(client)
    given = defaults.checked(limits)
    sheet = read_sheet(source, limits, prompt_column=prompt_column, encoding=encoding, defaults=given)
    for notice in sheet.notices:
        session.screen.say(notice, "dim")
    fallback = "" if sheet.settings.get("name") or source == "-" else Path(source).stem
    submission = Submission(client, sheet, choices.checked(fallback), given)
    quote = submission.estimate()
    if sheet.pictures and upload:
        _upload(session, submission, len(sheet.pictures))
        quote = submission.estimate()
    elif sheet.pictures:
        session.screen.say(
            f"Without {plural(len(sheet.pictures), 'local reference picture')}, which run uploads.", "dim"
        )
    show_estimate(session.screen, submission.name, len(sheet.rows), quote)
    return submission, quote


def _upload(session: Session, submission: Submission, count: int) -> None:
    with Progress(
        TextColumn("  Uploading references"), BarColumn(24), MofNCompleteColumn(), console=session.screen.messages,
        disable=not session.screen.is_live, transient=True,
    ) as progress:  # fmt: skip
        task = progress.add_task("", total=count)
        submission.upload(lambda _: progress.advance(task))
    session.screen.say(f"Uploaded {plural(count, 'reference picture')}.", "dim")


def _check_use(session: Session, rows: str, yes: bool, key: str) -> None:
    """Refuse what could not be started in the end, before anything is read or sent."""
    if key and not _KEY.fullmatch(key):
        raise WrongUse("Give --key 1 to 255 visible ASCII characters without spaces and quotes.")
    if not yes and (rows == "-" or not session.can_ask):
        raise WrongUse("Nobody is here to be asked about the price: say --yes, or look first with fanfold estimate.")


def _ask(session: Session, quote: Estimate) -> None:
    """Have the price agreed to, or end."""
    if not session.ask(f"Make {plural(quote.images, 'image')} ({about(quote.estimated_micros)})?"):
        session.screen.say("Nothing was submitted.")
        raise typer.Exit(1)


def _submit(session: Session, submission: Submission, as_json: bool, detach: bool, key: str) -> str:
    """Submit, and say the id at once: whatever happens next, it is known."""
    key = key or str(uuid.uuid4())
    try:
        accepted = submission.submit(key)
    except KeyboardInterrupt:
        session.screen.say(_unknown(key))
        raise
    except Unreachable as lost:
        if not lost.sent:
            raise
        raise ClientError(f"{lost}\n  {_unknown(key)}") from None
    except ProblemError as problem:
        if problem.existing_id:
            raise WrongUse(_started_already(key, problem.existing_id)) from None
        if problem.status >= 500 or problem.in_doubt:
            raise ClientError(f"{problem}\n  {_unknown(key)}") from None
        raise
    if not as_json:
        session.screen.line(accepted.id)
    elif detach:
        session.screen.document(accepted)
    return accepted.id


def _unknown(key: str) -> str:
    return (
        "Whether the batch was accepted is not known. Run the same again with "
        f"--key {key} within 7 days: what was accepted is not started a second time, whatever was changed since."
    )


def _started_already(key: str, batch: str) -> str:
    return (
        f"The rows that were sent with --key {key} before were accepted as {batch}. These differ, if only by pictures that "
        f"were uploaded anew: nothing was started.\n  Follow the earlier ones: fanfold watch {batch}. "
        "Start these as well: run again without --key."
    )


def _finish(session: Session, client: Client, batch_id: str, out: Path | None, thumbnails: bool, as_json: bool) -> None:
    batch = endings.follow(session, client, batch_id)
    endings.tell(session, client, batch)
    if out is not None:
        endings.download(session, client, batch_id, out, thumbnails=thumbnails)
    if as_json:
        session.screen.document(batch)
    raise typer.Exit(endings.EXIT_CODES.get(batch.status, 1))
