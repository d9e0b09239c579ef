"""Celery with Redis, set up so that it loses nothing it need not: late acknowledgement, one job fetched at a time.

`python -m celery -A benchmarks.peers.celery_tasks worker …` works.
"""

import os

from celery import Celery

from benchmarks.peers import work

# A job takes 0.2 s; an hour, the default, would have a killed worker's jobs wait that long for another one.
REDELIVERED_AFTER_SECONDS = 10

REDIS = os.environ.get("PEERS_REDIS", "")
app = Celery("peers", broker=REDIS, backend=REDIS)
app.conf.update(
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    broker_connection_retry_on_startup=True,
    broker_transport_options={
        "visibility_timeout": REDELIVERED_AFTER_SECONDS,
        # It looks for them every second; by default every hundred.
        "unacked_restore_interval": 1,
        "unacked_restore_throttle": 1,
    },
    worker_hijack_root_logger=False,
)


@app.task
def make(key: str) -> str:
    """One job."""
    return work.do(key)


def hand_over(key: str) -> None:
    """Queue a job."""
    make.delay(key)
