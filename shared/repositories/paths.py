"""Every path of the document store and the object store, named once. Each begins with its organisation or `system`."""

import re

from shared.domain import object_names
from shared.domain.ids import is_id

_ROWS = re.compile(r"orgs/[^/]+/batches/([^/]+)/rows\.jsonl\.gz")
_UPLOAD = re.compile(rf"orgs/([^/]+)/{object_names.UPLOADS}/([^/]+)")


def organisations() -> str:
    """Organisations."""
    return "orgs"


def organisation(org: str) -> str:
    """The organisation itself."""
    return f"orgs/{org}"


def members(org: str) -> str:
    """People of the organisation."""
    return f"orgs/{org}/members"


def member(org: str, member_id: str) -> str:
    """One person."""
    return f"orgs/{org}/members/{member_id}"


def batches(org: str) -> str:
    """Batches."""
    return f"orgs/{org}/batches"


def batch(org: str, batch_id: str) -> str:
    """One batch."""
    return f"orgs/{org}/batches/{batch_id}"


def step_control(org: str, batch_id: str) -> str:
    """What only steps of a batch need."""
    return f"orgs/{org}/batches/{batch_id}/control/step"


def items(org: str, batch_id: str) -> str:
    """Items of a batch."""
    return f"orgs/{org}/batches/{batch_id}/items"


def item(org: str, batch_id: str, item_id: str) -> str:
    """One item."""
    return f"orgs/{org}/batches/{batch_id}/items/{item_id}"


def assets(org: str) -> str:
    """Finished images."""
    return f"orgs/{org}/assets"


def asset(org: str, asset_id: str) -> str:
    """One finished image."""
    return f"orgs/{org}/assets/{asset_id}"


def references(org: str) -> str:
    """Reference pictures."""
    return f"orgs/{org}/references"


def reference(org: str, reference_id: str) -> str:
    """One reference picture."""
    return f"orgs/{org}/references/{reference_id}"


def ledger(org: str) -> str:
    """Every call to a provider."""
    return f"orgs/{org}/ledger"


def ledger_entry(org: str, entry_id: str) -> str:
    """One call to a provider."""
    return f"orgs/{org}/ledger/{entry_id}"


def budget(org: str) -> str:
    """The organisation's budget."""
    return f"orgs/{org}/budgets/organisation"


def organisation_limits(org: str) -> str:
    """What the organisation, its members and its batches may spend."""
    return f"orgs/{org}/limits/organisation"


def member_limits(org: str, member_id: str) -> str:
    """What one member may spend."""
    return f"orgs/{org}/limits/{member_id}"


def limits(org: str) -> str:
    """What may be spent by whom."""
    return f"orgs/{org}/limits"


def reservations(org: str) -> str:
    """What batches have set aside."""
    return f"orgs/{org}/reservations"


def reservation(org: str, batch_id: str) -> str:
    """What a batch has set aside."""
    return f"orgs/{org}/reservations/{batch_id}"


def recipe(org: str, recipe_hash: str) -> str:
    """Who made, or is making, an image of this recipe."""
    return f"orgs/{org}/recipes/{recipe_hash}"


def idempotency(org: str, record_id: str) -> str:
    """What a create answered."""
    return f"orgs/{org}/idempotency/{record_id}"


def keys(org: str) -> str:
    """Machines' keys, without the keys themselves."""
    return f"orgs/{org}/keys"


def key(org: str, key_id: str) -> str:
    """One machine's key."""
    return f"orgs/{org}/keys/{key_id}"


def drafts(org: str) -> str:
    """Batches that are being written."""
    return f"orgs/{org}/drafts"


def draft(org: str, draft_id: str) -> str:
    """One batch that is being written."""
    return f"orgs/{org}/drafts/{draft_id}"


def draft_part(org: str, draft_id: str, number: int) -> str:
    """Some of a draft's content."""
    return f"orgs/{org}/drafts/{draft_id}/parts/{number}"


def audit(org: str) -> str:
    """Admins' acts and deletes."""
    return f"orgs/{org}/audit"


def audit_entry(org: str, entry_id: str) -> str:
    """One act."""
    return f"orgs/{org}/audit/{entry_id}"


def webhooks(org: str) -> str:
    """Receivers of events."""
    return f"orgs/{org}/webhooks"


def webhook(org: str, webhook_id: str) -> str:
    """One receiver."""
    return f"orgs/{org}/webhooks/{webhook_id}"


def webhook_deliveries(org: str, webhook_id: str) -> str:
    """What one receiver was told."""
    return f"orgs/{org}/webhooks/{webhook_id}/deliveries"


