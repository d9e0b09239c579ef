"""The engine's rules, out of all settings."""

from datetime import timedelta

from shared.config import Settings
from shared.domain.failures import RetryRules
from shared.services.engine_rules import EngineRules, Limits, Pace

MICROS = 1_000_000


def engine_rules(config: Settings) -> EngineRules:
    """The engine's settings out of all settings."""
    limit = config.organisation_budget_usd
    return EngineRules(
        limits=Limits(rows=config.max_rows, images=config.max_images),
        retry=RetryRules(
            max_tries=config.max_tries,
            base_seconds=config.retry_base_seconds,
            max_seconds=config.retry_max_seconds,
            max_age=timedelta(hours=config.max_batch_age_hours),
        ),
        pace=Pace(
            tick=timedelta(milliseconds=config.tick_ms),
            dispatch_timeout=timedelta(seconds=config.dispatch_timeout_seconds),
            model_concurrency=config.model_concurrency,
            model_rate_per_second=config.model_rate_per_second,
        ),
        step_lease=timedelta(seconds=config.step_lease_seconds),
        organisation_limit_micros=None if limit is None else int(limit * MICROS),
        stores_at_a_time=config.stores_at_a_time,
    )
