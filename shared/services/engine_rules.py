"""The engine's settings, apart from its services: who only sets them loads none of those."""

from dataclasses import dataclass, field
from datetime import timedelta

from shared.domain.failures import RetryRules


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a batch may be."""

    rows: int
    images: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """The configured pace: the step's tick, how long an unclaimed task is waited for, bounds instead of the models' own."""

    tick: timedelta
    dispatch_timeout: timedelta
    model_concurrency: int | None = None
    model_rate_per_second: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineRules:
    """The engine's settings."""

    limits: Limits = field(default_factory=lambda: Limits(rows=1_000, images=10_000))
    retry: RetryRules = field(default_factory=RetryRules)
    pace: Pace = field(
        default_factory=lambda: Pace(tick=timedelta(milliseconds=250), dispatch_timeout=timedelta(seconds=60))
    )
    step_lease: timedelta = timedelta(seconds=30)
    organisation_limit_micros: int | None = None
    stores_at_a_time: int = 4
