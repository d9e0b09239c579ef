"""Commands about what can be used and what was spent."""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Annotated, Any

import typer

from client.commands import options as opt
from client.resources import Model, UsageRow
from client.sessions import Session
from client.views.words import money


def _day(text: str) -> date:
    """A day as it is given; raises BadParameter with one that is right."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text} is not a day like 2026-11-05.") from None


From = Annotated[date | None, typer.Option("--from", parser=_day, metavar="YYYY-MM-DD", help="The first day.")]
To = Annotated[date | None, typer.Option("--to", parser=_day, metavar="YYYY-MM-DD", help="The last day.")]


class GroupBy(StrEnum):
    """What usage can be summed by."""

    DAY = "day"
    MODEL = "model"
    MEMBER = "member"
    BATCH = "batch"


def models(ctx: typer.Context, as_json: opt.Json = False) -> None:
    """List the models that rows may name."""
    session: Session = ctx.obj
    with session.client() as client:
        found = client.models()
    if as_json:
        session.screen.document({"models": found})
        return
    columns = ("Model", "Provider", "Image from", "Sizes", "References", "Ends", "Note")
    lines = [_model_line(model) for model in found]
    session.screen.table(columns, lines, right=("Image from", "References"), flexible=("Sizes", "Ends"))
    for model in found:
        if model.warning:
            session.screen.warn(f"{model.id}: {model.warning}")


def usage(
    ctx: typer.Context,
    from_: From = None,
    to: To = None,
    group_by: Annotated[GroupBy, typer.Option(help="What to sum by.")] = GroupBy.DAY,
    as_json: opt.Json = False,
) -> None:
    """Show what was spent, in days of the organisation's time zone."""
    session: Session = ctx.obj
    with session.client() as client:
        found = client.usage(from_=_iso(from_), to=_iso(to), group_by=group_by.value)
    if as_json:
        session.screen.document({"usage": found})
    elif not found:
        session.screen.say("Nothing was spent in that time.")
    else:
        _usage_table(session, found, group_by.value)


def _usage_table(session: Session, found: Iterable[UsageRow], group_by: str) -> None:
    """Whatever the server sums by: money as dollars, the rest as it comes."""
    rows = [row.model_dump(mode="json") for row in found]
    names = [name for name in dict.fromkeys(name for row in rows for name in row) if _is_plain(rows, name)]
    titles = [group_by if name == "key" else name.removesuffix("_micros").replace("_", " ") for name in names]
    columns = [title.capitalize() for title in titles]
    numbers = [
        column for column, name in zip(columns, names, strict=True) if isinstance(rows[0].get(name), int | float)
    ]
    lines = [[_cell(name, row.get(name)) for name in names] for row in rows]
    session.screen.table(columns, lines, right=numbers)


def _is_plain(rows: list[dict[str, Any]], name: str) -> bool:
    return not any(isinstance(row.get(name), dict | list) for row in rows)


def _cell(name: str, value: object) -> str:
    if name.endswith("_micros") and isinstance(value, int):
        return money(value)
    return "" if value is None else f"{value:,}" if isinstance(value, int) else str(value)


def _model_line(model: Model) -> tuple[str, ...]:
    prices, told = model.price.estimated_micros.values(), model.capabilities
    replacement = f" → {model.replacement}" if model.shutdown_on and model.replacement else ""
    return (
        model.id,
        model.provider,
        money(min(prices)) if prices else "",
        ", ".join(told.sizes),
        "" if told.max_references is None else str(told.max_references),
        f"{model.shutdown_on or ''}{replacement}",
        "default" if model.is_default else "",
    )


def _iso(value: date | None) -> str:
    return value.isoformat() if value else ""