def webhook_delivery(org: str, webhook_id: str, delivery_id: str) -> str:
    """One event on its way to one receiver."""
    return f"orgs/{org}/webhooks/{webhook_id}/deliveries/{delivery_id}"


def submit_counter(org: str, caller: str) -> str:
    """How many batches a caller submitted lately."""
    return f"orgs/{org}/counters/submits-{caller}"


def reports(org: str) -> str:
    """What each day cost."""
    return f"orgs/{org}/reports"


def report(org: str, day: str) -> str:
    """What one day (2026-03-01) cost."""
    return f"orgs/{org}/reports/{day}"


def bills(org: str) -> str:
    """What providers billed."""
    return f"orgs/{org}/bills"


def bill(org: str, bill_id: str) -> str:
    """One bill."""
    return f"orgs/{org}/bills/{bill_id}"


def report_checkpoint(org: str) -> str:
    """How far the reports reach."""
    return f"orgs/{org}/checkpoints/costs"


def object_checkpoint(org: str, kind: str) -> str:
    """How far the stored objects of a kind were looked through."""
    return f"orgs/{org}/checkpoints/objects-{kind}"


def job_position(job: str) -> str:
    """Which organisation a scheduled function comes to next."""
    return f"system/jobs/positions/{job}"


def key_hashes() -> str:
    """Where keys lead, of every organisation."""
    return "system/keys/by_hash"


def key_hash(sha256: str) -> str:
    """Where a key leads."""
    return f"system/keys/by_hash/{sha256}"


def login(email_hash: str) -> str:
    """How a person signs in."""
    return f"system/logins/by_email/{email_hash}"


def pacer(credential: str, model: str) -> str:
    """The pace that was learned for a model, asked with one credential."""
    # A name of the store holds neither a dot nor a slash, and those of models do.
    return f"system/pacers/by_model/{credential}:{model.replace('.', '~').replace('/', '~~')}"


def first_organisation() -> str:
    """Which organisation an empty embedded stack was begun with."""
    return "system/bootstrap/embedded/first"


def batch_objects(org: str) -> str:
    """What the names of objects of batches begin with."""
    return f"orgs/{org}/batches/"


def uploads(org: str) -> str:
    """What the names of uploads begin with."""
    return f"orgs/{org}/{object_names.UPLOADS}/"


def exports(org: str) -> str:
    """What the names of exports begin with: made to be fetched within days."""
    return f"orgs/{org}/exports/"


def batch_of_rows(name: str) -> str | None:
    """The batch whose rows an object holds; None for every other object."""
    match = _ROWS.fullmatch(name)
    return match[1] if match and is_id("bat", match[1]) else None


def rows_object(org: str, batch_id: str) -> str:
    """The rows of a batch as they were accepted."""
    return f"orgs/{org}/batches/{batch_id}/rows.jsonl.gz"


def image_object(org: str, batch_id: str, item_id: str, attempt: int) -> str:
    """The image that an attempt made, as it came."""
    return f"orgs/{org}/generated-images/{batch_id}/{item_id}-{attempt}"


def optimised_object(org: str, batch_id: str, item_id: str, attempt: int) -> str:
    """The optimised rendition."""
    return f"orgs/{org}/generated-images/{batch_id}/{item_id}-{attempt}_web.jpg"


def thumbnail_object(org: str, batch_id: str, item_id: str, attempt: int) -> str:
    """The thumbnail."""
    return f"orgs/{org}/generated-images/{batch_id}/thumbnails/{item_id}-{attempt}_thumb.jpg"


def upload_object(org: str, reference_id: str) -> str:
    """A reference as it was uploaded, not yet trusted."""
    return f"{uploads(org)}{reference_id}"


def reference_of_upload(name: str) -> tuple[str, str] | None:
    """The organisation and the reference that an object was uploaded for; None for every other object."""
    match = _UPLOAD.fullmatch(name)
    return (match[1], match[2]) if match and is_id("org", match[1]) and is_id("ref", match[2]) else None


def reference_object(org: str, reference_id: str) -> str:
    """A reference, cleaned."""
    return f"orgs/{org}/reference-images/{reference_id}"


def reference_thumbnail_object(org: str, reference_id: str) -> str:
    """A reference's thumbnail."""
    return f"orgs/{org}/reference-images/thumbnails/{reference_id}_thumb.jpg"


def report_object(org: str, day: str, suffix: str) -> str:
    """A day's whole report, as `json` or `csv`."""
    return f"orgs/{org}/reports/costs-{day}.{suffix}"


PING = "system/ping"


def commit_notes() -> str:
    """Notes of commits."""
    return "system/documents/commit_notes"


def commit_note(token: str) -> str:
    """That a commit happened which left no other trace; kept until its `expires_at`."""
    return f"system/documents/commit_notes/{token}"
