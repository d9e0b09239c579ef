"""Measured figures beside their targets: `make bench`."""
