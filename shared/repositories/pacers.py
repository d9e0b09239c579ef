"""Pacers."""

from shared.domain.pacers import Pacer
from shared.ports.documents import Create, DocumentStore
from shared.repositories import paths
from shared.repositories.collections import Collection, Read


class PacerRepository(Collection[Pacer]):
    """What is known of each model's pace."""

    def __init__(self, documents: DocumentStore) -> None:
        super().__init__(documents, Pacer, "pacer")

    def one(self, credential: str, model: str) -> Read[Pacer] | None:
        """The pacer, or None while nothing is known."""
        return self.find(paths.pacer(credential, model))


def create(pacer: Pacer) -> Create:
    """The write that begins to know a model."""
    return Create(paths.pacer(pacer.credential, pacer.model), pacer.written())
