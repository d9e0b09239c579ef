"""What one seed means: who works, what is submitted and wanted, and what goes wrong when."""

from dataclasses import dataclass, fields
from random import Random
from typing import Any

from tests.engine.scripted import PRICE

MODELS = ("fixed", "tokens", "jobs")
MOODS = ("good", "storm", "outage", "slow", "quota")
# What a single call may end with, beside the mood of the hour.
ENDS = (
    "refused",
    "garbage",
    "wrong_shape",
    "no_image",
    "billed",
    "unknown",
    "silent",
    "silent_billed",
    "late",
    "overrun",
)
WISHES = (
    *("pause", "blink", "blink", "resume", "resume", "cancel", "retry", "retry", "retry", "touch"),
    *("promote", "edit", "edit", "first", "reorder"),
)
PROMPTS = ("a cup", "a jug", "a boat", "a lamp")
RATIOS = ("1:1", "4:5", "16:9")


@dataclass(frozen=True, kw_only=True)
class BatchPlan:
    """A batch that somebody submits, `times` times at once with one key."""

    at: float
    org: int
    rows: tuple[dict[str, Any], ...]
    settings: dict[str, Any]
    times: int = 1


@dataclass(frozen=True, kw_only=True)
class Act:
    """What a person does to a batch: the one of this number, if it exists by then."""

    at: float
    batch: int
    wish: str
    changes: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Spell:
    """A time in which a provider's model has a mood."""

    model: str
    begins: float
    ends: float
    mood: str
    says_when: bool


@dataclass(frozen=True, kw_only=True)
class Rates:
    """How often what happens: a chance for each call to a port, each delivery, each task, each change of a batch."""

    pause: float
    slow: float
    crash: float
    documents: float
    tasks: float
    objects: float
    events: float
    lost: float
    doubled: float
    late: float
    reordered: float
    ambush: float


@dataclass(frozen=True, kw_only=True)
class Plan:
    """One run: everything is over `calm_at` seconds after its beginning, and then all must come to rest."""

    seed: int
    organisations: int
    limit_micros: int | None
    workers: int
    steppers: int
    tick_seconds: float
    step_lease_seconds: float
    calm_at: float
    skew_seconds: float
    batches: tuple[BatchPlan, ...]
    acts: tuple[Act, ...]
    spells: tuple[Spell, ...]
    ends: dict[str, float]
    rates: Rates
    restarts: tuple[float, ...]
    jumps: tuple[tuple[float, float], ...]

    def text(self) -> str:
        """The plan, a line each."""
        lines = []
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, tuple) and value and not isinstance(value[0], float):
                lines += [f"{field.name}: {one}" for one in value]
            else:
                lines.append(f"{field.name}: {value}")
        return "\n".join(lines)


def plan(seed: int) -> Plan:
    """The plan of a seed."""
    random = Random(f"plan {seed}")
    calm_at = random.choice([60.0, 120.0, 240.0])
    organisations = random.choice([1, 1, 2, 3])
    count = random.choice([1, 1, 2, 2, 3, 4, 6])
    batches = tuple(_batch(random, calm_at, organisations, count) for _ in range(count))
    return Plan(
        seed=seed,
        organisations=organisations,
        limit_micros=random.choice([None, None, random.randint(3, 25) * PRICE]),
        workers=random.choice([1, 2, 3, 5]),
        steppers=random.choice([1, 1, 2, 3]),
        tick_seconds=random.choice([0.25, 0.25, 1.0]),
        step_lease_seconds=random.choice([3.0, 3.0, 3.0, 30.0]),
        calm_at=calm_at,
        skew_seconds=random.choice([0.0, 0.0, 0.02, 0.9]),
        batches=batches,
        acts=tuple(_act(random, calm_at, count) for _ in range(random.choice([0, 0, 1, 3, 5, 8]))),
        spells=tuple(_spell(random, calm_at) for _ in range(random.choice([0, 1, 1, 2, 4]))),
        ends=_ends(random),
        rates=_rates(random),
        restarts=_moments(random, calm_at, [0, 0, 0, 1, 3]),
        jumps=tuple((at, random.choice([40.0, 130.0, 3_700.0])) for at in _moments(random, calm_at, [0, 0, 0, 1, 2])),
    )


