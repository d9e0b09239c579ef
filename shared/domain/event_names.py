"""The names of what Fanfold announces."""

from enum import StrEnum


class EventName(StrEnum):
    """A fact in the past tense. A name stays what it is: receivers outside go by it."""

    BATCH_COMPLETED = "BatchCompleted"
    COST_REPORTED = "CostReported"
    BUDGET_WARNED = "BudgetWarned"
