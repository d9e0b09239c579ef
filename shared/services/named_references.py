"""Reference pictures by the names that people give them, as items keep them."""

from collections.abc import Sequence

from shared.domain.errors import FieldError
from shared.domain.items import ItemReference
from shared.domain.references import ReferenceStatus, as_used
from shared.ports.documents import DocumentStore
from shared.repositories.references import ReferenceRepository


class NamedReferences:
    """Looks up references of an organisation."""

    def __init__(self, documents: DocumentStore) -> None:
        self._references = ReferenceRepository(documents)

    def find(self, org: str, names: Sequence[str], *, at: str) -> tuple[list[ItemReference], list[FieldError]]:
        """Those that are ready, in order, and what is wrong with the others, below the pointer `at`."""
        known = self._references.named(org, [name for name in names if name.replace("_", "").isalnum()])
        wrong = []
        for place, name in enumerate(names):
            found = known.get(name)
            if found is None:
                wrong.append(FieldError(f"{at}/{place}", f"There is no reference {name}. Upload it first."))
            elif found.status is not ReferenceStatus.READY:
                told = found.detail or "its upload has not been completed"
                wrong.append(FieldError(f"{at}/{place}", f"The reference {name} cannot be used: {told}"))
        return [as_used(known[name]) for name in names if name in known], wrong
