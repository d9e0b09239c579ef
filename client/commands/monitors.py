"""The command that shows an admin what goes on now."""

from collections.abc import Callable, Iterator
from typing import Any

import typer

from client.commands import options as opt
from client.resources import Monitor
from client.sessions import Session
from client.views.words import duration, money, plural

Line = tuple[str, str, str]
ASKED = {"open": "not asked", "half_open": "tried by one image at a time"}


def monitor(ctx: typer.Context, as_json: opt.Json = False) -> None:
    """Show what waits, runs, fails and costs now; for admins."""
    session: Session = ctx.obj
    with session.client() as client:
        found = client.monitor()
    if as_json:
        session.screen.document(found.model_dump(mode="json"))
        return
    columns = ("Part", "Which", "How it stands")
    session.screen.table(columns, list(_lines(found)), flexible=("Which", "How it stands"), wrapped=columns)


def _lines(found: Monitor) -> Iterator[Line]:
    """What deserves a line, section by section; one that could not be read says so."""
    sections: dict[str, Callable[[Any], Iterator[Line]]] = {
        "lanes": _lanes,
        "leases": _leases,
        "models": _models,
        "dead_letters": _dead_letters,
        "spend": _spend,
        "limits": _limits,
        "slow_batches": _slow_batches,
        "failing_webhooks": _failing_webhooks,
    }
    for name, tell in sections.items():
        section = getattr(found, name)
        if section is not None:
            yield from tell(section)
        elif name in found.unavailable:
            yield (name.replace("_", " "), "", "could not be read: the part that it stands on does not answer")


def _lanes(lanes: list[dict[str, Any]]) -> Iterator[Line]:
    for lane in lanes:
        stands = f"{lane['waiting']:,} waiting, {lane['running']:,} running, {lane['images_per_minute']:g} a minute"
        oldest = lane["oldest_waiting_seconds"]
        yield ("lane", lane["lane"], _told(stands, f"the oldest waits for {duration(oldest)}" if oldest else ""))


def _leases(leases: dict[str, Any]) -> Iterator[Line]:
    oldest = leases["oldest"]
    first = f"the first ends {oldest['lease_until'][:19]}Z, {oldest['item']} of {oldest['batch']}" if oldest else ""
    yield ("leases", "", _told(f"{plural(leases['running'], 'image')} with workers", first))


def _models(models: list[dict[str, Any]]) -> Iterator[Line]:
    for one in models:
        pace = f"asked up to {one['rate_per_second']:g} times a second, {one['concurrency']:,} at once"
        yield ("model", one["model"], _told(ASKED.get(one["breaker"], pace), one["reason"]))


def _dead_letters(letters: dict[str, Any]) -> Iterator[Line]:
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in letters["by_kind"].items())
    yield ("dead letters", "", kinds or f"{letters['total']:,}")


def _spend(spend: dict[str, Any]) -> Iterator[Line]:
    yield ("spent", "today", f"{money(spend['today_micros'])} ({spend['time_zone']})")
    yield ("spent", "this month", money(spend["month_micros"]))


def _limits(limits: list[dict[str, Any]]) -> Iterator[Line]:
    for one in limits:
        which = one["name"].removeprefix("The organisation's ").removeprefix("limit ")
        yield ("limit", which, f"{money(one['spent'])} of {money(one['limit'])}, {money(one['left'])} left")


def _slow_batches(batches: list[dict[str, Any]]) -> Iterator[Line]:
    for one in batches:
        stands = f"{one['waiting']:,} waiting, {one['running']:,} running"
        yield ("slow batch", one["id"], _told(stands, one["reason"]))


def _failing_webhooks(webhooks: list[dict[str, Any]]) -> Iterator[Line]:
    for one in webhooks:
        yield ("webhook", one["url"], _told("failing" if one["enabled"] else "disabled", one["reason"]))


def _told(stands: str, why: str) -> str:
    return f"{stands}: {why}" if why else stands
