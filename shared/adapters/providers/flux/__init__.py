"""Flux over HTTP: Black Forest Labs' API, and servers of one's own that speak its protocol."""

from shared.adapters.providers.flux.addresses import BASE_URL
from shared.adapters.providers.flux.models import FluxImageJobs

__all__ = ["BASE_URL", "FluxImageJobs"]
