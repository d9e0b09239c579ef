"""Organisations."""

from datetime import datetime

from shared.domain.documents import Stored


class Organisation(Stored):
    """Who owns everything below `orgs/{id}`; whoever may leave it without an admin writes `admins_changed_at`, guarded."""

    id: str
    name: str
    created_at: datetime
    time_zone: str = "UTC"
    admins_changed_at: datetime | None = None
