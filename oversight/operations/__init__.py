"""The verbs of oversight: evaluate, review, draw, assign, retry what was set aside."""

from oversight.operations.draws import draw_seconds
from oversight.operations.evaluation import evaluate
from oversight.operations.parked import retry_parked
from oversight.operations.reviews import assign, assign_together, review

__all__ = ["assign", "assign_together", "draw_seconds", "evaluate", "retry_parked", "review"]
