"""The command that shows an admin what goes on now."""

from collections.abc import Callable, Iterator
from typing import Any

import typer

from client.commands import options as opt
from client.resources import Monitor
from client.sessions import Session
from client.views.words import money

Line = tuple[str, str, str, str]


def monitor(ctx: typer.Context, as_json: opt.Json = False) -> None:
    """Show what waits, runs, fails and costs now; for admins."""
    session: Session = ctx.obj
    with session.client() as client:
        found = client.monitor()
    if as_json:
        session.screen.document(found.model_dump(mode="json"))
        return
    session.screen.table(("Part", "Which", "How it stands", "Why"), list(_lines(found)), flexible=("Why",))


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
            yield (name.replace("_", " "), "", "could not be read", "The part that it stands on does not answer.")


def _lanes(lanes: list[dict[str, Any]]) -> Iterator[Line]:
    for lane in lanes:
        stands = f"{lane['waiting']:,} waiting, {lane['running']:,} running, {lane['images_per_minute']:g} a minute"
        oldest = f"The oldest waits for {lane['oldest_waiting_seconds']:,} s." if lane["oldest_waiting_seconds"] else ""
        yield ("lane", lane["lane"], stands, oldest)


def _leases(leases: dict[str, Any]) -> Iterator[Line]:
    oldest = leases["oldest"]
    which = f"{oldest['batch']} {oldest['item']}" if oldest else ""
    yield ("leases", which, f"{leases['running']:,} with workers", f"Until {oldest['lease_until']}." if oldest else "")


def _models(models: list[dict[str, Any]]) -> Iterator[Line]:
    for one in models:
        stands = (
            f"{one['breaker'].replace('_', ' ')}, {one['rate_per_second']:g} a second, {one['concurrency']} at once"
        )
        yield ("model", one["model"], stands, one["reason"])


def _dead_letters(letters: dict[str, Any]) -> Iterator[Line]:
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in letters["by_kind"].items())
    yield ("dead letters", "", f"{letters['total']:,}", kinds)


def _spend(spend: dict[str, Any]) -> Iterator[Line]:
    yield ("spent", "today", money(spend["today_micros"]), spend["time_zone"])
    yield ("spent", "this month", money(spend["month_micros"]), "")


def _limits(limits: list[dict[str, Any]]) -> Iterator[Line]:
    for one in limits:
        yield ("limit", one["name"], f"{money(one['spent'])} of {money(one['limit'])}", f"{money(one['left'])} left.")


def _slow_batches(batches: list[dict[str, Any]]) -> Iterator[Line]:
    for one in batches:
        yield ("slow batch", one["id"], f"{one['waiting']:,} waiting, {one['running']:,} running", one["reason"])


def _failing_webhooks(webhooks: list[dict[str, Any]]) -> Iterator[Line]:
    for one in webhooks:
        yield ("webhook", one["url"], "failing" if one["enabled"] else "disabled", one["reason"])
