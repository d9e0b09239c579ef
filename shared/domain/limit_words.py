"""Limits in words for a person: which one is hit, and when work goes on."""

from zoneinfo import ZoneInfo

from shared.domain.limits import Holder, Period, Standing, Unit

_OWNERS = {
    Holder.BATCH: "The batch's",
    Holder.MEMBER: "The member's",
    Holder.ORGANISATION: "The organisation's",
}
_TIMES = {Period.DAY: " for today", Period.MONTH: " for this month", Period.TOTAL: "", Period.CREDITS: ""}


def dollars(micros: int) -> str:
    """An amount as people write it; cents, or as much more as a small amount needs to be told."""
    if micros % 10_000 == 0 or abs(micros) >= 10_000_000:
        return f"${micros / 1_000_000:,.2f}"
    return f"${micros / 1_000_000:,.4f}"


def amount(unit: Unit, value: int) -> str:
    """An amount in its unit."""
    if unit is Unit.IMAGES:
        return f"{value:,} image{'s' if value != 1 else ''}"
    return dollars(value)


def named(standing: Standing) -> str:
    """The limit by its name: "The organisation's limit for today"."""
    noun = "credits" if standing.period is Period.CREDITS else "limit"
    if standing.holder is Holder.BATCH and standing.period is Period.TOTAL:
        noun = "budget"
    return f"{_OWNERS[standing.holder]} {noun}{_TIMES[standing.period]}"


def reached(standing: Standing, *, left: int = 0, next_micros: int = 0) -> str:
    """That the limit is reached, by how much, and when work goes on; or that what is `left` of it may not pay for the next image."""
    used = f"{amount(standing.unit, standing.spent)} {'made' if standing.unit is Unit.IMAGES else 'spent'}"
    if standing.reserved > 0:
        used += f", {amount(standing.unit, standing.reserved)} set aside for other batches"
    told = _too_little(standing, left, next_micros) if 0 < left < next_micros else _used_up(standing)
    return f"{named(standing)}, {amount(standing.unit, standing.limit)}, {told} ({used}). {_goes_on(standing)}"


def _used_up(standing: Standing) -> str:
    return "are used up" if standing.period is Period.CREDITS else "is reached"


def _too_little(standing: Standing, left: int, next_micros: int) -> str:
    has = "have" if standing.period is Period.CREDITS else "has"
    less, more = dollars(left), dollars(next_micros)
    if less == more:
        less, more = f"${left / 1_000_000:.6f}", f"${next_micros / 1_000_000:.6f}"
    return f"{has} {less} left, and the next image may cost up to {more}"


def _goes_on(standing: Standing) -> str:
    raised = "when more are granted" if standing.period is Period.CREDITS else "when the limit is raised"
    if standing.holder is Holder.BATCH and standing.period is Period.TOTAL:
        return "Goes on when the budget is raised."
    if standing.reserved > 0:
        raised = f"when others give back what they do not need, or {raised}"
    if standing.window.resets_at is None:
        return f"Goes on {raised}."
    at = standing.window.resets_at.astimezone(ZoneInfo(standing.zone))
    when = f"at {at:%H:%M}" if standing.period is Period.DAY else f"at {at:%H:%M} on {at.day} {at:%B}"
    return f"Goes on {when} ({standing.zone}), or {raised}."


def too_small(standing: Standing, least_micros: int) -> str:
    """That not one image fits the limit."""
    if standing.unit is Unit.IMAGES:
        return f"Not one image fits {_inside(standing)} of {amount(standing.unit, standing.limit)}."
    told = f"Not one image fits {_inside(standing)}: one can cost up to {exact(least_micros)}"
    if standing.holder is Holder.BATCH:
        return f"{told}. Raise it."
    return f"{told}, and {exact(max(standing.room, 0))} are left."


def exact(micros: int) -> str:
    """A small amount, to the hundredth of a cent."""
    return f"${micros / 1_000_000:,.4f}"


def _inside(standing: Standing) -> str:
    """The limit within a sentence."""
    noun = "budget" if standing.period is Period.TOTAL and standing.holder is not Holder.MEMBER else None
    if noun:
        return f"{_OWNERS[standing.holder].replace('The', 'the', 1)} {noun}"
    return named(standing).replace("The", "the", 1)