def _batch(random: Random, calm_at: float, organisations: int, count: int) -> BatchPlan:
    at = round(random.choice([0.0, random.uniform(0, calm_at / 2)]), 3)
    reuse = random.random() < 0.35
    lines = range(random.choice([1, 1, 2, 3] if count > 2 else [1, 2, 3, 6]))
    rows = tuple(_equal_row(random) if reuse else _row(random) for _ in lines)
    settings: dict[str, Any] = {"priority": random.choice(["high", "standard", "standard", "economy"])}
    if random.random() < 0.35:
        settings["budget_micros"] = random.randint(2, 12) * PRICE
    if reuse:
        settings["reuse"] = True
    if random.random() < 0.15:
        settings["start_in"] = round(random.uniform(1, calm_at), 3)
    return BatchPlan(
        at=at, org=random.randrange(organisations), rows=rows, settings=settings, times=random.choice([1, 1, 1, 2, 3])
    )


def _row(random: Random) -> dict[str, Any]:
    row: dict[str, Any] = {
        "prompt": random.choice(PROMPTS),
        "variants": random.choice([1, 1, 1, 2, 3, 4, 10]),
        "model": random.choice(MODELS),
        "aspect_ratio": random.choice(RATIOS),
        "size": random.choice(["512", "1K"]),
    }
    if random.random() < 0.3:
        row["seed"] = random.randint(0, 3)
    if random.random() < 0.3:
        others = [model for model in MODELS if model != row["model"]]
        row["fallback"] = random.sample(others, random.choice([1, 2]))
    return row


def _equal_row(random: Random) -> dict[str, Any]:
    """One of few: most of them are equal to another."""
    return {
        "prompt": random.choice(PROMPTS[:2]),
        "variants": random.choice([1, 1, 2, 3]),
        "model": "fixed",
        "aspect_ratio": "1:1",
        "size": "512",
    }


def _act(random: Random, calm_at: float, batches: int) -> Act:
    changes: dict[str, Any] = {}
    if random.random() < 0.5:
        changes["prompt"] = random.choice(PROMPTS)
    if random.random() < 0.3:
        changes["model"] = random.choice(MODELS)
    return Act(
        at=round(random.uniform(0.2, calm_at), 3),
        batch=random.randrange(batches),
        wish=random.choice(WISHES),
        changes=changes,
    )


def _spell(random: Random, calm_at: float) -> Spell:
    begins = random.uniform(0, calm_at)
    return Spell(
        model=random.choice(MODELS),
        begins=round(begins, 3),
        ends=round(min(begins + random.choice([2.0, 15.0, 60.0]), calm_at), 3),
        mood=random.choice(MOODS[1:]),
        says_when=random.random() < 0.5,
    )


def _ends(random: Random) -> dict[str, float]:
    some = random.sample(ENDS, random.choice([0, 1, 2, 3, 6]))
    chances = {end: random.choice([0.02, 0.1, 0.3]) for end in some}
    # What fails for good is what people try again.
    return chances | ({"refused": 0.4} if random.random() < 0.3 else {})


def _rates(random: Random) -> Rates:
    def rate(*of: float) -> float:
        return random.choice([0.0, 0.0, *of])

    return Rates(
        pause=random.choice([0.1, 0.4, 0.7]),
        slow=rate(0.01, 0.03, 0.1),
        crash=rate(0.003, 0.01, 0.03),
        documents=rate(0.003, 0.01, 0.03),
        tasks=rate(0.01, 0.05),
        objects=rate(0.01, 0.1, 0.4),
        events=rate(0.1, 0.5),
        lost=rate(0.02, 0.1, 0.3),
        doubled=rate(0.05, 0.3, 0.8),
        late=rate(0.02, 0.1),
        reordered=rate(0.1, 0.8),
        ambush=rate(0.1, 0.5),
    )


def _moments(random: Random, calm_at: float, counts: list[int]) -> tuple[float, ...]:
    return tuple(sorted(round(random.uniform(0.5, calm_at), 3) for _ in range(random.choice(counts))))
