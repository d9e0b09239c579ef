"""The only arithmetic of delays."""


def exponential_delay_seconds(
    tries: int, *, base_seconds: float, max_seconds: float, jitter: float, jitter_share: float = 0.25
) -> float:
    """How long to wait after the `tries`-th failure (from 1): base, twice, four times it, … up to the maximum.

    `jitter` is a random number in [0, 1); it adds up to `jitter_share` of the delay, so that crowds spread.
    """
    delay = min(base_seconds * 2.0 ** (max(tries, 1) - 1), max_seconds)
    return delay * (1 + jitter_share * jitter)


def queue_backoff_seconds(retry: int, *, min_seconds: float, max_seconds: float, max_doublings: int) -> float:
    """The delay that Cloud Tasks documents before the `retry`-th retry (from 1).

    min × 2^(retry-1) for the first max_doublings + 1 retries, then linear steps of min × 2^max_doublings; capped.
    Source: RetryConfig in google/cloud/tasks_v2/types/queue.py, whose example is 10, 20, 40, 80, 160, 240, 300, 300.
    """
    if retry <= max_doublings + 1:
        delay = min_seconds * 2.0 ** (retry - 1)
    else:
        delay = min_seconds * 2.0**max_doublings * (retry - max_doublings)
    return min(delay, max_seconds)
