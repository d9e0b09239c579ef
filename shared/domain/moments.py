"""Moments that stand for no time of their own."""

from datetime import UTC, datetime
from typing import Final

# Before everything that was ever done.
EVER: Final = datetime(1970, 1, 1, tzinfo=UTC)
# Where nothing is set aside any more nothing expires; a moment, because every version reads one.
NEVER: Final = datetime(9999, 12, 31, tzinfo=UTC)
