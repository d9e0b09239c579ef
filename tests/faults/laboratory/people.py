"""What people do meanwhile: they submit with a key and repeat it until they are answered, and change their minds."""

from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from shared.domain.batch_forms import BatchCreate, BatchRetry, RetryChanges
from shared.domain.callers import Caller
from shared.domain.errors import BudgetExceeded, Conflict, Invalid, NotFound, Unavailable
from shared.domain.ids import compose
from shared.domain.item_changes import ItemUpdate
from shared.domain.modes import BatchStatus, Desired, Priority, Role
from shared.ports.documents import Guard, Update
from shared.repositories import paths
from tests.engine.faults import Crash
from tests.faults.laboratory.instances import House, Instance
from tests.faults.laboratory.plans import MODELS, PROMPTS, WISHES, Act, BatchPlan

_TURNS = 40


class People:
    """Those who use the platform; `answers` are the batches that each key was answered with."""

    def __init__(self, house: House) -> None:
        self._house = house
        self.answers: defaultdict[str, set[str]] = defaultdict(set)
        self.refused: set[str] = set()
        self._batches: dict[int, tuple[Caller, str]] = {}

    def submit(self, number: int, plan: BatchPlan) -> None:
        """Submit a batch, again and again until there is an answer."""
        caller = caller_of(plan.org)
        settings = dict(plan.settings)
        start_in = settings.pop("start_in", None)
        if start_in is not None:
            settings["start_at"] = self._house.world.clock.now() + timedelta(seconds=start_in)
        create = BatchCreate.model_validate({"rows": list(plan.rows), **settings})
        key = f"key-{number}"

        def ask(instance: Instance) -> None:
            accepted = instance.engine.submissions.submit(
                caller, create, idempotency_key=key, fingerprint=create.model_dump_json()
            )
            self.answers[key].add(accepted.id)
            self._batches[number] = (caller, accepted.id)

        self._until_answered(f"submits {key}", ask)

    def act(self, act: Act) -> None:
        """Want something of a batch, if it is there."""
        known = self._batches.get(act.batch)
        if known is not None:
            self.wish(*known, act.wish, act.changes)

    def surprise(self, path: str) -> None:
        """Want something of the batch at this path; most of all that what has failed is tried again."""
        random = self._house.random
        _, org, _, batch = path.split("/")
        changes = {"prompt": random.choice(PROMPTS)} if random.random() < 0.5 else {}
        wishes = ("retry", "retry", "touch", "cancel") if self._house.audit.has_failed(path) else WISHES
        self.wish(_caller(org), batch, random.choice(wishes), changes)

    def wish(self, caller: Caller, batch: str, wish: str, changes: dict[str, Any] | None = None) -> None:
        """Want something of this batch; a blink is a pause that is soon taken back."""
        if wish == "blink":
            self.wish(caller, batch, "pause")
            self._house.fibers.sleep(self._house.random.choice([0.0, 0.3, 3.0]))
            wish = "resume"

        def ask(instance: Instance) -> None:
            if wish == "touch":
                documents = instance.engine._ports.documents
                documents.commit([Update(paths.batch(caller.org, batch), {"tags": ["seen"]}, Guard.EXISTS)])
                return
            if wish in ("edit", "first", "reorder", "promote"):
                self._rearrange(instance, caller, batch, wish)
                return
            more = (BatchRetry(changes=RetryChanges(**(changes or {}))),) if wish == "retry" else ()
            getattr(instance.engine.controls, wish)(caller, batch, *more)

        self._until_answered(f"{wish} {batch[4:9]}", ask)

    def _rearrange(self, instance: Instance, caller: Caller, batch: str, wish: str) -> None:
        """Change what waits, or in which order or lane."""
        random, engine = self._house.random, instance.engine
        items = self._house.audit.waiting(paths.batch(caller.org, batch))
        if wish == "promote":
            engine.controls.promote(caller, batch, random.choice(list(Priority)))
        elif not items:
            return
        elif wish == "edit":
            changes = {"prompt": random.choice(PROMPTS), "model": random.choice(MODELS)}
            engine.edits.edit(caller, batch, random.choice(items), ItemUpdate(**changes))
        elif wish == "first":
            engine.item_orders.promote(caller, batch, random.sample(items, min(2, len(items))))
        else:
            engine.item_orders.reorder(caller, batch, random.sample(items, len(items)))

    def conclude(self) -> None:
        """Nothing more goes wrong: resume what was paused, and then cancel what only waits for money."""
        paused = self._live(Desired.PAUSE)
        for caller, batch in paused:
            self.wish(caller, batch, "resume")
        if not paused:
            for caller, batch in self._live(Desired.RUN, BatchStatus.PAUSED):
                self.wish(caller, batch, "cancel")

    def _live(self, desired: Desired, *statuses: BatchStatus) -> list[tuple[Caller, str]]:
        """Batches that are not over and of which this is wanted, in any or one of these states."""
        found = []
        for path, fields in self._house.audit.batches.items():
            status = BatchStatus(fields["status"])
            is_meant = status in statuses if statuses else not status.is_terminal
            if is_meant and fields["desired"] == desired.value:
                found.append((_caller(path.split("/")[1]), fields["id"]))
        return found

    def _until_answered(self, what: str, ask: Callable[[Instance], None]) -> None:
        for _ in range(_TURNS):
            instance = self._house.instance("api")
            instance.fiber = self._house.fibers.current
            try:
                self._house.journal.add(instance.name, what)
                ask(instance)
            except Crash:
                continue
            except Unavailable:
                instance.fiber = None
                self._house.fibers.sleep(0.5)
            except (Conflict, Invalid, NotFound) as error:
                self._house.journal.add(instance.name, f"{what}: {error.detail}")
                if isinstance(error, BudgetExceeded):
                    self.refused.add(what.removeprefix("submits "))
                return
            else:
                self._house.journal.add(instance.name, f"{what}: done")
                return
            finally:
                instance.is_alive, instance.fiber = False, None
        self._house.audit.fail(f"{what}: nobody answered")


def org_of(number: int) -> str:
    """The id of an organisation of the laboratory."""
    return compose("org", f"laboratory {number:06d}".encode())


def caller_of(number: int) -> Caller:
    """Somebody of this organisation."""
    return _caller(org_of(number))


def _caller(org: str) -> Caller:
    return Caller(org=org, id="key_laboratory", member="mem_laboratory", role=Role.ADMIN)
