"""Commands about images that failed for good, for admins."""

from itertools import islice
from typing import Annotated, Any

import typer

from client.commands import options as opt
from client.letters import LettersActed
from client.sessions import Session
from client.views.words import moment, one_line, plural

Items = Annotated[list[str] | None, typer.Argument(metavar="ITEM", help="These items; none: all that match.")]
Kind = Annotated[str, typer.Option(help="Only those that ended with this kind of error.")]
Batch = Annotated[str, typer.Option(help="Only those of this batch.")]
Model = Annotated[str, typer.Option(help="Only those of this model.")]
Yes = Annotated[bool, typer.Option("--yes", help="Take all that match without naming items.")]


def letters(
    ctx: typer.Context,
    kind: Kind = "",
    batch: Batch = "",
    model: Model = "",
    q: Annotated[str, typer.Option("--search", "-q", help="Words of the prompt or of what went wrong.")] = "",
    discarded: Annotated[bool, typer.Option("--discarded", help="Those that were discarded.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 50,
    as_json: opt.Json = False,
) -> None:
    """List images that failed for good, of all batches, the latest first."""
    session: Session = ctx.obj
    with session.client() as client:
        asked = client.dead_letters(
            kind=kind, batch=batch, model=model, q=q, discarded=discarded, page_size=min(limit, 200)
        )
        found = list(islice(asked, limit))
    if as_json:
        session.screen.document({"dead_letters": found})
    elif not found:
        session.screen.say("Nothing has failed for good.")
    else:
        columns = ("Item", "Batch", "Failed", "Kind", "Prompt", "Error")
        lines = [
            (
                letter.id,
                letter.batch,
                moment(letter.finished_at),
                letter.error.kind if letter.error else "",
                one_line(letter.prompt or "", 50),
                one_line(letter.error.detail, 80) if letter.error else "",
            )
            for letter in found
        ]
        session.screen.cards(columns, lines, heads=4)


def requeue(
    ctx: typer.Context,
    items: Items = None,
    kind: Kind = "",
    batch: Batch = "",
    model: Model = "",
    with_model: Annotated[str, typer.Option(help="Try them with another model.")] = "",
    prompt: Annotated[str, typer.Option(help="Try them with other words.")] = "",
    without: opt.Without = None,
    yes: Yes = False,
    as_json: opt.Json = False,
) -> None:
    """Try images again that failed for good."""
    session: Session = ctx.obj
    selection = _selection(items, kind, batch, model, yes)
    changes: dict[str, Any] = {name: value for name, value in (("model", with_model), ("prompt", prompt)) if value}
    changes |= dict.fromkeys(without or ())
    with session.client() as client:
        acted = client.requeue(selection, changes=changes)
    _tell(session, acted, "requeued", as_json)


def discard(
    ctx: typer.Context,
    reason: Annotated[str, typer.Option(help="Why nobody needs them.")],
    items: Items = None,
    kind: Kind = "",
    batch: Batch = "",
    model: Model = "",
    yes: Yes = False,
    as_json: opt.Json = False,
) -> None:
    """Give up images that failed for good."""
    session: Session = ctx.obj
    selection = _selection(items, kind, batch, model, yes)
    with session.client() as client:
        acted = client.discard(selection, reason)
    _tell(session, acted, "discarded", as_json)


def _selection(items: list[str] | None, kind: str, batch: str, model: str, yes: bool) -> list[str] | dict[str, Any]:
    wanted = {name: value for name, value in (("kind", kind), ("batch", batch), ("model", model)) if value}
    if items and wanted:
        raise typer.BadParameter("Name items, or say which by --kind, --batch and --model; not both.")
    if not items and not wanted and not yes:
        raise typer.BadParameter("Name items, or say which by --kind, --batch and --model, or --yes for all.")
    return items or wanted


def _tell(session: Session, acted: LettersActed, done: str, as_json: bool) -> None:
    if as_json:
        session.screen.document(acted)
    else:
        for one in acted.batches:
            session.screen.line(f"{one.batch}\t{one.done}")
            if one.reason is not None:
                session.screen.say(f"{one.batch} ({one_line(one.name, 40)}): {one.reason.detail}")
        session.screen.say(
            f"{plural(acted.done, 'image')} {done}.{' There are more: call again.' if acted.more else ''}"
        )
    if any(not one.done for one in acted.batches):
        raise typer.Exit(1)
