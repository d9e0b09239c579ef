"""Who may read which document from a web client, path by path: what infra/firestore.rules is held against.

Nobody may write anything: functions do. A path of shared/repositories/paths.py that is missing here fails a test.
"""

import inspect
from collections.abc import Callable
from types import ModuleType
from typing import Final, NamedTuple

from shared.domain.modes import Role
from shared.repositories import paths

EVERY_ROLE: Final = frozenset(Role)
ADMINS: Final = frozenset({Role.ADMIN})
NOBODY: Final[frozenset[Role]] = frozenset()


class Access(NamedTuple):
    """Which roles of the organisation may get one document, and list its collection.

    `own`: whoever the document stands for may get it too. `hides_deleted`: what has `deleted_at` is denied to all, and a
    list must ask for what has none. `api`: the route that shows the same, to the same roles.
    """

    get: frozenset[Role]
    list: frozenset[Role]
    own: bool = False
    hides_deleted: bool = False
    api: str = ""


HIDDEN: Final = Access(get=NOBODY, list=NOBODY)

# One line a document of paths.py.                      one document     the collection
DOCUMENTS: Final[dict[str, Access]] = {
    # What the API shows to every role.
    "organisation":       Access(get=EVERY_ROLE, list=NOBODY),
    "batch":              Access(get=EVERY_ROLE, list=EVERY_ROLE, hides_deleted=True, api="/v1/batches/{batch_id}"),
    "item":               Access(get=EVERY_ROLE, list=EVERY_ROLE, api="/v1/batches/{batch_id}/items/{item_id}"),
    "asset":              Access(get=EVERY_ROLE, list=EVERY_ROLE, hides_deleted=True, api="/v1/assets/{asset_id}"),
    "reference":          Access(get=EVERY_ROLE, list=EVERY_ROLE, hides_deleted=True, api="/v1/references/{reference_id}"),
    "report":             Access(get=EVERY_ROLE, list=EVERY_ROLE, api="/v1/reports/costs"),
    # What the API shows to admins, or in sums only.
    "member":             Access(get=ADMINS,     list=ADMINS, own=True),
    "key":                Access(get=ADMINS,     list=ADMINS, api="/v1/keys"),
    "audit_entry":        Access(get=ADMINS,     list=ADMINS),
    "ledger_entry":       Access(get=ADMINS,     list=ADMINS),
    "bill":               Access(get=ADMINS,     list=ADMINS, api="/v1/bills/{bill_id}"),
    # What only functions need.
    "step_control":       HIDDEN,
    "budget":             HIDDEN,
    "organisation_limits": HIDDEN,
    "member_limits":      HIDDEN,
    "reservation":        HIDDEN,
    "recipe":             HIDDEN,
    "idempotency":        HIDDEN,
    "report_checkpoint":  HIDDEN,
    "object_checkpoint":  HIDDEN,
    "job_position":       HIDDEN,
    "webhook":            HIDDEN,
    "webhook_delivery":   HIDDEN,
    "submit_counter":     HIDDEN,
    "draft":              HIDDEN,
    "draft_part":         HIDDEN,
    "key_hash":           HIDDEN,
    "login":              HIDDEN,
    "pacer":              HIDDEN,
    "first_organisation": HIDDEN,
    "commit_note":        HIDDEN,
    "PING":               HIDDEN,
}  # fmt: skip

# Names of stored objects: infra/storage.rules denies them all, whatever they are called.
OBJECTS: Final = frozenset(
    {
        "rows_object",
        "image_object",
        "optimised_object",
        "thumbnail_object",
        "upload_object",
        "reference_object",
        "reference_thumbnail_object",
        "report_object",
        "batch_objects",
        "uploads",
        "exports",
    }
)


def path_of(name: str, org: str, own_id: str, module: ModuleType = paths) -> str:
    """The path that a name of paths.py stands for in this organisation; every other id in it is `own_id`."""
    named: str | Callable[..., str] = getattr(module, name)
    if isinstance(named, str):
        return named
    parameters = inspect.signature(named).parameters.values()
    given: dict[str, object] = {one.name: 1 if one.annotation is int else own_id for one in parameters}
    return named(**given | ({"org": org} if "org" in given else {}))


def named_paths(module: ModuleType = paths) -> list[str]:
    """Every public constant of paths.py, and every function of it that answers with one path."""
    found = [name for name, one in vars(module).items() if isinstance(one, str) or _answers_with_a_path(one)]
    return [name for name in found if not name.startswith("_")]


def _answers_with_a_path(named: object) -> bool:
    return inspect.isfunction(named) and inspect.signature(named).return_annotation is str


def missing(module: ModuleType = paths) -> list[str]:
    """Paths that no line above speaks of: neither a document, nor a document's collection, nor an object."""
    named = named_paths(module)
    collections = {path_of(name, "org", "id", module).rpartition("/")[0] for name in DOCUMENTS if name in named}
    unknown = [name for name in named if name not in DOCUMENTS and name not in OBJECTS]
    return [name for name in unknown if path_of(name, "org", "id", module) not in collections]


def needless() -> list[str]:
    """Names above that paths.py does not have."""
    return sorted({*DOCUMENTS, *OBJECTS} - set(named_paths()))
