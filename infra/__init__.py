"""The local stack and what prepares it."""
