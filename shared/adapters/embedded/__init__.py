"""Adapters that need nothing but Python: durable, crash-safe, on one machine."""
