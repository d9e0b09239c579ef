"""A stand-in for Cloud Storage on this machine, for its real clients: JSON API, signed links and IAM's signatures."""

from infra.local.cloud_storage.app import storage_app
from infra.local.cloud_storage.keys import ThrowAwayAccount
from infra.local.cloud_storage.notifications import Notifications
from infra.local.cloud_storage.objects import StoredObjects

__all__ = ["Notifications", "StoredObjects", "ThrowAwayAccount", "storage_app"]
