"""How many deliveries of each kind a process handles at once."""

from typing import Final

STEPS_AT_ONCE: Final = 8
EVENTS_AT_ONCE: Final = 4
WEBHOOKS_AT_ONCE: Final = 16
