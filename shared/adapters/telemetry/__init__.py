"""Figures and spans on their way out of the process, by OpenTelemetry's own protocol."""

from shared.adapters.telemetry.exports import Exports, Target

__all__ = ["Exports", "Target"]
