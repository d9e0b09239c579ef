"""What the platform measures of itself: every figure by its name, and one function for each fact that is recorded.

Recording is free of side effects and never fails what records; until a process installs a meter nothing is kept. Labels
are bounded by the code and the catalogue: no id, no organisation, no path and no text of anybody's becomes one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol

if TYPE_CHECKING:
    from opentelemetry.metrics import Meter

METER: Final = "fanfold"
# From a hit in a cache to the longest that a provider may take.
_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0)
METHODS: Final = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})
LOST: Final = "lost"
REUSED: Final = "reused"
SUCCEEDED: Final = "succeeded"


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure: its name, what it is in OpenTelemetry, what it says, by which labels."""

    name: str
    kind: Literal["counter", "histogram", "gauge"]
    text: str
    labels: tuple[str, ...]


_OF_MODEL: Final = ("provider", "model")

METRICS: Final = (
    Metric("generations_total", "counter", "Attempts at images that ended, by how.", (*_OF_MODEL, "outcome")),
    Metric("generation_duration_seconds", "histogram", "From claim to end of an attempt.", (*_OF_MODEL, "outcome")),
    Metric("provider_call_duration_seconds", "histogram", "Calls to providers, by answer.", (*_OF_MODEL, "outcome")),
    Metric("provider_refusals_total", "counter", "Calls that brought no image, by kind.", (*_OF_MODEL, "kind")),
    Metric("retries_total", "counter", "Failed attempts that are tried again, by kind.", (*_OF_MODEL, "kind")),
    Metric("dead_letters_total", "counter", "Items that failed for good, by kind.", (*_OF_MODEL, "kind")),
    Metric("duplicate_purchases_total", "counter", "Images bought though their item had ended.", _OF_MODEL),
    Metric("cost_micros_total", "counter", "Micros of US dollars that calls cost.", _OF_MODEL),
    Metric("api_request_duration", "histogram", "Seconds to the answer's begin.", ("route", "method", "status")),
    Metric("step_duration_seconds", "histogram", "Steps of batches, by how they ended.", ("outcome",)),
    Metric("queue_length", "gauge", "Tasks that wait or run.", ("queue",)),
    Metric("queue_oldest_age_seconds", "gauge", "Age of the oldest task.", ("queue",)),
    Metric("pending_images", "gauge", "Images of live batches that wait, by lane.", ("lane",)),
    Metric("pending_oldest_age_seconds", "gauge", "How long the image that is longest due has been due.", ()),
    Metric("open_breakers", "gauge", "1 while a model is not asked at all, 0 otherwise.", _OF_MODEL),
)


class Exports(Protocol):
    """What sends figures out of the process, in time that others lend it; neither call raises."""

    def begin(self) -> None:
        """Send beside the caller, if it is time."""
        ...

    def finish(self) -> None:
        """Send before the caller goes on, if it is time."""
        ...


_instruments: dict[str, Any] = {}
_exports: Exports | None = None


def install(meter: "Meter", *, exports: Exports | None = None) -> None:
    """Record with this meter from now on, and have it exported by these."""
    global _exports  # noqa: PLW0603 - one a process, like the log
    _instruments.update({metric.name: _instrument(meter, metric) for metric in METRICS})
    _exports = exports


def uninstall() -> None:
    """Record nothing from now on."""
    global _exports  # noqa: PLW0603 - as above
    _instruments.clear()
    _exports = None


def request_begins() -> None:
    """Somebody's request begins: as long as it lasts this process is given a processor, also for an export beside it."""
    if _exports is not None:
        _exports.begin()


def delivery_ends() -> None:
    """A delivery's work is done and kept, and only its queue waits for the answer: the time for an export."""
    if _exports is not None:
        _exports.finish()


def request_answered(*, route: str, method: str, status: int, seconds: float) -> None:
    """The API answered; `route` is the template, never the path."""
    said = method if method in METHODS else "other"
    _observe("api_request_duration", seconds, {"route": route, "method": said, "status": f"{status // 100}xx"})


def attempt_ended(provider: str, model: str, outcome: str, seconds: float | None) -> None:
    """An attempt ended: `succeeded`, `reused`, `lost`, or the kind of its failure; a lost one's duration is not known."""
    labels = {"provider": provider, "model": model, "outcome": outcome}
    _add("generations_total", 1, labels)
    if seconds is not None:
        _observe("generation_duration_seconds", seconds, labels)


def provider_answered(provider: str, model: str, outcome: str, seconds: float) -> None:
    """A call to a provider ended: `succeeded`, or the kind of its failure."""
    labels = {"provider": provider, "model": model}
    _observe("provider_call_duration_seconds", seconds, {**labels, "outcome": outcome})
    if outcome != SUCCEEDED:
        _add("provider_refusals_total", 1, {**labels, "kind": outcome})


def attempt_failed(provider: str, model: str, kind: str, *, for_good: bool) -> None:
    """A failed attempt was recorded: another follows, or the item is a dead letter."""
    name = "dead_letters_total" if for_good else "retries_total"
    _add(name, 1, {"provider": provider, "model": model, "kind": kind})


def call_paid(provider: str, model: str, micros: int) -> None:
    """What a call cost stands in the ledger; a correction below zero is left to the ledger."""
    if micros > 0:
        _add("cost_micros_total", micros, {"provider": provider, "model": model})


def bought_twice(provider: str, model: str) -> None:
    """An image came for an item that had ended."""
    _add("duplicate_purchases_total", 1, {"provider": provider, "model": model})


def step_ended(outcome: str, seconds: float) -> None:
    """A step of a batch ended: `done`, `overtaken`, `held` (another one had the batch) or `failed`."""
    _observe("step_duration_seconds", seconds, {"outcome": outcome})


def queue_seen(queue: str, *, length: int, oldest_age_seconds: float) -> None:
    """How a task queue stands."""
    _set("queue_length", length, {"queue": queue})
    _set("queue_oldest_age_seconds", oldest_age_seconds, {"queue": queue})


def backlog_seen(by_lane: Mapping[str, int], *, oldest_age_seconds: float) -> None:
    """How much waits in all live batches, and how long what is due the longest."""
    for lane, count in by_lane.items():
        _set("pending_images", count, {"lane": lane})
    _set("pending_oldest_age_seconds", oldest_age_seconds, {})


def breaker_seen(provider: str, model: str, *, is_open: bool) -> None:
    """Whether a model is asked at all now."""
    _set("open_breakers", int(is_open), {"provider": provider, "model": model})


def _add(name: str, amount: int, labels: Mapping[str, str]) -> None:
    if (found := _instruments.get(name)) is not None:
        found.add(amount, labels)


def _observe(name: str, seconds: float, labels: Mapping[str, str]) -> None:
    if (found := _instruments.get(name)) is not None:
        found.record(seconds, labels)


def _set(name: str, value: float, labels: Mapping[str, str]) -> None:
    if (found := _instruments.get(name)) is not None:
        found.set(value, labels)


def _instrument(meter: "Meter", metric: Metric) -> Any:
    # Without a unit of its own: some exporters would add it to the name, and the names are promised.
    if metric.kind == "counter":
        return meter.create_counter(metric.name, description=metric.text)
    if metric.kind == "gauge":
        return meter.create_gauge(metric.name, description=metric.text)
    return meter.create_histogram(
        metric.name, description=metric.text, explicit_bucket_boundaries_advisory=list(_SECONDS)
    )
