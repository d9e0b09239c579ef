"""Dead letters are tried again."""

from shared.domain.batch_forms import BatchRetry
from shared.domain.callers import Caller
from shared.domain.dead_letters import LettersActed, Requeue
from shared.domain.modes import Role
from shared.ports.documents import Write
from shared.services.audit import AuditService
from shared.services.batch_controls import BatchControlService
from shared.services.letter_acts import Beside, LetterActs

ROUTE = "dead-letters:requeue"


class RequeueService:
    """Orders a retry in each batch that is concerned: checks, money and race rules are those of a retry by hand."""

    def __init__(self, *, acts: LetterActs, controls: BatchControlService, audit: AuditService) -> None:
        self._acts = acts
        self._controls = controls
        self._audit = audit

    def requeue(
        self, caller: Caller, wanted: Requeue, *, idempotency_key: str | None, fingerprint: str
    ) -> LettersActed:
        """Try dead letters again; for each batch, what was ordered or why nothing was. Raises Forbidden, NotFound, Invalid."""
        caller.require(Role.ADMIN)

        def act(caller: Caller, batch: str, items: list[str], beside: Beside) -> int:
            retry = BatchRetry(items=tuple(items), changes=wanted.changes)
            return self._controls.requeue(
                caller, batch, retry, beside=lambda done: [*beside(done), self._entry(caller, batch, retry, done)]
            )

        return self._acts.run(
            caller, wanted, act, route=ROUTE, idempotency_key=idempotency_key, fingerprint=fingerprint
        )

    def _entry(self, caller: Caller, batch: str, retry: BatchRetry, done: int) -> Write:
        changes = ", ".join(sorted(retry.changes.model_fields_set)) or "none"
        items = " ".join(retry.items or ())
        return self._audit.entry(caller, "dead_letters.requeued", batch, count=str(done), changes=changes, items=items)
