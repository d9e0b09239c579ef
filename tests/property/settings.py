"""How long these machines are looked at: seconds together, not minutes."""

from hypothesis import HealthCheck, settings

_CHECKS = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]

PURE = settings(max_examples=300, stateful_step_count=40, deadline=None, suppress_health_check=_CHECKS)
STORED = settings(max_examples=60, stateful_step_count=40, deadline=None, suppress_health_check=_CHECKS)
