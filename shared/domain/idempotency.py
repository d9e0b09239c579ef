"""What creates answered."""

from datetime import datetime

from shared.domain.documents import Stored


class IdempotencyRecord(Stored):
    """What a create answered, at `orgs/{org}/idempotency/{h(caller, route, key)}`: the fingerprint of its body and the id of its resource."""

    fingerprint: str
    resource: str
    created_at: datetime
    expires_at: datetime
