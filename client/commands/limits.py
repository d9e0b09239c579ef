"""Commands about what may be spent: limits in force, limits to be set, credits."""

from typing import Annotated

import typer

from client.commands import options as opt
from client.errors import WrongUse
from client.resources import Credits, Limits, LimitSet, Standing
from client.sessions import Session
from client.views.words import moment, money

_HOLDERS = ("organisation", "members", "batches")

app = typer.Typer(help="Show what may be spent, and set it.", invoke_without_command=True)

Member = Annotated[str, typer.Option(metavar="MEM", help="Those of this member, mem_…; for admins.")]
Whose = Annotated[
    str, typer.Option("--for", metavar="WHOSE", help="organisation, members, batches, or one member's id.")
]


Day = Annotated[str | None, typer.Option(metavar="USD", help="What may be spent a day; none lifts it.")]
Month = Annotated[str | None, typer.Option(metavar="USD", help="What may be spent a month; none lifts it.")]
Total = Annotated[str | None, typer.Option(metavar="USD", help="What may be spent in all; none lifts it.")]
Images = Annotated[str | None, typer.Option(metavar="N", help="How many images a month, for members; none lifts it.")]
Warn = Annotated[int | None, typer.Option(min=1, max=100, metavar="PERCENT", help="From when on people are warned.")]


@app.callback()
def limits(ctx: typer.Context, member: Member = "", as_json: opt.Json = False) -> None:
    """Show which limits are in force and what is left of each."""
    if ctx.invoked_subcommand is not None:
        return
    session: Session = ctx.obj
    with session.client() as client:
        found = client.limits(member)
    _show(session, found, as_json)


@app.command("set")
def set_(
    ctx: typer.Context,
    whose: Whose = "organisation",
    day: Day = None,
    month: Month = None,
    total: Total = None,
    images: Images = None,
    warn: Warn = None,
    as_json: opt.Json = False,
) -> None:
    """Set limits, in force at once; those that are not named stay."""
    said: dict[str, int | None] = {
        f"{name}_micros": _micros(text, name)
        for name, text in (("day", day), ("month", month), ("total", total))
        if text is not None
    }
    if images is not None:
        said["month_images"] = _count(images)
    if warn is not None:
        said["warn_percent"] = warn
    if not said:
        raise WrongUse("Say which limit: --day, --month, --total, --images or --warn.")
    _check(whose, said)
    session: Session = ctx.obj
    with session.client() as client:
        before = client.limits("" if whose in _HOLDERS else whose)
        found = client.set_limits(whose, **{**_kept(before, whose), **said})
    _show(session, found, as_json)


def credits_(ctx: typer.Context, as_json: opt.Json = False) -> None:
    """Show credits: what is left of what was granted."""
    session: Session = ctx.obj
    with session.client() as client:
        found = client.credits()
    if as_json:
        session.screen.document({"credits": found})
    elif not found:
        session.screen.say("No credits were granted: what may be spent is bound by limits alone (fanfold limits).")
    else:
        columns = ("Holder", "Left", "Of", "Spent", "Set aside", "Renewed")
        session.screen.table(columns, [_credit_line(one) for one in found], right=("Left", "Of", "Spent", "Set aside"))


def _show(session: Session, found: Limits, as_json: bool) -> None:
    if as_json:
        session.screen.document(found)
    elif not found.in_force:
        session.screen.say("No limit is in force. Set one: fanfold limits set --day 20")
    else:
        columns = ("Limit", "Left", "Of", "Spent", "Set aside", "Anew")
        lines = [_standing_line(one) for one in found.in_force]
        session.screen.table(columns, lines, right=("Left", "Of", "Spent", "Set aside"))
        for one in found.in_force:
            if one.warned:
                session.screen.warn(f"{one.name}: {_told(one, one.spent)} of {_told(one, one.limit)} are spent.")


def _kept(before: Limits, whose: str) -> dict[str, int | None]:
    """What is set now: a limit that is left out of what is sent would be lifted."""
    limits: LimitSet | None = getattr(before, whose) if whose in _HOLDERS else before.own or before.members
    names = ["day_micros", "month_micros", "total_micros"]
    names += [] if whose in ("organisation", "batches") else ["month_images"]
    kept: dict[str, int | None] = {name: getattr(limits, name) for name in names}
    return kept | ({"warn_percent": before.warn_percent} if whose == "organisation" else {})


def _check(whose: str, said: dict[str, int | None]) -> None:
    if "month_images" in said and whose in ("organisation", "batches"):
        raise WrongUse("--images is counted for members: say --for members, or --for and a member's id.")
    if "warn_percent" in said and whose != "organisation":
        raise WrongUse("--warn holds for the whole organisation: leave --for out.")


def _micros(text: str, name: str) -> int | None:
    if text.strip().lower() == "none":
        return None
    return 0 if text.strip() in ("0", "$0") else opt.micros_of(text, name=f"--{name}")


def _count(text: str) -> int | None:
    if text.strip().lower() == "none":
        return None
    if not text.strip().isdecimal():
        raise WrongUse(f"--images: {text} is not a number of images, like 500.")
    return int(text)


def _told(standing: Standing, value: int) -> str:
    return f"{value:,} images" if standing.unit == "images" else money(value)


def _standing_line(one: Standing) -> tuple[str, ...]:
    amounts = (_told(one, value) for value in (one.left, one.limit, one.spent, one.reserved))
    return (one.name, *amounts, moment(one.resets_at))


def _credit_line(one: Credits) -> tuple[str, ...]:
    renewed = f"{money(one.renewal_micros)} on {moment(one.resets_at)}" if one.renewal_micros and one.resets_at else ""
    amounts = (money(value) for value in (one.left_micros, one.amount_micros, one.spent_micros, one.reserved_micros))
    return (one.holder, *amounts, renewed)
