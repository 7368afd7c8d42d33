"""The verbs of oversight: evaluate, review and assign a flag, retry what was set aside."""

from oversight.operations.evaluation import evaluate
from oversight.operations.parked import retry_parked
from oversight.operations.reviews import assign, assign_together, review

__all__ = ["assign", "assign_together", "evaluate", "retry_parked", "review"]
