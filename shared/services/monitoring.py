"""What an admin sees of the organisation's work at one moment: bounded reads, kept for some seconds, section by section."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from datetime import datetime
from threading import Lock
from typing import Any, Final

from shared.domain.callers import Caller
from shared.domain.errors import FanfoldError
from shared.domain.modes import Role
from shared.domain.overviews import Overview
from shared.logging import logger
from shared.ports.clock import Clock
from shared.services.monitored_parts import MonitoredParts
from shared.services.monitored_work import MonitoredWork

KEPT_SECONDS: Final = 5.0
_ORGANISATIONS_KEPT: Final = 200

_log = logger(__name__)


class MonitorService:
    """Looks at everything of one organisation, and at the pace of the models, which is the same for all."""

    def __init__(self, work: MonitoredWork, parts: MonitoredParts, *, clock: Clock) -> None:
        self._work = work
        self._parts = parts
        self._clock = clock
        self._kept: OrderedDict[str, tuple[float, Overview]] = OrderedDict()
        self._lock = Lock()

    def overview(self, caller: Caller) -> Overview:
        """The overview, at most five seconds old; raises Forbidden.

        It is read when something is wrong, so one part's outage leaves out the sections of that part alone.
        """
        caller.require(Role.ADMIN)
        with self._lock:
            kept = self._kept.get(caller.org)
        if kept is not None and self._clock.monotonic() - kept[0] < KEPT_SECONDS:
            return kept[1]
        found = self._look(caller)
        with self._lock:
            self._kept[caller.org] = (self._clock.monotonic(), found)
            self._kept.move_to_end(caller.org)
            while len(self._kept) > _ORGANISATIONS_KEPT:
                self._kept.popitem(last=False)
        return found

    def _look(self, caller: Caller) -> Overview:
        org, now = caller.org, self._clock.now()
        sections: dict[tuple[str, ...], Callable[[], Sequence[Any]]] = {
            ("lanes", "slow_batches", "is_partial"): lambda: self._batches(org, now),
            ("leases",): lambda: (self._work.leases(org),),
            ("models",): lambda: (self._parts.models(now),),
            ("dead_letters",): lambda: (self._parts.dead_letters(org),),
            ("limits",): lambda: (self._parts.limits(caller),),
            ("spend",): lambda: (self._parts.spend(org, now),),
            ("failing_webhooks",): lambda: (self._parts.failing_webhooks(org),),
        }
        found: dict[str, Any] = {}
        unavailable: list[str] = []
        for names, look in sections.items():
            try:
                found.update(zip(names, look(), strict=True))
            except FanfoldError as error:
                _log.warning(
                    "monitor_section_left_out", sections=names, error=type(error).__name__, detail=error.detail
                )
                unavailable += [name for name in names if name != "is_partial"]
        return Overview(at=now, unavailable=unavailable, **found)

    def _batches(self, org: str, now: datetime) -> Sequence[Any]:
        live = self._work.live(org)
        slow = self._work.slow(org, live, now, closed=self._parts.closed(now))
        return live.lanes(now), slow, live.is_partial
