"""HTTP to addresses that somebody else typed in, over connections that cannot reach this side of the wall."""

from shared.adapters.outbound.senders import SafeOutbound

__all__ = ["SafeOutbound"]
